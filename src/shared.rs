//! What the JavaScript thread and the connection thread share, the life cycle above all:
//! connecting -> ready -> closing -> closed -> connecting ...

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::border::inbox::Inbox;
use crate::incoming::channels::Channels;
use crate::incoming::senders::Senders;
use crate::kafka::token::Token;
use crate::options::Options;
use crate::outgoing::publisher::Publisher;
use crate::report::Reporter;
use crate::stats::Stats;

/// How long the connection thread may wait for something before it looks whether it should close.
pub(crate) const TICK: Duration = Duration::from_millis(100);

/// All that both threads use.
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) phase: Mutex<Phase>,
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) channels: Channels,
    pub(crate) publisher: Arc<Publisher>,
    pub(crate) reporter: Arc<Reporter>,
    pub(crate) stats: Arc<Stats>,
    /// What is known of the other servers.
    pub(crate) senders: Mutex<Senders>,
    pub(crate) link: Mutex<LinkView>,
    /// JavaScript wants to know whether the bus is heard.
    pub(crate) is_asked: AtomicBool,
    /// The latest token for the brokers.
    pub(crate) token: Mutex<Option<Arc<Token>>>,
}

/// How things stand with the brokers, for whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkView {
    /// What it is called.
    pub name: &'static str,
    /// Since when.
    pub since: SystemTime,
}

impl LinkView {
    /// From now on.
    pub(crate) fn now(name: &'static str) -> Self {
        Self {
            name,
            since: SystemTime::now(),
        }
    }
}

/// Where in its life a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Looking for a broker, the topic and its end.
    Connecting,
    /// Messages flow.
    Ready,
    /// Delivering what was published, until the deadline at the latest.
    Closing {
        /// When it gives up.
        deadline: Instant,
    },
    /// No thread runs.
    Closed,
}

/// The link of a connection that is not ready.
pub(crate) const NO_LINK: &str = "none";

impl Shared {
    pub(crate) fn link(&self) -> LinkView {
        *self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes how things stand with the brokers.
    pub(crate) fn set_link(&self, name: &'static str) {
        let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        if link.name != name {
            *link = LinkView::now(name);
        }
    }

    pub(crate) fn lock_senders(&self) -> MutexGuard<'_, Senders> {
        self.senders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn lock_phase(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn token(&self) -> Option<Arc<Token>> {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        token.clone()
    }

    pub(crate) fn is_closing(&self) -> bool {
        matches!(*self.lock_phase(), Phase::Closing { .. } | Phase::Closed)
    }

    /// The first token, if one is needed: without it no broker lets a client in. None if there is none before the end, or before it is
    /// time to tell what is in the way.
    pub(crate) fn await_token(&self) -> Option<Arc<Token>> {
        let end = Instant::now() + self.options.connect_timeout;
        let has_end = !self.options.connect_timeout.is_zero();
        while self.options.needs_token() && !self.is_over() {
            if self.token().is_some() || (has_end && Instant::now() >= end) {
                break;
            }
            std::thread::sleep(TICK / 10);
        }
        self.token()
    }

    /// Whether there is nothing left to wait for.
    pub(crate) fn is_over(&self) -> bool {
        match *self.lock_phase() {
            Phase::Closing { deadline } => {
                Instant::now() >= deadline || self.publisher.backlog().undelivered() == 0
            }
            Phase::Closed => true,
            Phase::Connecting | Phase::Ready => false,
        }
    }

    /// False if it is closing already.
    pub(crate) fn enter_ready(&self) -> bool {
        let mut phase = self.lock_phase();
        let is_connecting = *phase == Phase::Connecting;
        if is_connecting {
            *phase = Phase::Ready;
        }
        is_connecting
    }
}
