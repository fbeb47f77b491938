//! Says why no broker can be reached, by looking at what listens at its address.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use crate::error::{Cause, Error, ErrorKind};
use rdkafka::error::RDKafkaErrorCode;

const PATIENCE: Duration = Duration::from_millis(300);

/// Explains why the brokers at `addresses` do not answer, by what librdkafka says.
#[must_use]
pub fn explain(addresses: &str, cause: Option<Cause>) -> Error {
    let code = cause.as_ref().and_then(|cause| cause.code);
    let mut error = match code {
        Some(RDKafkaErrorCode::Authentication) => Error::new(
            ErrorKind::Authentication,
            format!(
                "The Kafka broker at {addresses} rejected the credentials. Check sasl.mechanism, sasl.username and \
                 sasl.password in the option kafka."
            ),
        ),
        Some(RDKafkaErrorCode::SSL) => Error::new(
            ErrorKind::Tls,
            format!(
                "The TLS handshake with the Kafka broker at {addresses} fails. Check that its listener uses TLS and \
                 that ssl.ca.location (and ssl.certificate.location, if it asks for one) in the option kafka are right."
            ),
        ),
        Some(RDKafkaErrorCode::Resolve) => Error::new(
            ErrorKind::NoBroker,
            format!(
                "The host name of no Kafka broker in {addresses} is known.{}",
                hint(addresses)
            ),
        ),
        _ => Error::new(
            ErrorKind::NoBroker,
            format!("No Kafka broker answers at {addresses}."),
        ),
    };
    error.cause = cause;
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

/// Explains [`ErrorKind::NoBroker`] further, by what listens at the addresses. Blocks for a fraction of a second. A broker that does
/// answer would log the question as a malformed request, so it is asked only when the answer is told to somebody.
#[must_use]
pub fn look_closer(error: Error, addresses: &str) -> Error {
    let is_resolved = error
        .cause
        .as_ref()
        .is_none_or(|cause| cause.code != Some(RDKafkaErrorCode::Resolve));
    if error.kind != ErrorKind::NoBroker || !is_resolved {
        return error;
    }
    let mut closer = look(addresses);
    closer.cause = error.cause;
    closer
}

/// What listens at the first address that accepts a connection.
fn look(addresses: &str) -> Error {
    let found = addresses.split(',').find_map(|address| {
        let address = address.trim();
        let address = address.rsplit_once("://").map_or(address, |(_, rest)| rest);
        let socket = address.to_socket_addrs().ok()?.next()?;
        let stream = TcpStream::connect_timeout(&socket, PATIENCE).ok()?;
        Some((address, stream))
    });
    match found {
        None => Error::new(
            ErrorKind::NoBroker,
            format!(
                "No Kafka broker listens at {addresses}. Start one there, or correct the option connectionString.",
            ),
        ),
        Some((address, stream)) if is_zookeeper(&stream) => Error::new(
            ErrorKind::ZooKeeper,
            format!(
                "ZooKeeper listens at {address}, not a Kafka broker. The option connectionString names Kafka brokers \
                 now, usually on port 9092; ZooKeeper is not needed any more."
            ),
        ),
        Some((address, _)) => Error::new(
            ErrorKind::NotABroker,
            format!(
                "Something listens at {address}, but it does not answer as a Kafka broker. Check the port; if the \
                 listener uses TLS or SASL, set security.protocol in the option kafka."
            ),
        ),
    }
}

/// Asks `ZooKeeper`'s command `srvr`, which every version answers, if only by refusing it.
fn is_zookeeper(mut stream: &TcpStream) -> bool {
    let mut answer = [0; 64];
    let read = stream
        .set_read_timeout(Some(PATIENCE))
        .and_then(|()| stream.write_all(b"srvr"))
        .and_then(|()| stream.read(&mut answer));
    let answer = String::from_utf8_lossy(&answer[..read.unwrap_or(0)]).into_owned();
    answer.starts_with("Zookeeper version") || answer.starts_with("srvr is not executed")
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    fn answering(answer: &'static [u8]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let _ = stream.read(&mut [0; 4]);
                let _ = stream.write_all(answer);
            }
        });
        address
    }

    #[test]
    fn an_address_where_nothing_listens_is_told_from_one_where_something_else_does() {
        let free = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .to_string();
        let explain =
            |addresses: &str, cause| look_closer(super::explain(addresses, cause), addresses);
        assert_eq!(explain(&free, None).kind, ErrorKind::NoBroker);
        assert_eq!(
            explain(&answering(b"HTTP/1.1 400"), None).kind,
            ErrorKind::NotABroker
        );
        let both = format!("{free},{}", answering(b"Zookeeper version: 3.8.4"));
        assert_eq!(explain(&both, None).kind, ErrorKind::ZooKeeper);
    }

    #[test]
    fn what_librdkafka_knows_for_sure_needs_no_look() {
        let kind = |code| explain("localhost:1", Some(Cause::from(code))).kind;
        assert_eq!(
            kind(RDKafkaErrorCode::Authentication),
            ErrorKind::Authentication
        );
        assert_eq!(kind(RDKafkaErrorCode::SSL), ErrorKind::Tls);
    }

    #[test]
    fn an_unset_environment_variable_is_suspected() {
        let error = explain("KAFKA_HOST", Some(RDKafkaErrorCode::Resolve.into()));
        assert!(
            error
                .message
                .contains("KAFKA_HOST is an environment variable"),
            "{error}"
        );
    }
}
