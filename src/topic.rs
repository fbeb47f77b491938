//! The Kafka topic that all nodes share: creates and verifies it, finds where its partitions end.

use std::cell::RefCell;
use std::thread;
use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::FromClientConfig;
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::producer::Producer as _;
use tokio::runtime::Runtime;

use crate::client::{Health, Producer};
use crate::dev_broker::DevBroker;
use crate::diagnosis;
use crate::error::{Cause, Error, ErrorKind, Result, code_of};
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
    pub(crate) health: &'a Health,
    pub(crate) runtime: &'a Runtime,
    /// How long a request may take. Closing, and while a topic is read also reading, has to wait for it.
    pub(crate) patience: Duration,
    /// Where the brokers send clients, from the last answer to any request of this connection.
    pub(crate) advertised: &'a RefCell<Vec<String>>,
}

impl Topic<'_> {
    /// The number of its partitions, when it exists and each has a leader. Creates it when that is allowed.
    pub(crate) fn ensure(&self) -> Result<i32> {
        match self.partitions()? {
            Some(count) => Ok(count),
            None if self.options.create_topic => {
                self.create()?;
                self.partitions()?
                    .ok_or_else(|| self.no_leader("was created just now"))
            }
            None => Err(self.missing("does not exist, and the option createTopic is off", None)),
        }
    }

    /// The number of its partitions; `None` when it does not exist.
    pub(crate) fn partitions(&self) -> Result<Option<i32>> {
        let name = &self.options.topic;
        let metadata = self
            .producer
            .client()
            .fetch_metadata(Some(name), self.patience);
        self.health.set_answered(metadata.is_ok());
        let metadata = metadata.map_err(|error| self.unreachable(error.into()))?;
        *self.advertised.borrow_mut() = metadata
            .brokers()
            .iter()
            .map(|broker| format!("{}:{}", broker.host(), broker.port()))
            .collect();
        let topic = metadata.topics().iter().find(|topic| topic.name() == name);
        let Some(topic) = topic else { return Ok(None) };
        match topic.error().map(RDKafkaErrorCode::from) {
            None => {}
            Some(RDKafkaErrorCode::UnknownTopicOrPartition) => return Ok(None),
            Some(code @ RDKafkaErrorCode::TopicAuthorizationFailed) => {
                return Err(Error::new(
                    ErrorKind::Authorization,
                    format!(
                        "The broker does not let this user describe the topic {name}. Give it the rights Describe, \
                         Read and Write on the topic."
                    ),
                )
                .caused_by(code));
            }
            Some(code) => return Err(self.no_leader("is not ready").caused_by(code)),
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
        let answer = client.fetch_watermarks(&self.options.topic, partition, self.patience);
        answer.map_err(|error| {
            let cause = self.health.take_trouble().unwrap_or_else(|| error.into());
            self.advertised_listener(&cause)
                .unwrap_or_else(|| self.no_leader("does not tell its offsets").caused_by(cause))
        })
    }

    /// Whether a request failed because the brokers send clients to an address that cannot be reached. The topic's metadata
    /// came from an address of the connectionString; the addresses of the leader and of the controller came from the metadata.
    fn advertised_listener(&self, cause: &Cause) -> Option<Error> {
        let advertised = self.advertised.borrow();
        let is_elsewhere = advertised
            .iter()
            .any(|address| !self.bootstrap.contains(address.as_str()));
        if !is_unreachable(cause.code) || !is_elsewhere {
            return None;
        }
        let error = Error::new(
            ErrorKind::AdvertisedListener,
            format!(
                "The Kafka broker at {} answers and sends clients on to {}, but this machine cannot reach that \
                 address. Set advertised.listeners of the broker to an address that this machine can reach.",
                self.bootstrap,
                advertised.join(", ")
            ),
        );
        Some(error.caused_by(cause.clone()))
    }

    /// Makes librdkafka acquire the id of its idempotent producer. It tries when it is given metadata, but the first time no
    /// broker is connected for good yet, and then it waits half a second, and the first message with it. By
    /// now [`Topic::offsets`] has connected to a leader.
    pub(crate) fn acquire_producer_id(&self) -> Result<()> {
        self.partitions().map(|_| ())
    }

    /// The topic's `max.message.bytes`, if the broker tells it. It refuses a whole batch for one record beyond it.
    pub(crate) fn largest_record(&self) -> Option<usize> {
        if self.options.is_embedded() {
            return None;
        }
        let config = self.options.producer_config(self.bootstrap);
        let admin = AdminClient::<DefaultClientContext>::from_config(&config).ok()?;
        let options = AdminOptions::new().request_timeout(Some(self.patience));
        let topic = ResourceSpecifier::Topic(&self.options.topic);
        let answer = self
            .runtime
            .block_on(admin.describe_configs([&topic], &options));
        // Its end takes a tenth of a second, for which nobody has to wait.
        thread::spawn(move || drop(admin));
        let config = answer.ok()?.into_iter().next()?.ok()?;
        config
            .get("max.message.bytes")?
            .value
            .as_ref()?
            .parse()
            .ok()
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
        let config = self.options.producer_config(self.bootstrap);
        let admin = AdminClient::<DefaultClientContext>::from_config(&config)
            .map_err(|error| crate::options::invalid_property(&error))?;
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
        if let Some(error) = failure.and_then(|code| self.advertised_listener(&code.into())) {
            return Err(error);
        }
        match failure {
            // Another node was faster.
            None | Some(RDKafkaErrorCode::TopicAlreadyExists) => Ok(()),
            Some(
                code @ (RDKafkaErrorCode::TopicAuthorizationFailed
                | RDKafkaErrorCode::ClusterAuthorizationFailed),
            ) => Err(self.missing(
                "does not exist, and this user may not create it",
                Some(code.into()),
            )),
            Some(
                code @ (RDKafkaErrorCode::OperationTimedOut | RDKafkaErrorCode::RequestTimedOut),
            ) => Err(self.no_leader("is still being created").caused_by(code)),
            Some(code) => {
                Err(self.missing("does not exist and could not be created", Some(code.into())))
            }
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
        let cause = self.health.take_trouble().unwrap_or(error);
        self.advertised_listener(&cause)
            .unwrap_or_else(|| diagnosis::explain(self.bootstrap, Some(cause)))
    }
}

fn is_unreachable(code: Option<RDKafkaErrorCode>) -> bool {
    matches!(
        code,
        Some(
            RDKafkaErrorCode::BrokerTransportFailure
                | RDKafkaErrorCode::Resolve
                | RDKafkaErrorCode::AllBrokersDown
                | RDKafkaErrorCode::OperationTimedOut
                | RDKafkaErrorCode::RequestTimedOut
        )
    )
}
