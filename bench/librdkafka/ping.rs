//! Pings to the other nodes and answers to theirs, as `bench/participant/round-trip.js` has them.

use std::process;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::node::Node;
use crate::{Answer, clock};

const INTERVAL: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(30);

/// Answers a ping, or keeps the answer to one of ours. False if it is neither.
pub(crate) fn answer(node: &Node, value: &[u8]) -> bool {
    let Some(text) = value
        .strip_prefix(b"PING ")
        .or_else(|| value.strip_prefix(b"PONG "))
    else {
        return false;
    };
    let text = String::from_utf8_lossy(text);
    if value.starts_with(b"PING") {
        node.publish(format!("PONG {text} {}", process::id()).as_bytes());
        return true;
    }
    let mut fields = text.split(' ');
    let id = fields.next().and_then(|id| id.parse().ok());
    let asker = fields.next();
    let answerer = fields.next().and_then(|answerer| answerer.parse().ok());
    if let (Some(id), Some(answerer)) = (id, answerer)
        && asker == Some(&node.key)
    {
        node.arrivals().pongs.push((id, answerer));
        node.tell();
    }
    true
}

fn ping(node: &Node, id: i64) {
    node.publish(format!("PING {id} {}", node.key).as_bytes());
}

/// Pings until all others have answered.
pub(crate) fn probe(node: &Node, others: u64) -> Answer {
    // Those of round trips are not negative.
    const ID: i64 = -1;
    node.arrivals().pongs.clear();
    let began = Instant::now();
    loop {
        ping(node, ID);
        let mut arrivals = node.arrivals();
        let due = Instant::now() + INTERVAL;
        while Instant::now() < due {
            let mut answerers: Vec<_> = arrivals
                .pongs
                .iter()
                .map(|(_, answerer)| answerer)
                .collect();
            answerers.sort_unstable();
            answerers.dedup();
            if answerers.len() as u64 >= others {
                return Ok(Value::Null);
            }
            arrivals = node.wait(arrivals, INTERVAL);
        }
        if began.elapsed() > PATIENCE {
            return Err("not all others have answered".into());
        }
    }
}

/// One ping after the other, each sent when the answer to the one before has come.
pub(crate) fn measure(node: &Node, count: u64) -> Answer {
    let mut trips_ms = Vec::new();
    for id in 0..i64::try_from(count).map_err(|error| error.to_string())? {
        let sent_at = clock::now_ms();
        ping(node, id);
        let mut arrivals = node.arrivals();
        while !arrivals.pongs.iter().any(|(answered, _)| *answered == id) {
            arrivals = node.wait(arrivals, PATIENCE);
        }
        arrivals.pongs.clear();
        trips_ms.push(clock::now_ms() - sent_at);
    }
    Ok(json!(trips_ms))
}
