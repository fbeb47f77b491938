//! One life on the bus, from open to close: connects, reads, sends, and mends what is broken.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::producer::Producer as _;

use crate::border::inbox::Event;
use crate::cluster::Cluster;
use crate::connect_report::ConnectReport;
use crate::denial::{self, Denial};
use crate::error::{Cause, Error, ErrorKind, Result};
use crate::held_up::HeldUp;
use crate::incoming::intake::{self, Intake};
use crate::incoming::reader::Reader;
use crate::kafka::admin::Rights;
use crate::kafka::clients::Producer;
use crate::kafka::commands::Operation;
use crate::kafka::diagnosis;
use crate::kafka::inspection;
use crate::kafka::probe::{Probe, Sight};
use crate::kafka::pulse::Silence;
use crate::kafka::token::Token;
use crate::kafka::topic::Topic;
use crate::link::{Found, Link, News, Signals};
use crate::news;
use crate::outgoing::publisher::Outlet;
use crate::shared::{Shared, TICK};
use crate::throttle::ThrottleReport;
use crate::wire::Life;

/// How long a request may take. Short, because closing has to wait for it.
const REQUEST: Duration = Duration::from_secs(1);
/// How long one may take at first, so that a failure is known before deepstream's patience ends.
const EARLY_REQUEST: Duration = Duration::from_millis(300);
/// The pause between two attempts to connect.
const PAUSE: Duration = Duration::from_millis(50);
/// How long the thread waits for records at once while it waits for a record to be stored as well,
const STEP: Duration = Duration::from_millis(2);
/// unless that takes longer than this.
const LATE: Duration = Duration::from_secs(1);
/// A reader that hears nothing of what is stored for so long is replaced. A large record on a slow link takes its time.
const DEAF: Duration = Duration::from_secs(10);
/// Within this time a broker answers a fetch: 500 ms, and what the answer takes.
const FETCH: Duration = Duration::from_millis(700);
/// How often it is looked whether the brokers are heard.
const WATCH: Duration = Duration::from_millis(100);

/// What the connection thread owns.
pub(crate) struct Session<'a> {
    shared: &'a Shared,
    life: Life,
    cluster: Cluster<'a>,
    producer: Arc<Producer>,
    reader: Reader,
    /// Where own records go.
    partition: Option<i32>,
    link: Link,
    probe: Probe<Sight>,
    listener: Probe<bool>,
    /// Whether this user may not read.
    denial: Denial,
    /// Whether the brokers refuse this node altogether.
    refusal: Denial,
    held_up: HeldUp,
    /// Whether the leader answered the last fresh client that looked for it in this silence.
    is_leader_there: bool,
    rights: Probe<Option<Rights>>,
    /// Since when records would have been read if there had been any.
    reads_since: Instant,
    /// Why fresh clients found nobody.
    cut_off_by: Option<Cause>,
    /// Whether it was told that the topic is gone.
    is_topic_missed: bool,
    throttle_report: ThrottleReport,
    /// The token that the clients have.
    token: Option<Arc<Token>>,
}

impl<'a> Session<'a> {
    pub(crate) fn new(shared: &'a Shared, life: Life) -> Result<Self> {
        let token = shared.await_token();
        let cluster = Cluster::new(shared)?;
        let producer = Arc::new(cluster.producer()?);
        let reader = Reader::new(cluster.consumer()?, shared.options.topic.clone())?;
        Ok(Self {
            shared,
            life,
            cluster,
            producer,
            reader,
            partition: None,
            link: Link::new(Instant::now()),
            probe: Probe::default(),
            listener: Probe::default(),
            denial: Denial::default(),
            refusal: Denial::default(),
            held_up: HeldUp::default(),
            is_leader_there: false,
            rights: Probe::default(),
            reads_since: Instant::now(),
            cut_off_by: None,
            is_topic_missed: false,
            throttle_report: ThrottleReport::default(),
            token,
        })
    }

    /// Until everything is delivered after the order to close, or cannot be.
    pub(crate) fn run(mut self) {
        if !self.connect() {
            return;
        }
        self.let_out();
        if self.shared.enter_ready() {
            self.shared.inbox.push_event(Event::Ready);
        }
        self.flow();
    }

    /// Tries until the read position is pinned; false when it is over before.
    fn connect(&mut self) -> bool {
        let timeout = self.shared.options.connect_timeout;
        let mut report = ConnectReport::new(Instant::now(), timeout);
        while !self.shared.is_over() {
            let is_late = report.is_late(Instant::now());
            let timeout = if is_late { REQUEST } else { EARLY_REQUEST };
            match self
                .reader
                .pin(&self.cluster.topic(&self.producer, timeout))
            {
                Ok(true) => {
                    if let Some(note) = self.cluster.take_note() {
                        self.shared.reporter.warning(note);
                    }
                    return true;
                }
                Ok(false) => {}
                Err(error) => self.tell_connecting(&mut report, error),
            }
            self.renew_token();
            self.producer.poll(Duration::ZERO);
            self.shared.publisher.tell_overflow(Instant::now());
            thread::sleep(PAUSE);
        }
        false
    }

    fn tell_connecting(&self, report: &mut ConnectReport, error: Error) {
        let telling = report.note(Instant::now(), error.kind);
        if telling.as_timeout.is_none() && !telling.as_news {
            return;
        }
        let bootstrap = &self.cluster.bootstrap;
        let error = inspection::look_closer(error, bootstrap, &self.shared.options);
        let reporter = &self.shared.reporter;
        if let Some(waited) = telling.as_timeout {
            let mut timeout = Error::new(
                ErrorKind::ConnectTimeout,
                format!(
                    "Not connected after {} ms, still trying. {error}",
                    waited.as_millis()
                ),
            );
            timeout.cause.clone_from(&error.cause);
            reporter.error(timeout);
        }
        if telling.as_news && error.kind.ends_start() {
            reporter.error(error);
        } else if telling.as_news {
            reporter.warning(error);
        }
    }

    /// Reads, sends and watches until there is nothing left to wait for.
    fn flow(&mut self) {
        let shared = self.shared;
        let mut intake = Intake {
            topic: &shared.options.topic,
            me: &shared.options.sender,
            life: self.life,
            publisher: &shared.publisher,
            channels: &shared.channels,
            inbox: &shared.inbox,
            reporter: &shared.reporter,
            stats: &shared.stats,
            state: intake::State::default(),
        };
        let mut report = ConnectReport::new(Instant::now(), Duration::ZERO);
        let mut next_watch = Instant::now();
        self.reads_since = next_watch;
        while !shared.is_over() {
            let step = self.step();
            let has_room = shared.inbox.wait_for_room(step);
            if has_room {
                self.reader.poll(step, &mut intake, &shared.reporter);
            }
            self.producer.poll(Duration::ZERO);
            shared.publisher.pump();
            let now = Instant::now();
            if !has_room {
                // Nobody reads meanwhile, so that nothing follows from what does not come.
                self.reads_since = now;
            }
            if now >= next_watch {
                next_watch = now + WATCH;
                self.renew_token();
                intake.tell_deleted(now);
                shared.publisher.tell_overflow(now);
                self.watch(now, &mut intake, &mut report);
            }
        }
    }

    /// Gives the clients the latest token, if they have another one.
    fn renew_token(&mut self) {
        let latest = self.shared.token();
        let is_new = match (&latest, &self.token) {
            (Some(latest), Some(token)) => !Arc::ptr_eq(latest, token),
            (latest, _) => latest.is_some(),
        };
        if let Some(token) = latest.filter(|_| is_new) {
            token.give(self.producer.client());
            token.give(self.reader.client());
            self.token = Some(token);
        }
    }

    fn step(&self) -> Duration {
        match self.under_way() {
            Some((since, _)) if since.elapsed() < LATE => STEP,
            _ => TICK,
        }
    }

    /// Looks whether the brokers are heard, and does what follows from it.
    fn watch(&mut self, now: Instant, intake: &mut Intake<'_>, report: &mut ConnectReport) {
        let sight = self.probe.answer();
        let found = sight.as_ref().map(|sight| match sight {
            Sight::Nobody(_) => Found::Nobody,
            Sight::NoLeader => Found::NoLeader,
            Sight::Leader => Found::Leader,
        });
        if let Some(Sight::Nobody(cause)) = sight {
            self.cut_off_by = Some(cause);
        }
        let [reading, writing] = self.silences(now);
        let silence = reading
            .into_iter()
            .chain(writing)
            .max_by_key(|silence| silence.length);
        self.is_leader_there =
            silence.is_some() && found.map_or(self.is_leader_there, |found| found == Found::Leader);
        let is_only_writing = self.is_leader_there
            && reading.is_none_or(|reading| reading.length < FETCH)
            && writing.is_some();
        let signals = Signals {
            silence,
            is_only_writing,
            sending: self.under_way().map_or(0, |(_, bytes)| bytes),
            found,
            is_lost: self.reader.is_lost() || self.is_deaf(now),
            is_asked: self.shared.is_asked.swap(false, Ordering::Relaxed),
            listened: self.listener.answer(),
            is_throttled: self.look_at_throttles(now),
        };
        self.watch_rights(now);
        self.watch_held_up(now);
        if let Some(waiting) = self.shared.publisher.take_too_few() {
            let error = news::too_few(&self.shared.options.topic, &waiting, &self.replicas());
            self.shared.reporter.error(error);
        }
        let step = self.link.step(now, signals);
        let refusal = self.watch_refusal(now, step.tell, found);
        if let Some(news) = step.tell.filter(|_| !self.refusal.is_present()) {
            self.tell(news, is_only_writing);
        }
        if let Some(partition) = step.probe.or(refusal)
            && let Ok(visitor) = self.cluster.visitor()
        {
            self.probe
                .look(visitor, &self.shared.options.topic, partition);
        }
        if step.listen {
            let producer = Arc::clone(&self.producer);
            let topic = &self.shared.options.topic;
            self.listener
                .listen(producer, topic, self.reader.partitions());
        }
        if let Some(is_heard) = step.is_heard {
            self.shared.inbox.push_event(Event::Heard(is_heard));
        }
        if step.rebuild {
            match self.rebuild(intake) {
                Ok(true) => {
                    self.link.rebuilt(Instant::now());
                    *report = ConnectReport::new(Instant::now(), Duration::ZERO);
                }
                Ok(false) => self.link.not_rebuilt(Instant::now()),
                Err(error) => {
                    self.link.not_rebuilt(Instant::now());
                    self.tell_connecting(report, error);
                }
            }
        }
        let known = self.reader.context().partitions();
        if let Err(error) = self.reader.add_partitions(known) {
            self.shared.reporter.error(error);
        }
    }

    /// Looks whether quotas hold this node back, and tells it. Returns whether nothing is read for long.
    fn look_at_throttles(&mut self, now: Instant) -> bool {
        let own = |partition| Some(partition) == self.partition;
        let producer = self.producer.client().context().throttle(own);
        let consumer = self.reader.context().throttle(|_| true);
        let consumer = consumer.filter(|throttle| throttle.holds_at(now));
        if consumer.is_some() {
            // Nothing follows from what does not come.
            self.reads_since = now;
        }
        if let Some((quota, length)) = self.throttle_report.step(now, producer, consumer) {
            let error = news::throttled(quota, length, &self.shared.options.client_id);
            self.shared.reporter.error(error);
        }
        consumer.is_some_and(|throttle| throttle.is_long())
    }

    /// Notices that the brokers refuse this node, or do no more: what else is told would blame the network. Returns the partition whose
    /// leader is to be looked for.
    fn watch_refusal(
        &mut self,
        now: Instant,
        news: Option<News>,
        found: Option<Found>,
    ) -> Option<i32> {
        let reporter = &self.shared.reporter;
        let is_cut_off = matches!(news, Some(News::CutOff { .. }));
        let is_refused = is_cut_off && self.cut_off().kind != ErrorKind::Disconnected;
        let is_allowed = found.map(|found| found != Found::Nobody);
        let step = self.refusal.step(now, is_refused, is_allowed);
        match step.tell {
            None => {}
            Some(denial::News::Denied) => reporter.error(self.cut_off()),
            Some(denial::News::Over(after)) => {
                let waiting = self.shared.publisher.backlog().undelivered();
                reporter.warning(news::back(true, after, waiting));
            }
        }
        step.look.then(|| self.partition.unwrap_or(0))
    }

    /// Why no broker answers, or what the brokers refuse this node for.
    fn cut_off(&self) -> Error {
        let cause = self.cut_off_by.clone();
        diagnosis::cut_off(&self.cluster.bootstrap, cause, &self.shared.options)
    }

    /// Notices that this user may not read any more, or may again.
    fn watch_rights(&mut self, now: Instant) {
        let Shared {
            options, reporter, ..
        } = self.shared;
        let rights = self.rights.answer().flatten();
        let is_denied = self.reader.take_denied();
        let step = self
            .denial
            .step(now, is_denied, rights.map(|rights| rights.read));
        match step.tell {
            None => {}
            Some(denial::News::Denied) => {
                reporter.error(diagnosis::lacks(options, &[Operation::Read]));
            }
            Some(denial::News::Over(after)) => {
                reporter.warning(news::allowed(&options.topic, after));
            }
        }
        if step.look {
            self.rights
                .rights(Arc::clone(&self.producer), &options.topic);
        }
    }

    /// Tells that Kafka takes messages again after a leader had held them up, unless it was told in other words.
    fn watch_held_up(&mut self, now: Instant) {
        let Shared {
            publisher,
            reporter,
            ..
        } = self.shared;
        let over = self.held_up.over(now, publisher.backlog().stored());
        let is_told = publisher.take_resumed();
        if let Some(after) = over.filter(|_| !is_told) {
            let waiting = publisher.backlog().undelivered();
            reporter.warning(news::held_up_no_more(after, waiting));
        }
    }

    /// How many replicas there are, and how many the topic demands. Asks with a fresh client, since the broker answers nothing else
    /// on the connection on which a record waits.
    fn replicas(&self) -> String {
        let partition = self.partition.unwrap_or(0);
        let visitor = self.cluster.visitor().ok();
        let topic = visitor
            .as_ref()
            .map(|visitor| self.cluster.topic(visitor, EARLY_REQUEST));
        let there = topic.as_ref().and_then(|topic| topic.replicas(partition));
        let needed = topic.as_ref().and_then(Topic::min_in_sync);
        news::replicas(partition, there, needed.as_deref())
    }

    /// The longest silences of leaders from which something was to be heard: about what is read, and about what is sent.
    fn silences(&self, now: Instant) -> [Option<Silence>; 2] {
        let context = self.reader.context();
        // Between two beats of the pulse records show as well that the leader is there.
        let heard = |partition| {
            let heard = self.reader.heard_at(partition);
            heard.map_or(self.reads_since, |heard| heard.max(self.reads_since))
        };
        let reading = context.silence(|_| true, heard, None);
        let writing = self.under_way().and_then(|(since, _)| {
            let context = self.producer.client().context();
            // Whether the broker holds back its answer, to throttle this node, shows by the first beat after the record has left.
            if !context.has_felt_since(since) {
                return None;
            }
            context.silence(
                |partition| Some(partition) == self.partition,
                |_| since,
                Some(now),
            )
        });
        [reading, writing]
    }

    /// Whether own messages are stored and nothing at all is read for long: the reader goes on as if there were nothing, which
    /// librdkafka has been seen to do.
    fn is_deaf(&self, now: Instant) -> bool {
        let unseen = self.shared.publisher.backlog().unseen_since();
        unseen.is_some_and(|since| {
            let heard = self
                .partition
                .and_then(|partition| self.reader.heard_at(partition));
            let since = since.max(self.reads_since);
            let since = heard.map_or(since, |heard| heard.max(since));
            now.saturating_duration_since(since) >= DEAF
        })
    }

    fn under_way(&self) -> Option<(Instant, usize)> {
        self.shared.publisher.backlog().under_way()
    }

    /// `is_only_writing`: the leader is silent about what is sent alone.
    fn tell(&mut self, news: News, is_only_writing: bool) {
        let shared = self.shared;
        let topic = &shared.options.topic;
        match news {
            News::CutOff { is_first } => {
                shared.stats.disconnects.add(u64::from(is_first));
                shared.reporter.error(self.cut_off());
            }
            News::Silent(silence) if is_only_writing => {
                let backlog = shared.publisher.backlog();
                if self
                    .held_up
                    .note(Instant::now(), silence.length, backlog.stored())
                {
                    let waiting = backlog.undelivered();
                    let error = news::held_up(topic, silence, &self.replicas(), waiting);
                    shared.reporter.error(error);
                }
            }
            News::Silent(silence) => shared.reporter.error(news::silent(topic, silence)),
            // New clients are heard, but nothing is stored yet.
            News::Back {
                was_cut_off: false, ..
            } if self.held_up.is_present() => {}
            News::Back { was_cut_off, after } => {
                let waiting = shared.publisher.backlog().undelivered();
                shared
                    .reporter
                    .warning(news::back(was_cut_off, after, waiting));
            }
        }
    }

    /// Goes on with new clients: reading where it stopped, sending what is not known to be stored. False while the topic does not
    /// show.
    fn rebuild(&mut self, intake: &mut Intake<'_>) -> Result<bool> {
        let producer = Arc::new(self.cluster.producer()?);
        let consumer = self.cluster.consumer()?;
        let topic = self.cluster.topic(&producer, REQUEST);
        let Shared {
            options, reporter, ..
        } = self.shared;
        if topic.partitions()?.is_none() {
            self.reader.topic_is_gone();
            if !std::mem::replace(&mut self.is_topic_missed, true) {
                reporter.error(news::topic_deleted(&options.topic));
            }
        }
        if !self.reader.pin_again(consumer, &topic, intake, reporter)? {
            return Ok(false);
        }
        self.is_topic_missed = false;
        self.reads_since = Instant::now();
        let before = std::mem::replace(&mut self.producer, producer);
        self.let_out();
        retire(before);
        Ok(true)
    }

    /// Records leave by the present producer from now on. All of one life go to one partition, also when others were added.
    fn let_out(&mut self) {
        let count = self.reader.partitions();
        let partition = self.partition.filter(|partition| *partition < count);
        let partition = partition.unwrap_or_else(|| self.shared.publisher.partition(count));
        self.partition = Some(partition);
        self.shared.publisher.set_outlet(Outlet {
            producer: Arc::clone(&self.producer),
            partition,
        });
    }
}

/// Ends a producer as soon as nobody uses it any more. That takes a tenth of a second, for which nobody has to wait.
fn retire(producer: Arc<Producer>) {
    let end = move || {
        while Arc::strong_count(&producer) > 1 {
            thread::sleep(TICK);
        }
        drop(producer);
    };
    // Without a thread it ends here and now.
    let _ = thread::Builder::new()
        .name("kafka-retire".into())
        .spawn(end);
}
