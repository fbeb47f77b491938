//! Which release of Kafka a broker is, by the requests that it knows: no request asks for the release itself.

use std::io::{Read, Write};
use std::time::Duration;

use crate::kafka::endpoint::{API_VERSIONS, connect};
use crate::kafka::handshake;
use crate::options::Options;

/// How long each step of a question may take.
const TIMEOUT: Duration = Duration::from_millis(500);
const PRODUCE: i16 = 0;
const FETCH: i16 = 1;
const LIST_OFFSETS: i16 = 2;
const DESCRIBE_PRODUCERS: i16 = 61;

/// Releases by a request, and its version, that came with them, the latest first.
/// Source: the schemas of requests in Kafka's `clients/src/main/resources/common/message`.
const RELEASES: [(&str, i16, i16); 9] = [
    ("4.1", FETCH, 18),
    ("4.0", PRODUCE, 12),
    ("3.9", FETCH, 17),
    ("3.8", PRODUCE, 11),
    ("3.7", FETCH, 16),
    ("3.5", FETCH, 15),
    ("3.1", FETCH, 13),
    ("3.0", LIST_OFFSETS, 7),
    ("2.8", DESCRIBE_PRODUCERS, 0),
];

/// The earliest release that knows what this broker knows, such as `3.7`; `None` if it cannot be asked. Blocks for up to some seconds.
/// The question is one that a broker answers before anybody has logged in; it says nothing about the one who asks.
pub(crate) fn of(host: &str, port: i32, options: &Options) -> Option<&'static str> {
    if options.is_embedded() {
        return None;
    }
    let stream = connect(&format!("{}:{port}", bracketed(host)))?;
    stream.set_read_timeout(Some(TIMEOUT)).ok()?;
    stream.set_write_timeout(Some(TIMEOUT)).ok()?;
    let answer = if options.uses_tls() {
        ask(handshake::unverified(stream, host)?)
    } else {
        ask(stream)
    };
    release(&answer?)
}

/// For an address with a port.
fn bracketed(host: &str) -> String {
    if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    }
}

/// The answer, without its size.
fn ask(mut stream: impl Read + Write) -> Option<Vec<u8>> {
    const LARGEST: usize = 64 * 1024;
    stream.write_all(API_VERSIONS).ok()?;
    let mut size = [0; 4];
    stream.read_exact(&mut size).ok()?;
    let size = usize::try_from(u32::from_be_bytes(size)).ok()?;
    let mut answer = vec![0; Some(size).filter(|size| *size <= LARGEST)?];
    stream.read_exact(&mut answer).ok()?;
    Some(answer)
}

/// What an answer of version 0 says: correlation id, error, and a list of requests with their first and last versions.
fn release(answer: &[u8]) -> Option<&'static str> {
    const HEAD: usize = 10;
    let number = |bytes: &[u8]| Some(i16::from_be_bytes(bytes.try_into().ok()?));
    let knows = |key: i16, version: i16| {
        answer[HEAD..].chunks_exact(6).any(|entry| {
            number(&entry[..2]) == Some(key)
                && number(&entry[4..]).is_some_and(|latest| latest >= version)
        })
    };
    if answer.len() < HEAD || answer[4..6] != [0, 0] {
        return None;
    }
    let found = RELEASES
        .iter()
        .find(|(_, key, version)| knows(*key, *version));
    found.map(|(release, ..)| *release)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(error: i16, requests: &[(i16, i16)]) -> Vec<u8> {
        let mut bytes = b"deep".to_vec();
        bytes.extend(error.to_be_bytes());
        bytes.extend(i32::try_from(requests.len()).unwrap().to_be_bytes());
        for (key, latest) in requests {
            for number in [*key, 0, *latest] {
                bytes.extend(number.to_be_bytes());
            }
        }
        bytes
    }

    #[test]
    fn the_latest_request_tells_the_release() {
        let of = |requests: &[(i16, i16)]| release(&answer(0, requests));
        assert_eq!(of(&[(PRODUCE, 13), (FETCH, 18)]), Some("4.1"));
        assert_eq!(of(&[(PRODUCE, 11), (FETCH, 16)]), Some("3.8"));
        assert_eq!(of(&[(FETCH, 12), (DESCRIBE_PRODUCERS, 0)]), Some("2.8"));
        assert_eq!(of(&[(FETCH, 11)]), None);
    }

    #[test]
    fn what_is_no_answer_tells_nothing() {
        assert_eq!(release(&answer(35, &[(FETCH, 18)])), None);
        assert_eq!(release(b"deep"), None);
        assert_eq!(release(&answer(0, &[(FETCH, 18)])[..12]), None);
    }
}
