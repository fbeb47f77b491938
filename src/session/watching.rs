//! What is looked at every tenth of a second, and what follows from it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rdkafka::producer::Producer as _;

use super::{EARLY_REQUEST, Session};
use crate::border::inbox::Event;
use crate::connect_report::ConnectReport;
use crate::denial;
use crate::error::{Error, ErrorKind};
use crate::incoming::intake::Intake;
use crate::kafka::commands::Operation;
use crate::kafka::diagnosis;
use crate::kafka::probe::Sight;
use crate::link::{Found, News, RECONNECT, Signals};
use crate::news;
use crate::shared::Shared;

/// Within this time a broker answers a fetch: 500 ms, and what the answer takes.
const FETCH: Duration = Duration::from_millis(700);

impl Session<'_> {
    /// Looks whether the brokers are heard, and does what follows from it.
    pub(super) fn watch(
        &mut self,
        now: Instant,
        intake: &mut Intake<'_>,
        report: &mut ConnectReport,
    ) {
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
        let is_denied =
            self.refusal.is_present() || self.denial.is_present() || now < self.connected_by;
        let link = if is_denied {
            "denied"
        } else {
            self.link.name()
        };
        self.shared.set_link(link);
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
                    self.tell_rebuilding(now, report, error);
                }
            }
        }
        let known = self.reader.context().partitions();
        if let Err(error) = self.reader.add_partitions(known) {
            self.shared.reporter.error(error);
        }
    }

    /// That the brokers refuse this node is told once, whoever notices it first: the one who rebuilds, or the one who watches.
    fn tell_rebuilding(&mut self, now: Instant, report: &mut ConnectReport, error: Error) {
        if self.refusal.is_present() {
            return;
        }
        let told = self.tell_connecting(report, error);
        if matches!(told, Some(ErrorKind::Authentication | ErrorKind::Tls)) {
            self.refusal.step(now, true, None);
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
                self.connected_by = now + RECONNECT;
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
        let needed = topic
            .as_ref()
            .and_then(|topic| topic.min_in_sync(partition));
        news::replicas(partition, there, needed.as_deref())
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
}
