//! The life cycle, connecting -> ready -> closing -> closed -> connecting ..., and the thread that goes through it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rdkafka::producer::Producer as _;
use tokio::runtime::Runtime;

use crate::channels::Channels;
use crate::client::{Consumer, Context, Health, Producer};
use crate::dev_broker::DevBroker;
use crate::error::{Error, ErrorKind, Result};
use crate::inbox::{Event, Inbox};
use crate::options::{Broker, Options, invalid_property};
use crate::publisher::Publisher;
use crate::report::Reporter;
use crate::stats::Stats;
use crate::subscriber::{Filter, Subscriber};
use crate::topic::Topic;

/// How long the thread may sleep before it looks whether it should close.
const TICK: Duration = Duration::from_millis(50);
/// Why it takes so long is told after this time; deepstream gives up a plugin after 2 s.
const PATIENCE: Duration = Duration::from_millis(1500);
/// An unchanged trouble while connecting is told again after this time.
const REMINDER: Duration = Duration::from_secs(30);
/// How often it is looked whether the topic got more partitions.
const TOPIC_CHECK: Duration = Duration::from_mins(1);
/// How often it is looked for a topic that was deleted.
const TROUBLE_CHECK: Duration = Duration::from_millis(500);

/// A connection to the bus. All methods may be called from any thread; only [`Connection::flush`] and [`Connection::abort`] block.
pub struct Connection {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What the JavaScript thread and the connection thread share.
struct Shared {
    options: Options,
    phase: Mutex<Phase>,
    inbox: Arc<Inbox>,
    channels: Channels,
    publisher: Publisher,
    reporter: Arc<Reporter>,
    stats: Arc<Stats>,
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
        options.validate()?;
        let inbox = Arc::new(Inbox::new(options.inbox_bytes, wake));
        let reporter = Arc::new(Reporter::new(Arc::clone(&inbox)));
        let stats = Arc::<Stats>::default();
        let publisher = Publisher::new(&options, Arc::clone(&reporter), Arc::clone(&stats));
        let shared = Shared {
            options,
            phase: Mutex::new(Phase::Closed),
            inbox,
            channels: Channels::default(),
            publisher,
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
        self.shared.publisher.accept();
        let shared = Arc::clone(&self.shared);
        let thread = thread::Builder::new()
            .name("kafka-bus".into())
            .spawn(move || shared.run());
        match thread {
            Ok(thread) => {
                *self.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
                Ok(())
            }
            Err(error) => {
                *self.shared.lock_phase() = Phase::Closed;
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
    pub fn publish(&self, channel: String, message: Option<&str>, target: Option<String>) {
        self.shared.publisher.publish(channel, message, target);
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

    /// Waits until every published message is delivered, `timeout` at most; says how many are not. Blocks.
    #[must_use]
    pub fn flush(&self, timeout: Duration) -> usize {
        self.shared.publisher.flush(Instant::now() + timeout)
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

    /// How many messages are not delivered yet.
    #[must_use]
    pub fn undelivered(&self) -> usize {
        self.shared.publisher.undelivered()
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

/// What a connection thread works with.
struct Clients {
    producer: Arc<Producer>,
    bootstrap: String,
    health: Arc<Health>,
    runtime: Runtime,
}

impl Shared {
    fn lock_phase(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_closing(&self) -> bool {
        matches!(*self.lock_phase(), Phase::Closing { .. } | Phase::Closed)
    }

    /// Whether there is nothing left to wait for.
    fn is_over(&self) -> bool {
        match *self.lock_phase() {
            Phase::Closing { deadline } => {
                Instant::now() >= deadline || self.publisher.undelivered() == 0
            }
            Phase::Closed => true,
            Phase::Connecting | Phase::Ready => false,
        }
    }

    /// The thread.
    fn run(&self) {
        let session = catch_unwind(AssertUnwindSafe(|| self.session()));
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

    fn session(&self) -> Result<()> {
        let (clients, mut subscriber) = self.clients()?;
        if !self.connect(&clients, &mut subscriber) {
            return Ok(());
        }
        clients.health.set_ready();
        self.publisher
            .open(Arc::clone(&clients.producer), subscriber.partitions());
        if self.enter_ready() {
            self.inbox.push_event(Event::Ready);
        }
        self.read(clients, &mut subscriber)?;
        let phase = *self.lock_phase();
        if let Phase::Closing { deadline } = phase {
            self.publisher.flush(deadline);
        }
        Ok(())
    }

    /// False if it is closing already.
    fn enter_ready(&self) -> bool {
        let mut phase = self.lock_phase();
        let is_connecting = *phase == Phase::Connecting;
        if is_connecting {
            *phase = Phase::Ready;
        }
        is_connecting
    }

    fn clients(&self) -> Result<(Clients, Subscriber)> {
        let bootstrap = match &self.options.broker {
            Broker::Kafka(addresses) => addresses.clone(),
            Broker::Embedded => DevBroker::shared()?.address().to_owned(),
            Broker::EmbeddedAt(port) => format!("127.0.0.1:{port}"),
        };
        let health = Arc::new(Health::new(
            Arc::clone(&self.reporter),
            Arc::clone(&self.stats),
        ));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build();
        let runtime = runtime.map_err(|error| {
            Error::new(
                ErrorKind::Internal,
                format!("The timer of the connection cannot be started: {error}"),
            )
        })?;
        let consumer = self.options.consumer_config(&bootstrap);
        let consumer: Consumer = consumer
            .create_with_context(self.context(&health))
            .map_err(|error| invalid_property(&error))?;
        let topic = self.options.topic.clone();
        let Some(subscriber) = Subscriber::new(consumer, topic) else {
            return Err(Error::new(
                ErrorKind::Internal,
                "The consumer has no queue, although it has a group.id.",
            ));
        };
        let producer = self.producer(&bootstrap, &health)?;
        Ok((
            Clients {
                producer,
                bootstrap,
                health,
                runtime,
            },
            subscriber,
        ))
    }

    fn producer(&self, bootstrap: &str, health: &Arc<Health>) -> Result<Arc<Producer>> {
        let config = self.options.producer_config(bootstrap);
        config
            .create_with_context(self.context(health))
            .map(Arc::new)
            .map_err(|error| invalid_property(&error))
    }

    fn context(&self, health: &Arc<Health>) -> Context {
        Context {
            health: Arc::clone(health),
            reporter: Arc::clone(&self.reporter),
            stats: Arc::clone(&self.stats),
        }
    }

    fn topic<'a>(&'a self, clients: &'a Clients) -> Topic<'a> {
        Topic {
            options: &self.options,
            bootstrap: &clients.bootstrap,
            producer: &clients.producer,
            health: &clients.health,
            runtime: &clients.runtime,
        }
    }

    /// Tries until the read position is pinned; false when it is over before.
    fn connect(&self, clients: &Clients, subscriber: &mut Subscriber) -> bool {
        let mut patience = Patience::new(self.options.connect_timeout, &self.reporter);
        while !self.is_over() {
            match subscriber.pin(&self.topic(clients)) {
                Ok(()) => return true,
                Err(error) => patience.note(error),
            }
            clients.producer.poll(Duration::ZERO);
            thread::sleep(TICK);
        }
        false
    }

    /// Reads until it is to close.
    fn read(&self, mut clients: Clients, subscriber: &mut Subscriber) -> Result<()> {
        let filter = Filter {
            sender: &self.options.sender,
            publisher: &self.publisher,
            channels: &self.channels,
            inbox: &self.inbox,
            reporter: &self.reporter,
            stats: &self.stats,
        };
        let mut next_look = Instant::now() + TOPIC_CHECK;
        let mut patience = Patience::new(Duration::ZERO, &self.reporter);
        while !self.is_closing() {
            if self.inbox.wait_for_room(TICK) {
                if subscriber.poll(TICK, &filter) > 0 {
                    clients.health.set_up();
                }
            }
            clients.producer.poll(Duration::ZERO);
            if clients.producer.client().fatal_error().is_some() {
                clients.producer = self.replace_producer(&clients, subscriber)?;
            }
            if subscriber.is_lost() {
                next_look = next_look.min(Instant::now() + TROUBLE_CHECK);
            }
            if Instant::now() >= next_look {
                self.look(&clients, subscriber, &filter, &mut patience);
                next_look = Instant::now() + TOPIC_CHECK;
            }
        }
        Ok(())
    }

    /// Looks after the topic, and mends what librdkafka does not mend by itself.
    fn look(
        &self,
        clients: &Clients,
        subscriber: &mut Subscriber,
        filter: &Filter<'_>,
        patience: &mut Patience<'_>,
    ) {
        let topic = self.topic(clients);
        if subscriber.is_lost() {
            match subscriber.pin_again(&topic, filter) {
                Ok(()) => self
                    .publisher
                    .open(Arc::clone(&clients.producer), subscriber.partitions()),
                Err(error) => patience.note(error),
            }
        } else {
            // Without an answer it is asked again next time; a broker that is away is told by its callback.
            let _ = subscriber.add_partitions(&topic);
        }
    }

    /// An idempotent producer that lost its state on the broker refuses everything from then on.
    fn replace_producer(
        &self,
        clients: &Clients,
        subscriber: &Subscriber,
    ) -> Result<Arc<Producer>> {
        let lost = clients.producer.in_flight_count();
        let reason = clients
            .producer
            .client()
            .fatal_error()
            .map(|(code, _)| code);
        let mut error = Error::new(
            ErrorKind::Delivery,
            format!(
                "The broker lost track of this producer, so {lost} messages that were under way may be lost. Publishing goes \
                 on with a new producer."
            ),
        );
        error.cause = reason.map(Into::into);
        self.reporter.error(error);
        let producer = self.producer(&clients.bootstrap, &clients.health)?;
        self.publisher
            .open(Arc::clone(&producer), subscriber.partitions());
        Ok(producer)
    }
}

/// Decides what is told of the troubles of connecting, and when.
struct Patience<'a> {
    since: Instant,
    connect_timeout: Duration,
    reporter: &'a Reporter,
    told: Option<(ErrorKind, Instant)>,
    is_timeout_told: bool,
}

impl<'a> Patience<'a> {
    fn new(connect_timeout: Duration, reporter: &'a Reporter) -> Self {
        Self {
            since: Instant::now(),
            connect_timeout,
            reporter,
            told: None,
            is_timeout_told: false,
        }
    }

    fn note(&mut self, error: Error) {
        let waited = self.since.elapsed();
        let is_timeout = !self.connect_timeout.is_zero() && waited >= self.connect_timeout;
        if is_timeout && !self.is_timeout_told {
            self.is_timeout_told = true;
            let mut timeout = Error::new(
                ErrorKind::ConnectTimeout,
                format!(
                    "Not connected after {} ms, still trying. {error}",
                    waited.as_millis()
                ),
            );
            timeout.cause.clone_from(&error.cause);
            self.reporter.error(timeout);
        }
        let is_news = self
            .told
            .is_none_or(|(kind, when)| kind != error.kind || when.elapsed() >= REMINDER);
        if !is_news || (waited < PATIENCE && !error.kind.is_final()) {
            return;
        }
        self.told = Some((error.kind, Instant::now()));
        if error.kind.is_final() {
            self.reporter.error(error);
        } else {
            self.reporter.warning(error);
        }
    }
}
