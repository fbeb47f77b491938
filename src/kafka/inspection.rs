//! Says why no broker can be reached, by looking at what listens at its address.

use crate::error::{Error, ErrorKind};
use crate::kafka::endpoint::{
    ANSWER, API_VERSIONS, Answer, ask, connect, is_zookeeper, normalized,
};
use crate::kafka::evidence::Evidence;
use crate::kafka::fault::Fault;
use crate::kafka::handshake::{self, Verdict};
use crate::options::Options;

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
                "{what} has expired. Renew it on the broker; if it is still valid, correct this machine's clock."
            )
        }
        Verdict::NotYetValid => {
            format!("{what} is not valid yet. Correct it on the broker, or this machine's clock.")
        }
        Verdict::WrongHost => format!(
            "{what} is not for the host name {host}. Give the broker one for that name, or use the name in the certificate in the \
             option connectionString (and in the broker's advertised.listeners)."
        ),
        Verdict::UnknownAuthority => format!(
            "{what} was issued by an authority that is not trusted here. Set ssl.ca.location in the option kafka to the \
             certificate of that authority."
        ),
        Verdict::Other(why) => format!(
            "{what} is not accepted: {why}. Correct the certificate on the broker, or ssl.ca.location in the option kafka."
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
                        "The Kafka broker at {address} does not use TLS on this port. Put the port of a listener that does into the \
                         option connectionString, or set security.protocol in the option kafka to plaintext (with SASL, to \
                         sasl_plaintext)."
                    ),
                );
            }
            Error::new(
                ErrorKind::NoBroker,
                format!(
                    "The Kafka broker at {address} answers, but not all requests: it is busy or starting, or its listener requires \
                     SASL (then set security.protocol in the option kafka). Still trying."
                ),
            )
        }
        Answer::None => does_not_answer(&address),
        _ if is_tls => does_not_answer(&address),
        _ if is_zookeeper(&address) => Error::new(
            ErrorKind::ZooKeeper,
            format!(
                "ZooKeeper listens at {address}, not a Kafka broker. The option connectionString now names Kafka brokers, \
                 usually on port 9092; ZooKeeper is no longer needed."
            ),
        ),
        Answer::Bytes(_) | Answer::End => Error::new(
            ErrorKind::NotABroker,
            format!(
                "Something listens at {address}, but it does not answer like a Kafka broker. Check the port; if the \
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
            "The Kafka broker at {bootstrap} answers, but refers clients to {}, which this machine cannot reach. Set \
             advertised.listeners of the broker to an address that this machine can reach.",
            advertised.join(", ")
        ),
    ))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::*;
    use crate::kafka::diagnosis::explain;
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
        let inspect = |addresses: &str, cause| {
            look_closer(
                explain(addresses, cause, &options(&[])),
                addresses,
                &options(&[]),
            )
        };
        assert_eq!(inspect(&free, None).kind, ErrorKind::NoBroker);
        assert_eq!(
            inspect(&answering(b"HTTP/1.1 400"), None).kind,
            ErrorKind::NotABroker
        );
        let both = format!("{free},{}", answering(b"Zookeeper version: 3.8.4"));
        assert_eq!(inspect(&both, None).kind, ErrorKind::ZooKeeper);
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
