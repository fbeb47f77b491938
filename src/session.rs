//! What the connection thread does: connects, reads, and mends what is broken.

use std::cell::RefCell;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::producer::Producer as _;
use tokio::runtime::Runtime;

use crate::client::{Consumer, Context, Health, Producer};
use crate::connection::{Phase, Shared, TICK};
use crate::dev_broker::DevBroker;
use crate::error::{Error, ErrorKind, Result};
use crate::inbox::Event;
use crate::options::{Broker, invalid_property};
use crate::outage::{Flow, Outage, Verdict};
use crate::patience::Patience;
use crate::subscriber::{Filter, Subscriber};
use crate::topic::Topic;

/// How often it is looked whether reading keeps up with the topic.
const WATCH: Duration = Duration::from_secs(1);
/// How long reading may stand still before the end of the topic is reached; its last records may be none for readers.
const CATCH_UP: Duration = Duration::from_secs(3);
/// How long a request may take while connecting. Short, because closing has to wait for it.
const REQUEST: Duration = Duration::from_secs(1);
/// How long one may take at first, so that a failure is known before deepstream's patience ends.
const EARLY_REQUEST: Duration = Duration::from_millis(300);
/// How long a client that starts afresh may take for one.
const FRESH_REQUEST: Duration = Duration::from_millis(500);
/// How long one may take while messages flow: reading has to wait for it.
const WATCH_REQUEST: Duration = Duration::from_millis(250);

/// What a connection thread works with.
struct Clients {
    producer: Arc<Producer>,
    bootstrap: String,
    health: Arc<Health>,
    runtime: Runtime,
    advertised: RefCell<Vec<String>>,
}

impl Shared {
    /// From the first attempt to connect until everything is delivered, or cannot be.
    pub(crate) fn session(&self) -> Result<()> {
        let (mut clients, mut subscriber) = self.clients()?;
        if !self.connect(&clients, &mut subscriber) {
            return Ok(());
        }
        self.fit_to_topic(&mut clients, subscriber.partitions())?;
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

    fn clients(&self) -> Result<(Clients, Subscriber)> {
        let bootstrap = match &self.options.broker {
            Broker::Kafka(addresses) => addresses.clone(),
            Broker::Embedded => DevBroker::shared()?.address().to_owned(),
            Broker::EmbeddedAt(port) => format!("127.0.0.1:{port}"),
        };
        let health = Arc::<Health>::default();
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
            ledger: Arc::clone(self.publisher.ledger()),
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
        let mut flow = Flow::default();
        while !self.is_closing() {
            let has_room = self.inbox.wait_for_room(TICK);
            if has_room && subscriber.poll(TICK, &filter) > 0 {
                outage.interrupt();
            }
            clients.producer.poll(Duration::ZERO);
            if clients.producer.client().fatal_error().is_some() {
                clients.producer = self.replace_producer(&clients, subscriber)?;
            }
            let is_held = self.publisher.hold();
            let is_urgent = clients.health.is_in_doubt() && clients.health.is_answered();
            if Instant::now() < next_look && !is_urgent {
                continue;
            }
            next_look = Instant::now() + WATCH;
            if is_held && clients.producer.in_flight_count() > 0 {
                // What is under way is older than what is held, and must stay so.
                continue;
            }
            let outcome = if is_held || subscriber.is_lost() {
                self.mend(&mut clients, subscriber, &filter, is_held)
                    .inspect_err(|error| patience.note(error.clone(), &clients.bootstrap))
            } else if has_room && !self.flows(&mut flow, &clients) {
                // A full inbox is no reason to worry that nothing is read.
                subscriber.watch(&self.topic(&clients, WATCH_REQUEST))
            } else {
                continue;
            };
            if clients.health.is_answered() {
                outage = Outage::default();
                flow.set_answered();
            } else if let Err(error) = outcome {
                self.judge(&mut outage, &clients, error);
                if !outage.is_told() {
                    next_look = Instant::now() + TICK;
                }
            }
        }
        Ok(())
    }

    /// What follows from a request that no broker answered.
    fn judge(&self, outage: &mut Outage, clients: &Clients, error: Error) {
        match outage.judge(|| self.is_broker_up(clients)) {
            Verdict::TooEarly => {}
            Verdict::OnlyOurs => {
                *outage = Outage::default();
                self.publisher.withdraw();
            }
            Verdict::Everybody { is_news, is_first } => {
                self.stats.disconnects.add(u64::from(is_first));
                if is_news {
                    let mut disconnected = Error::new(
                        ErrorKind::Disconnected,
                        "No Kafka broker can be reached any more. Messages wait in memory and reading goes on where \
                         it stopped once a broker is back. Check that the brokers run and the network between.",
                    );
                    disconnected.cause = error.cause;
                    self.reporter.error(disconnected);
                }
            }
        }
    }

    /// Whether messages show that there is no need to ask the brokers.
    fn flows(&self, flow: &mut Flow, clients: &Clients) -> bool {
        let goes_on = flow.goes_on(&self.stats, clients.producer.in_flight_count());
        goes_on && !clients.health.is_in_doubt()
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
        let ends = subscriber.pin_again(consumer, &topic, filter)?;
        topic.acquire_producer_id()?;
        if is_held {
            self.catch_up(subscriber, filter, &ends);
        }
        self.publisher
            .open(Arc::clone(&clients.producer), subscriber.partitions());
        Ok(())
    }

    /// Reads up to where the topic ended, so that it shows what of the messages that are held is in it already.
    fn catch_up(&self, subscriber: &mut Subscriber, filter: &Filter<'_>, ends: &[i64]) {
        let mut idle = Duration::ZERO;
        while subscriber.is_behind(ends) && idle < CATCH_UP && !self.is_closing() {
            if self.inbox.wait_for_room(TICK) && subscriber.poll(TICK, filter) == 0 {
                idle += TICK;
            }
        }
    }

    /// Whether a client that starts afresh gets an answer.
    fn is_broker_up(&self, clients: &Clients) -> bool {
        let fresh = self.producer(&clients.bootstrap, &clients.health);
        fresh.is_ok_and(|producer| {
            let topic = Some(self.options.topic.as_str());
            producer
                .client()
                .fetch_metadata(topic, FRESH_REQUEST)
                .is_ok()
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
