//! The node: a producer, a thread that reads, and what has arrived.

use std::ops::ControlFlow;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use deepstream_msg_kafka::kafka::batch_consumer::BatchConsumer;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{Offset, TopicPartitionList};
use serde_json::{Value, json};

use crate::failures::Failures;
use crate::sending::Template;
use crate::tally::{self, Tally};
use crate::topic;
use crate::{Answer, clock, number, ping};

const PATIENCE: Duration = Duration::from_secs(10);
/// A whole run fits, as into those of the thin connectors.
const QUEUE_MESSAGES: &str = "500000";

/// What the reading thread and the calls share.
#[derive(Default)]
pub(crate) struct Arrivals {
    tallies: Vec<Tally>,
    unexpected: u64,
    run: Option<Run>,
    last_at: f64,
    /// Answers to pings: the id and who answered.
    pub(crate) pongs: Vec<(i64, u32)>,
}

/// The run of messages that is expected.
struct Run {
    template: Template,
    check_content: bool,
    first: u64,
    arrived_at: Option<Vec<f64>>,
    timeout: Duration,
}

pub(crate) struct Node {
    topic: String,
    /// The key of its records, by which it knows them again.
    pub(crate) key: String,
    producer: ThreadedProducer<Failures>,
    /// Set once the senders are done: from then on time counts.
    is_sent: AtomicBool,
    arrivals: Mutex<Arrivals>,
    changed: Condvar,
}

impl Node {
    /// Connects, and reads from the end of the topic from then on.
    pub(crate) fn connect(argument: &Value) -> Result<Arc<Self>, String> {
        let text = |value: &Value| value.as_str().map(str::to_owned).unwrap_or_default();
        let topic = text(&argument["channel"]);
        let mut common = ClientConfig::new();
        common.set(
            "bootstrap.servers",
            text(&argument["address"]["connectionString"]),
        );
        let producer = common
            .clone()
            .set("enable.idempotence", "true")
            .set("linger.ms", "0")
            .set("queue.buffering.max.messages", QUEUE_MESSAGES)
            .create_with_context(Failures::default())
            .map_err(|error: KafkaError| error.to_string())?;
        let consumer: BaseConsumer = common
            .clone()
            .set("group.id", format!("bench-{}", process::id()))
            .set("enable.auto.commit", "false")
            .set("fetch.wait.max.ms", "100")
            .create()
            .map_err(|error| error.to_string())?;
        let node = Arc::new(Self {
            topic,
            key: process::id().to_string(),
            producer,
            is_sent: AtomicBool::new(false),
            arrivals: Mutex::default(),
            changed: Condvar::new(),
        });
        topic::create(&common, &node.topic)?;
        node.pin(&consumer).map_err(|error| error.to_string())?;
        let reader = Arc::clone(&node);
        thread::spawn(move || reader.read(consumer));
        Ok(node)
    }

    fn pin(&self, consumer: &BaseConsumer) -> Result<(), KafkaError> {
        let client = self.producer.client();
        let began = Instant::now();
        let end = loop {
            match client.fetch_watermarks(&self.topic, 0, PATIENCE) {
                Ok((_, end)) => break end,
                // It may take a moment until the broker knows the new topic.
                Err(error) if began.elapsed() > PATIENCE => return Err(error),
                Err(_) => client.fetch_metadata(Some(&self.topic), PATIENCE)?,
            };
        };
        let mut partitions = TopicPartitionList::new();
        partitions.add_partition_offset(&self.topic, 0, Offset::Offset(end))?;
        consumer.assign(&partitions)
    }

    fn read(&self, consumer: BaseConsumer) {
        // A consumer that has a group has a queue.
        let Some(mut consumer) = BatchConsumer::new(consumer) else {
            return;
        };
        loop {
            consumer.poll(Duration::from_secs(1), |record| {
                if let Ok(record) = record
                    && record.key != self.key.as_bytes()
                    && !ping::answer(self, record.value)
                {
                    self.receive(record.value);
                }
                ControlFlow::Continue(())
            });
        }
    }

    fn receive(&self, value: &[u8]) {
        let mut arrivals = self.arrivals();
        let Arrivals {
            tallies,
            unexpected,
            run,
            last_at,
            ..
        } = &mut *arrivals;
        let number = run.as_ref().and_then(|run| run.template.number_in(value));
        let Some((tally, number)) = number.and_then(|number| {
            Some((
                tallies.iter_mut().find(|tally| tally.covers(number))?,
                number,
            ))
        }) else {
            *unexpected += 1;
            return;
        };
        if let Some(run) = run {
            if run.check_content && run.template.with(number) != value {
                tally.damaged += 1;
            }
            if let Some(times) = &mut run.arrived_at
                && let Some(time) = usize::try_from(number - run.first)
                    .ok()
                    .and_then(|at| times.get_mut(at))
            {
                *time = clock::now_ms();
            }
        }
        tally.count(number);
        if tally.next == tally.end && is_complete(tallies) {
            *last_at = clock::now_ms();
            self.changed.notify_all();
        }
    }

    /// Makes ready for all that the others may send.
    pub(crate) fn listen(&self, argument: &Value) -> Answer {
        let firsts = argument["firsts"].as_array().ok_or("firsts is missing")?;
        let mut arrivals = self.arrivals();
        arrivals.tallies = firsts
            .iter()
            .filter_map(Value::as_u64)
            .map(Tally::new)
            .collect();
        Ok(Value::Null)
    }

    /// Makes ready for the messages of one run.
    pub(crate) fn expect(&self, argument: &Value) -> Answer {
        let firsts: Vec<_> = argument["firsts"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_u64)
            .collect();
        let count = number(argument, "count")?;
        let length = usize::try_from(count).map_err(|error| error.to_string())?;
        let run = Run {
            template: Template::of(argument)?,
            check_content: argument["checkContent"] == true,
            first: *firsts.first().ok_or("firsts is missing")?,
            arrived_at: (argument["timestamps"] == true).then(|| vec![0.0; length]),
            timeout: Duration::from_millis(number(argument, "timeoutMs")?),
        };
        let mut arrivals = self.arrivals();
        for tally in &mut arrivals.tallies {
            if let Some(first) = firsts.iter().find(|first| tally.covers(**first)) {
                tally.end = first + count;
            }
        }
        arrivals.run = Some(run);
        self.is_sent.store(false, Ordering::Relaxed);
        Ok(Value::Null)
    }

    /// Waits until all of the run have come.
    pub(crate) fn arrived(&self) -> Answer {
        let mut arrivals = self.arrivals();
        let mut waited = Duration::ZERO;
        while !is_complete(&arrivals.tallies) {
            let timeout = arrivals.run.as_ref().map_or(PATIENCE, |run| run.timeout);
            if waited > timeout {
                return Err(format!(
                    "not all messages had arrived {timeout:?} after the last was sent"
                ));
            }
            if self.is_sent.load(Ordering::Relaxed) {
                waited += Duration::from_secs(1);
            }
            arrivals = self.wait(arrivals, Duration::from_secs(1));
        }
        let arrived_at = arrivals.run.as_mut().and_then(|run| run.arrived_at.take());
        Ok(json!({ "lastAt": arrivals.last_at, "arrivedAt": arrived_at }))
    }

    pub(crate) fn sent(&self) {
        self.is_sent.store(true, Ordering::Relaxed);
    }

    pub(crate) fn tally(&self) -> Value {
        let arrivals = self.arrivals();
        tally::result(&arrivals.tallies, arrivals.unexpected)
    }

    pub(crate) fn errors(&self) -> Vec<String> {
        self.producer.context().texts()
    }

    /// Sends a record; waits while the producer has no room.
    pub(crate) fn publish(&self, value: &[u8]) {
        let mut record = BaseRecord::to(&self.topic)
            .partition(0)
            .key(self.key.as_str())
            .payload(value);
        while let Err((error, refused)) = self.producer.send(record) {
            if error.rdkafka_error_code() != Some(RDKafkaErrorCode::QueueFull) {
                self.producer.context().push(&error);
                return;
            }
            record = refused;
            thread::sleep(Duration::from_millis(1));
        }
    }

    pub(crate) fn arrivals(&self) -> MutexGuard<'_, Arrivals> {
        locked(&self.arrivals)
    }

    pub(crate) fn wait<'a>(
        &self,
        guard: MutexGuard<'a, Arrivals>,
        timeout: Duration,
    ) -> MutexGuard<'a, Arrivals> {
        let waited = self.changed.wait_timeout(guard, timeout);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Something came that a call may wait for.
    pub(crate) fn tell(&self) {
        self.changed.notify_all();
    }
}

fn is_complete(tallies: &[Tally]) -> bool {
    tallies.iter().all(|tally| tally.next >= tally.end)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
