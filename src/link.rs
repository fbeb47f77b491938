//! Whether this node and the brokers hear each other, and what follows if not.
//!
//! ```text
//!            silent                a fresh client finds
//!  Flowing ─────────▶ Doubtful ─┬─ nobody ─────────▶ CutOff ─────┐
//!     ▲                         ├─ no leader ──────▶ Leaderless ─┤ each as the next fresh client finds
//!     │                         └─ the leader ─────▶ OnlyOurs ───┘
//!     │ a byte moves               for some time: │ rebuild
//!     └──────────────────────── from any of them ◀┘
//! ```
//!
//! Pure: it is told the time and what is known, and says what to do. A byte that moves shows that a client is alive, however slow
//! it is; clients are replaced only when none does although others are served, and then with growing pauses.

use std::time::{Duration, Instant};

use crate::kafka::pulse::Silence;

/// Silence up to here is usual: a broker answers a fetch within 500 ms.
const DOUBT: Duration = Duration::from_millis(800);
/// Silence of this length is told as soon as a fresh client has shown whose it is,
const TELL: Duration = Duration::from_secs(1);
/// and of this length in any case.
const TELL_ANYWAY: Duration = Duration::from_secs(3);
/// A leader that only does not say that a record is stored is given this time: our producer may just be connecting to it again.
const TELL_HELD_UP: Duration = Duration::from_millis(2500);
/// What is on its way to the broker may take so many bytes a second longer until silence is told. Once the system has taken it,
/// nobody can tell a slow link from a silent broker; the requests of the reader wait behind it on the same link.
const SLOW: usize = 250_000;
/// The same for replacing clients, which sends it once more.
const VERY_SLOW: usize = 100_000;
/// It is told again after this time.
const REMINDER: Duration = Duration::from_secs(30);
/// How often a fresh client looks while it is silent.
const PROBE: Duration = Duration::from_secs(1);
/// Our clients need up to so long to connect again, see `reconnect.backoff.max.ms`.
pub(crate) const RECONNECT: Duration = Duration::from_secs(2);
/// The pause before clients are replaced again doubles up to here,
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// and is forgotten after so long without trouble.
const CALM: Duration = Duration::from_mins(1);

/// See the module. One for each session.
pub(crate) struct Link {
    state: State,
    silent_since: Option<Instant>,
    told: Option<Told>,
    next_probe: Instant,
    /// How long clients that were replaced are left alone.
    pause: Duration,
    rebuilt_at: Option<Instant>,
    /// Clients are not replaced before.
    not_before: Instant,
    /// As JavaScript knows it.
    is_heard: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Flowing,
    Doubtful,
    CutOff,
    Leaderless,
    OnlyOurs { since: Instant },
}

#[derive(Clone, Copy)]
struct Told {
    at: Instant,
    is_cut_off: bool,
}

/// What a fresh client found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Nobody,
    NoLeader,
    Leader,
}

/// What is known.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a signal of its own")]
pub(crate) struct Signals {
    /// The longest silence.
    pub(crate) silence: Option<Silence>,
    /// Whether the leader is silent about what is sent alone.
    pub(crate) is_only_writing: bool,
    /// How many bytes are on their way to the broker.
    pub(crate) sending: usize,
    /// The answer of a fresh client since the last step.
    pub(crate) found: Option<Found>,
    /// The reader has lost its position, or the topic.
    pub(crate) is_lost: bool,
    /// Somebody waits for a message that is overdue, and wants to know whose silence it is.
    pub(crate) is_asked: bool,
    /// Whether the leaders answered when they were listened to.
    pub(crate) listened: Option<bool>,
    /// The reader is held back for long by a quota.
    pub(crate) is_throttled: bool,
}

/// What is to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// No broker answers anybody. `is_first`: not a reminder.
    CutOff { is_first: bool },
    /// The leader of a partition does not answer this node.
    Silent(Silence),
    /// Whoever was silent answers again, after so long.
    Back { was_cut_off: bool, after: Duration },
}

/// What is to be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) tell: Option<News>,
    /// A fresh client is to look for the leader of this partition.
    pub(crate) probe: Option<i32>,
    /// The clients are to be replaced; [`Link::rebuilt`] is told when they were.
    pub(crate) rebuild: bool,
    /// It is to be found out at once whether the leaders answer.
    pub(crate) listen: bool,
    /// Whether what others send would be read here now, if that has changed.
    pub(crate) is_heard: Option<bool>,
}

impl Link {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            state: State::Flowing,
            silent_since: None,
            told: None,
            next_probe: now,
            pause: RECONNECT,
            rebuilt_at: None,
            not_before: now,
            is_heard: true,
        }
    }

    /// What its state is called.
    pub(crate) fn name(&self) -> &'static str {
        match self.state {
            State::Flowing => "flowing",
            State::Doubtful => "doubtful",
            State::CutOff => "cutOff",
            State::Leaderless => "leaderless",
            State::OnlyOurs { .. } => "onlyOurs",
        }
    }

    /// To be called several times a second.
    pub(crate) fn step(&mut self, now: Instant, signals: Signals) -> Step {
        let doubt = DOUBT + time_for(signals.sending, SLOW);
        let silence = signals.silence.filter(|silence| silence.length >= doubt);
        let mut step = match silence {
            None => Step {
                tell: self.flow(now),
                ..Step::default()
            },
            Some(silence) => self.doubt(now, silence, signals),
        };
        step.rebuild |= signals.is_lost;
        step.rebuild &= now >= self.not_before;
        step.is_heard = self.hearing(silence.is_none(), signals);
        let may_be_back = silence.is_none() && !signals.is_throttled;
        step.listen = signals.is_asked || may_be_back && !self.is_heard;
        step
    }

    /// That it is not heard shows before the silence is long enough to be told. That it is heard again takes an answer: the last
    /// sign of life may be older than the silence.
    fn hearing(&mut self, flows: bool, signals: Signals) -> Option<bool> {
        let is_heard = match signals.listened {
            _ if signals.is_throttled => false,
            Some(false) => false,
            Some(true) if flows => true,
            _ => self.is_heard && self.told.is_none(),
        };
        (std::mem::replace(&mut self.is_heard, is_heard) != is_heard).then_some(is_heard)
    }

    /// The clients were replaced.
    pub(crate) fn rebuilt(&mut self, now: Instant) {
        let is_early = self
            .rebuilt_at
            .is_some_and(|at| now < at + self.pause + CALM);
        self.pause = if is_early {
            (self.pause * 2).min(LONGEST_PAUSE)
        } else {
            RECONNECT
        };
        self.rebuilt_at = Some(now);
        self.not_before = now + self.pause;
        if self.state != State::Flowing {
            self.state = State::Doubtful;
        }
    }

    /// The clients could not be replaced.
    pub(crate) fn not_rebuilt(&mut self, now: Instant) {
        self.not_before = now + PROBE;
    }

    fn flow(&mut self, now: Instant) -> Option<News> {
        self.state = State::Flowing;
        let since = self.silent_since.take();
        let told = self.told.take()?;
        Some(News::Back {
            was_cut_off: told.is_cut_off,
            after: now.saturating_duration_since(since.unwrap_or(told.at)),
        })
    }

    fn doubt(&mut self, now: Instant, silence: Silence, signals: Signals) -> Step {
        self.silent_since
            .get_or_insert(now.checked_sub(silence.length).unwrap_or(now));
        self.state = match (signals.found, self.state) {
            (Some(Found::Nobody), _) => State::CutOff,
            (Some(Found::NoLeader), _) => State::Leaderless,
            (Some(Found::Leader), State::OnlyOurs { since }) => State::OnlyOurs { since },
            (Some(Found::Leader), _) => State::OnlyOurs { since: now },
            (None, State::Flowing) => State::Doubtful,
            (None, state) => state,
        };
        let probe = (now >= self.next_probe).then(|| {
            self.next_probe = now + PROBE;
            silence.partition
        });
        let rebuild = match self.state {
            State::OnlyOurs { since } => {
                let patience = RECONNECT + time_for(signals.sending, VERY_SLOW);
                now.saturating_duration_since(since) >= RECONNECT && silence.length >= patience
            }
            _ => false,
        };
        Step {
            tell: self.news(now, silence, signals),
            probe,
            rebuild,
            ..Step::default()
        }
    }

    fn news(&mut self, now: Instant, silence: Silence, signals: Signals) -> Option<News> {
        let patience = match self.state {
            State::Doubtful => TELL_ANYWAY,
            _ if signals.is_only_writing => TELL_HELD_UP,
            _ => TELL,
        };
        if silence.length < patience + time_for(signals.sending, SLOW) {
            return None;
        }
        let is_cut_off = self.state == State::CutOff;
        let is_news = match self.told {
            None => true,
            // That there is a broker again but no leader yet is part of the same trouble.
            Some(told) => is_cut_off && !told.is_cut_off || now >= told.at + REMINDER,
        };
        if !is_news {
            return None;
        }
        let is_first = self.told.is_none_or(|told| !told.is_cut_off);
        let was_cut_off = self.told.is_some_and(|told| told.is_cut_off);
        self.told = Some(Told {
            at: now,
            is_cut_off: is_cut_off || was_cut_off,
        });
        Some(if is_cut_off {
            News::CutOff { is_first }
        } else {
            News::Silent(silence)
        })
    }
}

/// How long so many bytes take at so many a second.
fn time_for(bytes: usize, a_second: usize) -> Duration {
    Duration::from_millis((bytes as u64).saturating_mul(1000) / a_second as u64)
}

#[cfg(test)]
mod tests;
