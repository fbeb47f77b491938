//! The Kafka topic that all nodes share: verifies it, finds where its partitions end.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::admin::AdminClient;
use rdkafka::client::DefaultClientContext;
use rdkafka::config::FromClientConfig;
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::metadata::{MetadataPartition, MetadataTopic};
use rdkafka::producer::Producer as _;
use tokio::runtime::Runtime;

use crate::absence::Answer;
use crate::error::{Cause, Error, ErrorKind, Result};
use crate::kafka::admin::{self, Resource, Rights};
use crate::kafka::clients::{Producer, Troubles};
use crate::kafka::commands::{self, Operation};
use crate::kafka::creation::{Creation, settings};
use crate::kafka::fault::Fault;
use crate::kafka::token::Token;
use crate::kafka::{config, diagnosis, inspection};
use crate::options::Options;

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
    /// What is to be told of a topic that was created in another way than the options say.
    pub(crate) note: &'a RefCell<Option<Error>>,
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
            None if self.options.create_topic => self.create(Creation::Real).map(|()| None),
            None => Err(self.missing(
                "does not exist, and the option createTopic is off",
                None,
                &settings(self.options),
            )),
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
                Fault::Denied => {
                    let both = [Operation::Read, Operation::Write];
                    Err(diagnosis::lacks(self.options, &both).caused_by(code))
                }
                _ => Err(self.no_leader("is not ready").caused_by(code)),
            };
        }
        let partitions = topic.partitions();
        if partitions.is_empty() || partitions.iter().any(|partition| partition.leader() < 0) {
            return Err(self.no_leader("has a partition without a leader"));
        }
        Ok(i32::try_from(partitions.len()).ok())
    }

    /// Whether it is still there. A broker that does not know it is asked for all topics, to see what that means.
    pub(crate) fn look(&self) -> Result<Answer> {
        if self.partitions()?.is_some() {
            return Ok(Answer::There);
        }
        let all = self.producer.client().fetch_metadata(None, self.timeout);
        let all = all.map_err(|error| self.unreachable(error.into()))?;
        let mut names = all.topics().iter().map(MetadataTopic::name);
        let is_unknowing = all.topics().is_empty() || names.any(|name| name == self.options.topic);
        Ok(if is_unknowing {
            Answer::Unknowing
        } else {
            Answer::Others
        })
    }

    /// First and next offset of a partition.
    pub(crate) fn offsets(&self, partition: i32) -> Result<(i64, i64)> {
        let client = self.producer.client();
        let answer = client.fetch_watermarks(&self.options.topic, partition, self.timeout);
        answer.map_err(|error| {
            let cause = self.troubles.last().unwrap_or_else(|| error.into());
            self.failed(cause, |cause| {
                self.no_leader("does not report its offsets")
                    .caused_by(cause)
            })
        })
    }

    /// Says why a request to a broker that the metadata names failed.
    pub(super) fn failed(&self, cause: Cause, otherwise: impl FnOnce(Cause) -> Error) -> Error {
        let is_unreachable = cause
            .code
            .map(Fault::of_code)
            .is_some_and(|fault| matches!(fault, Fault::Unreachable | Fault::UnknownHost));
        let advertised = self.advertised.borrow();
        let error = is_unreachable
            .then(|| inspection::advertised_elsewhere(self.bootstrap, &advertised))
            .flatten();
        match error {
            Some(error) => error.caused_by(cause),
            None => otherwise(cause),
        }
    }

    /// Fails if the broker says that this user lacks a right without which nothing works.
    pub(crate) fn allows(&self) -> Result<()> {
        if self.options.is_embedded() {
            return Ok(());
        }
        let rights = admin::rights(self.producer, &self.options.topic, self.timeout);
        let Some(Rights { read, write }) = rights else {
            return Ok(());
        };
        let needs_write = self.options.tap.is_none();
        let lacking = [
            (read, Operation::Read),
            (write || !needs_write, Operation::Write),
        ];
        let lacking: Vec<_> = lacking
            .into_iter()
            .filter_map(|(has, operation)| (!has).then_some(operation))
            .collect();
        if lacking.is_empty() {
            Ok(())
        } else {
            Err(diagnosis::lacks(self.options, &lacking))
        }
    }

    pub(super) fn missing(
        &self,
        what: &str,
        cause: Option<Cause>,
        config: &[(&'static str, String)],
    ) -> Error {
        let mut error = Error::new(
            ErrorKind::TopicMissing,
            format!(
                "The Kafka topic {} {what}. Waiting for it. Create it with: {}",
                self.options.topic,
                commands::create_topic(self.options, config)
            ),
        );
        error.cause = cause;
        error
    }

    /// How many replicas of a partition are in sync, and how many there are.
    pub(crate) fn replicas(&self, partition: i32) -> Option<(usize, usize)> {
        self.view(partition, |partition| {
            (partition.isr().len(), partition.replicas().len())
        })
    }

    /// The topic's min.insync.replicas, if this user may see it, as the leader of a partition says it.
    pub(crate) fn min_in_sync(&self, partition: i32) -> Option<String> {
        let leader = self.view(partition, MetadataPartition::leader);
        let topic = Resource::Topic(&self.options.topic);
        admin::config(self.producer, topic, leader, self.timeout)?.remove("min.insync.replicas")
    }

    /// What is to be known of a partition.
    fn view<T>(&self, partition: i32, of: impl Fn(&MetadataPartition) -> T) -> Option<T> {
        let client = self.producer.client();
        let metadata = client.fetch_metadata(Some(&self.options.topic), self.timeout);
        let metadata = metadata.ok()?;
        let partitions = metadata.topics().first()?.partitions();
        partitions
            .iter()
            .find(|each| each.id() == partition)
            .map(of)
    }

    pub(super) fn admin(&self) -> Option<AdminClient<DefaultClientContext>> {
        let config = config::producer(self.options, self.bootstrap);
        let admin = AdminClient::<DefaultClientContext>::from_config(&config).ok()?;
        if let Some(token) = &self.token {
            token.give(admin.inner());
        }
        Some(admin)
    }

    pub(super) fn no_leader(&self, what: &str) -> Error {
        Error::new(
            ErrorKind::Fetch,
            format!(
                "The Kafka topic {} {what}. Trying again; if this lasts, check the brokers with: {}",
                self.options.topic,
                commands::describe_topic(self.options)
            ),
        )
    }

    fn unreachable(&self, error: Cause) -> Error {
        let cause = self.troubles.last().unwrap_or(error);
        self.failed(cause, |cause| {
            diagnosis::explain(self.bootstrap, Some(cause), self.options)
        })
    }
}
