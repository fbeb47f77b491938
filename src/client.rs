//! The callbacks of the librdkafka clients, served by the connection thread.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::Message;
use rdkafka::producer::{BaseProducer, DeliveryResult, ProducerContext};

use crate::error::{Cause, Error, ErrorKind, code_of};
use crate::publisher::{Returned, delivery_error, is_purged};
use crate::report::Reporter;
use crate::stats::Stats;

pub(crate) type Producer = BaseProducer<Context>;
pub(crate) type Consumer = BaseConsumer<Context>;

/// An outage is told again after this time.
const REMINDER: Duration = Duration::from_secs(30);
/// So long after the end of an outage a client that has not reconnected yet may still tell of it.
const ECHO: Duration = Duration::from_secs(2);

/// What librdkafka last said of the brokers. Shared by the producer and the consumer of a connection.
pub(crate) struct Health {
    state: Mutex<State>,
    reporter: Arc<Reporter>,
    stats: Arc<Stats>,
}

#[derive(Default)]
struct State {
    /// An outage is an error only for a bus that was ready.
    was_ready: bool,
    last_trouble: Option<Cause>,
    /// When the current outage was told last; none while a broker is there.
    last_told: Option<Instant>,
    /// One was told of so soon after the last one that it may be the same.
    is_echo_heard: bool,
    /// When the last outage ended.
    up_since: Option<Instant>,
}

impl Health {
    pub(crate) fn new(reporter: Arc<Reporter>, stats: Arc<Stats>) -> Self {
        Self {
            state: Mutex::default(),
            reporter,
            stats,
        }
    }

    /// The last trouble with a broker since this was asked before.
    pub(crate) fn take_trouble(&self) -> Option<Cause> {
        self.lock().last_trouble.take()
    }

    /// From now on an outage is an error.
    pub(crate) fn set_ready(&self) {
        let mut state = self.lock();
        state.was_ready = true;
        state.last_trouble = None;
    }

    /// A broker has sent records, so that the next outage is another one.
    pub(crate) fn set_up(&self) {
        let mut state = self.lock();
        state.is_echo_heard = false;
        if state.last_told.take().is_some() {
            state.up_since = Some(Instant::now());
        }
    }

    /// A request got no answer, so that what seemed an echo of the last outage is another one.
    pub(crate) fn set_down(&self) {
        let mut state = self.lock();
        if std::mem::take(&mut state.is_echo_heard) {
            state.up_since = None;
            drop(state);
            self.note(RDKafkaErrorCode::AllBrokersDown, "");
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, code: RDKafkaErrorCode, reason: &str) {
        let mut state = self.lock();
        if code != RDKafkaErrorCode::AllBrokersDown {
            // A rejection says more than the broken connections that follow from it.
            let is_rejection = |cause: &Cause| cause.code == Some(RDKafkaErrorCode::Authentication);
            if !state.last_trouble.as_ref().is_some_and(is_rejection) {
                state.last_trouble = Some(Cause {
                    code: Some(code),
                    reason: reason.to_owned(),
                });
            }
            return;
        }
        let is_news = state
            .last_told
            .is_none_or(|told| told.elapsed() >= REMINDER);
        // One of the two clients may be back before the other.
        let is_echo = state.up_since.is_some_and(|since| since.elapsed() < ECHO);
        if is_echo {
            state.is_echo_heard = true;
        }
        if !state.was_ready || !is_news || is_echo {
            return;
        }
        state.last_told = Some(Instant::now());
        let cause = state.last_trouble.clone().unwrap_or_else(|| code.into());
        drop(state);
        self.stats.disconnects.add(1);
        self.reporter.error(
            Error::new(
                ErrorKind::Disconnected,
                "No Kafka broker can be reached any more. Messages wait in memory and reading goes on where it \
                 stopped once a broker is back. Check that the brokers run and the network between.",
            )
            .caused_by(cause),
        );
    }
}

/// Callbacks of one client.
pub(crate) struct Context {
    pub(crate) health: Arc<Health>,
    pub(crate) returned: Arc<Returned>,
    pub(crate) reporter: Arc<Reporter>,
    pub(crate) stats: Arc<Stats>,
}

impl ClientContext for Context {
    fn log(&self, _level: RDKafkaLogLevel, facility: &str, line: &str) {
        // Only called for those who set the property `debug`.
        eprintln!("librdkafka {facility}: {line}");
    }

    fn stats_raw(&self, _statistics: &[u8]) {}

    fn error(&self, error: KafkaError, reason: &str) {
        if let Some(code) = code_of(&error) {
            self.health.note(code, reason);
        }
    }
}

impl ConsumerContext for Context {}

impl ProducerContext for Context {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, _opaque: ()) {
        if let Err((error, message)) = result
            && !self.returned.keep(error, message)
        {
            self.stats.publish_failed.add(1);
            let channel = String::from_utf8_lossy(message.key().unwrap_or_default());
            let bytes = message.payload_len();
            // A purge is reported once, as a whole, by whoever orders it.
            if !is_purged(error) {
                self.reporter.error(delivery_error(error, &channel, bytes));
            }
        }
    }
}
