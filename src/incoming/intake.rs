//! What happens to a record that was read: filter, numbers, hand-over to JavaScript, and what is counted and told on the way.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::border::batch::Batch;
use crate::border::inbox::Inbox;
use crate::error::{Error, ErrorKind};
use crate::incoming::channels::Channels;
use crate::incoming::deleted::Deleted;
use crate::incoming::filter::{Choice, Selection};
use crate::incoming::namesakes::{Heard, Namesakes, place};
use crate::incoming::senders::{Numbers, Senders};
use crate::incoming::tap::Tap;
use crate::kafka::batch_consumer;
use crate::outgoing::publisher::Publisher;
use crate::report::Reporter;
use crate::stats::Stats;
use crate::wire::{Life, Lines, Record, Unreadable, VERSION};

/// The way in behind the reader. Belongs to the connection thread.
pub(crate) struct Intake<'a> {
    /// The Kafka topic.
    pub(crate) topic: &'a str,
    /// This node's id on the bus.
    pub(crate) me: &'a str,
    pub(crate) life: Life,
    pub(crate) publisher: &'a Publisher,
    pub(crate) channels: &'a Channels,
    pub(crate) inbox: &'a Inbox,
    pub(crate) reporter: &'a Reporter,
    pub(crate) stats: &'a Stats,
    pub(crate) senders: &'a Mutex<Senders>,
    pub(crate) state: State,
    /// Of somebody who only looks on.
    pub(crate) tap: Option<Tap>,
}

/// What it remembers.
#[derive(Default)]
pub(crate) struct State {
    selection: Selection,
    batch: Batch,
    namesakes: Namesakes,
    deleted: Deleted,
}

impl Intake<'_> {
    /// Takes a record that was read now. `is_again`: as far as its place and time tell, it was read before.
    pub(crate) fn take(
        &mut self,
        source: &batch_consumer::Record<'_>,
        is_again: bool,
        now: Instant,
    ) {
        self.stats.received_bytes.add(source.value.len() as u64);
        if self.tap.is_some() {
            return self.look_on(source);
        }
        let record = match Record::read(source.key, source.headers(), source.value) {
            Ok(record) => record,
            Err(reason) => return self.unreadable(source, reason),
        };
        let channels = self.channels;
        let chosen = self
            .state
            .selection
            .choose(&record, self.me, |channel| channels.find(channel));
        if let Err(reason) = chosen {
            return self.unreadable(source, reason);
        }
        let total = self.state.selection.total();
        // A count that is too high would make the sender's next messages known ones.
        if Lines::count_in(record.value) != total {
            return self.unreadable(source, Unreadable::Invalid);
        }
        if record.sender == self.me {
            self.stats.received.add(total);
            self.stats.filtered_own.add(total);
            return self.own(&record, total, is_again, now);
        }
        let text = if self.state.selection.wants_any() {
            match std::str::from_utf8(record.value) {
                Ok(text) => text,
                Err(_) => return self.unreadable(source, Unreadable::Invalid),
            }
        } else {
            ""
        };
        self.stats.received.add(total);
        let mut senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        let judgement = senders.judge(
            Numbers {
                sender: record.sender,
                life: record.life,
                first: record.first,
                count: total,
                is_again,
            },
            now,
        );
        if let Some(host) = record.host {
            senders.note_host(record.sender, host);
        }
        drop(senders);
        self.stats.duplicates.add(judgement.known);
        if judgement.missed > 0 {
            self.missed(&record, judgement.missed, now);
        }
        if judgement.known < total {
            let delivered = self.distribute(record.sender, text, judgement.known);
            self.stats.delay.add(delay(source.timestamp), delivered);
        }
    }

    /// Hands the whole record on to whoever only looks on.
    fn look_on(&mut self, source: &batch_consumer::Record<'_>) {
        let has_room = self.inbox.has_room(self.state.batch.bytes());
        self.tell_skipped();
        let tap = self.tap.as_mut();
        if let Some(text) = tap.and_then(|tap| tap.take(source, has_room)) {
            self.state.batch.push(0, "", &text);
        }
        if self.state.batch.is_full() {
            self.hand_on();
        }
    }

    /// Hands the messages from number `known` on to whom they are for; says how many somebody here wants.
    fn distribute(&mut self, sender: &str, text: &str, known: u64) -> u64 {
        let mut lines = Lines::of(text);
        let skipped = usize::try_from(known).unwrap_or(usize::MAX);
        if skipped > 0 {
            lines.nth(skipped - 1);
        }
        let mut delivered = 0;
        for (count, choice) in self.state.selection.after(known) {
            let length = usize::try_from(count).unwrap_or(usize::MAX);
            let channel = match choice {
                Choice::Wanted(channel) => channel,
                Choice::Unsubscribed | Choice::ForAnother => {
                    let counter = match choice {
                        Choice::ForAnother => &self.stats.filtered_direct,
                        _ => &self.stats.filtered_unsubscribed,
                    };
                    counter.add(count);
                    lines.nth(length - 1);
                    continue;
                }
            };
            delivered += count;
            for line in lines.by_ref().take(length) {
                self.state.batch.push(channel, sender, line);
                if self.state.batch.is_full() {
                    self.inbox
                        .push_records(std::mem::take(&mut self.state.batch));
                }
            }
        }
        self.stats.delivered.add(delivered);
        delivered
    }

    /// Says how many messages were skipped as soon as there is room, even if none follows.
    fn tell_skipped(&mut self) {
        let Some(tap) = &mut self.tap else { return };
        if tap.skipped > 0 && self.inbox.has_room(self.state.batch.bytes()) {
            let skipped = std::mem::take(&mut tap.skipped);
            self.state.batch.push(0, "", &skipped.to_string());
        }
    }

    /// Hands over what was gathered. To be called after the last of several records.
    pub(crate) fn hand_on(&mut self) {
        self.tell_skipped();
        if self.state.batch.count() > 0 {
            self.inbox
                .push_records(std::mem::take(&mut self.state.batch));
        }
    }

    /// Whether there is room for more records.
    pub(crate) fn has_room(&self) -> bool {
        self.tap.is_some() || self.inbox.has_room(self.state.batch.bytes())
    }

    fn own(&mut self, record: &Record<'_>, total: u64, is_again: bool, now: Instant) {
        let end = record.first.saturating_add(total);
        if record.life == self.life {
            return self.publisher.saw(self.life, end);
        }
        if is_again {
            return;
        }
        self.publisher.note_namesake(record.life, now);
        let heard = Heard {
            life: record.life,
            first: record.first,
            end,
            host: record.host,
            is_answer: record.namesake == Some(self.life),
        };
        if let Some(found) = self.state.namesakes.hear(&heard, now) {
            let host = match &found.host {
                Some(host) => format!(" It runs on {}.", place(host)),
                None => String::new(),
            };
            let message = format!(
                "Another server on the bus also has the id '{}'.{host} The two do not hear each other, and others may hear only \
                 one of them. Give each server an id of its own (serverName). If one is just replacing the other, this is over \
                 when the old one has ended.",
                self.me
            );
            self.reporter
                .error(Error::new(ErrorKind::NameTaken, message));
        }
    }

    fn missed(&mut self, record: &Record<'_>, count: u64, now: Instant) {
        self.stats.missed.add(count);
        let why = match self.state.deleted.as_reason(now) {
            Some(records) => self.were_deleted(records),
            None => "they were no longer in the Kafka topic when this server was about to read them. Find out what delayed this \
                     server, or which broker lost them."
                .to_owned(),
        };
        let message = format!(
            "{count} messages of '{}' before its number {} are lost here: {why}",
            record.sender, record.first
        );
        self.reporter
            .error(Error::new(ErrorKind::RecordsMissed, message));
    }

    /// So many records were deleted before this node could read them.
    pub(crate) fn note_deleted(&mut self, records: u64, now: Instant) {
        self.state.deleted.note(records, now);
    }

    /// Reports deleted records after which nobody's messages turned out to be missing.
    pub(crate) fn tell_deleted(&mut self, now: Instant) {
        if let Some(records) = self.state.deleted.due(now) {
            let message = format!(
                "Messages may be lost here, and it is not known whose: {}",
                self.were_deleted(records)
            );
            self.reporter
                .error(Error::new(ErrorKind::RecordsMissed, message));
        }
    }

    fn were_deleted(&self, records: u64) -> String {
        format!(
            "{records} records of the Kafka topic {} were deleted before this server could read them. Raise the topic's \
             retention.ms, or find out what delayed this server.",
            self.topic
        )
    }

    fn unreadable(&self, source: &batch_consumer::Record<'_>, reason: Unreadable) {
        self.stats.invalid.add(1);
        let batch_consumer::Record {
            partition, offset, ..
        } = source;
        let bytes = source.value.len();
        let error = match reason {
            Unreadable::Invalid => Error::new(
                ErrorKind::InvalidRecord,
                format!(
                    "A record of {bytes} bytes (partition {partition}, offset {offset}) is not a message of this bus, and was skipped. \
                     Find out who else writes to the Kafka topic; the bus needs a topic of its own (option topic)."
                ),
            ),
            Unreadable::Newer => Error::new(
                ErrorKind::WireVersion,
                format!(
                    "A record of '{}' (partition {partition}, offset {offset}) has a later format than version {VERSION}, which \
                     this server reads, and was skipped. Update deepstream.io-msg-kafka on this server.",
                    String::from_utf8_lossy(source.key)
                ),
            ),
        };
        self.reporter.error(error);
    }
}

/// How long ago that was, in milliseconds since 1970. Zero if another machine's clock is ahead.
fn delay(timestamp: i64) -> Duration {
    let written = Duration::from_millis(u64::try_from(timestamp).unwrap_or(0));
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap_or_default().saturating_sub(written)
}
