//! The librdkafka configuration that follows from the options.

use rdkafka::ClientConfig;
use rdkafka::client::{Client, DefaultClientContext};
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::types::{RDKafkaConfRes, RDKafkaType};

use crate::error::{Error, ErrorKind, Result};
use crate::kafka::reserved;
use crate::options::{Options, QUEUE_PROPERTY};
use crate::secrets::is_secret;

/// How often a client tells its statistics, by which the bus notices silent brokers, in milliseconds. Each costs some 0.3 ms of
/// processor time, which is most of what an idle node takes.
const STATISTICS_MS: &str = "1000";
/// Room for the largest record there can be, in KiB.
const QUEUE_KBYTES: u32 = 2_097_151;
/// The most that librdkafka's documentation allows for it.
const MAX_QUEUE_KBYTES: u32 = 2_147_483_647;

/// Checks all that librdkafka can check without connecting.
pub(crate) fn validate(options: &Options) -> Result<()> {
    reserved::check(&options.properties)?;
    if let Some(kbytes) = options.properties.get(QUEUE_PROPERTY)
        && !kbytes
            .parse()
            .is_ok_and(|kbytes: u32| (1..=MAX_QUEUE_KBYTES).contains(&kbytes))
    {
        return Err(Error::new(
            ErrorKind::Property,
            format!(
                "The librdkafka property {QUEUE_PROPERTY} must be a whole number from 1 to {MAX_QUEUE_KBYTES}: the room in KiB for \
                 messages that Kafka has not stored yet. Correct it in the option kafka."
            ),
        ));
    }
    for (config, kind) in [
        (producer(options, ""), RDKafkaType::RD_KAFKA_PRODUCER),
        (consumer(options, ""), RDKafkaType::RD_KAFKA_CONSUMER),
    ] {
        make(config, kind).map_err(|error| invalid_property(&error))?;
    }
    Ok(())
}

/// Makes a client and drops it: only then does librdkafka read certificates and keys, and see what does not go together.
/// This one has no broker to connect to.
fn make(mut config: ClientConfig, kind: RDKafkaType) -> KafkaResult<()> {
    config.remove("bootstrap.servers");
    let native = config.create_native_config()?;
    Client::new(&config, native, kind, DefaultClientContext).map(drop)
}

/// Of the producer, which also serves the requests of connecting.
pub(crate) fn producer(options: &Options, bootstrap: &str) -> ClientConfig {
    let mut config = common(options, bootstrap);
    config
        .set("acks", "all")
        // The numbers of the messages do the work of an idempotent producer, and see further: to a client that replaces it.
        .set("enable.idempotence", "false")
        .set("max.in.flight", "1")
        // The bus tries again itself, so that it knows of each failure.
        .set("retries", "0")
        .set("message.timeout.ms", "0")
        // The next record leaves when this one is stored, so that a linger would only delay it.
        .set("linger.ms", "0")
        .set("message.max.bytes", options.largest_record().to_string())
        .set("queue.buffering.max.messages", "0")
        .set("queue.buffering.max.kbytes", QUEUE_KBYTES.to_string())
        .set("request.timeout.ms", "10000");
    override_with_properties(options, config)
}

/// Of the consumer.
pub(crate) fn consumer(options: &Options, bootstrap: &str) -> ClientConfig {
    let mut config = common(options, bootstrap);
    config
        // Never joined, but librdkafka assigns no partition without a name for it.
        .set("group.id", format!("deepstream-{}", options.sender))
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("auto.offset.reset", "error")
        // A response holds a whole record whatever its size, and one beyond this limit would never be read.
        .set(
            "receive.message.max.bytes",
            options.largest_response().to_string(),
        )
        .set("isolation.level", "read_uncommitted")
        // A broker answers as soon as there is a record; an answer after this time says that it is alive.
        .set("fetch.wait.max.ms", "500")
        .set("fetch.error.backoff.ms", "20")
        .set("fetch.queue.backoff.ms", "10")
        .set("queued.min.messages", "10000")
        .set("queued.max.messages.kbytes", "32768");
    override_with_properties(options, config)
}

fn common(options: &Options, bootstrap: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", bootstrap)
        .set("client.id", &options.client_id)
        .set("allow.auto.create.topics", "false")
        // librdkafka waits up to 10 s between attempts by default, longer than deepstream waits for a node.
        .set("reconnect.backoff.ms", "50")
        .set("reconnect.backoff.max.ms", "1000")
        .set("retry.backoff.ms", "20")
        .set("retry.backoff.max.ms", "500")
        .set("socket.connection.setup.timeout.ms", "5000")
        // A request on a slow link may take long. Whether a client is cut off is told by the bytes that move.
        .set("socket.timeout.ms", "300000")
        .set("socket.keepalive.enable", "true")
        // New leaders and partitions are noticed soon, also when no request fails.
        .set("topic.metadata.refresh.interval.ms", "5000")
        .set("topic.metadata.refresh.fast.interval.ms", "50")
        // Clients see the topic only when it is there; for so long a broker may not know it yet.
        .set("topic.metadata.propagation.max.ms", "2000")
        .set("statistics.interval.ms", STATISTICS_MS)
        .set("log.connection.close", "false")
        .set("enable.metrics.push", "false");
    // librdkafka's own log is for those who ask for it by its property `debug`.
    if options.properties.contains_key("debug") {
        config.set_log_level(RDKafkaLogLevel::Debug);
    } else {
        config
            .set("log_level", "0")
            .set_log_level(RDKafkaLogLevel::Emerg);
    }
    config
}

fn override_with_properties(options: &Options, mut config: ClientConfig) -> ClientConfig {
    for (name, value) in &options.properties {
        // The bus keeps the queue itself, and librdkafka has one record at a time.
        if name != QUEUE_PROPERTY && !reserved::contains(name) {
            config.set(name, value);
        }
    }
    config
}

/// What is wrong with the configuration, without the value if it may be secret.
pub(crate) fn invalid_property(error: &KafkaError) -> Error {
    const ADVICE: &str = "Correct it in the option kafka; \
        https://github.com/confluentinc/librdkafka/blob/v2.12.1/CONFIGURATION.md lists all properties.";
    let message = match error {
        KafkaError::ClientConfig(RDKafkaConfRes::RD_KAFKA_CONF_UNKNOWN, _, name, _) => {
            format!("librdkafka has no property {name}. {ADVICE}")
        }
        KafkaError::ClientConfig(_, _, name, _) if is_secret(name) => {
            format!("The value of the librdkafka property {name} is not valid. {ADVICE}")
        }
        // The description may name the property by another of its names.
        KafkaError::ClientConfig(_, description, name, _) => {
            format!("librdkafka refuses the property {name}: {description}. {ADVICE}")
        }
        KafkaError::ClientCreation(description) => {
            format!("librdkafka refuses this configuration: {description}. {ADVICE}")
        }
        other => format!("librdkafka refuses this configuration: {other}. {ADVICE}"),
    };
    Error::new(ErrorKind::Property, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::tests::options;

    fn check(properties: &[(&str, &str)]) -> Result<()> {
        validate(&options(properties))
    }

    #[test]
    fn the_defaults_and_known_properties_are_valid() {
        check(&[]).unwrap();
        check(&[("linger.ms", "0.5"), ("compression.type", "lz4")]).unwrap();
    }

    #[test]
    fn an_unknown_or_wrong_property_is_refused_by_name() {
        let error = check(&[("linger.milliseconds", "1")]).unwrap_err();
        assert!(error.message.contains("linger.milliseconds"), "{error}");
        let error = check(&[("linger.ms", "soon")]).unwrap_err();
        assert!(error.message.contains("linger.ms"), "{error}");
    }

    #[test]
    fn what_librdkafka_refuses_only_when_it_makes_a_client_is_refused() {
        let sasl = ("security.protocol", "sasl_plaintext");
        for (properties, says) in [
            ([sasl, ("sasl.mechanism", "GSSAPI")], "GSSAPI"),
            ([sasl, ("sasl.mechanism", "PLAIN")], "sasl.username"),
            (
                [("fetch.max.bytes", "1000"), ("linger.ms", "0")],
                "fetch.max.bytes",
            ),
            (
                [
                    ("reconnect.backoff.ms", "5"),
                    ("reconnect.backoff.max.ms", "4"),
                ],
                "reconnect.backoff.max.ms",
            ),
            (
                [
                    ("security.protocol", "ssl"),
                    ("ssl.key.location", "/no/such.key"),
                ],
                "ssl.key.location",
            ),
        ] {
            let error = check(&properties).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Property);
            assert!(error.message.contains(says), "{error}");
        }
    }

    #[test]
    fn a_queue_without_room_is_refused() {
        for kbytes in ["0", "-1", "1.5", "", "many", "2147483648"] {
            let error = check(&[(QUEUE_PROPERTY, kbytes)]).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Property);
            let says = "queue.buffering.max.kbytes must be a whole number from 1 to 2147483647";
            assert!(error.message.contains(says), "{error}");
        }
        for kbytes in ["1", "262144", "2147483647"] {
            check(&[(QUEUE_PROPERTY, kbytes)]).unwrap();
        }
    }

    #[test]
    fn a_wrong_secret_is_not_shown() {
        let error = check(&[("ssl.key.pem", "hunter2")]);
        if let Err(error) = error {
            assert!(!error.message.contains("hunter2"), "{error}");
        }
        let error = invalid_property(&KafkaError::ClientConfig(
            RDKafkaConfRes::RD_KAFKA_CONF_INVALID,
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
            validate(&options).unwrap();
            let response = consumer(&options, "");
            let response = response.get("receive.message.max.bytes").unwrap();
            assert!(response.parse::<u32>().unwrap() > largest);
        }
    }
}
