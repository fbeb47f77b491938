//! What the engine is told, and the librdkafka configuration that follows from it.
//!
//! JavaScript owns the defaults, the ranges and the public documentation (`lib/options.js`).

use std::collections::HashMap;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::KafkaError;

use crate::error::{Error, ErrorKind, Result};

/// Properties that the bus must set itself, each with the reason that a user is told.
const RESERVED: &[(&str, &str)] = &[
    ("bootstrap.servers", "it is the option connectionString"),
    ("metadata.broker.list", "it is the option connectionString"),
    ("client.id", "it is the option clientId"),
    ("message.max.bytes", "it is the option maxMessageBytes"),
    (
        "group.id",
        "every node reads everything, so there is no consumer group to join",
    ),
    (
        "group.instance.id",
        "every node reads everything, so there is no consumer group to join",
    ),
    (
        "enable.idempotence",
        "without it a retry can double or reorder messages",
    ),
    (
        "acks",
        "with less than all of them a broker failure loses messages",
    ),
    (
        "request.required.acks",
        "with less than all of them a broker failure loses messages",
    ),
    ("transactional.id", "the bus does not use transactions"),
    (
        "delivery.report.only.error",
        "failed messages are reported, and only they",
    ),
    (
        "auto.offset.reset",
        "the bus decides itself where to go on, so that a loss is noticed",
    ),
    (
        "enable.auto.commit",
        "a node always starts at the end of the topic and commits nothing",
    ),
    (
        "enable.auto.offset.store",
        "a node always starts at the end of the topic and commits nothing",
    ),
    ("enable.partition.eof", "the bus has no use for it"),
    ("allow.auto.create.topics", "it is the option createTopic"),
    ("test.mock.num.brokers", "use connectionString: embedded"),
];

/// Where the brokers are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broker {
    /// Kafka brokers, `host:port[,host:port ...]`.
    Kafka(String),
    /// The development broker of this process.
    Embedded,
    /// A development broker that another process runs, by its port on this machine.
    EmbeddedAt(u16),
}

impl Broker {
    /// Reads a `connectionString`.
    #[must_use]
    pub fn parse(connection_string: &str) -> Self {
        match connection_string.strip_prefix("embedded") {
            Some("") => Self::Embedded,
            Some(rest) => match rest.strip_prefix(':').and_then(|port| port.parse().ok()) {
                Some(port) => Self::EmbeddedAt(port),
                None => Self::Kafka(connection_string.to_owned()),
            },
            None => Self::Kafka(connection_string.to_owned()),
        }
    }
}

/// Everything the engine is told. All of it was validated by `lib/options.js`, except `properties`.
#[derive(Clone)]
pub struct Options {
    /// Where the brokers are.
    pub broker: Broker,
    /// This node's id on the bus, unique for each instance.
    pub sender: String,
    /// Kafka's `client.id`, for the broker's logs and quotas.
    pub client_id: String,
    /// The Kafka topic that all nodes share.
    pub topic: String,
    /// Partitions of the topic, should it be created.
    pub partitions: i32,
    /// Its replication factor, should it be created; -1 is the broker's default.
    pub replication_factor: i32,
    /// Its `retention.ms`, should it be created.
    pub retention: Duration,
    /// The largest record, for the producer and for the topic, should it be created.
    pub max_message_bytes: u32,
    /// Whether an absent topic is created.
    pub create_topic: bool,
    /// After this time without being ready an 'error' is told; zero for never.
    pub connect_timeout: Duration,
    /// How long closing may wait for messages to be delivered.
    pub flush_timeout: Duration,
    /// How many bytes of records may wait for JavaScript.
    pub inbox_bytes: usize,
    /// Further librdkafka properties.
    pub properties: HashMap<String, String>,
}

impl Options {
    /// Checks what librdkafka can check without connecting.
    pub fn validate(&self) -> Result<()> {
        for (name, why) in RESERVED {
            if self.properties.contains_key(*name) {
                return Err(Error::new(
                    ErrorKind::Property,
                    format!(
                        "The librdkafka property {name} cannot be set: {why}. Remove it from the option kafka."
                    ),
                ));
            }
        }
        for config in [
            self.producer_config("localhost"),
            self.consumer_config("localhost"),
        ] {
            config
                .create_native_config()
                .map_err(|error| invalid_property(&error))?;
        }
        Ok(())
    }

    /// Configuration of the producer, which also serves the metadata and offset requests.
    #[must_use]
    pub fn producer_config(&self, bootstrap: &str) -> ClientConfig {
        let mut config = self.common_config(bootstrap);
        config
            .set("enable.idempotence", "true")
            .set("acks", "all")
            // Messages that arrive while a request is under way share the next one, so that waiting
            // for company gains nothing under load and costs latency otherwise.
            .set("linger.ms", "0")
            .set("message.max.bytes", self.largest_record().to_string())
            .set("delivery.report.only.error", "true")
            // The bound is in bytes; a count would refuse many small messages for no reason.
            .set("queue.buffering.max.messages", "0")
            .set("queue.buffering.max.kbytes", "262144")
            .set("request.timeout.ms", "10000");
        self.override_with_properties(config)
    }

    /// Configuration of the consumer.
    #[must_use]
    pub fn consumer_config(&self, bootstrap: &str) -> ClientConfig {
        let mut config = self.common_config(bootstrap);
        config
            // Never joined, but librdkafka assigns no partition without a name for it.
            .set("group.id", format!("deepstream-{}", self.sender))
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "error")
            // A response holds a whole record whatever its size, and one beyond this limit would never be read.
            .set(
                "receive.message.max.bytes",
                self.largest_response().to_string(),
            )
            .set("isolation.level", "read_uncommitted")
            // A Kafka broker answers as soon as there is a record; the embedded one only when this time is over.
            .set(
                "fetch.wait.max.ms",
                if self.is_embedded() { "5" } else { "500" },
            )
            .set("fetch.error.backoff.ms", "20")
            .set("fetch.queue.backoff.ms", "10")
            .set("queued.min.messages", "10000")
            .set("queued.max.messages.kbytes", "32768");
        self.override_with_properties(config)
    }

    fn common_config(&self, bootstrap: &str) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", bootstrap)
            .set("client.id", &self.client_id)
            .set("allow.auto.create.topics", "false")
            // librdkafka waits up to 10 s between attempts by default, longer than deepstream waits for a node.
            .set("reconnect.backoff.ms", "50")
            .set("reconnect.backoff.max.ms", "1000")
            .set("retry.backoff.ms", "20")
            .set("retry.backoff.max.ms", "500")
            .set("socket.connection.setup.timeout.ms", "5000")
            .set("socket.keepalive.enable", "true")
            .set("topic.metadata.refresh.interval.ms", "60000")
            .set("topic.metadata.refresh.fast.interval.ms", "50")
            .set("log.connection.close", "false")
            .set("enable.metrics.push", "false");
        // librdkafka's own log is for those who ask for it by its property `debug`.
        if self.properties.contains_key("debug") {
            config.set_log_level(RDKafkaLogLevel::Debug);
        } else {
            config
                .set("log_level", "0")
                .set_log_level(RDKafkaLogLevel::Emerg);
        }
        config
    }

    fn override_with_properties(&self, mut config: ClientConfig) -> ClientConfig {
        for (name, value) in &self.properties {
            config.set(name, value);
        }
        config
    }

    /// The size limit of a record in bytes.
    fn largest_record(&self) -> u32 {
        // The mock cluster keeps 5 MiB of a partition and cuts off the rest, even in the middle of a record.
        const EMBEDDED: u32 = 4 * 1024 * 1024;
        if self.is_embedded() {
            self.max_message_bytes.min(EMBEDDED)
        } else {
            self.max_message_bytes
        }
    }

    /// The size limit of a fetch response in bytes: librdkafka's default, or a record with what surrounds it.
    fn largest_response(&self) -> u32 {
        const DEFAULT: u32 = 100_000_000;
        const SURROUNDINGS: u32 = 1_000_000;
        DEFAULT.max(self.max_message_bytes.saturating_add(SURROUNDINGS))
    }

    /// Whether the broker is a development broker.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        !matches!(self.broker, Broker::Kafka(_))
    }

    /// The limit of unsent messages in bytes.
    #[must_use]
    pub fn queue_bytes(&self) -> usize {
        self.producer_number("queue.buffering.max.kbytes", 262_144)
            .saturating_mul(1024)
    }

    /// How many bytes of messages the producer sends to a partition in one batch.
    #[must_use]
    pub fn batch_bytes(&self) -> usize {
        self.producer_number("batch.size", 1_000_000)
    }

    fn producer_number(&self, property: &str, default: usize) -> usize {
        let value = self.producer_config("").get(property).map(str::parse);
        value.and_then(std::result::Result::ok).unwrap_or(default)
    }
}

/// What is wrong with the configuration, without the value if it may be secret.
#[must_use]
pub fn invalid_property(error: &KafkaError) -> Error {
    const ADVICE: &str = "Correct it in the option kafka; \
        https://github.com/confluentinc/librdkafka/blob/v2.12.1/CONFIGURATION.md lists all properties.";
    let message = match error {
        KafkaError::ClientConfig(_, _, name, _) if is_secret(name) => {
            format!("The librdkafka property {name} has no valid value. {ADVICE}")
        }
        // The description may name the property by another of its names.
        KafkaError::ClientConfig(_, description, name, _) => {
            format!("The librdkafka property {name} is refused: {description}. {ADVICE}")
        }
        KafkaError::ClientCreation(description) => {
            format!("librdkafka refuses its configuration: {description}. {ADVICE}")
        }
        other => format!("librdkafka refuses its configuration: {other}. {ADVICE}"),
    };
    Error::new(ErrorKind::Property, message)
}

fn is_secret(name: &str) -> bool {
    [
        "password",
        "pem",
        "secret",
        "key",
        "token",
        "sasl.oauthbearer",
        "sasl.jaas",
    ]
    .iter()
    .any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(properties: &[(&str, &str)]) -> Options {
        Options {
            broker: Broker::parse("localhost:9092"),
            sender: "s".into(),
            client_id: "s".into(),
            topic: "t".into(),
            partitions: 1,
            replication_factor: -1,
            retention: Duration::from_hours(1),
            max_message_bytes: 1_000_000,
            create_topic: true,
            connect_timeout: Duration::ZERO,
            flush_timeout: Duration::from_secs(1),
            inbox_bytes: 1_000_000,
            properties: properties
                .iter()
                .map(|&(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }
    }

    #[test]
    fn a_connection_string_names_kafka_or_an_embedded_broker() {
        assert_eq!(Broker::parse("embedded"), Broker::Embedded);
        assert_eq!(Broker::parse("embedded:1234"), Broker::EmbeddedAt(1234));
        assert_eq!(
            Broker::parse("embedded:x"),
            Broker::Kafka("embedded:x".into())
        );
        assert_eq!(
            Broker::parse("embeddedhost"),
            Broker::Kafka("embeddedhost".into())
        );
        assert_eq!(Broker::parse("a:1,b:2"), Broker::Kafka("a:1,b:2".into()));
    }

    #[test]
    fn the_defaults_and_known_properties_are_valid() {
        options(&[]).validate().unwrap();
        options(&[("linger.ms", "0.5"), ("compression.type", "lz4")])
            .validate()
            .unwrap();
    }

    #[test]
    fn properties_on_which_correctness_rests_are_refused_with_the_reason() {
        for (name, why) in RESERVED {
            let error = options(&[(name, "1")]).validate().unwrap_err();
            assert_eq!(error.kind, ErrorKind::Property);
            assert!(error.message.contains(name) && error.message.contains(why));
        }
    }

    #[test]
    fn an_unknown_or_wrong_property_is_refused_by_name() {
        let error = options(&[("linger.milliseconds", "1")])
            .validate()
            .unwrap_err();
        assert!(error.message.contains("linger.milliseconds"), "{error}");
        let error = options(&[("linger.ms", "soon")]).validate().unwrap_err();
        assert!(error.message.contains("linger.ms"), "{error}");
    }

    #[test]
    fn a_wrong_secret_is_not_shown() {
        let error = options(&[("ssl.key.pem", "hunter2")]).validate();
        if let Err(error) = error {
            assert!(!error.message.contains("hunter2"), "{error}");
        }
        let error = invalid_property(&KafkaError::ClientConfig(
            rdkafka::types::RDKafkaConfRes::RD_KAFKA_CONF_INVALID,
            "Invalid value hunter2".into(),
            "sasl.password".into(),
            "hunter2".into(),
        ));
        assert!(!error.message.contains("hunter2"));
    }

    #[test]
    fn the_largest_message_that_may_be_sent_can_be_read() {
        for largest in [1000, 16 << 20, 1_000_000_000] {
            let options = Options {
                max_message_bytes: largest,
                ..options(&[])
            };
            options.validate().unwrap();
            let response = options.consumer_config("");
            let response = response.get("receive.message.max.bytes").unwrap();
            assert!(response.parse::<u32>().unwrap() > largest);
        }
    }

    #[test]
    fn the_queue_limit_follows_the_property() {
        assert_eq!(options(&[]).queue_bytes(), 262_144 * 1024);
        assert_eq!(
            options(&[("queue.buffering.max.kbytes", "2")]).queue_bytes(),
            2048
        );
    }
}
