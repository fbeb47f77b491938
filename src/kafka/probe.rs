//! Questions to the brokers whose answers nobody has to wait for: each is asked in a thread of its own.
//!
//! Whether the brokers can be reached is asked with a client that starts afresh. What librdkafka's clients say of an outage is not enough: each speaks for itself, and 2.12.1 forgets all brokers, never to
//! connect again, when a broker that is starting answers with an empty list of them (confluentinc/librdkafka#5301).

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::producer::Producer as _;

use crate::error::Cause;
use crate::kafka::admin::{self, Rights};
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

/// How long each leader may take to say that it is heard.
const HEARD: Duration = Duration::from_millis(300);

/// One question at a time.
pub(crate) struct Probe<T> {
    answer: Option<Receiver<T>>,
}

impl<T> Default for Probe<T> {
    fn default() -> Self {
        Self { answer: None }
    }
}

impl<T: Send + 'static> Probe<T> {
    /// Asks. Does nothing while a question is open.
    fn ask(&mut self, question: impl FnOnce() -> T + Send + 'static) {
        if self.answer.is_some() {
            return;
        }
        let (answer, receiver) = channel();
        let thread = thread::Builder::new()
            .name("kafka-probe".into())
            .spawn(move || {
                // Nobody listens any more when the connection has ended.
                let _ = answer.send(question());
            });
        // Without a thread the question stays open for ever, and the clients are on their own.
        if thread.is_ok() {
            self.answer = Some(receiver);
        }
    }

    /// The answer, once.
    pub(crate) fn answer(&mut self) -> Option<T> {
        match self.answer.as_ref()?.try_recv() {
            Err(TryRecvError::Empty) => None,
            answer => {
                self.answer = None;
                answer.ok()
            }
        }
    }
}

impl Probe<Sight> {
    /// What this client, which nobody else uses, sees of the leader of a partition.
    pub(crate) fn look(&mut self, client: Producer, topic: &str, partition: i32) {
        let topic = topic.to_owned();
        self.ask(move || look(&client, &topic, partition));
    }
}

impl Probe<bool> {
    /// Whether the leaders of the first `count` partitions answer this client at once.
    pub(crate) fn listen(&mut self, client: Arc<Producer>, topic: &str, count: i32) {
        let topic = topic.to_owned();
        self.ask(move || {
            let end = Instant::now() + HEARD;
            let client = client.client();
            (0..count)
                .take_while(|_| Instant::now() < end)
                .all(|partition| client.fetch_watermarks(&topic, partition, HEARD).is_ok())
        });
    }
}

impl Probe<Option<Rights>> {
    /// What this user may do with the topic.
    pub(crate) fn rights(&mut self, client: Arc<Producer>, topic: &str) {
        let topic = topic.to_owned();
        self.ask(move || admin::rights(&client, &topic, TIMEOUT));
    }
}

fn look(client: &Producer, topic: &str, partition: i32) -> Sight {
    let troubles = Arc::clone(&client.context().troubles);
    let answer = client.client().fetch_metadata(Some(topic), TIMEOUT);
    if let Err(error) = answer {
        // Serves the callbacks, which know the reason better than the failed call.
        client.poll(Duration::ZERO);
        return Sight::Nobody(troubles.last().unwrap_or_else(|| error.into()));
    }
    match client.client().fetch_watermarks(topic, partition, TIMEOUT) {
        Ok(_) => Sight::Leader,
        Err(_) => Sight::NoLeader,
    }
}
