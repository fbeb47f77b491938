//! Explains why no broker can be reached, from what librdkafka says.

use crate::error::{Cause, Error, ErrorKind};
use crate::kafka::commands::{self, Operation};
use crate::kafka::evidence::Evidence;
use crate::kafka::fault::Fault;
use crate::options::Options;

/// Explains why the brokers at `addresses` do not answer, from what librdkafka says.
#[must_use]
pub fn explain(addresses: &str, cause: Option<Cause>, options: &Options) -> Error {
    let fault = cause
        .as_ref()
        .and_then(|cause| cause.code)
        .map(Fault::of_code);
    let evidence = cause.as_ref().and_then(Evidence::of);
    let refused = evidence.and_then(|evidence| refused(addresses, evidence, options));
    let mut error = match fault {
        _ if refused.is_some() => refused.unwrap_or_else(|| nobody(addresses)),
        Some(Fault::Credentials) => Error::new(
            ErrorKind::Authentication,
            format!(
                "The Kafka broker at {addresses} rejected the credentials. Check sasl.mechanism, sasl.username and \
                 sasl.password in the option kafka."
            ),
        ),
        Some(Fault::Tls) => Error::new(
            ErrorKind::Tls,
            format!(
                "The TLS handshake with the Kafka broker at {addresses} failed. Check that its listener uses TLS, and that \
                 ssl.ca.location (and ssl.certificate.location, if the broker requires one) in the option kafka are right."
            ),
        ),
        Some(Fault::UnknownHost) => Error::new(
            ErrorKind::NoBroker,
            format!(
                "No Kafka broker was found, because no host name in {addresses} can be resolved.{}",
                hint(addresses)
            ),
        ),
        _ => nobody(addresses),
    };
    error.cause = cause;
    error
}

/// This user lacks rights on the topic.
pub(crate) fn lacks(options: &Options, operations: &[Operation]) -> Error {
    let names: Vec<_> = operations.iter().map(|each| each.name()).collect();
    let plural = if names.len() > 1 { "rights" } else { "right" };
    let who = commands::user(options).map_or_else(String::new, |user| format!(" ({user})"));
    let message = format!(
        "This user{who} does not have the {plural} {} on the Kafka topic {}. Grant {} with: {}",
        names.join(" and "),
        options.topic,
        if names.len() > 1 { "them" } else { "it" },
        commands::allow(options, operations)
    );
    Error::new(ErrorKind::Authorization, message)
}

fn nobody(addresses: &str) -> Error {
    Error::new(
        ErrorKind::NoBroker,
        format!("No Kafka broker answers at {addresses}."),
    )
}

/// What follows from evidence that leaves no doubt.
fn refused(addresses: &str, evidence: Evidence<'_>, options: &Options) -> Option<Error> {
    let (kind, message) = match evidence {
        Evidence::HandshakeCut => return None,
        Evidence::ServerCertificate => (
            ErrorKind::Tls,
            format!(
                "The certificate of the Kafka broker at {addresses} is not accepted. Check ssl.ca.location in the option \
                 kafka, and the certificate's dates and names."
            ),
        ),
        Evidence::ClientCertificate if !options.has_certificate() => (
            ErrorKind::Tls,
            format!(
                "The Kafka broker at {addresses} requires a client certificate, and this client has none. Set \
                 ssl.certificate.location and ssl.key.location in the option kafka."
            ),
        ),
        Evidence::ClientCertificate => (
            ErrorKind::Tls,
            format!(
                "The Kafka broker at {addresses} rejected the certificate of this client: it has expired, or was issued by an \
                 authority that the broker does not trust. Check ssl.certificate.location in the option kafka, and the \
                 broker's log."
            ),
        ),
        Evidence::TlsVersion => (
            ErrorKind::Tls,
            format!(
                "The Kafka broker at {addresses} offers no TLS version that this client accepts (TLS 1.2 and 1.3). Set \
                 ssl.enabled.protocols of the broker to one of them."
            ),
        ),
        Evidence::NoSasl => (
            ErrorKind::Authentication,
            format!(
                "The listener of the Kafka broker at {addresses} does not use SASL. Put the port of one that does into the \
                 option connectionString, or set security.protocol in the option kafka to {}.",
                if options.uses_tls() {
                    "ssl"
                } else {
                    "plaintext"
                }
            ),
        ),
        Evidence::Mechanisms(offered) => (
            ErrorKind::Authentication,
            format!(
                "The Kafka broker at {addresses} does not offer this sasl.mechanism. It offers {}: set sasl.mechanism in the option \
                 kafka accordingly.",
                offered.replace(',', ", ")
            ),
        ),
    };
    Some(Error::new(kind, message))
}

/// Says that no broker answers a running server any more, or why the brokers refuse it.
pub(crate) fn cut_off(addresses: &str, cause: Option<Cause>, options: &Options) -> Error {
    const WAITING: &str = "Messages wait in memory, and reading continues where it stopped,";
    let mut error = explain(addresses, cause, options);
    if matches!(error.kind, ErrorKind::Authentication | ErrorKind::Tls) {
        error.message = format!(
            "{} {WAITING} once this server is accepted again.",
            error.message
        );
    } else {
        error.kind = ErrorKind::Disconnected;
        error.message = format!(
            "No Kafka broker can be reached any more. {WAITING} once a broker is back. Check that the brokers are running, and the \
             network to them."
        );
    }
    error
}

/// deepstream puts the name of an unset environment variable where its value should be.
fn hint(addresses: &str) -> String {
    let is_variable_name = addresses
        .chars()
        .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    if is_variable_name {
        format!(" If {addresses} is an environment variable, it is not set.")
    } else {
        " Check the option connectionString.".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use rdkafka::error::RDKafkaErrorCode;

    use super::*;
    use crate::options::tests::options;

    #[test]
    fn what_librdkafka_knows_for_sure_needs_no_look() {
        let kind = |code| explain("localhost:1", Some(Cause::from(code)), &options(&[])).kind;
        assert_eq!(
            kind(RDKafkaErrorCode::Authentication),
            ErrorKind::Authentication
        );
        assert_eq!(kind(RDKafkaErrorCode::SSL), ErrorKind::Tls);
    }

    #[test]
    fn an_unset_environment_variable_is_suspected() {
        let error = explain(
            "KAFKA_HOST",
            Some(RDKafkaErrorCode::Resolve.into()),
            &options(&[]),
        );
        assert!(
            error
                .message
                .contains("KAFKA_HOST is an environment variable"),
            "{error}"
        );
    }
}
