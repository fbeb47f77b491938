//! The life cycle, connecting -> ready -> closing -> closed -> connecting ..., and the thread that goes through it.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rdkafka::producer::Producer as _;
use tokio::runtime::Runtime;

use crate::channels::Channels;
use crate::client::{Consumer, Context, Health, Producer};
use crate::dev_broker::DevBroker;
use crate::diagnosis;
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
const PATIENCE: Duration = Duration::from_millis(1200);
/// An unchanged trouble while connecting is told again after this time.
const REMINDER: Duration = Duration::from_secs(30);
/// How often it is looked whether reading keeps up with the topic.
const WATCH: Duration = Duration::from_secs(1);
/// How long a request may take while connecting. Short, because closing has to wait for it.
const REQUEST: Duration = Duration::from_secs(1);
/// How long one may take at first, so that a failure is known before deepstream's patience ends.
const EARLY_REQUEST: Duration = Duration::from_millis(300);
/// How long one may take while messages flow: reading has to wait for it.
const WATCH_REQUEST: Duration = Duration::from_millis(250);

/// A client reconnects within this time after a broker is back; see `reconnect.backoff.max.ms` in [`Options`].
const RECONNECT: Duration = Duration::from_secs(2);

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
    pub fn publish(&self, channel: &str, messages: &str, target: Option<&str>) {
        self.shared.publisher.publish(channel, messages, target);
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
    advertised: RefCell<Vec<String>>,
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
        let (mut clients, mut subscriber) = self.clients()?;
        if !self.connect(&clients, &mut subscriber) {
            return Ok(());
        }
        self.fit_to_topic(&mut clients, subscriber.partitions())?;
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

    /// Sends nothing that the topic would refuse. Its limit holds for a batch as well as for a message.
    fn fit_to_topic(&self, clients: &mut Clients, partitions: i32) -> Result<()> {
        let Some(largest) = self.topic(clients, REQUEST).largest_record() else {
            return Ok(());
        };
        self.publisher.limit(largest);
        if largest < self.options.batch_bytes() {
            clients.producer = self.producer(&clients.bootstrap, &clients.health)?;
            let topic = self.topic(clients, REQUEST);
            // Should they fail, the first message waits a little longer.
            let _ = topic.offsets(self.publisher.partition(partitions));
            let _ = topic.acquire_producer_id();
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
        let consumer = self.consumer(&bootstrap, &health)?;
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
                advertised: RefCell::default(),
            },
            subscriber,
        ))
    }

    fn consumer(&self, bootstrap: &str, health: &Arc<Health>) -> Result<Consumer> {
        let config = self.options.consumer_config(bootstrap);
        config
            .create_with_context(self.context(health))
            .map_err(|error| invalid_property(&error))
    }

    fn producer(&self, bootstrap: &str, health: &Arc<Health>) -> Result<Arc<Producer>> {
        let mut config = self.options.producer_config(bootstrap);
        let largest_batch = self.publisher.largest_record();
        if largest_batch < self.options.batch_bytes() {
            config.set("batch.size", largest_batch.to_string());
        }
        config
            .create_with_context(self.context(health))
            .map(Arc::new)
            .map_err(|error| invalid_property(&error))
    }

    fn context(&self, health: &Arc<Health>) -> Context {
        Context {
            health: Arc::clone(health),
            returned: self.publisher.returned(),
            reporter: Arc::clone(&self.reporter),
            stats: Arc::clone(&self.stats),
        }
    }

    fn topic<'a>(&'a self, clients: &'a Clients, patience: Duration) -> Topic<'a> {
        Topic {
            options: &self.options,
            bootstrap: &clients.bootstrap,
            producer: &clients.producer,
            health: &clients.health,
            runtime: &clients.runtime,
            patience,
            advertised: &clients.advertised,
        }
    }

    /// Tries until the read position is pinned; false when it is over before.
    fn connect(&self, clients: &Clients, subscriber: &mut Subscriber) -> bool {
        let mut patience = Patience::new(self.options.connect_timeout, &self.reporter);
        while !self.is_over() {
            let request = if patience.is_over() {
                REQUEST
            } else {
                EARLY_REQUEST
            };
            match subscriber.pin(&self.topic(clients, request)) {
                Ok(()) => return true,
                Err(error) => patience.note(error, &clients.bootstrap),
            }
            clients.producer.poll(Duration::ZERO);
            thread::sleep(TICK);
        }
        false
    }

    /// Reads until it is to close.
    fn read(&self, mut clients: Clients, subscriber: &mut Subscriber) -> Result<()> {
        let filter = Filter {
            topic: &self.options.topic,
            sender: &self.options.sender,
            publisher: &self.publisher,
            channels: &self.channels,
            inbox: &self.inbox,
            reporter: &self.reporter,
            stats: &self.stats,
        };
        let mut next_look = Instant::now() + WATCH;
        let mut patience = Patience::new(Duration::ZERO, &self.reporter);
        let mut outage = Outage::default();
        while !self.is_closing() {
            let has_room = self.inbox.wait_for_room(TICK);
            if has_room && subscriber.poll(TICK, &filter) > 0 {
                clients.health.set_up();
            }
            clients.producer.poll(Duration::ZERO);
            if clients.producer.client().fatal_error().is_some() {
                clients.producer = self.replace_producer(&clients, subscriber)?;
            }
            let is_held = self.publisher.hold();
            if Instant::now() < next_look {
                continue;
            }
            next_look = Instant::now() + WATCH;
            if is_held && clients.producer.in_flight_count() > 0 {
                // What is under way is older than what is held, and must stay so.
                continue;
            }
            if is_held || subscriber.is_lost() {
                let mended = self.mend(&mut clients, subscriber, &filter, is_held);
                mended.unwrap_or_else(|error| patience.note(error, &clients.bootstrap));
            } else if has_room {
                // A full inbox is no reason to worry that nothing is read.
                let answer = subscriber.watch(&self.topic(&clients, WATCH_REQUEST));
                if answer.is_ok() {
                    outage = Outage::default();
                    continue;
                }
                clients.health.set_down();
                if outage.is_only_ours(|| self.is_broker_up(&clients)) {
                    outage = Outage::default();
                    self.publisher.withdraw();
                }
            }
        }
        Ok(())
    }

    /// Goes on with new clients after the topic was away, or seemed to be, or the clients have lost the brokers.
    fn mend(
        &self,
        clients: &mut Clients,
        subscriber: &mut Subscriber,
        filter: &Filter<'_>,
        is_held: bool,
    ) -> Result<()> {
        if is_held {
            // The old one goes on with sequence numbers that the broker does not expect of it.
            clients.producer = self.producer(&clients.bootstrap, &clients.health)?;
        }
        let consumer = self.consumer(&clients.bootstrap, &clients.health)?;
        let topic = self.topic(clients, REQUEST);
        subscriber.pin_again(consumer, &topic, filter)?;
        topic.acquire_producer_id()?;
        self.publisher
            .open(Arc::clone(&clients.producer), subscriber.partitions());
        Ok(())
    }

    /// Whether a client that starts afresh gets an answer.
    fn is_broker_up(&self, clients: &Clients) -> bool {
        let fresh = self.producer(&clients.bootstrap, &clients.health);
        fresh.is_ok_and(|producer| {
            let topic = Some(self.options.topic.as_str());
            producer.client().fetch_metadata(topic, REQUEST).is_ok()
        })
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

/// Tells an outage of the brokers from one of our own clients.
///
/// librdkafka 2.12.1 forgets all brokers, and never connects again, when a broker that is starting answers with an empty list of
/// them (confluentinc/librdkafka#5301).
#[derive(Default)]
struct Outage {
    since: Option<Instant>,
    /// When a fresh client found a broker for the first time.
    others_up_since: Option<Instant>,
}

impl Outage {
    /// Called whenever a request of ours failed. True once fresh clients have been finding a broker for longer than ours
    /// would need to reconnect.
    fn is_only_ours(&mut self, is_broker_up: impl FnOnce() -> bool) -> bool {
        let since = *self.since.get_or_insert_with(Instant::now);
        if since.elapsed() < RECONNECT {
            return false;
        }
        if !is_broker_up() {
            self.others_up_since = None;
            return false;
        }
        let up_since = *self.others_up_since.get_or_insert_with(Instant::now);
        up_since.elapsed() >= RECONNECT
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

    fn is_over(&self) -> bool {
        self.since.elapsed() >= PATIENCE
    }

    fn note(&mut self, error: Error, bootstrap: &str) {
        let waited = self.since.elapsed();
        let is_timeout = !self.connect_timeout.is_zero()
            && waited >= self.connect_timeout
            && !self.is_timeout_told;
        let is_news = self
            .told
            .is_none_or(|(kind, when)| kind != error.kind || when.elapsed() >= REMINDER)
            && (self.is_over() || error.kind.is_final());
        if !is_timeout && !is_news {
            return;
        }
        let kind = error.kind;
        let error = diagnosis::look_closer(error, bootstrap);
        if is_timeout {
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
        if is_news {
            self.told = Some((kind, Instant::now()));
            if error.kind.is_final() {
                self.reporter.error(error);
            } else {
                self.reporter.warning(error);
            }
        }
    }
}
