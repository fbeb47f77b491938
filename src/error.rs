//! What can go wrong, as a closed list.

use std::fmt;

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

/// The kinds of trouble. `lib/errors.js` holds the same list, and a test compares the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// A librdkafka property is unknown, has a wrong value, or may not be set. Becomes `ERR_KAFKA_PROPERTY` in JS.
    Property,
    /// Nothing listens at the configured addresses. Becomes `ERR_KAFKA_NO_BROKER` in JS.
    NoBroker,
    /// Something listens there that does not speak Kafka. Becomes `ERR_KAFKA_NOT_A_BROKER` in JS.
    NotABroker,
    /// `ZooKeeper` listens there. Becomes `ERR_KAFKA_ZOOKEEPER` in JS.
    ZooKeeper,
    /// A broker answered, but refers clients to an address that they cannot reach. Becomes `ERR_KAFKA_ADVERTISED_LISTENER` in JS.
    AdvertisedListener,
    /// The broker rejected the credentials. Becomes `ERR_KAFKA_AUTHENTICATION` in JS.
    Authentication,
    /// The broker denies an operation. Becomes `ERR_KAFKA_AUTHORIZATION` in JS.
    Authorization,
    /// The TLS handshake fails. Becomes `ERR_KAFKA_TLS` in JS.
    Tls,
    /// The topic does not exist and was not created. Becomes `ERR_KAFKA_TOPIC_MISSING` in JS.
    TopicMissing,
    /// Not ready within `connectTimeoutMs`. Becomes `ERR_KAFKA_CONNECT_TIMEOUT` in JS.
    ConnectTimeout,
    /// Every broker is gone. Becomes `ERR_KAFKA_DISCONNECTED` in JS.
    Disconnected,
    /// The leader of a partition does not answer. Becomes `ERR_KAFKA_LEADER_SILENT` in JS.
    LeaderSilent,
    /// A message exceeds a size limit. Becomes `ERR_KAFKA_MESSAGE_TOO_LARGE` in JS.
    MessageTooLarge,
    /// The queue of unsent messages is full. Becomes `ERR_KAFKA_QUEUE_FULL` in JS.
    QueueFull,
    /// A message could not be delivered. Becomes `ERR_KAFKA_DELIVERY` in JS.
    Delivery,
    /// A record of the topic is not a message of this bus. Becomes `ERR_KAFKA_INVALID_RECORD` in JS.
    InvalidRecord,
    /// A record has a later format than this package knows. Becomes `ERR_KAFKA_WIRE_VERSION` in JS.
    WireVersion,
    /// A Kafka quota slows this server down. Becomes `ERR_KAFKA_THROTTLED` in JS.
    Throttled,
    /// Another server has the same id on the bus. Becomes `ERR_KAFKA_NAME_TAKEN` in JS.
    NameTaken,
    /// Messages were gone before this server could read them. Becomes `ERR_KAFKA_RECORDS_MISSED` in JS.
    RecordsMissed,
    /// Reading the topic fails. Becomes `ERR_KAFKA_FETCH` in JS.
    Fetch,
    /// Messages were still unsent when closing had to end. Becomes `ERR_KAFKA_FLUSH_TIMEOUT` in JS.
    FlushTimeout,
    /// A defect in the engine itself. Becomes `ERR_KAFKA_INTERNAL` in JS.
    Internal,
}

impl ErrorKind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 23] = [
        Self::Property,
        Self::NoBroker,
        Self::NotABroker,
        Self::ZooKeeper,
        Self::AdvertisedListener,
        Self::Authentication,
        Self::Authorization,
        Self::Tls,
        Self::TopicMissing,
        Self::ConnectTimeout,
        Self::Disconnected,
        Self::LeaderSilent,
        Self::MessageTooLarge,
        Self::QueueFull,
        Self::Delivery,
        Self::InvalidRecord,
        Self::WireVersion,
        Self::Throttled,
        Self::NameTaken,
        Self::RecordsMissed,
        Self::Fetch,
        Self::FlushTimeout,
        Self::Internal,
    ];

    /// The `code` of the JavaScript error.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Property => "ERR_KAFKA_PROPERTY",
            Self::NoBroker => "ERR_KAFKA_NO_BROKER",
            Self::NotABroker => "ERR_KAFKA_NOT_A_BROKER",
            Self::ZooKeeper => "ERR_KAFKA_ZOOKEEPER",
            Self::AdvertisedListener => "ERR_KAFKA_ADVERTISED_LISTENER",
            Self::Authentication => "ERR_KAFKA_AUTHENTICATION",
            Self::Authorization => "ERR_KAFKA_AUTHORIZATION",
            Self::Tls => "ERR_KAFKA_TLS",
            Self::TopicMissing => "ERR_KAFKA_TOPIC_MISSING",
            Self::ConnectTimeout => "ERR_KAFKA_CONNECT_TIMEOUT",
            Self::Disconnected => "ERR_KAFKA_DISCONNECTED",
            Self::LeaderSilent => "ERR_KAFKA_LEADER_SILENT",
            Self::MessageTooLarge => "ERR_KAFKA_MESSAGE_TOO_LARGE",
            Self::QueueFull => "ERR_KAFKA_QUEUE_FULL",
            Self::Delivery => "ERR_KAFKA_DELIVERY",
            Self::InvalidRecord => "ERR_KAFKA_INVALID_RECORD",
            Self::WireVersion => "ERR_KAFKA_WIRE_VERSION",
            Self::Throttled => "ERR_KAFKA_THROTTLED",
            Self::NameTaken => "ERR_KAFKA_NAME_TAKEN",
            Self::RecordsMissed => "ERR_KAFKA_RECORDS_MISSED",
            Self::Fetch => "ERR_KAFKA_FETCH",
            Self::FlushTimeout => "ERR_KAFKA_FLUSH_TIMEOUT",
            Self::Internal => "ERR_KAFKA_INTERNAL",
        }
    }

    /// Whether it may pass without anybody changing something.
    #[must_use]
    pub fn is_retriable(self) -> bool {
        matches!(
            self,
            Self::NoBroker
                | Self::AdvertisedListener
                | Self::TopicMissing
                | Self::ConnectTimeout
                | Self::Disconnected
                | Self::LeaderSilent
                | Self::Throttled
                | Self::QueueFull
                | Self::Delivery
                | Self::Fetch
        )
    }

    /// Whether trying again can never help, so that it ends a server that is starting: it is told before 'ready' as an 'error'
    /// (deepstream ends on one) and not as a warning.
    #[must_use]
    pub fn ends_start(self) -> bool {
        matches!(
            self,
            Self::Property | Self::Authentication | Self::Authorization | Self::Internal
        )
    }
}

/// A trouble: its kind, what happened to what and what to do, and librdkafka's own words.
#[derive(Clone, Debug)]
pub struct Error {
    /// What kind of trouble it is.
    pub kind: ErrorKind,
    /// What happened, to what, and what to do next. Never holds a secret.
    pub message: String,
    /// The deepstream topic it concerns, where it concerns one.
    pub channel: Option<String>,
    /// The error underneath, where there is one.
    pub cause: Option<Cause>,
}

/// What librdkafka said.
#[derive(Clone, Debug)]
pub struct Cause {
    /// librdkafka's error number: Kafka's own ones are positive, its local ones negative.
    pub code: Option<RDKafkaErrorCode>,
    /// Its description.
    pub reason: String,
    /// The error of the Rust client, where there is one.
    source: Option<Box<KafkaError>>,
}

impl Cause {
    /// What a callback of librdkafka tells.
    #[must_use]
    pub fn told(code: RDKafkaErrorCode, reason: &str) -> Self {
        Self {
            code: Some(code),
            reason: reason.to_owned(),
            source: None,
        }
    }
}

impl Error {
    /// A trouble of this kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            channel: None,
            cause: None,
        }
    }

    /// Names the deepstream topic it concerns.
    #[must_use]
    pub fn on_channel(mut self, channel: impl Into<String>) -> Self {
        self.channel = Some(channel.into());
        self
    }

    /// Adds what lies underneath.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Cause>) -> Self {
        self.cause = Some(cause.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source = self.cause.as_ref()?.source.as_deref()?;
        Some(source)
    }
}

impl From<RDKafkaErrorCode> for Cause {
    fn from(code: RDKafkaErrorCode) -> Self {
        Self {
            code: Some(code),
            reason: code.to_string(),
            source: None,
        }
    }
}

impl From<KafkaError> for Cause {
    fn from(error: KafkaError) -> Self {
        // A configuration error holds the property's value, which may be a secret.
        if let KafkaError::ClientConfig(..) = error {
            return Self {
                code: None,
                reason: "Client configuration error".to_owned(),
                source: None,
            };
        }
        Self {
            code: code_of(&error),
            reason: error.to_string(),
            source: Some(Box::new(error)),
        }
    }
}

/// librdkafka's error number in an error of the Rust client, which forgets it for admin operations.
#[must_use]
pub fn code_of(error: &KafkaError) -> Option<RDKafkaErrorCode> {
    match error {
        KafkaError::AdminOp(code) => Some(*code),
        _ => error.rdkafka_error_code(),
    }
}

/// Result of the engine's calls.
pub type Result<T> = std::result::Result<T, Error>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_unique_and_in_the_family() {
        let mut codes: Vec<_> = ErrorKind::ALL.iter().map(|kind| kind.code()).collect();
        assert!(codes.iter().all(|code| code.starts_with("ERR_KAFKA_")));
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), ErrorKind::ALL.len());
    }

    #[test]
    fn a_configuration_error_never_shows_the_value() {
        use rdkafka::types::RDKafkaConfRes::RD_KAFKA_CONF_INVALID;
        let error = KafkaError::ClientConfig(
            RD_KAFKA_CONF_INVALID,
            "bad".into(),
            "sasl.password".into(),
            "hunter2".into(),
        );
        let error = Error::new(ErrorKind::Property, "x").caused_by(error);
        assert!(!format!("{error:?}").contains("hunter2"));
    }

    #[test]
    fn the_source_of_an_error_is_what_the_client_said() {
        use std::error::Error as _;
        let said = KafkaError::MetadataFetch(RDKafkaErrorCode::BrokerTransportFailure);
        let error = Error::new(ErrorKind::NoBroker, "x").caused_by(said.clone());
        let source = error
            .source()
            .and_then(|source| source.downcast_ref::<KafkaError>());
        assert_eq!(source, Some(&said));
        assert!(Error::new(ErrorKind::NoBroker, "x").source().is_none());
    }

    #[test]
    fn the_code_of_an_admin_operation_is_known() {
        let error = KafkaError::AdminOp(RDKafkaErrorCode::TopicAlreadyExists);
        assert_eq!(code_of(&error), Some(RDKafkaErrorCode::TopicAlreadyExists));
    }
}
