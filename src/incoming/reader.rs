//! Reads the topic: where in each partition, and what to do when that place is gone.

use std::ops::ControlFlow;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rdkafka::client::Client;
use rdkafka::consumer::Consumer as _;
use rdkafka::error::KafkaError;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use crate::error::{Error, ErrorKind, Result};
use crate::incoming::intake::Intake;
use crate::incoming::places::{Again, Doubt, Place, places};
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
    /// The time of the latest record that was read, or of the pin, in milliseconds since 1970.
    latest: i64,
    /// What is read once more.
    again: Again,
    /// The topic changed under the reader: [`Reader::pin_again`] has to look at it.
    is_lost: bool,
    /// This user was denied reading since it was asked last.
    is_denied: bool,
    /// Why other records than before may be found then.
    doubt: Option<Doubt>,
}

impl Reader {
    /// A reader without a position yet.
    pub(crate) fn new(consumer: Consumer, topic: String) -> Result<Self> {
        Ok(Self {
            consumer: batches(consumer)?,
            topic,
            next: Vec::new(),
            heard: Vec::new(),
            latest: 0,
            again: Again::default(),
            is_lost: false,
            is_denied: false,
            doubt: None,
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
        topic.allows()?;
        let mut next = (0..count)
            .map(|partition| topic.offsets(partition).map(|(_, high)| high))
            .collect::<Result<Vec<_>>>()?;
        if let Some(since) = topic.options.tap.and_then(|tap| tap.since) {
            go_back(consumer, &self.topic, &mut next, since)?;
        }
        assign(consumer, &self.topic, &next)?;
        self.heard = vec![Instant::now(); next.len()];
        self.latest = now_ms();
        self.next = next;
        Ok(true)
    }

    /// Reads with this consumer from now on, where the last one stopped, or where [`places`] says. False while the topic does not show
    /// yet.
    pub(crate) fn pin_again(
        &mut self,
        consumer: Consumer,
        topic: &Topic<'_>,
        intake: &mut Intake<'_>,
        reporter: &Reporter,
    ) -> Result<bool> {
        let Some(count) = topic.ensure()? else {
            return Ok(false);
        };
        self.next.resize(usize::try_from(count).unwrap_or(0), 0);
        let bounds = (0..count)
            .map(|partition| topic.offsets(partition))
            .collect::<Result<Vec<_>>>()?;
        let places = places(&self.next, &bounds, self.doubt);
        let mut next = self.next.clone();
        for ((next, place), (low, _)) in next.iter_mut().zip(&places).zip(&bounds) {
            if *place != Place::Same {
                *next = *low;
            }
        }
        assign(&consumer, &self.topic, &next)?;
        self.consumer = batches(consumer)?;
        self.again.note(&places, &bounds, self.latest);
        let before = std::mem::replace(&mut self.next, next);
        let now = Instant::now();
        for (partition, place) in places.into_iter().enumerate() {
            match place {
                Place::Same => {}
                Place::AfterDeleted(records) => intake.note_deleted(records, now),
                // That the topic was deleted is told.
                Place::Start if self.doubt == Some(Doubt::Topic) => {}
                Place::Start => {
                    let (_, end) = bounds[partition];
                    reporter.error(self.has_other_records(partition, end, before[partition]));
                }
            }
        }
        self.heard = vec![now; self.next.len()];
        self.is_lost = false;
        self.doubt = None;
        Ok(true)
    }

    /// The topic is not there any more; what comes back has other records. Only a new consumer goes on with it.
    pub(crate) fn topic_is_gone(&mut self) {
        self.is_lost = true;
        self.doubt = Some(Doubt::Topic);
    }

    /// Waits for records up to `timeout` and hands them on, until there is no room for more.
    pub(crate) fn poll(&mut self, timeout: Duration, intake: &mut Intake<'_>, reporter: &Reporter) {
        let mut errors = Vec::new();
        let Self {
            next,
            heard,
            latest,
            again,
            ..
        } = self;
        let mut now = None;
        self.consumer.poll(timeout, |record| {
            match record {
                Ok(record) => {
                    let now = *now.get_or_insert_with(Instant::now);
                    match advance(next, &record) {
                        Step::Known => return ControlFlow::Continue(()),
                        Step::After(records) => intake.note_deleted(records, now),
                        Step::Next => {}
                    }
                    let at = usize::try_from(record.partition).ok();
                    if let Some(heard) = at.and_then(|at| heard.get_mut(at)) {
                        *heard = now;
                    }
                    *latest = record.timestamp.max(*latest);
                    let is_again = again.holds(record.partition, record.offset, record.timestamp);
                    intake.take(&record, is_again, now);
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

    /// Its client.
    pub(crate) fn client(&self) -> &Client<Context> {
        self.consumer.consumer().client()
    }

    /// Whether this user was denied reading since the last call.
    pub(crate) fn take_denied(&mut self) -> bool {
        std::mem::take(&mut self.is_denied)
    }

    /// The callbacks of its client.
    pub(crate) fn context(&self) -> &Context {
        self.consumer.consumer().context()
    }

    /// How many partitions it reads.
    pub(crate) fn partitions(&self) -> i32 {
        i32::try_from(self.next.len()).unwrap_or(i32::MAX)
    }

    fn has_other_records(&self, partition: usize, end: i64, next: i64) -> Error {
        let message = format!(
            "Partition {partition} of the Kafka topic {} lost its end, or was deleted and created again: it ends at offset {end} now, \
             and the records there are not those that this server had read up to offset {next}. Messages that were stored there and \
             not read yet are lost; whose and how many is reported when their senders continue. Find out which broker lost them \
             (unclean.leader.election.enable), or who deleted the topic.",
            self.topic
        );
        Error::new(ErrorKind::RecordsMissed, message)
    }

    fn fail(&mut self, error: &KafkaError, reporter: &Reporter) {
        let fault = Fault::of(error);
        match fault {
            Fault::PositionLost => {
                self.is_lost = true;
                self.doubt.get_or_insert(Doubt::Position);
            }
            // Whether the topic is really gone shows when its place is looked for.
            Fault::TopicUnknown => self.is_lost = true,
            Fault::Denied => self.is_denied = true,
            // librdkafka reconnects. If that fails, the silence is told, with the reason that a fresh client is given.
            // The group's coordinator is of no use to the bus.
            Fault::Unreachable
            | Fault::UnknownHost
            | Fault::Credentials
            | Fault::Tls
            | Fault::GroupDenied => {}
            _ => {
                let message = format!(
                    "Reading the Kafka topic {} failed; trying again. See the cause, and the broker's log.",
                    self.topic
                );
                let told = Error::new(ErrorKind::Fetch, message);
                reporter.error(told.caused_by(error.clone()));
            }
        }
    }
}

/// Where a record stands beside the one that was expected.
enum Step {
    Next,
    /// It was seen before, which can come when the partition is assigned again.
    Known,
    /// So many offsets before it hold nothing any more.
    After(u64),
}

fn advance(next: &mut [i64], record: &Record<'_>) -> Step {
    let at = usize::try_from(record.partition).ok();
    let Some(expected) = at.and_then(|at| next.get_mut(at)) else {
        return Step::Next;
    };
    if record.offset < *expected {
        return Step::Known;
    }
    let gap = record.offset.abs_diff(*expected);
    *expected = record.offset + 1;
    if gap > 0 {
        Step::After(gap)
    } else {
        Step::Next
    }
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(0))
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

/// Begins with the records of this time, where there are some.
fn go_back(consumer: &Consumer, topic: &str, next: &mut [i64], since: i64) -> Result<()> {
    let mut times = TopicPartitionList::new();
    for partition in 0..next.len() {
        add(&mut times, topic, partition, since)?;
    }
    let found = consumer
        .offsets_for_times(times, WARM_UP)
        .map_err(|error| not_assigned(topic, error))?;
    for element in found.elements() {
        let at = usize::try_from(element.partition()).ok();
        if let (Some(next), Offset::Offset(offset)) =
            (at.and_then(|at| next.get_mut(at)), element.offset())
        {
            *next = offset;
        }
    }
    Ok(())
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
