//! What the engine is told.
//!
//! JavaScript owns the defaults, the ranges and the public documentation (`lib/options.js`).

use std::collections::HashMap;
use std::time::Duration;

/// The librdkafka property that limits the messages that wait, in KiB. The bus keeps them itself.
pub(crate) const QUEUE_PROPERTY: &str = "queue.buffering.max.kbytes";

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

/// What somebody reads who only looks on: all records, beginning with those of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tap {
    /// In milliseconds since 1970; only what comes from now on if there is none.
    pub since: Option<i64>,
}

/// Everything the engine is told. All of it was validated by `lib/options.js`, except `properties`.
#[derive(Clone)]
pub struct Options {
    /// Where the brokers are.
    pub broker: Broker,
    /// This node's id on the bus, unique for each instance.
    pub sender: String,
    /// Where this node runs: the machine's name and the process, for people who look for it.
    pub host: String,
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
    /// If it only looks on: what it reads.
    pub tap: Option<Tap>,
    /// Further librdkafka properties.
    pub properties: HashMap<String, String>,
}

impl Options {
    /// The size limit of a record in bytes.
    #[must_use]
    pub fn largest_record(&self) -> usize {
        // The mock cluster keeps 5 MiB of a partition and cuts off the rest, even in the middle of a record.
        const EMBEDDED: u32 = 4 * 1024 * 1024;
        let largest = if self.is_embedded() {
            self.max_message_bytes.min(EMBEDDED)
        } else {
            self.max_message_bytes
        };
        largest as usize
    }

    /// The size limit of a fetch response in bytes: librdkafka's default, or a record with what surrounds it.
    #[must_use]
    pub fn largest_response(&self) -> u32 {
        const DEFAULT: u32 = 100_000_000;
        const SURROUNDINGS: u32 = 1_000_000;
        DEFAULT.max(self.max_message_bytes.saturating_add(SURROUNDINGS))
    }

    /// Whether the broker is a development broker.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        !matches!(self.broker, Broker::Kafka(_))
    }

    /// Whether the brokers are spoken to by TLS.
    #[must_use]
    pub fn uses_tls(&self) -> bool {
        let protocol = self.properties.get("security.protocol");
        protocol.is_some_and(|name| name.to_ascii_lowercase().ends_with("ssl"))
    }

    /// Whether the brokers want tokens that JavaScript gets. Those that librdkafka makes up itself are for tests.
    #[must_use]
    pub fn needs_token(&self) -> bool {
        let is = |name: &str, value: &str| {
            let given = self.properties.get(name);
            given.is_some_and(|given| given.eq_ignore_ascii_case(value))
        };
        (is("sasl.mechanism", "OAUTHBEARER") || is("sasl.mechanisms", "OAUTHBEARER"))
            && !is("enable.sasl.oauthbearer.unsecure.jwt", "true")
    }

    /// Whether there is a certificate to show to the brokers.
    #[must_use]
    pub fn has_certificate(&self) -> bool {
        const NAMES: [&str; 3] = [
            "ssl.certificate.location",
            "ssl.certificate.pem",
            "ssl.keystore.location",
        ];
        NAMES.iter().any(|name| self.properties.contains_key(*name))
    }

    /// The limit of unsent messages in bytes.
    #[must_use]
    pub fn queue_bytes(&self) -> usize {
        const DEFAULT_KBYTES: usize = 262_144;
        let kbytes = self
            .properties
            .get(QUEUE_PROPERTY)
            .map(|value| value.parse());
        kbytes
            .and_then(Result::ok)
            .unwrap_or(DEFAULT_KBYTES)
            .saturating_mul(1024)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn options(properties: &[(&str, &str)]) -> Options {
        Options {
            broker: Broker::parse("localhost:9092"),
            sender: "s".into(),
            host: "here 1".into(),
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
            tap: None,
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
    fn the_queue_limit_follows_the_property() {
        assert_eq!(options(&[]).queue_bytes(), 262_144 * 1024);
        assert_eq!(
            options(&[("queue.buffering.max.kbytes", "2")]).queue_bytes(),
            2048
        );
    }
}
