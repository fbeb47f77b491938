//! Stands between the clients and the mock cluster, and lets a fetch wait for records as a Kafka broker does.
//!
//! The mock cluster answers a fetch that finds nothing only when its time is over, whatever is stored meanwhile. So the relay
//! asks it without a time to wait, keeps an answer that holds nothing, and asks again when something has been stored.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout_at};

use super::fetch::Wait;

/// The largest frame in bytes that librdkafka's mock cluster takes, `receive.message.max.bytes`.
const LARGEST_FRAME: usize = 100_000_000;
/// The `api_key` of a produce request.
const PRODUCE: [u8; 2] = [0, 0];

/// Passes on what the clients of the listener and the broker say; for ever.
pub(super) async fn relay(listener: TcpListener, broker: SocketAddr) {
    let stored = watch::Sender::new(());
    loop {
        match listener.accept().await {
            Ok((client, _)) => {
                tokio::spawn(converse(client, broker, stored.clone()));
            }
            // Out of file descriptors, most likely.
            Err(_) => sleep(Duration::from_millis(100)).await,
        }
    }
}

/// One connection: each request is answered before the next one is read. Ends with an error when either side is gone.
async fn converse(
    client: TcpStream,
    broker: SocketAddr,
    stored: watch::Sender<()>,
) -> io::Result<()> {
    let broker = TcpStream::connect(broker).await?;
    client.set_nodelay(true)?;
    broker.set_nodelay(true)?;
    let (mut client, mut broker) = (BufReader::new(client), BufReader::new(broker));
    let mut news = stored.subscribe();
    loop {
        let mut request = frame(&mut client).await?;
        let wait = Wait::take_from(&mut request);
        let start = Instant::now();
        let answer = loop {
            news.mark_unchanged();
            broker.write_all(&request).await?;
            let answer = frame(&mut broker).await?;
            let Some(wait) = wait.as_ref().filter(|wait| wait.goes_on(&answer)) else {
                break answer;
            };
            let end = start + Duration::from_millis(wait.millis);
            if timeout_at(end, news.changed()).await.is_err() {
                break answer;
            }
        };
        if request[4..6] == PRODUCE {
            stored.send_replace(());
        }
        client.write_all(&answer).await?;
    }
}

/// A request or an answer, with its length in front.
async fn frame(stream: &mut BufReader<TcpStream>) -> io::Result<Vec<u8>> {
    let length = stream.read_u32().await?;
    let size = usize::try_from(length).unwrap_or(usize::MAX);
    if !(2..=LARGEST_FRAME).contains(&size) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut frame = length.to_be_bytes().to_vec();
    frame.resize(4 + size, 0);
    stream.read_exact(&mut frame[4..]).await?;
    Ok(frame)
}
