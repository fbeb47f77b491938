//! One life on the bus, from open to close: connects, reads, sends, and mends what is broken.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::producer::Producer as _;

use crate::absence::Absence;
use crate::border::inbox::Event;
use crate::cluster::Cluster;
use crate::connect_report::ConnectReport;
use crate::denial::Denial;
use crate::error::{Cause, Result};
use crate::held_up::HeldUp;
use crate::incoming::intake::{self, Intake};
use crate::incoming::reader::Reader;
use crate::incoming::senders::Senders;
use crate::incoming::tap::Tap;
use crate::kafka::admin::Rights;
use crate::kafka::clients::Producer;
use crate::kafka::probe::{Probe, Sight};
use crate::kafka::token::Token;
use crate::link::Link;
use crate::outgoing::publisher::Outlet;
use crate::shared::{Shared, TICK};
use crate::throttle::ThrottleReport;
use crate::wire::Life;

mod connecting;
mod renewal;
mod silence;
mod watching;

/// How long a request may take. Short, because closing has to wait for it.
const REQUEST: Duration = Duration::from_secs(1);
/// How long one may take at first, so that a failure is known before deepstream's patience ends.
const EARLY_REQUEST: Duration = Duration::from_millis(300);
/// How long the thread waits for records at once while it waits for a record to be stored as well,
const STEP: Duration = Duration::from_millis(2);
/// unless that takes longer than this.
const LATE: Duration = Duration::from_secs(1);
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
    /// Until then clients that were refused may be connecting again: that they are silent means nothing.
    connected_by: Instant,
    held_up: HeldUp,
    /// Whether the leader answered the last fresh client that looked for it in this silence.
    is_leader_there: bool,
    rights: Probe<Option<Rights>>,
    /// Since when records would have been read if there had been any.
    reads_since: Instant,
    /// Why fresh clients found nobody.
    cut_off_by: Option<Cause>,
    absence: Absence,
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
            connected_by: Instant::now(),
            held_up: HeldUp::default(),
            is_leader_there: false,
            rights: Probe::default(),
            reads_since: Instant::now(),
            cut_off_by: None,
            absence: Absence::default(),
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
        self.shared.set_link(self.link.name());
        if self.shared.enter_ready() {
            self.shared.inbox.push_event(Event::Ready);
        }
        self.flow();
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
            senders: &shared.senders,
            state: intake::State::default(),
            tap: shared.options.tap.map(|_| Tap::default()),
        };
        let mut report = ConnectReport::new(Instant::now(), Duration::ZERO);
        let mut next_watch = Instant::now();
        self.reads_since = next_watch;
        *shared.lock_senders() = Senders::default();
        while !shared.is_over() {
            let step = self.step();
            let has_room = shared.options.tap.is_some() || shared.inbox.wait_for_room(step);
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

    fn under_way(&self) -> Option<(Instant, usize)> {
        self.shared.publisher.backlog().under_way()
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
