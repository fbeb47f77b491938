//! What librdkafka's error codes mean to the bus. No other module looks at a code.

use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

use crate::error::code_of;

/// What is wrong, as far as a code tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A record, or records that share a request, exceed a limit.
    TooLarge,
    /// The broker will never take this record.
    Unacceptable,
    /// This user lacks a right on the topic or the cluster.
    Denied,
    /// This user lacks a right on the consumer group. The bus joins none, but librdkafka looks for its coordinator all the same.
    GroupDenied,
    /// Fewer replicas are in sync than the topic demands.
    TooFewReplicas,
    /// The broker rejects the credentials.
    Credentials,
    /// The TLS handshake fails.
    Tls,
    /// A host name is unknown.
    UnknownHost,
    /// No connection to a broker, or no answer on it.
    Unreachable,
    /// The topic or a partition does not exist, or a broker does not know it (yet).
    TopicUnknown,
    /// The read position is not in the partition any more.
    PositionLost,
    /// Somebody else created it meanwhile.
    Exists,
    /// Anything else; it may pass.
    Other,
}

impl Fault {
    /// What an error means.
    #[must_use]
    pub fn of(error: &KafkaError) -> Self {
        code_of(error).map_or(Self::Other, Self::of_code)
    }

    /// What a code means.
    #[must_use]
    pub fn of_code(code: Code) -> Self {
        match code {
            Code::MessageSizeTooLarge | Code::InvalidMessageSize => Self::TooLarge,
            Code::InvalidRecord | Code::PolicyViolation | Code::InvalidTimestamp => {
                Self::Unacceptable
            }
            Code::TopicAuthorizationFailed | Code::ClusterAuthorizationFailed => Self::Denied,
            Code::GroupAuthorizationFailed => Self::GroupDenied,
            Code::NotEnoughReplicas | Code::NotEnoughReplicasAfterAppend => Self::TooFewReplicas,
            Code::Authentication | Code::SaslAuthenticationFailed => Self::Credentials,
            Code::SSL => Self::Tls,
            Code::Resolve => Self::UnknownHost,
            Code::AllBrokersDown
            | Code::BrokerTransportFailure
            | Code::OperationTimedOut
            | Code::RequestTimedOut => Self::Unreachable,
            Code::UnknownTopicOrPartition | Code::UnknownTopic | Code::UnknownPartition => {
                Self::TopicUnknown
            }
            Code::AutoOffsetReset | Code::OffsetOutOfRange | Code::LogTruncation => {
                Self::PositionLost
            }
            Code::TopicAlreadyExists => Self::Exists,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_means_one_thing_however_it_is_wrapped() {
        let code = Code::TopicAuthorizationFailed;
        for error in [
            KafkaError::AdminOp(code),
            KafkaError::MessageProduction(code),
            KafkaError::MessageConsumption(code),
            KafkaError::MetadataFetch(code),
        ] {
            assert_eq!(Fault::of(&error), Fault::Denied, "{error}");
        }
        assert_eq!(Fault::of(&KafkaError::Canceled), Fault::Other);
    }

    #[test]
    fn what_passes_by_itself_is_no_refusal() {
        for code in [
            Code::NotLeaderForPartition,
            Code::LeaderNotAvailable,
            Code::PurgeQueue,
            Code::PurgeInflight,
            Code::MessageTimedOut,
            Code::QueueFull,
            Code::KafkaStorageError,
        ] {
            assert_eq!(Fault::of_code(code), Fault::Other, "{code}");
        }
    }
}
