//! Takes messages from the caller and hands them, record by record, to a client of Kafka.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::BaseRecord;

use crate::error::{Error, ErrorKind};
use crate::kafka::clients::Producer;
use crate::kafka::commands::{self, Operation};
use crate::kafka::fault::Fault;
use crate::options::Options;
use crate::outgoing::backlog::{Backlog, Dropped, News, Outcome, Outgoing, Refusals};
use crate::outgoing::overflow::Overflow;
use crate::report::Reporter;
use crate::stats::Stats;
use crate::wire::{self, HEADERS, HOST, Life, NAMESAKE, Run, VERSION};

/// What key, headers and Kafka's own fields add to the messages of a record, apart from the sender's id.
const RECORD_OVERHEAD: usize = 240;
/// What the headers add that say where this node runs and whom it has heard under its own id, apart from the host's name.
const HOST_OVERHEAD: usize = 48;
/// For so long a namesake is answered after it was heard.
const ANSWERS: Duration = Duration::from_secs(30);
/// So many bytes that wait for the record on its way are little.
const LITTLE: usize = 8 * 1024;
/// A record that could not be delivered is tried again after this time.
const RETRY: Duration = Duration::from_millis(50);
/// One that the broker denies, after this time.
const RETRY_DENIED: Duration = Duration::from_secs(1);

/// The way out. Called by the JavaScript thread; given its outlet by the connection thread.
pub struct Publisher {
    backlog: Backlog,
    overflow: Mutex<Overflow>,
    outlet: Mutex<Option<Outlet>>,
    topic: String,
    sender: String,
    /// Where this node runs.
    host: String,
    /// Another node with the same id, and when it was heard last.
    namesake: Mutex<Option<(Life, Instant)>>,
    /// The command that lets this user write.
    remedy: String,
    /// Messages wait for replicas, which has to be told with their number.
    too_few: Mutex<Option<Waiting>>,
    /// It was told that Kafka takes messages again.
    is_resumed: AtomicBool,
    reporter: Arc<Reporter>,
    stats: Arc<Stats>,
}

/// Messages that Kafka does not take now.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    /// For how long it has taken none.
    pub(crate) since: Duration,
    /// How many wait.
    pub(crate) messages: u64,
    /// Why it takes none.
    pub(crate) cause: KafkaError,
}

/// Where records go. All of one life go to one partition, so that they keep their order.
#[derive(Clone)]
pub(crate) struct Outlet {
    pub(crate) producer: Arc<Producer>,
    pub(crate) partition: i32,
}

impl Publisher {
    /// A publisher that is closed.
    #[must_use]
    pub fn new(options: &Options, reporter: Arc<Reporter>, stats: Arc<Stats>) -> Self {
        let overhead = RECORD_OVERHEAD + HOST_OVERHEAD + options.sender.len() + options.host.len();
        let max_bytes = options.largest_record().saturating_sub(overhead);
        Self {
            backlog: Backlog::new(options.queue_bytes(), max_bytes),
            overflow: Mutex::default(),
            outlet: Mutex::default(),
            topic: options.topic.clone(),
            sender: options.sender.clone(),
            host: options.host.clone(),
            namesake: Mutex::default(),
            remedy: commands::allow(options, &[Operation::Write]),
            too_few: Mutex::default(),
            is_resumed: AtomicBool::new(false),
            reporter,
            stats,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Outlet>> {
        self.outlet.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is not known to be stored.
    pub(crate) fn backlog(&self) -> &Backlog {
        &self.backlog
    }

    /// Publishes messages, JSON texts, one a line (an empty one is JavaScript's `undefined`), as the runs say. Waits for nothing but
    /// the push into a queue, and never fails: troubles become events. Does nothing when no life has begun.
    pub fn publish(&self, runs: &[Run<'_>], lines: &str) {
        let Some(refusals) = self.backlog.push(runs, lines) else {
            return;
        };
        let count: u64 = runs.iter().map(|run| u64::from(run.count)).sum();
        let breaks = count.saturating_sub(1);
        let bytes = (lines.len() as u64).saturating_sub(breaks);
        self.stats.published.add(count - refusals.messages());
        self.stats.published_bytes.add(bytes - refusals.bytes());
        self.look_for_reports();
        self.pump();
        self.refuse(refusals);
    }

    /// Takes in what the client has to say of the record on its way, so that the next one need not wait for the connection thread.
    /// When much waits it may gather instead: large records cost everybody less.
    fn look_for_reports(&self) {
        if self.backlog.has_little_waiting(LITTLE)
            && let Some(outlet) = self.lock().clone()
        {
            outlet.producer.poll(Duration::ZERO);
        }
    }

    /// Hands the next record over if none is on its way and there is an outlet.
    pub(crate) fn pump(&self) {
        loop {
            let Some(outlet) = self.lock().clone() else {
                return;
            };
            let Some(outgoing) = self.backlog.next(Instant::now()) else {
                return;
            };
            match self.send(&outlet, &outgoing) {
                Ok(()) => return,
                Err(error) => self.settle(outgoing.attempt, Some(&error)),
            }
        }
    }

    fn send(&self, outlet: &Outlet, outgoing: &Outgoing) -> Result<(), KafkaError> {
        let life = outgoing.life.to_string();
        let first = outgoing.first.to_string();
        let runs = wire::write_runs(outgoing.parcel.runs());
        let namesake = self.namesake().map(|life| life.to_string());
        // Whoever has the same id hears in this way where the other one is to be found.
        let host = (outgoing.first == 0 || namesake.is_some()).then_some(&self.host);
        let always = HEADERS.into_iter().zip([VERSION, &life, &first, &runs]);
        let sometimes = [(HOST, host), (NAMESAKE, namesake.as_ref())];
        let sometimes = sometimes
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?.as_str())));
        let mut headers = OwnedHeaders::new_with_capacity(HEADERS.len() + 2);
        for (key, value) in always.chain(sometimes) {
            headers = headers.insert(Header {
                key,
                value: Some(value),
            });
        }
        let record = BaseRecord::with_opaque_to(&self.topic, outgoing.attempt)
            .partition(outlet.partition)
            .key(&self.sender)
            .payload(outgoing.parcel.lines())
            .headers(headers);
        outlet.producer.send(record).map_err(|(error, _)| error)
    }

    /// Notes what became of a hand-over; `None` is success.
    pub(crate) fn settle(&self, attempt: usize, error: Option<&KafkaError>) {
        let outcome = match error.map(Fault::of) {
            None => Outcome::Stored,
            Some(Fault::TooLarge | Fault::Unacceptable) => Outcome::Refused,
            Some(Fault::Denied) => Outcome::NotYet(RETRY_DENIED),
            Some(Fault::TooFewReplicas) => Outcome::TooFew(RETRY),
            Some(_) => Outcome::NotNow(RETRY),
        };
        let news = self.backlog.settle(attempt, outcome, Instant::now());
        self.tell(news, error);
    }

    /// An own record was read, so all messages of this life before the number `end` are stored.
    pub(crate) fn saw(&self, life: Life, end: u64) {
        let news = self.backlog.saw(life, end, Instant::now());
        self.tell(news, None);
    }

    /// Another node with this one's id was heard. What leaves for a while answers it.
    pub(crate) fn note_namesake(&self, life: Life, now: Instant) {
        *self.lock_namesake() = Some((life, now));
    }

    fn namesake(&self) -> Option<Life> {
        let heard = *self.lock_namesake();
        heard.and_then(|(life, at)| (at.elapsed() < ANSWERS).then_some(life))
    }

    fn lock_namesake(&self) -> MutexGuard<'_, Option<(Life, Instant)>> {
        self.namesake.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, news: Option<News>, error: Option<&KafkaError>) {
        let mut told = match news {
            None => return,
            Some(News::Resumed { after, messages }) => {
                self.is_resumed.store(true, Ordering::Relaxed);
                return self.reporter.warning(resumed(&self.topic, after, messages));
            }
            Some(News::Dropped(dropped)) => {
                self.stats.publish_failed.add(dropped.messages);
                match error.map(Fault::of) {
                    Some(Fault::TooLarge) => too_large(&dropped),
                    _ => unacceptable(&dropped),
                }
            }
            Some(News::Stuck { since, messages }) => match (error.map(Fault::of), error) {
                (Some(Fault::Denied), _) => denied(&self.topic, messages, &self.remedy),
                (Some(Fault::TooFewReplicas), Some(error)) => {
                    let cause = error.clone();
                    *self.lock_too_few() = Some(Waiting {
                        since,
                        messages,
                        cause,
                    });
                    return;
                }
                _ => stuck(&self.topic, since, messages),
            },
        };
        told.cause = error.cloned().map(Into::into);
        self.reporter.error(told);
    }

    /// Messages that wait for replicas, and of which it has to be told. The connection thread can ask how many there are.
    pub(crate) fn take_too_few(&self) -> Option<Waiting> {
        self.lock_too_few().take()
    }

    /// Whether it was told since the last call that Kafka takes messages again.
    pub(crate) fn take_resumed(&self) -> bool {
        self.is_resumed.swap(false, Ordering::Relaxed)
    }

    fn lock_too_few(&self) -> MutexGuard<'_, Option<Waiting>> {
        self.too_few.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refuse(&self, refusals: Refusals) {
        self.stats.publish_failed.add(refusals.messages());
        let size = KafkaError::MessageProduction(RDKafkaErrorCode::MessageSizeTooLarge);
        for dropped in &refusals.too_large {
            self.reporter
                .error(too_large(dropped).caused_by(size.clone()));
        }
        if let Some(dropped) = refusals.overflow {
            self.lock_overflow().note(dropped);
            self.tell_overflow(Instant::now());
        }
    }

    /// Tells of messages for which there was no room, if there are some and it is time.
    pub(crate) fn tell_overflow(&self, now: Instant) {
        let due = self.lock_overflow().due(now);
        self.tell_dropped(due);
    }

    fn tell_dropped(&self, dropped: Option<Dropped>) {
        if let Some(dropped) = dropped {
            let full = KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull);
            self.reporter.error(overflow(&dropped).caused_by(full));
        }
    }

    fn lock_overflow(&self) -> MutexGuard<'_, Overflow> {
        self.overflow.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a life: messages are taken in, and wait for an outlet.
    pub(crate) fn begin(&self, life: Life) {
        self.backlog.begin(life);
    }

    /// Lets records out here from now on, beginning with what is not known to be stored. Returns the outlet before.
    pub(crate) fn set_outlet(&self, outlet: Outlet) -> Option<Outlet> {
        let before = self.lock().replace(outlet);
        self.backlog.take_back();
        self.pump();
        before
    }

    /// Lets nothing out until there is an outlet again.
    pub(crate) fn close_outlet(&self) {
        drop(self.lock().take());
    }

    /// Ends the life: nothing is taken in any more. Says how many messages are given up.
    pub(crate) fn end(&self) -> u64 {
        let lost = self.backlog.end();
        self.close_outlet();
        let rest = self.lock_overflow().last();
        self.tell_dropped(rest);
        self.stats.publish_failed.add(lost);
        lost
    }

    /// The partition of all messages of this sender.
    pub(crate) fn partition(&self, partitions: i32) -> i32 {
        let hash = self.sender.bytes().fold(0_u32, |hash, byte| {
            hash.wrapping_mul(31).wrapping_add(u32::from(byte))
        });
        i32::try_from(hash % partitions.max(1).unsigned_abs()).unwrap_or(0)
    }
}

fn too_large(dropped: &Dropped) -> Error {
    let Dropped { channel, bytes, .. } = dropped;
    let message = format!(
        "A message of {bytes} bytes to '{channel}' is too large and was not sent. Raise the option maxMessageBytes, and \
         max.message.bytes of the Kafka topic (kafka-configs.sh --alter --entity-type topics)."
    );
    Error::new(ErrorKind::MessageTooLarge, message).on_channel(channel.as_str())
}

fn unacceptable(dropped: &Dropped) -> Error {
    let Dropped { channel, bytes, .. } = dropped;
    let message = format!(
        "The broker refuses a message of {bytes} bytes to '{channel}', which is lost. See the cause, and the broker's log."
    );
    Error::new(ErrorKind::Delivery, message).on_channel(channel.as_str())
}

fn overflow(dropped: &Dropped) -> Error {
    let Dropped {
        channel,
        messages,
        bytes,
    } = dropped;
    let what = match messages {
        1 => format!("a message of {bytes} bytes to '{channel}' was dropped"),
        _ => format!(
            "{messages} messages of {bytes} bytes in total, the first to '{channel}', were dropped"
        ),
    };
    let message = format!(
        "The queue of unsent messages is full, so {what}. The brokers are either away or slower than this server \
         publishes; the limit is queue.buffering.max.kbytes in the option kafka."
    );
    Error::new(ErrorKind::QueueFull, message).on_channel(channel.as_str())
}

fn denied(topic: &str, messages: u64, remedy: &str) -> Error {
    let message = format!(
        "The broker does not let this user write to the Kafka topic {topic}. {messages} messages wait for the right Write. Grant it \
         with: {remedy}"
    );
    Error::new(ErrorKind::Authorization, message)
}

fn stuck(topic: &str, since: Duration, messages: u64) -> Error {
    let message = format!(
        "The Kafka topic {topic} has accepted no message for {:.1} s; {messages} wait, and are sent again. See the cause, and \
         the broker's log.",
        since.as_secs_f64()
    );
    Error::new(ErrorKind::Delivery, message)
}

fn resumed(topic: &str, after: Duration, messages: u64) -> Error {
    let message = format!(
        "The Kafka topic {topic} accepts messages again, after {:.1} s; {messages} were waiting.",
        after.as_secs_f64()
    );
    Error::new(ErrorKind::Delivery, message)
}
