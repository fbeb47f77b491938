//! The brokers of a session, and the clients that it makes for them.

use std::cell::RefCell;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rdkafka::client::Client;
use rdkafka::consumer::Consumer as _;
use rdkafka::producer::Producer as _;
use tokio::runtime::Runtime;

use crate::error::{Error, ErrorKind, Result};
use crate::kafka::clients::{Beat, Consumer, Context, Producer, Troubles};
use crate::kafka::config;
use crate::kafka::dev_broker::DevBroker;
use crate::kafka::pulse::Direction;
use crate::kafka::topic::Topic;
use crate::options::Broker;
use crate::shared::Shared;

/// The brokers, as far as they outlast a client.
pub(crate) struct Cluster<'a> {
    shared: &'a Shared,
    /// Where they are, as librdkafka is told.
    pub(crate) bootstrap: String,
    troubles: Arc<Troubles>,
    runtime: Runtime,
    /// Where the brokers send clients, as they said last.
    advertised: RefCell<Vec<String>>,
    /// What is to be told of how the topic was created.
    note: RefCell<Option<Error>>,
}

impl<'a> Cluster<'a> {
    pub(crate) fn new(shared: &'a Shared) -> Result<Self> {
        let bootstrap = match &shared.options.broker {
            Broker::Kafka(addresses) => addresses.clone(),
            Broker::Embedded => DevBroker::shared()?.address(),
            Broker::EmbeddedAt(port) => format!("127.0.0.1:{port}"),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build();
        let runtime = runtime.map_err(|error| {
            Error::new(
                ErrorKind::Internal,
                format!("The timer of the connection could not be started: {error}"),
            )
        })?;
        Ok(Self {
            shared,
            bootstrap,
            troubles: Arc::default(),
            runtime,
            advertised: RefCell::default(),
            note: RefCell::default(),
        })
    }

    pub(crate) fn producer(&self) -> Result<Producer> {
        let config = config::producer(&self.shared.options, &self.bootstrap);
        // The publisher holds its producer, and must not be held by it.
        let publisher = Arc::downgrade(&self.shared.publisher);
        let context = self.context(&self.troubles, Direction::Both, move |attempt, error| {
            if let Some(publisher) = publisher.upgrade() {
                publisher.settle(attempt, error);
            }
        });
        config
            .create_with_context(context)
            .map_err(|error| config::invalid_property(&error))
            .inspect(|producer: &Producer| self.give_token(producer.client()))
    }

    pub(crate) fn consumer(&self) -> Result<Consumer> {
        let config = config::consumer(&self.shared.options, &self.bootstrap);
        config
            .create_with_context(self.context(&self.troubles, Direction::In, |_, _| {}))
            .map_err(|error| config::invalid_property(&error))
            .inspect(|consumer: &Consumer| self.give_token(consumer.client()))
    }

    /// A client that only looks who is there.
    pub(crate) fn visitor(&self) -> Result<Producer> {
        let config = config::producer(&self.shared.options, &self.bootstrap);
        config
            .create_with_context(self.context(&Arc::default(), Direction::Both, |_, _| {}))
            .map_err(|error| config::invalid_property(&error))
            .inspect(|visitor: &Producer| self.give_token(visitor.client()))
    }

    fn give_token(&self, client: &Client<Context>) {
        if let Some(token) = self.shared.token() {
            token.give(client);
        }
    }

    fn context(
        &self,
        troubles: &Arc<Troubles>,
        direction: Direction,
        on_delivery: impl Fn(usize, Option<&rdkafka::error::KafkaError>) + Send + Sync + 'static,
    ) -> Context {
        Context {
            troubles: Arc::clone(troubles),
            topic: self.shared.options.topic.clone(),
            direction,
            beat: Mutex::new(Beat::new(Instant::now())),
            on_delivery: Box::new(on_delivery),
        }
    }

    /// What is to be told of how the topic was created, once.
    pub(crate) fn take_note(&self) -> Option<Error> {
        self.note.take()
    }

    /// The topic, asked for by this client.
    pub(crate) fn topic<'t>(&'t self, producer: &'t Producer, timeout: Duration) -> Topic<'t> {
        Topic {
            options: &self.shared.options,
            bootstrap: &self.bootstrap,
            producer,
            troubles: &self.troubles,
            runtime: &self.runtime,
            token: self.shared.token(),
            timeout,
            advertised: &self.advertised,
            note: &self.note,
        }
    }
}
