//! Creates the topic, or finds out whether that would work, and deletes it.

use std::time::Duration;

use rdkafka::admin::AdminOptions;
use rdkafka::error::RDKafkaErrorCode;

use crate::error::{Cause, Error, ErrorKind, Result};
use crate::kafka::admin::{self, NewTopic};
use crate::kafka::commands::{self, Operation};
use crate::kafka::dev_broker::DevBroker;
use crate::kafka::fault::Fault;
use crate::kafka::topic::Topic;
use crate::options::{Broker, Options};

/// How long the creation of a topic is waited for; it goes on without that. Closing, and all else, has to wait as well.
const CREATION: Duration = Duration::from_secs(2);

/// Whether it is done, or only tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Creation {
    Real,
    /// The brokers check everything and create nothing.
    Trial,
}

impl Topic<'_> {
    /// Creates the topic as the options say, or as far as the cluster lets it.
    pub(crate) fn create(&self, creation: Creation) -> Result<()> {
        let Options {
            topic, partitions, ..
        } = self.options;
        match self.options.broker {
            Broker::Embedded if creation == Creation::Trial => return Ok(()),
            Broker::Embedded => return DevBroker::shared()?.create_topic(topic, *partitions),
            Broker::EmbeddedAt(_) => {
                return Err(Error::new(
                    ErrorKind::TopicMissing,
                    format!(
                        "The development broker at {} has no topic {topic}. Start it with: npx deepstream-kafka broker --topic {topic}",
                        self.bootstrap
                    ),
                ));
            }
            Broker::Kafka(_) => {}
        }
        let Err(cause) = self.create_with(&settings(self.options), creation) else {
            return Ok(());
        };
        match cause.code.map_or(Fault::Other, Fault::of_code) {
            // Another node was faster.
            Fault::Exists => Ok(()),
            Fault::Denied => {
                let right = commands::allow(self.options, &[Operation::Create]);
                let what = format!(
                    "does not exist, and this user may not create it (grant the right with: {right})"
                );
                Err(self.missing(&what, Some(cause), &settings(self.options)))
            }
            Fault::Unreachable => Err(self.failed(cause, |cause| {
                self.no_leader("is still being created").caused_by(cause)
            })),
            // The bus can do without all of them: the topic's own limits are found out and kept.
            Fault::Unacceptable => {
                match self.create_with(&[], creation) {
                    Ok(()) => *self.note.borrow_mut() = Some(self.created_otherwise(cause)),
                    Err(second) if second.code.map(Fault::of_code) == Some(Fault::Exists) => {}
                    Err(second) => return Err(self.not_created(second, &[])),
                }
                Ok(())
            }
            _ => Err(self.not_created(cause, &settings(self.options))),
        }
    }

    fn create_with(
        &self,
        config: &[(&'static str, String)],
        creation: Creation,
    ) -> std::result::Result<(), Cause> {
        let new = NewTopic {
            name: &self.options.topic,
            partitions: self.options.partitions,
            replication_factor: self.options.replication_factor,
            config,
            is_trial: creation == Creation::Trial,
        };
        admin::create(self.producer, &new, CREATION)
    }

    fn created_otherwise(&self, cause: Cause) -> Error {
        let message = format!(
            "The Kafka topic {} was created without cleanup.policy, retention.ms, segment.ms and max.message.bytes, because the broker says: {}. It \
             has the broker's own settings; records are kept below its limit. If they are not suitable, change them with \
             kafka-configs.sh --alter --entity-type topics.",
            self.options.topic,
            words(&cause)
        );
        Error::new(ErrorKind::TopicMissing, message).caused_by(cause)
    }

    /// `config`: with these settings this node would create it.
    fn not_created(&self, cause: Cause, config: &[(&'static str, String)]) -> Error {
        let what = format!(
            "does not exist and could not be created, because the broker says: {}",
            words(&cause)
        );
        self.missing(&what, Some(cause), config)
    }

    /// Deletes the topic, for good.
    pub(crate) fn delete(&self) -> Result<()> {
        let name = self.options.topic.as_str();
        let failed = |cause: Cause| {
            let message = format!(
                "The Kafka topic {name} could not be deleted. See the cause, and delete it with: {}",
                commands::delete_topic(self.options)
            );
            let mut error = Error::new(ErrorKind::Fetch, message);
            error.cause = Some(cause);
            error
        };
        let admin = self
            .admin()
            .ok_or_else(|| failed(RDKafkaErrorCode::InvalidArgument.into()))?;
        let options = AdminOptions::new().request_timeout(Some(CREATION));
        let answer = self
            .runtime
            .block_on(admin.delete_topics(&[name], &options))
            .map_err(|error| failed(error.into()))?;
        match answer.into_iter().next() {
            Some(Err((_, code))) if Fault::of_code(code) != Fault::TopicUnknown => {
                Err(failed(code.into()))
            }
            _ => Ok(()),
        }
    }
}

/// The settings of a topic that this node creates.
pub(crate) fn settings(options: &Options) -> [(&'static str, String); 4] {
    let retention = options.retention.as_millis().to_string();
    [
        ("cleanup.policy", "delete".to_owned()),
        ("retention.ms", retention.clone()),
        // A segment is deleted as a whole, so it must not live longer than the records in it.
        ("segment.ms", retention),
        ("max.message.bytes", options.max_message_bytes.to_string()),
    ]
}

/// What the broker says, to go on with in a sentence.
fn words(cause: &Cause) -> &str {
    cause.reason.trim_end_matches('.')
}
