//! Reads the topic, drops what this node does not want, batches the rest.

use std::time::Duration;

use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use crate::batch::{BatchConsumer, Record};
use crate::channels::Channels;
use crate::client::{Consumer, Context};
use crate::error::{Error, ErrorKind, Result, code_of};
use crate::inbox::{Batch, Inbox};
use crate::publisher::Publisher;
use crate::record;
use crate::report::Reporter;
use crate::stats::Stats;
use crate::topic::Topic;

/// How long the first metadata request on the consumer's own connection may take.
const WARM_UP: Duration = Duration::from_secs(1);

/// Where a record goes and what is counted on the way.
pub(crate) struct Filter<'a> {
    /// The Kafka topic, for messages to people.
    pub(crate) topic: &'a str,
    pub(crate) sender: &'a str,
    pub(crate) publisher: &'a Publisher,
    pub(crate) channels: &'a Channels,
    pub(crate) inbox: &'a Inbox,
    pub(crate) reporter: &'a Reporter,
    pub(crate) stats: &'a Stats,
}

/// The reader of all partitions. Belongs to the connection thread.
pub(crate) struct Subscriber {
    consumer: BatchConsumer<Context>,
    topic: String,
    /// The offset that each partition's next record should have.
    next: Vec<i64>,
    /// Where it was when [`Subscriber::watch`] looked last and found more to read.
    last_seen: Vec<Option<i64>>,
    /// The topic changed under the reader: [`Subscriber::pin_again`] has to look at it.
    is_lost: bool,
}

impl Subscriber {
    /// A reader without a position yet. `None` if the consumer has no queue, see [`BatchConsumer::new`].
    pub(crate) fn new(consumer: Consumer, topic: String) -> Option<Self> {
        let consumer = BatchConsumer::new(consumer)?;
        Some(Self {
            consumer,
            topic,
            next: Vec::new(),
            last_seen: Vec::new(),
            is_lost: false,
        })
    }

    /// Pins the read position to the end of every partition: each record written from now on will be read.
    pub(crate) fn pin(&mut self, topic: &Topic<'_>) -> Result<()> {
        let consumer = self.consumer.consumer();
        // Serves the callbacks, which know the reason of a failure better than the failed call.
        let _ = consumer.poll(Duration::ZERO);
        let next = (0..topic.ensure()?)
            .map(|partition| topic.offsets(partition).map(|(_, high)| high))
            .collect::<Result<Vec<_>>>()?;
        topic.acquire_producer_id()?;
        assign(consumer, &self.topic, &next)?;
        self.next = next;
        self.set_next(self.next.len());
        Ok(())
    }

    /// Waits for records up to `timeout` and hands those that are wanted to the inbox; says how many came.
    pub(crate) fn poll(&mut self, timeout: Duration, filter: &Filter<'_>) -> usize {
        let Self {
            consumer,
            topic,
            next,
            is_lost,
            ..
        } = self;
        let mut batch = Batch::default();
        let mut count = 0;
        consumer.poll(timeout, |record| match record {
            Ok(record) => {
                count += 1;
                if !filter.advance(next, &record) {
                    return;
                }
                filter.take(&record, &mut batch);
                if batch.is_full() {
                    filter.hand_on(std::mem::take(&mut batch));
                }
            }
            Err(error) => *is_lost |= filter.fail(topic, &error),
        });
        filter.hand_on(batch);
        count
    }

    /// Whether the topic changed under the reader, so that it cannot go on by itself.
    pub(crate) fn is_lost(&self) -> bool {
        self.is_lost
    }

    /// Reads with this consumer from now on: from the earliest record there is, where the next one is gone. A position that is
    /// still there is kept, so that nothing is read twice. Returns where the partitions end.
    pub(crate) fn pin_again(
        &mut self,
        consumer: Consumer,
        topic: &Topic<'_>,
        filter: &Filter<'_>,
    ) -> Result<Vec<i64>> {
        let count = topic.ensure()?;
        self.set_next(usize::try_from(count).unwrap_or(0));
        let mut missed = Vec::new();
        let mut ends = Vec::new();
        for (partition, next) in (0..).zip(&mut self.next) {
            let (low, high) = topic.offsets(partition)?;
            ends.push(high);
            if *next < low {
                missed.push(Some(low - *next));
                *next = low;
            } else if *next > high {
                missed.push(None);
                *next = low;
            }
        }
        assign(&consumer, &self.topic, &self.next)?;
        if let Some(consumer) = BatchConsumer::new(consumer) {
            self.consumer = consumer;
        }
        self.is_lost = false;
        for count in missed {
            filter.missed(&self.topic, count);
        }
        Ok(ends)
    }

    /// Whether there is a partition of which it has not read all up to its end.
    pub(crate) fn is_behind(&self, ends: &[i64]) -> bool {
        self.next.iter().zip(ends).any(|(next, end)| next < end)
    }

    /// Looks whether the topic is still there and whether reading keeps up with it, and reads partitions that were added
    /// from their first record. librdkafka alone would not notice that a topic was created again, and
    /// may stop fetching for a minute when a starting broker denies that it has the topic.
    pub(crate) fn watch(&mut self, topic: &Topic<'_>) -> Result<()> {
        let Some(count) = topic
            .partitions()?
            .and_then(|count| usize::try_from(count).ok())
        else {
            self.is_lost = true;
            return Ok(());
        };
        for (partition, (next, last)) in (0..).zip(self.next.iter().zip(&mut self.last_seen)) {
            let (low, high) = topic.offsets(partition)?;
            let is_behind = high > *next;
            let is_stuck = is_behind && *last == Some(*next);
            *last = is_behind.then_some(*next);
            self.is_lost |= is_stuck || !(low..=high).contains(next);
        }
        if count > self.next.len() {
            let mut added = TopicPartitionList::new();
            for partition in self.next.len()..count {
                add(&mut added, &self.topic, partition, 0)?;
            }
            self.consumer
                .consumer()
                .incremental_assign(&added)
                .map_err(|error| not_assigned(&self.topic, error))?;
            self.set_next(count);
        }
        Ok(())
    }

    /// Sets the number of partitions; new ones are read from their first record.
    fn set_next(&mut self, count: usize) {
        self.next.resize(count, 0);
        self.last_seen.clear();
        self.last_seen.resize(count, None);
    }

    /// How many partitions it reads.
    pub(crate) fn partitions(&self) -> i32 {
        i32::try_from(self.next.len()).unwrap_or(i32::MAX)
    }
}

impl Filter<'_> {
    /// Hands a wanted record over, counts the others by the reason why they are not.
    fn take(&self, record: &Record<'_>, batch: &mut Batch) {
        self.stats.received.add(1);
        self.stats.received_bytes.add(record.value.len() as u64);
        if self.publisher.is_own(record.value) {
            self.publisher.ledger().saw_own(record.value);
            return self.stats.filtered_own.add(1);
        }
        let Some(channel) = self.channels.find(record.key) else {
            return self.stats.filtered_unsubscribed.add(1);
        };
        if record
            .target()
            .is_some_and(|target| target != self.sender.as_bytes())
        {
            return self.stats.filtered_direct.add(1);
        }
        match record::unwrap(record.value) {
            Some(content) => batch.push(channel, &content),
            None => self.invalid(record),
        }
    }

    fn hand_on(&self, batch: Batch) {
        if batch.count() > 0 {
            self.stats.delivered.add(batch.count());
            self.inbox.push_records(batch);
        }
    }

    fn invalid(&self, record: &Record<'_>) {
        self.stats.invalid.add(1);
        let channel = String::from_utf8_lossy(record.key);
        self.reporter.error(
            Error::new(
                ErrorKind::InvalidRecord,
                format!(
                    "A record of {} bytes for '{channel}' (partition {}, offset {}) is no message of this bus and was \
                     skipped. Find out who else writes to the Kafka topic; the bus needs one of its own (option topic).",
                    record.value.len(),
                    record.partition,
                    record.offset
                ),
            )
            .on_channel(channel),
        );
    }

    /// Notices records that were never seen. False for one that was seen before, which can come a second time when the
    /// partition is assigned again.
    fn advance(&self, next: &mut [i64], record: &Record<'_>) -> bool {
        let at = usize::try_from(record.partition).ok();
        let Some(expected) = at.and_then(|at| next.get_mut(at)) else {
            return true;
        };
        if record.offset < *expected {
            return false;
        }
        if record.offset > *expected {
            self.missed(self.topic, Some(record.offset - *expected));
        }
        *expected = record.offset + 1;
        true
    }

    fn missed(&self, topic: &str, count: Option<i64>) {
        self.publisher.ledger().set_incomplete();
        let known = u64::try_from(count.unwrap_or(0)).unwrap_or(0);
        self.stats.missed.add(known);
        let message = match count {
            Some(count) => format!(
                "{count} records of the Kafka topic {topic} were deleted before this node could read them; their messages are lost \
                 here. Raise the topic's retention.ms, or find out what held the node up."
            ),
            None => format!(
                "The Kafka topic {topic} was deleted and created again; messages that this node had not read are lost \
                 here. It goes on with the first record of the new topic."
            ),
        };
        self.reporter
            .error(Error::new(ErrorKind::RecordsMissed, message));
    }

    /// Judges an error of the consumer; true if the reader has lost its position.
    fn fail(&self, topic: &str, error: &KafkaError) -> bool {
        match code_of(error) {
            Some(
                RDKafkaErrorCode::AutoOffsetReset
                | RDKafkaErrorCode::OffsetOutOfRange
                | RDKafkaErrorCode::LogTruncation,
            ) => return true,
            Some(
                RDKafkaErrorCode::UnknownTopicOrPartition
                | RDKafkaErrorCode::UnknownTopic
                | RDKafkaErrorCode::UnknownPartition,
            ) => {
                let message = format!(
                    "The Kafka topic {topic} was deleted while in use. It is created again if the option createTopic is \
                     on; messages published meanwhile may be lost. Find out who deleted it."
                );
                self.reporter
                    .error(Error::new(ErrorKind::TopicMissing, message).caused_by(error.clone()));
                return true;
            }
            // The client's callback has told of these, and librdkafka reconnects.
            Some(
                RDKafkaErrorCode::AllBrokersDown
                | RDKafkaErrorCode::BrokerTransportFailure
                | RDKafkaErrorCode::Resolve
                | RDKafkaErrorCode::OperationTimedOut
                | RDKafkaErrorCode::RequestTimedOut,
            ) => {}
            code => {
                let kind = match code {
                    Some(
                        RDKafkaErrorCode::TopicAuthorizationFailed
                        | RDKafkaErrorCode::GroupAuthorizationFailed,
                    ) => ErrorKind::Authorization,
                    Some(
                        RDKafkaErrorCode::Authentication
                        | RDKafkaErrorCode::SaslAuthenticationFailed,
                    ) => ErrorKind::Authentication,
                    Some(RDKafkaErrorCode::SSL) => ErrorKind::Tls,
                    _ => ErrorKind::Fetch,
                };
                let message = format!(
                    "Reading the Kafka topic {topic} fails; trying again. See the cause, and the broker's log."
                );
                self.reporter
                    .error(Error::new(kind, message).caused_by(error.clone()));
            }
        }
        false
    }
}

fn assign(consumer: &Consumer, topic: &str, next: &[i64]) -> Result<()> {
    // A topic that the consumer's client does not know yet would take over half a second to the first fetch.
    consumer
        .client()
        .fetch_metadata(Some(topic), WARM_UP)
        .map_err(|error| not_assigned(topic, error))?;
    let mut partitions = TopicPartitionList::new();
    for (partition, offset) in next.iter().enumerate() {
        add(&mut partitions, topic, partition, *offset)?;
    }
    consumer
        .assign(&partitions)
        .map_err(|error| not_assigned(topic, error))
}

fn add(list: &mut TopicPartitionList, topic: &str, partition: usize, offset: i64) -> Result<()> {
    let partition = i32::try_from(partition).unwrap_or(i32::MAX);
    list.add_partition_offset(topic, partition, Offset::Offset(offset))
        .map_err(|error| not_assigned(topic, error))
}

fn not_assigned(topic: &str, error: KafkaError) -> Error {
    let message =
        format!("The Kafka topic {topic} cannot be read yet; trying again. See the cause.");
    Error::new(ErrorKind::Fetch, message).caused_by(error)
}
