//! Reads the topic: where in each partition, and what to do when that place is gone.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer as _;
use rdkafka::error::KafkaError;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use crate::error::{Error, ErrorKind, Result};
use crate::incoming::intake::Intake;
use crate::kafka::batch_consumer::{BatchConsumer, Record};
use crate::kafka::clients::{Consumer, Context};
use crate::kafka::fault::Fault;
use crate::kafka::topic::Topic;
use crate::report::Reporter;

/// How long the first metadata request on the consumer's own connection may take.
const WARM_UP: Duration = Duration::from_secs(1);

/// The reader of all partitions. Belongs to the connection thread.
pub(crate) struct Reader {
    consumer: BatchConsumer<Context>,
    topic: String,
    /// The offset that each partition's next record should have.
    next: Vec<i64>,
    /// When a record of each partition was read last, or its place was pinned.
    heard: Vec<Instant>,
    /// The topic changed under the reader: [`Reader::pin_again`] has to look at it.
    is_lost: bool,
}

impl Reader {
    /// A reader without a position yet.
    pub(crate) fn new(consumer: Consumer, topic: String) -> Result<Self> {
        Ok(Self {
            consumer: batches(consumer)?,
            topic,
            next: Vec::new(),
            heard: Vec::new(),
            is_lost: false,
        })
    }

    /// Pins the read position to the end of every partition: each record written from now on will be read. False while the topic
    /// does not show yet.
    pub(crate) fn pin(&mut self, topic: &Topic<'_>) -> Result<bool> {
        let consumer = self.consumer.consumer();
        // Serves the callbacks, which know the reason of a failure better than the failed call.
        let _ = consumer.poll(Duration::ZERO);
        let Some(count) = topic.ensure()? else {
            return Ok(false);
        };
        let next = (0..count)
            .map(|partition| topic.offsets(partition).map(|(_, high)| high))
            .collect::<Result<Vec<_>>>()?;
        assign(consumer, &self.topic, &next)?;
        self.heard = vec![Instant::now(); next.len()];
        self.next = next;
        Ok(true)
    }

    /// Reads with this consumer from now on, where the last one stopped. Where that place is gone, it reads from the earliest record
    /// there is: what it has had already shows by its numbers. False while the topic does not show yet.
    pub(crate) fn pin_again(
        &mut self,
        consumer: Consumer,
        topic: &Topic<'_>,
        reporter: &Reporter,
    ) -> Result<bool> {
        let Some(count) = topic.ensure()? else {
            return Ok(false);
        };
        self.next.resize(usize::try_from(count).unwrap_or(0), 0);
        let mut next = self.next.clone();
        let mut gone = Vec::new();
        for (partition, next) in (0..).zip(&mut next) {
            let (low, high) = topic.offsets(partition)?;
            if !(low..=high).contains(next) {
                gone.push((*next < low).then_some(low - *next));
                *next = low;
            }
        }
        assign(&consumer, &self.topic, &next)?;
        self.consumer = batches(consumer)?;
        self.heard = vec![Instant::now(); next.len()];
        self.next = next;
        self.is_lost = false;
        for count in gone {
            reporter.error(self.place_is_gone(count));
        }
        Ok(true)
    }

    /// Waits for records up to `timeout` and hands them on, until there is no room for more.
    pub(crate) fn poll(&mut self, timeout: Duration, intake: &mut Intake<'_>, reporter: &Reporter) {
        let mut errors = Vec::new();
        let mut gaps = Vec::new();
        let Self { next, heard, .. } = self;
        let mut now = None;
        self.consumer.poll(timeout, |record| {
            match record {
                Ok(record) => {
                    match advance(next, &record) {
                        Place::Known => return ControlFlow::Continue(()),
                        Place::After(gap) => gaps.push(gap),
                        Place::Next => {}
                    }
                    let now = *now.get_or_insert_with(Instant::now);
                    let at = usize::try_from(record.partition).ok();
                    if let Some(heard) = at.and_then(|at| heard.get_mut(at)) {
                        *heard = now;
                    }
                    intake.take(&record, now);
                }
                Err(error) => errors.push(error),
            }
            if intake.has_room() {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        intake.hand_on();
        for gap in gaps {
            reporter.error(self.place_is_gone(Some(gap)));
        }
        for error in errors {
            self.fail(&error, reporter);
        }
    }

    /// Reads partitions that were added from their first record; librdkafka would not by itself.
    pub(crate) fn add_partitions(&mut self, count: usize) -> Result<()> {
        if count <= self.next.len() {
            return Ok(());
        }
        let mut added = TopicPartitionList::new();
        for partition in self.next.len()..count {
            add(&mut added, &self.topic, partition, 0)?;
        }
        self.consumer
            .consumer()
            .incremental_assign(&added)
            .map_err(|error| not_assigned(&self.topic, error))?;
        self.next.resize(count, 0);
        self.heard.resize(count, Instant::now());
        Ok(())
    }

    /// When a record of the partition was read last, if it is read at all.
    pub(crate) fn heard_at(&self, partition: i32) -> Option<Instant> {
        let at = usize::try_from(partition).ok()?;
        self.heard.get(at).copied()
    }

    /// Whether the topic changed under the reader, so that it cannot go on by itself.
    pub(crate) fn is_lost(&self) -> bool {
        self.is_lost
    }

    /// The callbacks of its client.
    pub(crate) fn context(&self) -> &Context {
        self.consumer.consumer().context()
    }

    /// How many partitions it reads.
    pub(crate) fn partitions(&self) -> i32 {
        i32::try_from(self.next.len()).unwrap_or(i32::MAX)
    }

    fn place_is_gone(&self, records: Option<i64>) -> Error {
        let topic = &self.topic;
        let message = match records {
            Some(count) => format!(
                "{count} records of the Kafka topic {topic} were deleted before this node could read them; their messages are lost \
                 here. Raise the topic's retention.ms, or find out what held the node up."
            ),
            None => format!(
                "The Kafka topic {topic} was deleted and created again, or its end was lost; messages that this node had not read \
                 are lost here. It goes on with the first record that there is."
            ),
        };
        Error::new(ErrorKind::RecordsMissed, message)
    }

    fn fail(&mut self, error: &KafkaError, reporter: &Reporter) {
        let fault = Fault::of(error);
        match fault {
            // Whether the topic is really gone shows when its place is looked for.
            Fault::PositionLost | Fault::TopicUnknown => self.is_lost = true,
            // The client's callback has told of these, and librdkafka reconnects.
            Fault::Unreachable | Fault::UnknownHost => {}
            _ => {
                let message = format!(
                    "Reading the Kafka topic {} fails; trying again. See the cause, and the broker's log.",
                    self.topic
                );
                let told = Error::new(fault.kind_of_reading(), message);
                reporter.error(told.caused_by(error.clone()));
            }
        }
    }
}

/// Where a record stands beside the one that was expected.
enum Place {
    Next,
    /// It was seen before, which can come when the partition is assigned again.
    Known,
    /// So many offsets before it hold nothing any more.
    After(i64),
}

fn advance(next: &mut [i64], record: &Record<'_>) -> Place {
    let at = usize::try_from(record.partition).ok();
    let Some(expected) = at.and_then(|at| next.get_mut(at)) else {
        return Place::Next;
    };
    let gap = record.offset - *expected;
    if gap < 0 {
        return Place::Known;
    }
    *expected = record.offset + 1;
    if gap > 0 {
        Place::After(gap)
    } else {
        Place::Next
    }
}

fn batches(consumer: Consumer) -> Result<BatchConsumer<Context>> {
    BatchConsumer::new(consumer).ok_or_else(|| {
        Error::new(
            ErrorKind::Internal,
            "The consumer has no queue, although it has a group.id.",
        )
    })
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
