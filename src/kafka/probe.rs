//! Asks, in a thread of its own, what a client that starts afresh sees of the brokers.
//!
//! What librdkafka's clients say of an outage is not enough: each speaks for itself, and 2.12.1 forgets all brokers, never to
//! connect again, when a broker that is starting answers with an empty list of them (confluentinc/librdkafka#5301).

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;
use std::time::Duration;

use rdkafka::producer::Producer as _;

use crate::error::Cause;
use crate::kafka::clients::Producer;

/// How long a fresh client may take for the metadata, and then for an answer of the leader.
const TIMEOUT: Duration = Duration::from_millis(700);

/// What a fresh client sees.
#[derive(Clone, Debug)]
pub(crate) enum Sight {
    /// No broker answers.
    Nobody(Cause),
    /// Brokers answer, but the partition's leader does not.
    NoLeader,
    /// The leader answers.
    Leader,
}

/// One question at a time.
#[derive(Default)]
pub(crate) struct Probe {
    answer: Option<Receiver<Sight>>,
}

impl Probe {
    /// Asks with this client, which nobody else uses, for the leader of a partition. Does nothing while a question is open.
    pub(crate) fn ask(&mut self, client: Producer, topic: &str, partition: i32) {
        if self.answer.is_some() {
            return;
        }
        let topic = topic.to_owned();
        let (answer, receiver) = channel();
        let thread = thread::Builder::new()
            .name("kafka-probe".into())
            .spawn(move || {
                // Nobody listens any more when the connection has ended.
                let _ = answer.send(look(&client, &topic, partition));
            });
        // Without a thread the question stays open for ever, and the clients are on their own.
        if thread.is_ok() {
            self.answer = Some(receiver);
        }
    }

    /// The answer, once.
    pub(crate) fn answer(&mut self) -> Option<Sight> {
        match self.answer.as_ref()?.try_recv() {
            Err(TryRecvError::Empty) => None,
            answer => {
                self.answer = None;
                answer.ok()
            }
        }
    }
}

fn look(client: &Producer, topic: &str, partition: i32) -> Sight {
    let troubles = Arc::clone(&client.context().troubles);
    let client = client.client();
    if let Err(error) = client.fetch_metadata(Some(topic), TIMEOUT) {
        return Sight::Nobody(troubles.last().unwrap_or_else(|| error.into()));
    }
    match client.fetch_watermarks(topic, partition, TIMEOUT) {
        Ok(_) => Sight::Leader,
        Err(_) => Sight::NoLeader,
    }
}
