//! Everything that was published and is not known to be stored yet, in order.
//!
//! At most one record is on its way, the head; the next one leaves when the head is known to be stored. So the first copies of
//! all messages stand in the topic in the order of their numbers and without a gap, and whatever is sent a second time, by
//! anybody's retry or by a new client, is a copy of something that stands there already or comes next: receivers
//! drop it by its number. The number of a message is how many messages of this life were stored before it.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::histogram::Histogram;
use crate::outgoing::parcel::Parcel;
use crate::wire::{Life, Lines, Run};

/// Messages that wait share a record up to so many bytes; docs/architecture.md has the measurements.
pub(crate) const RECORD_BYTES: usize = 256 * 1024;
/// The smallest limit of a record that a refusal can lead to.
const MIN_RECORD_BYTES: usize = 1024;
/// After this time without a refusal, larger records are tried again: the topic's limit may have been raised.
const GROW_AFTER: Duration = Duration::from_mins(1);

/// What happened to a record on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is stored.
    Stored,
    /// It is too large, or holds something that the broker will never take: whatever is tried, not all of it together.
    Refused,
    /// It may be taken after this pause.
    NotNow(Duration),
    /// The same, and nothing but somebody's doing will change it.
    NotYet(Duration),
    /// The same as `NotNow`, because too few replicas are in sync, which is told even if less was told before.
    TooFew(Duration),
}

/// A head that is not taken is told of after this time.
const STUCK: Duration = Duration::from_secs(1);
/// And again after this time.
const REMINDER: Duration = Duration::from_secs(30);

/// What is to be told after an [`Outcome`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// A message is given up.
    Dropped(Dropped),
    /// The head has not been taken for so long.
    Stuck { since: Duration, messages: u64 },
    /// It was taken after so long; so many messages had waited.
    Resumed { after: Duration, messages: u64 },
}

/// Messages that are given up, and are to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dropped {
    pub(crate) channel: String,
    pub(crate) messages: u64,
    pub(crate) bytes: u64,
}

/// A record to be handed to a client.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    /// Tells this hand-over from all others.
    pub(crate) attempt: usize,
    pub(crate) life: Life,
    pub(crate) first: u64,
    pub(crate) parcel: Arc<Parcel>,
}

/// See the module. Used by the thread that publishes, by the connection thread, and by the producer's callback on it.
pub(crate) struct Backlog {
    state: Mutex<State>,
    /// Notified whenever nothing is left.
    emptied: Condvar,
    capacity: usize,
    /// The largest record that may be sent at all, in bytes.
    max_bytes: usize,
    /// How long records took from their hand-over until they were known to be stored.
    round_trip: Histogram,
}

struct State {
    life: Life,
    is_accepting: bool,
    head: Option<Head>,
    waiting: VecDeque<Parcel>,
    /// How many messages of this life are stored: the number of the head's first one.
    stored: u64,
    /// Clients that were given up had messages with lower numbers than this, and may yet store them.
    copied: u64,
    /// How many were read back,
    seen: u64,
    /// and since when there are more that were not.
    unseen_since: Option<Instant>,
    /// Of all messages here.
    bytes: usize,
    messages: u64,
    /// How large a record of several messages may be.
    record_bytes: usize,
    refused_at: Option<Instant>,
    last_attempt: usize,
}

struct Head {
    parcel: Arc<Parcel>,
    progress: Progress,
    /// The first of its hand-overs.
    first_attempt: usize,
    /// Since when it has not been taken.
    failing_since: Option<Instant>,
    told_at: Option<Instant>,
    is_told_as_too_few: bool,
}

#[derive(Clone, Copy)]
enum Progress {
    Waiting { until: Option<Instant> },
    UnderWay { since: Instant },
}

impl Backlog {
    /// A closed backlog with room for so many bytes, and records of at most `max_bytes`.
    pub(crate) fn new(capacity: usize, max_bytes: usize) -> Self {
        Self {
            state: Mutex::new(State::new(Life(0), false, max_bytes)),
            emptied: Condvar::new(),
            capacity,
            max_bytes,
            round_trip: Histogram::default(),
        }
    }

    /// How long records took from their hand-over until they were known to be stored.
    pub(crate) fn round_trip(&self) -> &Histogram {
        &self.round_trip
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a life.
    pub(crate) fn begin(&self, life: Life) {
        *self.lock() = State::new(life, true, self.max_bytes);
    }

    /// Ends the life; says how many messages are given up.
    pub(crate) fn end(&self) -> u64 {
        let mut state = self.lock();
        let ended = State::new(state.life, false, self.max_bytes);
        let lost = std::mem::replace(&mut *state, ended).messages;
        drop(state);
        self.emptied.notify_all();
        lost
    }

    /// Takes messages in: the JSON texts of all runs, one a line. Returns those that are too large and those for which there
    /// is no room, or `None` when no life has begun.
    pub(crate) fn push(&self, runs: &[Run<'_>], lines: &str) -> Option<Refusals> {
        let mut state = self.lock();
        if !state.is_accepting {
            return None;
        }
        let mut refusals = Refusals::default();
        let mut rest = Lines::of(lines);
        if let [run] = runs
            && Parcel::bytes_of(run, lines) <= state.record_bytes.min(self.capacity - state.bytes)
        {
            state.append(run, lines);
            return Some(refusals);
        }
        for run in runs {
            let one = run.owned(1);
            for line in rest.by_ref().take(run.count as usize) {
                let bytes = Parcel::bytes_of(&one, line);
                if bytes > self.max_bytes {
                    refusals.too_large.push(Dropped::one(&one, line));
                } else if bytes > self.capacity - state.bytes {
                    refusals.add_overflow(&one, line);
                } else {
                    state.append(&one, line);
                }
            }
        }
        Some(refusals)
    }

    /// The record to hand over now, if none is on its way; it counts as on its way from here on.
    pub(crate) fn next(&self, now: Instant) -> Option<Outgoing> {
        let mut state = self.lock();
        if state.head.is_none() {
            let parcel = state.waiting.pop_front()?;
            state.head = Some(Head {
                parcel: Arc::new(parcel),
                progress: Progress::Waiting { until: None },
                first_attempt: state.last_attempt + 1,
                failing_since: None,
                told_at: None,
                is_told_as_too_few: false,
            });
        }
        let attempt = state.last_attempt + 1;
        let (life, first) = (state.life, state.stored);
        let head = state.head.as_mut()?;
        match head.progress {
            Progress::UnderWay { .. } => return None,
            Progress::Waiting { until: Some(until) } if now < until => return None,
            Progress::Waiting { .. } => {}
        }
        head.progress = Progress::UnderWay { since: now };
        let parcel = Arc::clone(&head.parcel);
        state.last_attempt = attempt;
        Some(Outgoing {
            attempt,
            life,
            first,
            parcel,
        })
    }

    /// Notes what became of a hand-over. Returns what is to be told.
    pub(crate) fn settle(&self, attempt: usize, outcome: Outcome, now: Instant) -> Option<News> {
        let mut state = self.lock();
        let is_last = attempt == state.last_attempt;
        let messages = state.messages;
        let head = state.head.as_mut()?;
        if attempt < head.first_attempt {
            return None;
        }
        match outcome {
            Outcome::Stored => {
                let end = state.stored + state.head.as_ref()?.parcel.count();
                self.confirm(state, end, now)
            }
            // Another client has it by now.
            _ if !is_last => None,
            Outcome::Refused => {
                let dropped = state.split_or_drop(now);
                let is_empty = state.messages == 0;
                drop(state);
                if is_empty {
                    self.emptied.notify_all();
                }
                dropped.map(News::Dropped)
            }
            Outcome::NotNow(pause) | Outcome::NotYet(pause) | Outcome::TooFew(pause) => {
                head.progress = Progress::Waiting {
                    until: Some(now + pause),
                };
                let failing_since = *head.failing_since.get_or_insert(now);
                let since = now.saturating_duration_since(failing_since);
                let is_too_few = matches!(outcome, Outcome::TooFew(_));
                let is_news = match head.told_at {
                    Some(_) if is_too_few && !head.is_told_as_too_few => true,
                    Some(told_at) => now.saturating_duration_since(told_at) >= REMINDER,
                    None => since >= STUCK || matches!(outcome, Outcome::NotYet(_)),
                };
                is_news.then(|| {
                    head.told_at = Some(now);
                    head.is_told_as_too_few |= is_too_few;
                    News::Stuck { since, messages }
                })
            }
        }
    }

    /// All messages of this life before the number `end` are stored. Returns what is to be told.
    pub(crate) fn saw(&self, life: Life, end: u64, now: Instant) -> Option<News> {
        let mut state = self.lock();
        let head = state.head.as_ref().map_or(0, |head| head.parcel.count());
        // Nobody but this node can have written more than it has handed over, and it has not.
        let is_ours = end <= state.stored + head;
        if state.life != life || !state.is_accepting || !is_ours {
            return None;
        }
        state.seen = state.seen.max(end);
        if state.seen >= state.stored {
            state.unseen_since = None;
        }
        self.confirm(state, end, now)
    }

    fn confirm(&self, mut state: MutexGuard<'_, State>, end: u64, now: Instant) -> Option<News> {
        if end < state.stored + state.head.as_ref()?.parcel.count() {
            return None;
        }
        let messages = state.messages;
        let head = state.head.take()?;
        if let Progress::UnderWay { since } = head.progress {
            self.round_trip.add(now.saturating_duration_since(since), 1);
        }
        state.stored += head.parcel.count();
        if state.seen < state.stored {
            state.unseen_since.get_or_insert(now);
        }
        state.forget(&head.parcel);
        state.try_larger_records(now, self.max_bytes);
        let is_empty = state.messages == 0;
        drop(state);
        if is_empty {
            self.emptied.notify_all();
        }
        head.told_at?;
        let failing_since = head.failing_since?;
        Some(News::Resumed {
            after: now.saturating_duration_since(failing_since),
            messages,
        })
    }

    /// The clients are given up: the head is to be handed over once more.
    pub(crate) fn take_back(&self) {
        let state = &mut *self.lock();
        if let Some(head) = &mut state.head {
            state.copied = state.stored + head.parcel.count();
            head.progress = Progress::Waiting { until: None };
        }
    }

    /// How many messages of this life are stored.
    pub(crate) fn stored(&self) -> u64 {
        self.lock().stored
    }

    /// How many messages are not known to be stored.
    pub(crate) fn undelivered(&self) -> u64 {
        self.lock().messages
    }

    /// When the oldest message that is not known to be stored was published.
    pub(crate) fn oldest(&self) -> Option<Instant> {
        let state = self.lock();
        let head = state.head.as_ref().map(|head| &*head.parcel);
        head.or(state.waiting.front())?.since()
    }

    /// Since when the head has been on its way, and how many bytes it has.
    pub(crate) fn under_way(&self) -> Option<(Instant, usize)> {
        let state = self.lock();
        let head = state.head.as_ref()?;
        match head.progress {
            Progress::UnderWay { since } => Some((since, head.parcel.bytes())),
            Progress::Waiting { .. } => None,
        }
    }

    /// Whether something, but no more than `bytes`, waits for a record that is on its way.
    pub(crate) fn has_little_waiting(&self, bytes: usize) -> bool {
        let state = self.lock();
        state.head.as_ref().is_some_and(|head| {
            let waiting = state.bytes - head.parcel.bytes();
            matches!(head.progress, Progress::UnderWay { .. }) && (1..=bytes).contains(&waiting)
        })
    }

    /// Since when there have been messages that are stored, as Kafka says, but were not read back.
    pub(crate) fn unseen_since(&self) -> Option<Instant> {
        self.lock().unseen_since
    }

    /// Waits until nothing is left, `timeout` at most; says how many messages are. Blocks the calling thread.
    pub(crate) fn wait_until_empty(&self, timeout: Duration) -> u64 {
        let state = self.lock();
        let (state, _) = self
            .emptied
            .wait_timeout_while(state, timeout, |state| state.messages > 0)
            .unwrap_or_else(PoisonError::into_inner);
        state.messages
    }
}

impl State {
    fn new(life: Life, is_accepting: bool, max_bytes: usize) -> Self {
        Self {
            life,
            is_accepting,
            head: None,
            waiting: VecDeque::new(),
            stored: 0,
            copied: 0,
            seen: 0,
            unseen_since: None,
            bytes: 0,
            messages: 0,
            record_bytes: RECORD_BYTES.min(max_bytes),
            refused_at: None,
            last_attempt: 0,
        }
    }

    fn append(&mut self, run: &Run<'_>, lines: &str) {
        let added = Parcel::bytes_of(run, lines);
        let has_room = |parcel: &Parcel| parcel.bytes() + added <= self.record_bytes;
        if !self.waiting.back().is_some_and(has_room) {
            if let Some(full) = self.waiting.back_mut() {
                full.seal();
            }
            self.waiting.push_back(Parcel::begun(Instant::now()));
        }
        if let Some(parcel) = self.waiting.back_mut() {
            let before = parcel.bytes();
            parcel.append(run, lines);
            self.bytes += parcel.bytes() - before;
            self.messages += u64::from(run.count);
        }
    }

    fn forget(&mut self, parcel: &Parcel) {
        self.bytes -= parcel.bytes();
        self.messages -= parcel.count();
    }

    fn try_larger_records(&mut self, now: Instant, max_bytes: usize) {
        let Some(refused_at) = self.refused_at else {
            return;
        };
        if now.saturating_duration_since(refused_at) >= GROW_AFTER {
            let largest = RECORD_BYTES.min(max_bytes);
            self.record_bytes = (self.record_bytes * 2).min(largest);
            self.refused_at = (self.record_bytes < largest).then_some(now);
        }
    }

    /// The head cannot be sent as it is: its halves may. A single message is given up.
    fn split_or_drop(&mut self, now: Instant) -> Option<Dropped> {
        let head = self.head.take()?;
        self.forget(&head.parcel);
        if head.parcel.count() > 1 {
            self.record_bytes = (head.parcel.bytes() / 2).max(MIN_RECORD_BYTES);
            self.refused_at = Some(now);
            for half in head.parcel.halves().into_iter().rev() {
                self.bytes += half.bytes();
                self.messages += half.count();
                self.waiting.push_front(half);
            }
            return None;
        }
        // Its number goes to the next message, unless a copy of this one may still be stored under it.
        self.stored += u64::from(self.stored < self.copied);
        let (run, line) = head.parcel.messages().next()?;
        Some(Dropped::one(&run, line))
    }
}

/// Messages that were not taken in.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Refusals {
    pub(crate) too_large: Vec<Dropped>,
    /// There was no room for them; told together, under the topic of the first.
    pub(crate) overflow: Option<Dropped>,
}

impl Refusals {
    fn add_overflow(&mut self, run: &Run<'_>, line: &str) {
        let dropped = Dropped::one(run, line);
        match &mut self.overflow {
            None => self.overflow = Some(dropped),
            Some(sum) => {
                sum.messages += dropped.messages;
                sum.bytes += dropped.bytes;
            }
        }
    }

    /// How many they are.
    pub(crate) fn messages(&self) -> u64 {
        self.too_large.len() as u64 + self.overflow.as_ref().map_or(0, |sum| sum.messages)
    }

    /// The length of their texts.
    pub(crate) fn bytes(&self) -> u64 {
        let all = self.too_large.iter().chain(&self.overflow);
        all.map(|dropped| dropped.bytes).sum()
    }
}

impl Dropped {
    fn one(run: &Run<'_>, line: &str) -> Self {
        Self {
            channel: run.channel.clone().into_owned(),
            messages: 1,
            bytes: line.len() as u64,
        }
    }
}

#[cfg(test)]
mod tests;
