//! Bounded hand-over from the connection thread to JavaScript.
//!
//! The connection thread pushes batches of records and events; the first one that arrives while the
//! inbox is empty wakes JavaScript, which then takes items until there are none. When JavaScript lags, the inbox fills
//! and [`Inbox::wait_for_room`] holds the connection thread, so that it stops polling, librdkafka's queue
//! fills, and fetching stops: memory stays bounded and nothing is dropped.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::Error;
use crate::record::Content;

/// A joined JSON text costs less a message the longer it is, up to about this many bytes; beyond, it
/// costs more again (V8 leaves its young generation).
const BATCH_BYTES: usize = 64 * 1024;

/// What happened to the connection, in the order in which JavaScript is told.
#[derive(Clone, Debug)]
pub enum Event {
    /// The read position is pinned and messages flow.
    Ready,
    /// Something to tell the operator that is no failure of the bus (yet).
    Warning(Error),
    /// Something failed.
    Error(Error),
    /// The connection has ended; nothing follows.
    Closed,
}

/// What JavaScript takes out at once.
pub enum Item {
    /// Events, oldest first.
    Events(Vec<Event>),
    /// Records of the topic, in its order.
    Records(Batch),
}

/// Records joined to one JSON array.
///
/// Its last element describes the others: a flat list of channel number, count and sender for each run
/// of records that share channel and sender. A negative count stands for so many messages that are
/// JavaScript's `undefined`, which have no element in the array.
#[derive(Default)]
pub struct Batch {
    json: String,
    runs: Vec<Run>,
    count: u64,
}

struct Run {
    channel: u32,
    count: i64,
    sender: String,
}

impl Batch {
    /// Appends a record's content.
    pub fn push(&mut self, channel: u32, content: &Content<'_>) {
        let step = if let Some(message) = content.message {
            self.json.push(if self.json.is_empty() { '[' } else { ',' });
            self.json.push_str(message);
            1
        } else {
            -1
        };
        self.count += 1;
        self.extend_run(channel, step, content.sender);
    }

    fn extend_run(&mut self, channel: u32, step: i64, sender: &str) {
        if let Some(run) = self.runs.last_mut()
            && run.channel == channel
            && run.count.signum() == step.signum()
            && run.sender == sender
        {
            run.count += step;
        } else {
            self.runs.push(Run {
                channel,
                count: step,
                sender: sender.to_owned(),
            });
        }
    }

    /// How many records it holds.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Bytes of the messages' JSON text.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.json.len()
    }

    /// Whether it is long enough to be handed on by itself.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.bytes() >= BATCH_BYTES
    }

    /// Appends the records of another batch.
    fn append(&mut self, other: &Self) {
        if let Some(elements) = other.json.strip_prefix('[') {
            self.json.push(if self.json.is_empty() { '[' } else { ',' });
            self.json.push_str(elements);
        }
        self.count += other.count;
        for run in &other.runs {
            self.extend_run(run.channel, run.count, &run.sender);
        }
    }

    /// The JSON array.
    #[must_use]
    pub fn into_json(mut self) -> String {
        self.json.push(if self.json.is_empty() { '[' } else { ',' });
        let mut separator = '[';
        for run in &self.runs {
            // Writing to a String cannot fail.
            let _ = write!(
                self.json,
                "{separator}{},{},{}",
                run.channel, run.count, run.sender
            );
            separator = ',';
        }
        self.json.push_str("]]");
        self.json
    }
}

/// The hand-over itself.
pub struct Inbox {
    state: Mutex<State>,
    room: Condvar,
    capacity: usize,
    wake: Box<dyn Fn() + Send + Sync>,
}

#[derive(Default)]
struct State {
    events: VecDeque<Event>,
    batches: VecDeque<Batch>,
    bytes: usize,
    /// JavaScript was woken and has not yet found the inbox empty.
    is_awake: bool,
}

impl Inbox {
    /// An inbox that takes records up to `capacity` bytes and calls `wake` when there is something to take
    /// and JavaScript is not at it already.
    pub fn new(capacity: usize, wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            state: Mutex::default(),
            room: Condvar::new(),
            capacity,
            wake: Box::new(wake),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts an event in; there is always room for one.
    pub fn push_event(&self, event: Event) {
        self.push(|state| state.events.push_back(event));
    }

    /// Puts records in, also beyond the capacity: the caller waits for room before it polls more.
    pub fn push_records(&self, batch: Batch) {
        self.push(|state| {
            state.bytes += batch.bytes();
            match state.batches.back_mut() {
                Some(last) if last.bytes() + batch.bytes() <= BATCH_BYTES => last.append(&batch),
                _ => state.batches.push_back(batch),
            }
        });
    }

    fn push(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        change(&mut state);
        let was_awake = std::mem::replace(&mut state.is_awake, true);
        drop(state);
        if !was_awake {
            (self.wake)();
        }
    }

    /// The next item, events first. `None` means that the inbox is empty and the next push wakes again.
    pub fn take(&self) -> Option<Item> {
        let mut state = self.lock();
        if !state.events.is_empty() {
            return Some(Item::Events(state.events.drain(..).collect()));
        }
        let Some(batch) = state.batches.pop_front() else {
            state.is_awake = false;
            return None;
        };
        let was_full = state.bytes >= self.capacity;
        state.bytes -= batch.bytes();
        if was_full && state.bytes < self.capacity {
            self.room.notify_one();
        }
        Some(Item::Records(batch))
    }

    /// Drops all records.
    pub fn clear(&self) {
        let mut state = self.lock();
        state.batches.clear();
        state.bytes = 0;
        self.room.notify_one();
    }

    /// Waits until there is room for records or the time is over; says whether there is room.
    pub fn wait_for_room(&self, timeout: Duration) -> bool {
        let state = self.lock();
        let (state, _) = self
            .room
            .wait_timeout_while(state, timeout, |state| state.bytes >= self.capacity)
            .unwrap_or_else(PoisonError::into_inner);
        state.bytes < self.capacity
    }

    /// Bytes of records that JavaScript has not taken yet.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.lock().bytes
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use super::*;

    fn batch(entries: &[(u32, Option<&str>, &str)]) -> Batch {
        let mut batch = Batch::default();
        for &(channel, message, sender) in entries {
            batch.push(channel, &Content { message, sender });
        }
        batch
    }

    fn records(item: Option<Item>) -> String {
        match item {
            Some(Item::Records(batch)) => batch.into_json(),
            _ => panic!("no records"),
        }
    }

    #[test]
    fn a_batch_is_one_array_that_ends_with_its_runs() {
        let batch = batch(&[
            (1, Some("10"), "\"A\""),
            (1, Some("11"), "\"A\""),
            (1, None, "\"A\""),
            (1, None, "\"A\""),
            (2, Some("{}"), "\"A\""),
            (2, Some("[]"), "\"B\""),
        ]);
        assert_eq!(batch.count(), 6);
        assert_eq!(
            batch.into_json(),
            r#"[10,11,{},[],[1,2,"A",1,-2,"A",2,1,"A",2,1,"B"]]"#
        );
    }

    #[test]
    fn a_batch_of_only_undefined_is_valid_json() {
        assert_eq!(batch(&[(7, None, "\"A\"")]).into_json(), r#"[[7,-1,"A"]]"#);
    }

    #[test]
    fn small_batches_merge_and_keep_their_order() {
        let inbox = Inbox::new(1000, || ());
        inbox.push_records(batch(&[(1, Some("1"), "\"A\"")]));
        inbox.push_records(batch(&[(2, None, "\"A\"")]));
        inbox.push_records(batch(&[(1, Some("2"), "\"A\"")]));
        assert_eq!(records(inbox.take()), r#"[1,2,[1,1,"A",2,-1,"A",1,1,"A"]]"#);
        assert!(inbox.take().is_none());
        assert_eq!(inbox.bytes(), 0);
    }

    #[test]
    fn a_long_batch_stays_alone() {
        let inbox = Inbox::new(1_000_000, || ());
        let long = format!("\"{}\"", "x".repeat(BATCH_BYTES));
        inbox.push_records(batch(&[(1, Some(&long), "\"A\"")]));
        inbox.push_records(batch(&[(1, Some("1"), "\"A\"")]));
        assert_eq!(records(inbox.take()), format!("[{long},[1,1,\"A\"]]"));
        assert_eq!(records(inbox.take()), "[1,[1,1,\"A\"]]");
    }

    #[test]
    fn it_wakes_once_until_it_was_found_empty() {
        let woken = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&woken);
        let inbox = Inbox::new(1000, move || {
            counter.fetch_add(1, SeqCst);
        });
        inbox.push_event(Event::Ready);
        inbox.push_records(batch(&[(1, Some("1"), "\"A\"")]));
        assert_eq!(woken.load(SeqCst), 1);
        assert!(matches!(inbox.take(), Some(Item::Events(_))));
        assert!(matches!(inbox.take(), Some(Item::Records(_))));
        inbox.push_event(Event::Closed);
        assert_eq!(woken.load(SeqCst), 1);
        assert!(matches!(inbox.take(), Some(Item::Events(_))));
        assert!(inbox.take().is_none());
        inbox.push_event(Event::Closed);
        assert_eq!(woken.load(SeqCst), 2);
    }

    #[test]
    fn a_full_inbox_makes_the_reader_wait_until_a_batch_is_taken() {
        let inbox = Inbox::new(4, || ());
        inbox.push_records(batch(&[(1, Some("12345"), "\"A\"")]));
        assert!(!inbox.wait_for_room(Duration::from_millis(1)));
        inbox.take();
        assert!(inbox.wait_for_room(Duration::ZERO));
    }
}
