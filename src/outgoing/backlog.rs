//! Everything that was published and is not known to be stored yet, in order.
//!
//! At most one record is on its way, the head; the next one leaves when the head is known to be stored. So the first copies of
//! all messages stand in the topic in the order of their numbers and without a gap, and whatever is sent a second time, by
//! anybody's retry or by a new client, is a copy of something that stands there already or comes next: receivers
//! drop it by its number. The number of a message is how many messages of this life were stored before it.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

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
        }
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
            Outcome::NotNow(pause) | Outcome::NotYet(pause) => {
                head.progress = Progress::Waiting {
                    until: Some(now + pause),
                };
                let failing_since = *head.failing_since.get_or_insert(now);
                let since = now.saturating_duration_since(failing_since);
                let is_news = match head.told_at {
                    Some(told_at) => now.saturating_duration_since(told_at) >= REMINDER,
                    None => since >= STUCK || matches!(outcome, Outcome::NotYet(_)),
                };
                is_news.then(|| {
                    head.told_at = Some(now);
                    News::Stuck { since, messages }
                })
            }
        }
    }

    /// All messages of this life before the number `end` are stored. Returns what is to be told.
    pub(crate) fn saw(&self, life: Life, end: u64, now: Instant) -> Option<News> {
        let mut state = self.lock();
        if state.life != life || !state.is_accepting {
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

    /// How many messages are not known to be stored.
    pub(crate) fn undelivered(&self) -> u64 {
        self.lock().messages
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
            self.waiting.push_back(Parcel::default());
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
mod tests {
    use super::*;

    const LIFE: Life = Life(7);
    const MAX: usize = 1_000_000;

    fn run(channel: &str, count: u32) -> Run<'static> {
        Run {
            channel: channel.to_owned().into(),
            count,
            addressee: None,
        }
    }

    fn backlog() -> Backlog {
        let backlog = Backlog::new(10 * MAX, MAX);
        backlog.begin(LIFE);
        backlog
    }

    fn push(backlog: &Backlog, lines: &str) {
        let count = u32::try_from(Lines::of(lines).count()).unwrap();
        let refusals = backlog.push(&[run("x", count)], lines).unwrap();
        assert_eq!(refusals, Refusals::default());
    }

    /// What is handed over now: the first number and the lines.
    fn next(backlog: &Backlog, now: Instant) -> Option<(usize, u64, String)> {
        let outgoing = backlog.next(now)?;
        assert_eq!(outgoing.life, LIFE);
        let lines = outgoing.parcel.lines().to_owned();
        Some((outgoing.attempt, outgoing.first, lines))
    }

    fn expect(backlog: &Backlog, now: Instant, first: u64, lines: &str) -> usize {
        let (attempt, at, found) = next(backlog, now).unwrap();
        assert_eq!((at, found.as_str()), (first, lines));
        attempt
    }

    #[test]
    fn one_record_at_a_time_and_what_gathers_meanwhile_is_the_next() {
        let (backlog, now) = (backlog(), Instant::now());
        push(&backlog, "0\n1");
        let attempt = expect(&backlog, now, 0, "0\n1");
        push(&backlog, "2");
        push(&backlog, "3\n4");
        assert_eq!(next(&backlog, now), None);
        assert_eq!(backlog.settle(attempt, Outcome::Stored, now), None);
        expect(&backlog, now, 2, "2\n3\n4");
        assert_eq!(backlog.undelivered(), 3);
    }

    #[test]
    fn a_record_that_was_read_is_stored() {
        let (backlog, now) = (backlog(), Instant::now());
        push(&backlog, "0\n1");
        let attempt = expect(&backlog, now, 0, "0\n1");
        push(&backlog, "2");
        backlog.saw(LIFE, 1, now);
        backlog.saw(Life(8), 2, now);
        assert_eq!(next(&backlog, now), None);
        backlog.saw(LIFE, 2, now);
        let second = expect(&backlog, now, 2, "2");
        // What is said of the first one later concerns nobody.
        backlog.settle(attempt, Outcome::Refused, now);
        backlog.settle(attempt, Outcome::NotNow(Duration::ZERO), now);
        backlog.settle(attempt, Outcome::Stored, now);
        assert_eq!(next(&backlog, now), None);
        backlog.settle(second, Outcome::Stored, now);
        assert_eq!(backlog.undelivered(), 0);
    }

    #[test]
    fn what_is_not_taken_is_handed_over_again_after_the_pause() {
        let (backlog, now) = (backlog(), Instant::now());
        push(&backlog, "0");
        let attempt = expect(&backlog, now, 0, "0");
        push(&backlog, "1");
        let pause = Duration::from_millis(50);
        backlog.settle(attempt, Outcome::NotNow(pause), now);
        assert_eq!(next(&backlog, now), None);
        expect(&backlog, now + pause, 0, "0");
    }

    #[test]
    fn clients_that_are_replaced_leave_the_same_record_with_the_same_numbers() {
        let (backlog, now) = (backlog(), Instant::now());
        push(&backlog, "0\n1");
        let old = expect(&backlog, now, 0, "0\n1");
        push(&backlog, "2");
        backlog.take_back();
        let new = expect(&backlog, now, 0, "0\n1");
        // The old client gives its copy back, which concerns nobody, or it has stored it, which settles the matter.
        backlog.settle(old, Outcome::NotNow(Duration::ZERO), now);
        assert_eq!(next(&backlog, now), None);
        backlog.settle(old, Outcome::Stored, now);
        expect(&backlog, now, 2, "2");
        backlog.settle(new, Outcome::Stored, now);
        assert_eq!(next(&backlog, now), None);
        assert_eq!(backlog.undelivered(), 1);
    }

    #[test]
    fn a_refused_record_is_sent_in_halves_and_only_a_message_that_is_refused_alone_is_lost() {
        let (backlog, now) = (backlog(), Instant::now());
        let long = "9".repeat(2000);
        let lines = format!("0\n1\n{long}\n3\n4");
        push(&backlog, &lines);
        let mut stored = Vec::new();
        let mut lost = Vec::new();
        while let Some((attempt, first, lines)) = next(&backlog, now) {
            if lines.len() < 1000 {
                stored.push((first, lines));
                backlog.settle(attempt, Outcome::Stored, now);
            } else if let Some(News::Dropped(dropped)) =
                backlog.settle(attempt, Outcome::Refused, now)
            {
                lost.push(dropped);
            }
        }
        let numbers: Vec<_> = stored
            .iter()
            .flat_map(|(first, lines)| (*first..).zip(Lines::of(lines)))
            .collect();
        assert_eq!(numbers, [(0, "0"), (1, "1"), (2, "3"), (3, "4")]);
        assert_eq!(
            lost,
            [Dropped {
                channel: "x".into(),
                messages: 1,
                bytes: 2000
            }]
        );
        assert_eq!(backlog.undelivered(), 0);
    }

    #[test]
    fn the_number_of_a_lost_message_is_not_given_again_while_a_copy_may_be_stored() {
        let (backlog, now) = (backlog(), Instant::now());
        push(&backlog, "0\n1");
        next(&backlog, now).unwrap();
        backlog.take_back();
        let both = expect(&backlog, now, 0, "0\n1");
        backlog.settle(both, Outcome::Refused, now);
        let first = expect(&backlog, now, 0, "0");
        assert!(matches!(
            backlog.settle(first, Outcome::Refused, now),
            Some(News::Dropped(_))
        ));
        expect(&backlog, now, 1, "1");
    }

    #[test]
    fn records_keep_below_what_was_refused_and_grow_again_later() {
        let (backlog, now) = (backlog(), Instant::now());
        let push_many = || {
            for _ in 0..40 {
                push(&backlog, &"7".repeat(1000));
            }
        };
        let largest = |now| {
            let mut largest = 0;
            while let Some((attempt, _, lines)) = next(&backlog, now) {
                let is_refused = lines.len() > 10_000;
                let outcome = if is_refused {
                    Outcome::Refused
                } else {
                    Outcome::Stored
                };
                if !is_refused {
                    largest = largest.max(lines.len());
                }
                assert_eq!(backlog.settle(attempt, outcome, now), None);
            }
            largest
        };
        push_many();
        assert!(largest(now) <= 10_000);
        push_many();
        let attempts = backlog.lock().last_attempt;
        assert!(largest(now) <= 10_000);
        assert!(
            backlog.lock().last_attempt - attempts < 20,
            "records became too small"
        );
        // After some time larger ones are tried, and what is refused again costs nobody a message.
        let later = now + GROW_AFTER;
        for _ in 0..3 {
            push_many();
            largest(later);
        }
        assert_eq!(backlog.undelivered(), 0);
    }

    #[test]
    fn a_long_outage_fills_records_of_bounded_size() {
        let (backlog, now) = (backlog(), Instant::now());
        next(&backlog, now);
        for _ in 0..1000 {
            push(&backlog, &"7".repeat(1000));
        }
        let mut records = 0;
        let mut first = 0;
        while let Some((attempt, at, lines)) = next(&backlog, now) {
            assert_eq!(at, first);
            assert!(lines.len() <= RECORD_BYTES);
            first += Lines::of(&lines).count() as u64;
            records += 1;
            backlog.settle(attempt, Outcome::Stored, now);
        }
        assert_eq!(first, 1000);
        assert!((4..=6).contains(&records), "{records}");
    }

    #[test]
    fn what_does_not_fit_is_refused_and_counted_and_the_rest_keeps_its_order() {
        let backlog = Backlog::new(3000, 2500);
        backlog.begin(LIFE);
        let lines = format!(
            "0\n{}\n{}\n1\n{}",
            "7".repeat(2600),
            "8".repeat(1500),
            "9".repeat(1500)
        );
        let refusals = backlog.push(&[run("x", 3), run("y", 2)], &lines).unwrap();
        let dropped = |channel: &str, bytes| Dropped {
            channel: channel.into(),
            messages: 1,
            bytes,
        };
        assert_eq!(refusals.too_large, [dropped("x", 2600)]);
        assert_eq!(refusals.overflow, Some(dropped("y", 1500)));
        assert_eq!((refusals.messages(), refusals.bytes()), (2, 4100));
        assert_eq!(backlog.undelivered(), 3);
        let (_, _, lines) = next(&backlog, Instant::now()).unwrap();
        assert_eq!(lines, format!("0\n{}\n1", "8".repeat(1500)));
    }

    #[test]
    fn a_head_that_is_not_taken_is_told_once_and_so_is_its_end() {
        let (backlog, start) = (backlog(), Instant::now());
        push(&backlog, "0\n1");
        let mut told = Vec::new();
        for ms in (0..40_000).step_by(100) {
            let now = start + Duration::from_millis(ms);
            let (attempt, ..) = next(&backlog, now).unwrap();
            let news = backlog.settle(attempt, Outcome::NotNow(Duration::ZERO), now);
            told.extend(news.map(|news| (ms, news)));
        }
        let stuck = |since| News::Stuck {
            since: Duration::from_millis(since),
            messages: 2,
        };
        assert_eq!(told, [(1000, stuck(1000)), (31_000, stuck(31_000))]);
        let end = start + Duration::from_secs(40);
        let (attempt, ..) = next(&backlog, end).unwrap();
        let resumed = News::Resumed {
            after: Duration::from_secs(40),
            messages: 2,
        };
        assert_eq!(backlog.settle(attempt, Outcome::Stored, end), Some(resumed));
    }

    #[test]
    fn what_only_somebody_can_change_is_told_at_once() {
        let (backlog, now) = (backlog(), Instant::now());
        push(&backlog, "0");
        let (attempt, ..) = next(&backlog, now).unwrap();
        let news = backlog.settle(attempt, Outcome::NotYet(Duration::ZERO), now);
        assert_eq!(
            news,
            Some(News::Stuck {
                since: Duration::ZERO,
                messages: 1
            })
        );
    }

    #[test]
    fn whoever_waits_for_the_end_is_woken_when_nothing_is_left_or_all_is_given_up() {
        let backlog = backlog();
        assert_eq!(backlog.wait_until_empty(Duration::ZERO), 0);
        push(&backlog, "0");
        assert_eq!(backlog.wait_until_empty(Duration::ZERO), 1);
        let (attempt, ..) = next(&backlog, Instant::now()).unwrap();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| backlog.wait_until_empty(Duration::from_mins(1)));
            backlog.settle(attempt, Outcome::Stored, Instant::now());
            assert_eq!(waiting.join().unwrap(), 0);
        });
        push(&backlog, "1\n2");
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| backlog.wait_until_empty(Duration::from_mins(1)));
            assert_eq!(backlog.end(), 2);
            assert_eq!(waiting.join().unwrap(), 0);
        });
    }

    #[test]
    fn what_is_stored_but_not_read_back_is_known() {
        let (backlog, now) = (backlog(), Instant::now());
        push(&backlog, "0\n1");
        let (attempt, ..) = next(&backlog, now).unwrap();
        assert_eq!(backlog.unseen_since(), None);
        backlog.settle(attempt, Outcome::Stored, now);
        push(&backlog, "2");
        let later = now + Duration::from_secs(1);
        let (attempt, ..) = next(&backlog, later).unwrap();
        backlog.settle(attempt, Outcome::Stored, later);
        assert_eq!(backlog.unseen_since(), Some(now));
        backlog.saw(LIFE, 2, later);
        assert_eq!(backlog.unseen_since(), Some(now));
        backlog.saw(LIFE, 3, later);
        assert_eq!(backlog.unseen_since(), None);
    }

    #[test]
    fn outside_a_life_nothing_is_taken_in_and_a_new_one_counts_anew() {
        let backlog = Backlog::new(MAX, MAX);
        assert_eq!(backlog.push(&[run("x", 1)], "0"), None);
        backlog.begin(LIFE);
        push(&backlog, "0");
        assert_eq!(backlog.end(), 1);
        assert_eq!(backlog.push(&[run("x", 1)], "0"), None);
        backlog.begin(LIFE);
        push(&backlog, "1");
        expect(&backlog, Instant::now(), 0, "1");
    }

    #[test]
    fn publishing_stays_quick_while_very_much_waits() {
        let backlog = Backlog::new(usize::MAX / 2, MAX);
        backlog.begin(LIFE);
        for _ in 0..100_000 {
            push(&backlog, "\"0123456789\"");
        }
        // Taking back concerns one record, however many wait.
        let outgoing = backlog.next(Instant::now()).unwrap();
        backlog.take_back();
        let again = backlog.next(Instant::now()).unwrap();
        assert!(Arc::ptr_eq(&outgoing.parcel, &again.parcel));
    }
}
