//! Takes messages from the caller, in order, and hands them to librdkafka.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer as _, PurgeConfig};

use crate::client::Producer;
use crate::error::{Error, ErrorKind, code_of};
use crate::ledger::{Held, Ledger, is_topic_unknown};
use crate::options::Options;
use crate::record::{Envelope, TARGET_HEADER};
use crate::report::Reporter;
use crate::stats::Stats;

/// How often a flush looks whether everything is delivered. `rd_kafka_flush` would look every 100 ms.
const FLUSH_STEP: Duration = Duration::from_micros(200);

/// What a batch of one record adds to its key, value and header, at most.
const OVERHEAD: usize = 120;
/// How long the reports of purged messages may take.
const PURGE: Duration = Duration::from_millis(200);

/// The way out. Called by the JavaScript thread; opened and ended by the connection thread.
pub struct Publisher {
    stage: Mutex<Stage>,
    envelope: Envelope,
    topic: String,
    sender: String,
    queue_bytes: usize,
    /// The topic's `max.message.bytes`.
    largest_record: AtomicUsize,
    ledger: Arc<Ledger>,
    reporter: Arc<Reporter>,
    stats: Arc<Stats>,
}

enum Stage {
    /// The read position is not pinned yet: a request sent now could miss its reply, so it waits here.
    Waiting { queue: VecDeque<Held>, bytes: usize },
    /// Messages go to librdkafka at once, all to one partition, so that they keep their order.
    Open {
        producer: Arc<Producer>,
        partition: i32,
    },
    /// Messages are dropped silently: the bus is closed.
    Ended,
}

/// A message on its way out.
struct Outgoing<'a> {
    channel: &'a str,
    value: &'a [u8],
    target: Option<&'a str>,
}

impl Outgoing<'_> {
    fn to_held(&self) -> Held {
        Held {
            channel: self.channel.to_owned(),
            value: self.value.to_owned(),
            target: self.target.map(ToOwned::to_owned),
            was_sent: false,
        }
    }
}

impl Held {
    fn as_outgoing(&self) -> Outgoing<'_> {
        Outgoing {
            channel: &self.channel,
            value: &self.value,
            target: self.target.as_deref(),
        }
    }
}

impl Publisher {
    /// A publisher that is closed until it is told to [`Publisher::accept`].
    #[must_use]
    pub fn new(options: &Options, reporter: Arc<Reporter>, stats: Arc<Stats>) -> Self {
        Self {
            stage: Mutex::new(Stage::Ended),
            envelope: Envelope::new(&options.sender),
            topic: options.topic.clone(),
            sender: options.sender.clone(),
            queue_bytes: options.queue_bytes(),
            largest_record: AtomicUsize::new(usize::MAX),
            ledger: Arc::default(),
            reporter,
            stats,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this sender wrote the record value.
    #[must_use]
    pub fn is_own(&self, value: &[u8]) -> bool {
        self.envelope.is_own(value)
    }

    /// Publishes messages to a channel, for all nodes or for one: JSON texts, one on a line; an empty one is JavaScript's
    /// `undefined`. Never blocks on the network and never fails: troubles become events.
    pub fn publish(&self, channel: &str, messages: &str, target: Option<&str>) {
        let mut refusals = Vec::new();
        let mut value = Vec::new();
        let mut stage = self.lock();
        if matches!(*stage, Stage::Ended) {
            return;
        }
        for message in messages.split('\n') {
            self.envelope.wrap(message, &mut value);
            let outgoing = Outgoing {
                channel,
                value: &value,
                target,
            };
            match self.hand_over(&mut stage, &outgoing) {
                Ok(()) => {
                    self.stats.published.add(1);
                    self.stats.published_bytes.add(value.len() as u64);
                }
                Err(error) => refusals.push((error, value.len())),
            }
        }
        drop(stage);
        for (error, bytes) in refusals {
            self.refuse(&error, channel, bytes);
        }
    }

    fn hand_over(&self, stage: &mut Stage, outgoing: &Outgoing<'_>) -> Result<(), KafkaError> {
        match stage {
            Stage::Ended => Ok(()),
            Stage::Waiting { queue, bytes } => {
                if *bytes + outgoing.value.len() > self.queue_bytes {
                    return Err(KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull));
                }
                *bytes += outgoing.value.len();
                queue.push_back(outgoing.to_held());
                Ok(())
            }
            Stage::Open {
                producer,
                partition,
            } => match self.send(producer, *partition, outgoing) {
                Err(error) if is_topic_unknown(&error) => {
                    self.reclaim(stage).push_back(outgoing.to_held());
                    Ok(())
                }
                sent => sent.inspect(|()| self.ledger.add_sent()),
            },
        }
    }

    fn refuse(&self, error: &KafkaError, channel: &str, bytes: usize) {
        self.stats.publish_failed.add(1);
        self.reporter.error(delivery_error(error, channel, bytes));
    }

    fn send(
        &self,
        producer: &Producer,
        partition: i32,
        outgoing: &Outgoing<'_>,
    ) -> Result<(), KafkaError> {
        let target = outgoing.target.map_or(0, str::len);
        let size = outgoing.value.len() + outgoing.channel.len() + target + OVERHEAD;
        if size > self.largest_record() {
            let code = RDKafkaErrorCode::MessageSizeTooLarge;
            return Err(KafkaError::MessageProduction(code));
        }
        let mut record = BaseRecord::to(&self.topic)
            .partition(partition)
            .key(outgoing.channel)
            .payload(outgoing.value);
        if let Some(target) = outgoing.target {
            record = record.headers(OwnedHeaders::new_with_capacity(1).insert(Header {
                key: TARGET_HEADER,
                value: Some(target),
            }));
        }
        producer.send(record).map_err(|(error, _)| error)
    }

    /// Sets the topic's limit. A message beyond it must not be sent: the broker would refuse others in its batch with it.
    pub(crate) fn limit(&self, largest_record: usize) {
        self.largest_record.store(largest_record, Relaxed);
    }

    /// What [`Publisher::limit`] set.
    pub(crate) fn largest_record(&self) -> usize {
        self.largest_record.load(Relaxed)
    }

    /// Accepts messages and keeps them until [`Publisher::open`].
    pub(crate) fn accept(&self) {
        let mut stage = self.lock();
        if matches!(*stage, Stage::Ended) {
            self.ledger.begin();
            *stage = Stage::Waiting {
                queue: VecDeque::new(),
                bytes: 0,
            };
        }
    }

    /// The queue of the messages that wait, with those that librdkafka gave back before all that it did not have yet.
    fn reclaim<'a>(&self, stage: &'a mut Stage) -> &'a mut VecDeque<Held> {
        if let Stage::Open { producer, .. } = stage {
            // All that was handed over before has to be back before anything is appended.
            producer.poll(Duration::ZERO);
        }
        if !matches!(stage, Stage::Waiting { .. }) {
            *stage = Stage::Waiting {
                queue: VecDeque::new(),
                bytes: 0,
            };
        }
        let Stage::Waiting { queue, bytes } = stage else {
            unreachable!("set above");
        };
        let mut returned = self.ledger.lock();
        *bytes += returned.iter().map(|held| held.value.len()).sum::<usize>();
        let rest = queue.split_off(queue.iter().take_while(|held| held.was_sent).count());
        queue.append(&mut returned);
        queue.extend(rest);
        queue
    }

    /// Keeps messages back if librdkafka gave some back; says whether messages are kept back, so that somebody has to
    /// [`Publisher::open`] again.
    pub(crate) fn hold(&self) -> bool {
        let mut stage = self.lock();
        if !self.ledger.lock().is_empty() {
            self.reclaim(&mut stage);
        }
        matches!(*stage, Stage::Waiting { .. })
    }

    /// Takes back from the producer what is not delivered, and keeps it until [`Publisher::open`].
    pub(crate) fn withdraw(&self) {
        let mut stage = self.lock();
        let Stage::Open { producer, .. } = &*stage else {
            return;
        };
        let producer = Arc::clone(producer);
        self.ledger.keep_purged(true);
        purge(&producer);
        self.ledger.keep_purged(false);
        self.reclaim(&mut stage);
    }

    /// Where the producer's callback and the reader enter what they know.
    pub(crate) fn ledger(&self) -> &Arc<Ledger> {
        &self.ledger
    }

    /// Sends what has waited and is not in the topic yet, then lets messages through to this producer. All that is in the topic
    /// has been read.
    pub(crate) fn open(&self, producer: Arc<Producer>, partitions: i32) {
        let partition = self.partition(partitions);
        let mut stage = self.lock();
        let mut failures = Vec::new();
        if let Stage::Waiting { queue, bytes } = &mut *stage {
            for landed in queue.drain(..self.ledger.landed(queue)) {
                *bytes -= landed.value.len();
            }
            while let Some(held) = queue.pop_front() {
                match self.send(&producer, partition, &held.as_outgoing()) {
                    Ok(()) => {
                        *bytes -= held.value.len();
                        if !held.was_sent {
                            self.ledger.add_sent();
                        }
                    }
                    Err(error) if is_topic_unknown(&error) => {
                        queue.push_front(held);
                        return;
                    }
                    Err(error) => failures.push((error, held)),
                }
            }
        }
        if !matches!(*stage, Stage::Ended) {
            *stage = Stage::Open {
                producer,
                partition,
            };
        }
        drop(stage);
        for (error, held) in failures {
            if held.was_sent {
                self.ledger.add_failed();
            }
            self.refuse(&error, &held.channel, held.value.len());
        }
    }

    /// The partition of all messages of this sender.
    pub(crate) fn partition(&self, partitions: i32) -> i32 {
        let hash = self.sender.bytes().fold(0_u32, |hash, byte| {
            hash.wrapping_mul(31).wrapping_add(u32::from(byte))
        });
        i32::try_from(hash % partitions.max(1).unsigned_abs()).unwrap_or(0)
    }

    /// How many messages are not delivered yet.
    #[must_use]
    pub fn undelivered(&self) -> usize {
        match &*self.lock() {
            Stage::Waiting { queue, .. } => queue.len(),
            Stage::Open { producer, .. } => {
                usize::try_from(producer.in_flight_count()).unwrap_or(0)
            }
            Stage::Ended => 0,
        }
    }

    /// Waits until everything is delivered or the deadline has passed; says how many messages are not.
    /// Blocks the calling thread.
    pub fn flush(&self, deadline: Instant) -> usize {
        loop {
            let producer = match &*self.lock() {
                Stage::Open { producer, .. } => Some(Arc::clone(producer)),
                _ => None,
            };
            if let Some(producer) = producer {
                // Serves the reports of failed messages, which count as undelivered until then.
                producer.poll(Duration::ZERO);
            }
            let undelivered = self.undelivered();
            if undelivered == 0 || Instant::now() >= deadline {
                return undelivered;
            }
            thread::sleep(FLUSH_STEP);
        }
    }

    /// Drops what is not delivered and accepts nothing any more; says how many messages are lost.
    pub(crate) fn end(&self) -> u64 {
        let failed = self.stats.publish_failed.get();
        let stage = std::mem::replace(&mut *self.lock(), Stage::Ended);
        let mut held = std::mem::take(&mut *self.ledger.lock()).len();
        match stage {
            Stage::Open { producer, .. } => purge(&producer),
            Stage::Waiting { queue, .. } => held += queue.len(),
            Stage::Ended => {}
        }
        self.stats.publish_failed.add(held as u64);
        self.stats.publish_failed.get() - failed
    }
}

/// Takes everything back from a producer. Its callback gets each message.
fn purge(producer: &Producer) {
    producer.purge(PurgeConfig::default().queue().inflight());
    let deadline = Instant::now() + PURGE;
    while producer.in_flight_count() > 0 && Instant::now() < deadline {
        producer.poll(FLUSH_STEP);
    }
}

/// Why a message was not sent or not delivered.
pub(crate) fn delivery_error(error: &KafkaError, channel: &str, bytes: usize) -> Error {
    let (kind, message) = match code_of(error) {
        Some(RDKafkaErrorCode::MessageSizeTooLarge | RDKafkaErrorCode::InvalidMessageSize) => (
            ErrorKind::MessageTooLarge,
            format!(
                "A message of {bytes} bytes to '{channel}' is too large and was not sent. Raise the option \
                 maxMessageBytes, and max.message.bytes of the Kafka topic (kafka-configs.sh --alter --entity-type topics)."
            ),
        ),
        Some(RDKafkaErrorCode::QueueFull) => (
            ErrorKind::QueueFull,
            format!(
                "The queue of unsent messages is full, so a message of {bytes} bytes to '{channel}' was dropped. Either the \
                 brokers are away or slower than this node publishes; the limit is queue.buffering.max.kbytes in the option kafka."
            ),
        ),
        _ => (
            ErrorKind::Delivery,
            format!(
                "A message of {bytes} bytes to '{channel}' could not be delivered and is lost. See the cause; \
                 message.timeout.ms in the option kafka says how long delivery is tried."
            ),
        ),
    };
    Error::new(kind, message)
        .on_channel(channel)
        .caused_by(error.clone())
}
