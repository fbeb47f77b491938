//! Says why no broker can be reached, by looking at what listens at its address.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use crate::error::{Cause, Error, ErrorKind};
use crate::kafka::commands::{self, Operation};
use crate::kafka::evidence::Evidence;
use crate::kafka::fault::Fault;
use crate::kafka::handshake::{self, Verdict};
use crate::options::Options;

/// How long a connection, and then an answer, may take.
const TIMEOUT: Duration = Duration::from_millis(300);
/// The port of an address without one.
const PORT: &str = "9092";
/// A request `ApiVersions` of version 0, which every broker answers, whoever asks: size, key 18, version 0, correlation
/// id, and an empty client id (<https://kafka.apache.org/protocol#The_Messages_ApiVersions>).
const API_VERSIONS: &[u8] = b"\0\0\0\x0a\0\x12\0\0\x64\x65\x65\x70\0\0";
/// Where in an answer the correlation id stands, and which one it is.
const ANSWER: (usize, &[u8]) = (4, b"\x64\x65\x65\x70");

/// Explains why the brokers at `addresses` do not answer, by what librdkafka says.
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
                "The TLS handshake with the Kafka broker at {addresses} fails. Check that its listener uses TLS and \
                 that ssl.ca.location (and ssl.certificate.location, if it asks for one) in the option kafka are right."
            ),
        ),
        Some(Fault::UnknownHost) => Error::new(
            ErrorKind::NoBroker,
            format!(
                "The host name of no Kafka broker in {addresses} is known.{}",
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
        "The broker does not give this user{who} the {plural} {} on the Kafka topic {}. Give it with: {}",
        names.join(" and "),
        options.topic,
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
                 kafka, and the certificate's time and names."
            ),
        ),
        Evidence::ClientCertificate if !options.has_certificate() => (
            ErrorKind::Tls,
            format!(
                "The Kafka broker at {addresses} demands a certificate of its clients, and this one has none. Set \
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
                "The Kafka broker at {addresses} speaks no version of TLS that this client accepts, which are TLS 1.2 and 1.3. \
                 Set ssl.enabled.protocols of the broker to one of these."
            ),
        ),
        Evidence::NoSasl => (
            ErrorKind::Authentication,
            format!(
                "The listener of the Kafka broker at {addresses} does not use SASL. Name the port of one that does in the \
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
                "The Kafka broker at {addresses} does not offer this sasl.mechanism, but {}. Set sasl.mechanism in the option \
                 kafka to one of them.",
                offered.replace(',', ", ")
            ),
        ),
    };
    Some(Error::new(kind, message))
}

/// Says that no broker answers a running node any more, or what the brokers refuse it for.
pub(crate) fn cut_off(addresses: &str, cause: Option<Cause>, options: &Options) -> Error {
    const WAITING: &str = "Messages wait in memory and reading goes on where it stopped";
    let mut error = explain(addresses, cause, options);
    if matches!(error.kind, ErrorKind::Authentication | ErrorKind::Tls) {
        error.message = format!("{} {WAITING} once it is accepted again.", error.message);
    } else {
        error.kind = ErrorKind::Disconnected;
        error.message = format!(
            "No Kafka broker can be reached any more. {WAITING} once a broker is back. Check that the brokers run and the network \
             between."
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

/// Explains further, by what listens at the addresses. Blocks for a fraction of a second. What is not a broker may log the question,
/// so it is asked only when the answer is told to somebody. Where TLS is spoken nobody is asked in the clear, unless handshakes fail.
#[must_use]
pub fn look_closer(error: Error, addresses: &str, options: &Options) -> Error {
    let fault = error
        .cause
        .as_ref()
        .and_then(|cause| cause.code)
        .map(Fault::of_code);
    let evidence = error.cause.as_ref().and_then(Evidence::of);
    let closer = match (error.kind, evidence) {
        (ErrorKind::Tls, Some(Evidence::ServerCertificate)) => judge(addresses, options),
        (ErrorKind::NoBroker, _) if fault != Some(Fault::UnknownHost) => {
            let is_silent = options.uses_tls() && evidence != Some(Evidence::HandshakeCut);
            Some(look(addresses, is_silent, options.uses_tls()))
        }
        _ => None,
    };
    match closer {
        Some(mut closer) => {
            closer.cause = error.cause;
            closer
        }
        None => error,
    }
}

/// What is wrong with the first certificate that is not accepted.
fn judge(addresses: &str, options: &Options) -> Option<Error> {
    let (address, host, verdict) = addresses.split(',').find_map(|address| {
        let address = normalized(address);
        let (host, _) = address.rsplit_once(':')?;
        let host = host.trim_matches(['[', ']']).to_owned();
        let verdict = handshake::verdict(connect(&address)?, &host, options)?;
        Some((address, host, verdict))
    })?;
    let what = format!("The certificate of the Kafka broker at {address}");
    let message = match verdict {
        Verdict::Expired => {
            format!(
                "{what} has expired. Renew it on the broker; if it is valid, correct this machine's clock."
            )
        }
        Verdict::NotYetValid => {
            format!("{what} is not valid yet. Correct it on the broker, or this machine's clock.")
        }
        Verdict::WrongHost => format!(
            "{what} is for another host name than {host}. Give the broker one for that name, or name the broker in the option \
             connectionString (and in its advertised.listeners) as its certificate does."
        ),
        Verdict::UnknownAuthority => format!(
            "{what} was issued by an authority that is not trusted here. Set ssl.ca.location in the option kafka to the \
             certificate of that authority."
        ),
        Verdict::Other(why) => format!(
            "{what} is not accepted: {why}. Correct it on the broker, or ssl.ca.location in the option kafka."
        ),
    };
    Some(Error::new(ErrorKind::Tls, message))
}

/// What listens at the first address that accepts a connection.
fn look(addresses: &str, is_silent: bool, is_tls: bool) -> Error {
    let found = addresses.split(',').find_map(|address| {
        let address = normalized(address);
        connect(&address).map(|stream| (address, stream))
    });
    let Some((address, stream)) = found else {
        return Error::new(
            ErrorKind::NoBroker,
            format!(
                "No Kafka broker listens at {addresses}. Start one there, or correct the option connectionString.",
            ),
        );
    };
    let answer = if is_silent {
        Answer::None
    } else {
        ask(&stream, API_VERSIONS)
    };
    match answer {
        Answer::Bytes(bytes)
            if bytes
                .get(ANSWER.0..)
                .is_some_and(|id| id.starts_with(ANSWER.1)) =>
        {
            if is_tls {
                return Error::new(
                    ErrorKind::Tls,
                    format!(
                        "The Kafka broker at {address} does not use TLS at this port. Name the port of a listener that does in the \
                         option connectionString, or set security.protocol in the option kafka to plaintext (with SASL, to \
                         sasl_plaintext)."
                    ),
                );
            }
            Error::new(
                ErrorKind::NoBroker,
                format!(
                    "The Kafka broker at {address} answers, but not all that is asked: it is busy or starting, or its listener demands \
                     SASL (then set security.protocol in the option kafka). Still trying."
                ),
            )
        }
        Answer::None => does_not_answer(&address),
        _ if is_tls => does_not_answer(&address),
        _ if is_zookeeper(&address) => Error::new(
            ErrorKind::ZooKeeper,
            format!(
                "ZooKeeper listens at {address}, not a Kafka broker. The option connectionString names Kafka brokers \
                 now, usually on port 9092; ZooKeeper is not needed any more."
            ),
        ),
        Answer::Bytes(_) | Answer::End => Error::new(
            ErrorKind::NotABroker,
            format!(
                "Something listens at {address}, but it does not answer as a Kafka broker. Check the port; if the \
                 listener uses TLS or SASL, set security.protocol in the option kafka."
            ),
        ),
    }
}

fn does_not_answer(address: &str) -> Error {
    Error::new(
        ErrorKind::NoBroker,
        format!(
            "What listens at {address} accepts connections, but does not answer. A broker may be starting or busy; otherwise check \
             the port, and security.protocol in the option kafka. Still trying."
        ),
    )
}

/// What comes back to a question.
enum Answer {
    Bytes(Vec<u8>),
    /// The connection ends.
    End,
    /// Nothing in time.
    None,
}

fn ask(mut stream: &TcpStream, question: &[u8]) -> Answer {
    let mut answer = [0; 64];
    let read = stream
        .set_read_timeout(Some(TIMEOUT))
        .and_then(|()| stream.write_all(question))
        .and_then(|()| stream.read(&mut answer));
    match read {
        Ok(0) => Answer::End,
        Ok(length) => Answer::Bytes(answer[..length].to_vec()),
        Err(error) => match error.kind() {
            std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut => Answer::None,
            _ => Answer::End,
        },
    }
}

/// Asks `ZooKeeper`'s command `srvr`, which every version answers, if only by refusing it.
fn is_zookeeper(address: &str) -> bool {
    let Some(stream) = connect(address) else {
        return false;
    };
    let Answer::Bytes(answer) = ask(&stream, b"srvr") else {
        return false;
    };
    let answer = String::from_utf8_lossy(&answer);
    answer.starts_with("Zookeeper version") || answer.starts_with("srvr is not executed")
}

fn connect(address: &str) -> Option<TcpStream> {
    let socket = address.to_socket_addrs().ok()?.next()?;
    TcpStream::connect_timeout(&socket, TIMEOUT).ok()
}

/// An address of the connectionString as the metadata would write it: without protocol, with port, in small letters.
fn normalized(address: &str) -> String {
    let address = address.trim().to_ascii_lowercase();
    let address = address
        .rsplit_once("://")
        .map_or(address.as_str(), |(_, rest)| rest);
    let has_port = match address.rsplit_once(':') {
        Some((host, _)) => !host.contains(':') || host.ends_with(']'),
        None => false,
    };
    if has_port {
        address.to_owned()
    } else {
        format!("{address}:{PORT}")
    }
}

/// Whether brokers that could be reached at `bootstrap` send clients to addresses of which none can be reached. Blocks for a
/// fraction of a second for each.
pub(crate) fn advertised_elsewhere(bootstrap: &str, advertised: &[String]) -> Option<Error> {
    let known: Vec<_> = bootstrap.split(',').map(normalized).collect();
    let is_elsewhere = |address: &String| !known.contains(&normalized(address));
    if advertised.is_empty() || !advertised.iter().all(is_elsewhere) {
        return None;
    }
    if advertised.iter().any(|address| connect(address).is_some()) {
        return None;
    }
    Some(Error::new(
        ErrorKind::AdvertisedListener,
        format!(
            "The Kafka broker at {bootstrap} answers and sends clients on to {}, but this machine cannot reach that \
             address. Set advertised.listeners of the broker to an address that this machine can reach.",
            advertised.join(", ")
        ),
    ))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use rdkafka::error::RDKafkaErrorCode;

    use super::*;
    use crate::options::tests::options;

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
        let explain = |addresses: &str, cause| {
            look_closer(
                super::explain(addresses, cause, &options(&[])),
                addresses,
                &options(&[]),
            )
        };
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

    #[test]
    fn a_broker_that_is_busy_is_not_taken_for_something_else() {
        let busy = answering(b"\0\0\0\x0a\x64\x65\x65\x70\0\0\0\0\0\0");
        let error = look_closer(explain(&busy, None, &options(&[])), &busy, &options(&[]));
        assert_eq!(error.kind, ErrorKind::NoBroker);
        assert!(error.message.contains("busy"), "{error}");
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let silent = silent.local_addr().unwrap().to_string();
        let error = look_closer(
            explain(&silent, None, &options(&[])),
            &silent,
            &options(&[]),
        );
        assert_eq!(error.kind, ErrorKind::NoBroker);
    }

    #[test]
    fn brokers_are_compared_by_their_whole_address() {
        assert_eq!(normalized(" PLAINTEXT://Kafka"), "kafka:9092");
        assert_eq!(normalized("kafka:19092"), "kafka:19092");
        assert_eq!(normalized("[::1]"), "[::1]:9092");
        assert_eq!(normalized("[::1]:1"), "[::1]:1");
    }

    #[test]
    fn only_addresses_of_which_none_can_be_reached_are_blamed() {
        let free = |listener: TcpListener| listener.local_addr().unwrap().to_string();
        let gone = free(TcpListener::bind("127.0.0.1:0").unwrap());
        let up = answering(b"");
        let blamed = |bootstrap: &str, advertised: &[&String]| {
            let advertised: Vec<_> = advertised.iter().map(|&address| address.clone()).collect();
            advertised_elsewhere(bootstrap, &advertised).map(|error| error.kind)
        };
        assert_eq!(
            blamed("kafka", &[&gone]),
            Some(ErrorKind::AdvertisedListener)
        );
        // One of three is named, and another one is away.
        assert_eq!(blamed("kafka", &[&up, &gone]), None);
        assert_eq!(blamed(&gone, &[&gone]), None);
        assert_eq!(blamed("kafka", &[]), None);
    }
}
