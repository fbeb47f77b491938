//! The life cycle, connecting -> ready -> closing -> closed -> connecting ..., and the thread that goes through it.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::border::batch::NotJson;
use crate::border::inbox::{Event, Inbox};
use crate::error::{Error, ErrorKind, Result};
use crate::incoming::channels::Channels;
use crate::kafka::config;
use crate::options::Options;
use crate::outgoing::publisher::Publisher;
use crate::report::Reporter;
use crate::session::Session;
use crate::stats::Stats;
use crate::wire::{Life, Run};

/// How long the thread may wait for something before it looks whether it should close.
pub(crate) const TICK: Duration = Duration::from_millis(100);

/// A connection to the bus. All methods may be called from any thread; only [`Connection::flush`] and [`Connection::abort`] block.
pub struct Connection {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What the JavaScript thread and the connection thread share.
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) phase: Mutex<Phase>,
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) channels: Channels,
    pub(crate) publisher: Arc<Publisher>,
    pub(crate) reporter: Arc<Reporter>,
    pub(crate) stats: Arc<Stats>,
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

impl Connection {
    /// A closed connection. `wake` is called when the inbox has something to take.
    pub fn new(options: Options, wake: impl Fn() + Send + Sync + 'static) -> Result<Self> {
        config::validate(&options)?;
        let inbox = Arc::new(Inbox::new(options.inbox_bytes, wake));
        let reporter = Arc::new(Reporter::new(Arc::clone(&inbox)));
        let stats = Arc::<Stats>::default();
        let publisher = Publisher::new(&options, Arc::clone(&reporter), Arc::clone(&stats));
        let shared = Shared {
            options,
            phase: Mutex::new(Phase::Closed),
            inbox,
            channels: Channels::default(),
            publisher: Arc::new(publisher),
            reporter,
            stats,
        };
        Ok(Self {
            shared: Arc::new(shared),
            thread: Mutex::default(),
        })
    }

    /// Connects in the background. Does nothing unless the connection is closed.
    pub fn open(&self) -> Result<()> {
        if self.phase() != Phase::Closed {
            return Ok(());
        }
        self.join();
        *self.shared.lock_phase() = Phase::Connecting;
        let life = new_life();
        self.shared.publisher.begin(life);
        let shared = Arc::clone(&self.shared);
        let thread = thread::Builder::new()
            .name("kafka-bus".into())
            .spawn(move || shared.run(life));
        match thread {
            Ok(thread) => {
                *self.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
                Ok(())
            }
            Err(error) => {
                *self.shared.lock_phase() = Phase::Closed;
                self.shared.publisher.end();
                Err(Error::new(
                    ErrorKind::Internal,
                    format!("The connection's thread cannot be started: {error}"),
                ))
            }
        }
    }

    /// Stops reading at once, delivers what was published within the option flushTimeoutMs, and ends with the event
    /// `Closed`. Does not block.
    pub fn close(&self) {
        self.shared.channels.clear();
        self.shared.inbox.clear();
        let deadline = Instant::now() + self.shared.options.flush_timeout;
        let mut phase = self.shared.lock_phase();
        if matches!(*phase, Phase::Connecting | Phase::Ready) {
            *phase = Phase::Closing { deadline };
        }
    }

    /// Ends without delivering anything more, and waits for the thread. For when the environment goes away.
    pub fn abort(&self) {
        self.shared.channels.clear();
        self.shared.inbox.clear();
        let mut phase = self.shared.lock_phase();
        if *phase != Phase::Closed {
            *phase = Phase::Closing {
                deadline: Instant::now(),
            };
        }
        drop(phase);
        self.join();
    }

    fn join(&self) {
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            // A panic was caught and told by the thread itself.
            let _ = thread.join();
        }
    }

    /// Publishes; see [`Publisher::publish`].
    pub fn publish(&self, runs: &[Run<'_>], lines: &str) {
        self.shared.publisher.publish(runs, lines);
    }

    /// Lets records of a channel through; see [`Channels::add`].
    #[must_use]
    pub fn subscribe(&self, channel: &str) -> u32 {
        self.shared.channels.add(channel)
    }

    /// Stops records of a channel.
    pub fn unsubscribe(&self, channel: &str) {
        self.shared.channels.remove(channel);
    }

    /// Waits until every published message is stored, `timeout` at most; says how many are not. Blocks.
    #[must_use]
    pub fn flush(&self, timeout: Duration) -> u64 {
        self.shared.publisher.backlog().wait_until_empty(timeout)
    }

    /// Counts and tells messages that turned out to be no JSON.
    pub fn refuse(&self, messages: &[NotJson]) {
        for NotJson { sender, bytes, .. } in messages {
            self.shared.stats.invalid.add(1);
            let message = format!(
                "A message of {bytes} bytes from '{sender}' is no JSON and was skipped. Find out who else writes to the Kafka topic; \
                 the bus needs one of its own (option topic)."
            );
            let error = Error::new(ErrorKind::InvalidRecord, message);
            self.shared.reporter.error(error);
        }
    }

    /// Where records and events are taken from.
    #[must_use]
    pub fn inbox(&self) -> &Inbox {
        &self.shared.inbox
    }

    /// The counters.
    #[must_use]
    pub fn stats(&self) -> &Stats {
        &self.shared.stats
    }

    /// How many messages are not known to be stored.
    #[must_use]
    pub fn undelivered(&self) -> u64 {
        self.shared.publisher.backlog().undelivered()
    }

    /// Where in its life it is.
    #[must_use]
    pub fn phase(&self) -> Phase {
        *self.shared.lock_phase()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.abort();
    }
}

impl Shared {
    pub(crate) fn lock_phase(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_closing(&self) -> bool {
        matches!(*self.lock_phase(), Phase::Closing { .. } | Phase::Closed)
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

    /// The thread.
    fn run(&self, life: Life) {
        let session = catch_unwind(AssertUnwindSafe(|| {
            Session::new(self, life).map(Session::run)
        }));
        match session {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                self.reporter.error(error);
                self.wait_for_close();
            }
            Err(_) => {
                self.reporter.error(Error::new(
                    ErrorKind::Internal,
                    "The bus engine failed. This is a defect: please report it with what stderr says. Close the bus \
                     and open it again to go on.",
                ));
                self.wait_for_close();
            }
        }
        let lost = self.publisher.end();
        if lost > 0 {
            let ms = self.options.flush_timeout.as_millis();
            self.reporter.error(Error::new(
                ErrorKind::FlushTimeout,
                format!(
                    "{lost} messages could not be delivered within {ms} ms while closing and are lost. Check the \
                     brokers, or raise the option flushTimeoutMs."
                ),
            ));
        }
        *self.lock_phase() = Phase::Closed;
        self.inbox.push_event(Event::Closed);
    }

    /// After a failure that nothing can mend, the connection stays until it is closed.
    fn wait_for_close(&self) {
        while !self.is_closing() {
            thread::sleep(TICK);
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

/// Drawn from the randomness of the standard library's hash maps, which differs with each call.
fn new_life() -> Life {
    Life(RandomState::new().build_hasher().finish())
}
