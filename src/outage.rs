//! Tells an outage of the brokers from one of our own clients, and when it is to be told.

use std::time::{Duration, Instant};

use crate::stats::Stats;

/// What lasts no longer than this is no outage.
const BLINK: Duration = Duration::from_secs(1);
/// A client reconnects within this time after a broker is back; see `reconnect.backoff.max.ms` in
/// [`Options`](crate::options::Options).
const RECONNECT: Duration = Duration::from_secs(2);
/// An outage is told again after this time.
const REMINDER: Duration = Duration::from_secs(30);
/// How often the brokers are asked at least, also while messages show that all is well.
const ASK_AT_LEAST: Duration = Duration::from_secs(10);

/// The time in which no broker has answered.
///
/// What librdkafka's clients say of it is not enough: each speaks for itself, and 2.12.1 forgets all brokers, never to connect
/// again, when a broker that is starting answers with an empty list of them (confluentinc/librdkafka#5301). A fresh client
/// shows which it is.
#[derive(Default)]
pub(crate) struct Outage {
    since: Option<Instant>,
    /// When a fresh client found a broker for the first time.
    others_up_since: Option<Instant>,
    last_told: Option<Instant>,
}

/// Who is cut off.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It may be over in a moment.
    TooEarly,
    /// Nobody reaches a broker.
    Everybody {
        /// Whether it is to be told now.
        is_news: bool,
        /// Whether it was not told before.
        is_first: bool,
    },
    /// Fresh clients have been finding a broker for longer than ours would need to reconnect.
    OnlyOurs,
}

impl Outage {
    /// Records came, so that it is another outage if nobody reaches a broker now.
    pub(crate) fn interrupt(&mut self) {
        self.last_told = None;
    }

    /// Whether it was told.
    pub(crate) fn is_told(&self) -> bool {
        self.last_told.is_some()
    }

    /// Called whenever a request of ours was not answered.
    pub(crate) fn judge(&mut self, is_broker_up: impl FnOnce() -> bool) -> Verdict {
        let since = *self.since.get_or_insert_with(Instant::now);
        if since.elapsed() < BLINK {
            return Verdict::TooEarly;
        }
        if is_broker_up() {
            let up_since = *self.others_up_since.get_or_insert_with(Instant::now);
            return if up_since.elapsed() < RECONNECT {
                Verdict::TooEarly
            } else {
                Verdict::OnlyOurs
            };
        }
        self.others_up_since = None;
        let is_news = self.last_told.is_none_or(|told| told.elapsed() >= REMINDER);
        let is_first = self.last_told.is_none();
        if is_news {
            self.last_told = Some(Instant::now());
        }
        Verdict::Everybody { is_news, is_first }
    }
}

/// Messages that show that reading and writing go on, so that nobody has to wait while the brokers are asked.
#[derive(Default)]
pub(crate) struct Flow {
    received: u64,
    own: u64,
    /// When the brokers answered last.
    answered: Option<Instant>,
}

impl Flow {
    /// The brokers have answered.
    pub(crate) fn set_answered(&mut self) {
        self.answered = Some(Instant::now());
    }

    /// Whether records came since this was asked before, own ones among them if any are under way.
    pub(crate) fn goes_on(&mut self, stats: &Stats, in_flight: i32) -> bool {
        let (received, own) = (stats.received.get(), stats.filtered_own.get());
        let reads = received > std::mem::replace(&mut self.received, received);
        let writes = own > std::mem::replace(&mut self.own, own);
        let is_recent = self
            .answered
            .is_some_and(|answered| answered.elapsed() < ASK_AT_LEAST);
        is_recent && reads && (writes || in_flight == 0)
    }
}
