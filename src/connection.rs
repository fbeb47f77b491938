//! What JavaScript holds of a connection: its orders, and the thread that they are for.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::border::batch::NotJson;
use crate::border::inbox::{Event, Inbox, Item};
use crate::error::{Error, ErrorKind, Result};
use crate::histogram::Distribution;
use crate::incoming::channels::Channels;
use crate::incoming::senders::Peer;
use crate::kafka::creation::settings;
use crate::kafka::token::Token;
use crate::kafka::{commands, config, tls};
use crate::options::Options;
use crate::outgoing::publisher::Publisher;
use crate::report::Reporter;
use crate::secrets::Secrets;
use crate::session::Session;
use crate::shared::{LinkView, NO_LINK, Phase, Shared, TICK};
use crate::stats::Stats;
use crate::survey::{self, Task};
use crate::wire::{Life, Run};

/// A connection to the bus. All methods may be called from any thread; only [`Connection::flush`] and [`Connection::abort`] block.
pub struct Connection {
    shared: Arc<Shared>,
    /// What no text may hold.
    secrets: Secrets,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Connection {
    /// A closed connection. `wake` is called when the inbox has something to take.
    pub fn new(options: Options, wake: impl Fn() + Send + Sync + 'static) -> Result<Self> {
        tls::init();
        let secrets = Secrets::of(&options.properties);
        config::validate(&options).map_err(|error| secrets.mask(error))?;
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
            senders: Mutex::default(),
            link: Mutex::new(LinkView::now(NO_LINK)),
            is_asked: AtomicBool::default(),
            token: Mutex::default(),
        };
        Ok(Self {
            shared: Arc::new(shared),
            secrets,
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
            .spawn(move || live(&shared, life));
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
                    format!("The connection's thread could not be started: {error}"),
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

    /// Wants to know at once whether the bus is heard. If it is not, the event `Heard` says so; if it is, nothing follows.
    pub fn listen(&self) {
        self.shared.is_asked.store(true, Ordering::Relaxed);
    }

    /// The brokers get this token from now on.
    pub fn set_token(&self, token: Token) {
        let mut latest = self
            .shared
            .token
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *latest = Some(Arc::new(token));
    }

    /// Counts and tells messages that turned out to be no JSON.
    pub fn refuse(&self, messages: &[NotJson]) {
        for NotJson { sender, bytes, .. } in messages {
            self.shared.stats.invalid.add(1);
            let message = format!(
                "A message of {bytes} bytes from '{sender}' is not JSON, and was skipped. Find out who else writes to the Kafka topic; \
                 the bus needs a topic of its own (option topic)."
            );
            let error = Error::new(ErrorKind::InvalidRecord, message);
            self.shared.reporter.error(error);
        }
    }

    /// What JavaScript takes out of the inbox next. No text in it holds a secret.
    pub fn take(&self) -> Option<Item> {
        let item = self.shared.inbox.take()?;
        let Item::Events(events) = item else {
            return Some(item);
        };
        let masked = events.into_iter().map(|event| match event {
            Event::Warning(error) => Event::Warning(self.secrets.mask(error)),
            Event::Error(error) => Event::Error(self.secrets.mask(error)),
            other => other,
        });
        Some(Item::Events(masked.collect()))
    }

    /// Where records and events wait.
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

    /// How long Kafka took to confirm records.
    #[must_use]
    pub fn round_trip(&self) -> Distribution {
        self.shared.publisher.backlog().round_trip().distribution()
    }

    /// For how long the oldest message has waited that is not known to be stored.
    #[must_use]
    pub fn oldest_undelivered(&self) -> Option<Duration> {
        let oldest = self.shared.publisher.backlog().oldest();
        oldest.map(|since| since.elapsed())
    }

    /// How things stand with the brokers.
    #[must_use]
    pub fn link(&self) -> LinkView {
        self.shared.link()
    }

    /// The other servers that were heard lately.
    #[must_use]
    pub fn peers(&self) -> Vec<Peer> {
        self.shared.lock_senders().peers(Instant::now())
    }

    /// Looks at the brokers, or changes the topic, whether it is open or not; see the module `survey`. Blocks for some seconds.
    pub(crate) fn carry_out(&self, task: Task) -> Value {
        survey::carry_out(task, &self.shared, &self.secrets)
    }

    /// The command that creates the topic as a server would.
    #[must_use]
    pub fn topic_command(&self) -> String {
        let options = &self.shared.options;
        commands::create_topic(options, &settings(options))
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

/// The connection thread.
fn live(shared: &Shared, life: Life) {
    let session = catch_unwind(AssertUnwindSafe(|| {
        Session::new(shared, life).map(Session::run)
    }));
    let failure = match session {
        Ok(session) => session.err(),
        Err(_) => Some(Error::new(
            ErrorKind::Internal,
            "The bus engine failed. This is a defect: please report it, together with the output on stderr. To continue, close \
             the bus and open it again.",
        )),
    };
    if let Some(error) = failure {
        // Nothing can mend it, so that it stays until it is closed.
        shared.reporter.error(error);
        while !shared.is_closing() {
            thread::sleep(TICK);
        }
    }
    shared.set_link(NO_LINK);
    let lost = shared.publisher.end();
    if lost > 0 {
        let ms = shared.options.flush_timeout.as_millis();
        shared.reporter.error(Error::new(
            ErrorKind::FlushTimeout,
            format!(
                "{lost} messages could not be delivered within {ms} ms while closing, and are lost. Check the brokers, or raise \
                 the option flushTimeoutMs."
            ),
        ));
    }
    *shared.lock_phase() = Phase::Closed;
    shared.inbox.push_event(Event::Closed);
}

/// Drawn from the randomness of the standard library's hash maps, which differs with each call.
fn new_life() -> Life {
    Life(RandomState::new().build_hasher().finish())
}
