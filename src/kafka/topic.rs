//! The Kafka topic that all nodes share: creates and verifies it, finds where its partitions end.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::FromClientConfig;
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::producer::Producer as _;
use tokio::runtime::Runtime;

use crate::error::{Cause, Error, ErrorKind, Result, code_of};
use crate::kafka::clients::{Producer, Troubles};
use crate::kafka::dev_broker::DevBroker;
use crate::kafka::fault::Fault;
use crate::kafka::token::Token;
use crate::kafka::{config, diagnosis};
use crate::options::{Broker, Options};

/// How long the creation of a topic is waited for; it goes on without that. Closing, and all else, has to wait as well.
const CREATION: Duration = Duration::from_secs(2);

/// Asks the cluster for the topic. All calls block and belong to the connection thread.
pub(crate) struct Topic<'a> {
    pub(crate) options: &'a Options,
    /// The brokers' addresses.
    pub(crate) bootstrap: &'a str,
    /// The producer's client serves the requests: on the consumer's connection they would wait behind a parked fetch.
    pub(crate) producer: &'a Producer,
    pub(crate) troubles: &'a Troubles,
    pub(crate) runtime: &'a Runtime,
    /// To log in with, if the brokers want tokens.
    pub(crate) token: Option<Arc<Token>>,
    /// How long a request may take. Closing has to wait for it.
    pub(crate) timeout: Duration,
    /// Where the brokers send clients, from the last answer to any request of this connection.
    pub(crate) advertised: &'a RefCell<Vec<String>>,
}

impl Topic<'_> {
    /// The number of its partitions, when it exists and each has a leader. Creates it when that is allowed; until it
    /// shows, the answer is `None`.
    pub(crate) fn ensure(&self) -> Result<Option<i32>> {
        match self.partitions()? {
            Some(count) => Ok(Some(count)),
            None if self.options.create_topic => self.create().map(|()| None),
            None => Err(self.missing("does not exist, and the option createTopic is off", None)),
        }
    }

    /// The number of its partitions; `None` when it does not exist.
    pub(crate) fn partitions(&self) -> Result<Option<i32>> {
        let name = &self.options.topic;
        let metadata = self
            .producer
            .client()
            .fetch_metadata(Some(name), self.timeout);
        let metadata = metadata.map_err(|error| self.unreachable(error.into()))?;
        self.troubles.clear();
        *self.advertised.borrow_mut() = metadata
            .brokers()
            .iter()
            .map(|broker| format!("{}:{}", broker.host(), broker.port()))
            .collect();
        let topic = metadata.topics().iter().find(|topic| topic.name() == name);
        let Some(topic) = topic else { return Ok(None) };
        if let Some(code) = topic.error().map(RDKafkaErrorCode::from) {
            return match Fault::of_code(code) {
                Fault::TopicUnknown => Ok(None),
                Fault::Denied => Err(Error::new(
                    ErrorKind::Authorization,
                    format!(
                        "The broker does not let this user describe the topic {name}. Give it the rights Describe, \
                         Read and Write on the topic."
                    ),
                )
                .caused_by(code)),
                _ => Err(self.no_leader("is not ready").caused_by(code)),
            };
        }
        let partitions = topic.partitions();
        if partitions.is_empty() || partitions.iter().any(|partition| partition.leader() < 0) {
            return Err(self.no_leader("has a partition without a leader"));
        }
        Ok(i32::try_from(partitions.len()).ok())
    }

    /// First and next offset of a partition.
    pub(crate) fn offsets(&self, partition: i32) -> Result<(i64, i64)> {
        let client = self.producer.client();
        let answer = client.fetch_watermarks(&self.options.topic, partition, self.timeout);
        answer.map_err(|error| {
            let cause = self.troubles.last().unwrap_or_else(|| error.into());
            self.failed(cause, |cause| {
                self.no_leader("does not tell its offsets").caused_by(cause)
            })
        })
    }

    /// Says why a request to a broker that the metadata names failed.
    fn failed(&self, cause: Cause, otherwise: impl FnOnce(Cause) -> Error) -> Error {
        let is_unreachable = cause
            .code
            .map(Fault::of_code)
            .is_some_and(|fault| matches!(fault, Fault::Unreachable | Fault::UnknownHost));
        let advertised = self.advertised.borrow();
        let error = is_unreachable
            .then(|| diagnosis::advertised_elsewhere(self.bootstrap, &advertised))
            .flatten();
        match error {
            Some(error) => error.caused_by(cause),
            None => otherwise(cause),
        }
    }

    fn create(&self) -> Result<()> {
        let Options {
            topic, partitions, ..
        } = self.options;
        match self.options.broker {
            Broker::Embedded => return DevBroker::shared()?.create_topic(topic, *partitions),
            Broker::EmbeddedAt(_) => {
                return Err(Error::new(
                    ErrorKind::TopicMissing,
                    format!(
                        "The development broker at {} has no topic {topic}. Start it with: deepstream-kafka broker --topic {topic}",
                        self.bootstrap
                    ),
                ));
            }
            Broker::Kafka(_) => {}
        }
        let retention = self.options.retention.as_millis().to_string();
        let max_message = self.options.max_message_bytes.to_string();
        let replication = TopicReplication::Fixed(self.options.replication_factor);
        let new = NewTopic::new(topic, *partitions, replication)
            .set("cleanup.policy", "delete")
            .set("retention.ms", &retention)
            // A segment is deleted as a whole, so it must not live longer than the records in it.
            .set("segment.ms", &retention)
            .set("max.message.bytes", &max_message);
        let config = config::producer(self.options, self.bootstrap);
        let admin = AdminClient::<DefaultClientContext>::from_config(&config)
            .map_err(|error| config::invalid_property(&error))?;
        if let Some(token) = &self.token {
            token.give(admin.inner());
        }
        let options = AdminOptions::new()
            .operation_timeout(Some(CREATION))
            .request_timeout(Some(CREATION));
        let answer = self.runtime.block_on(admin.create_topics([&new], &options));
        let failure = match answer {
            Ok(results) => results
                .into_iter()
                .find_map(std::result::Result::err)
                .map(|(_, code)| code),
            Err(error) => code_of(&error).or(Some(RDKafkaErrorCode::Unknown)),
        };
        let Some(code) = failure else { return Ok(()) };
        match Fault::of_code(code) {
            // Another node was faster.
            Fault::Exists => Ok(()),
            Fault::Denied => Err(self.missing(
                "does not exist, and this user may not create it",
                Some(code.into()),
            )),
            Fault::Unreachable => Err(self.failed(code.into(), |cause| {
                self.no_leader("is still being created").caused_by(cause)
            })),
            _ => Err(self.missing("does not exist and could not be created", Some(code.into()))),
        }
    }

    fn missing(&self, what: &str, cause: Option<Cause>) -> Error {
        let Options {
            topic,
            partitions,
            replication_factor,
            retention,
            max_message_bytes,
            ..
        } = self.options;
        let replication = match replication_factor {
            -1 => String::new(),
            factor => format!(" --replication-factor {factor}"),
        };
        let mut error = Error::new(
            ErrorKind::TopicMissing,
            format!(
                "The Kafka topic {topic} {what}. Waiting for it. Create it with: kafka-topics.sh --bootstrap-server {} \
                 --create --topic {topic} --partitions {partitions}{replication} --config retention.ms={} \
                 --config max.message.bytes={max_message_bytes}",
                self.bootstrap,
                retention.as_millis()
            ),
        );
        error.cause = cause;
        error
    }

    fn no_leader(&self, what: &str) -> Error {
        Error::new(
            ErrorKind::Fetch,
            format!(
                "The Kafka topic {} {what}. Trying again; if this lasts, look at the brokers with kafka-topics.sh \
                 --bootstrap-server {} --describe --topic {}",
                self.options.topic, self.bootstrap, self.options.topic
            ),
        )
    }

    fn unreachable(&self, error: Cause) -> Error {
        let cause = self.troubles.last().unwrap_or(error);
        self.failed(cause, |cause| {
            diagnosis::explain(self.bootstrap, Some(cause))
        })
    }
}
