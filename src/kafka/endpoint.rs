//! What listens at an address, by the answers that come over a bare TCP connection.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// How long a connection, and then an answer, may take.
const TIMEOUT: Duration = Duration::from_millis(300);
/// The port of an address without one.
const PORT: &str = "9092";
/// A request `ApiVersions` of version 0, which every broker answers, whoever asks: size, key 18, version 0, correlation
/// id, and an empty client id (<https://kafka.apache.org/protocol#The_Messages_ApiVersions>).
pub(crate) const API_VERSIONS: &[u8] = b"\0\0\0\x0a\0\x12\0\0\x64\x65\x65\x70\0\0";
/// Where in an answer the correlation id stands, and which one it is.
pub(crate) const ANSWER: (usize, &[u8]) = (4, b"\x64\x65\x65\x70");

/// What comes back to a question.
pub(crate) enum Answer {
    Bytes(Vec<u8>),
    /// The connection ends.
    End,
    /// Nothing in time.
    None,
}

pub(crate) fn ask(mut stream: &TcpStream, question: &[u8]) -> Answer {
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
pub(crate) fn is_zookeeper(address: &str) -> bool {
    let Some(stream) = connect(address) else {
        return false;
    };
    let Answer::Bytes(answer) = ask(&stream, b"srvr") else {
        return false;
    };
    let answer = String::from_utf8_lossy(&answer);
    answer.starts_with("Zookeeper version") || answer.starts_with("srvr is not executed")
}

pub(crate) fn connect(address: &str) -> Option<TcpStream> {
    let socket = address.to_socket_addrs().ok()?.next()?;
    TcpStream::connect_timeout(&socket, TIMEOUT).ok()
}

/// An address of the connectionString as the metadata would write it: without protocol, with port, in small letters.
pub(crate) fn normalized(address: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brokers_are_compared_by_their_whole_address() {
        assert_eq!(normalized(" PLAINTEXT://Kafka"), "kafka:9092");
        assert_eq!(normalized("kafka:19092"), "kafka:19092");
        assert_eq!(normalized("[::1]"), "[::1]:9092");
        assert_eq!(normalized("[::1]:1"), "[::1]:1");
    }
}
