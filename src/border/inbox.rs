//! Bounded hand-over from the connection thread to JavaScript.
//!
//! The connection thread pushes batches of records and events; the first one that arrives while the
//! inbox is empty wakes JavaScript, which then takes items until there are none. When JavaScript lags, the inbox fills
//! and [`Inbox::wait_for_room`] holds the connection thread, so that it stops polling, librdkafka's queue
//! fills, and fetching stops: memory stays bounded and nothing is dropped.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::border::batch::{BATCH_BYTES, Batch};
use crate::error::Error;

/// What happened to the connection, in the order in which JavaScript is told.
#[derive(Clone, Debug)]
pub enum Event {
    /// The read position is pinned and messages flow.
    Ready,
    /// Something to tell the operator that is no failure of the bus (yet).
    Warning(Error),
    /// Something failed.
    Error(Error),
    /// Whether what other nodes send is read here now. So it is from `Ready` on, until this says otherwise.
    Heard(bool),
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
            let bytes = batch.bytes();
            match state.batches.back_mut() {
                Some(last) if last.bytes() + bytes <= BATCH_BYTES => {
                    let before = last.bytes();
                    last.append(&batch);
                    state.bytes += last.bytes() - before;
                }
                _ => {
                    state.bytes += bytes;
                    state.batches.push_back(batch);
                }
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

    /// Whether there is room for more, after so many bytes that are on their way here.
    #[must_use]
    pub fn has_room(&self, coming: usize) -> bool {
        self.lock().bytes + coming < self.capacity
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
    use crate::border::batch::tests::batch;

    fn records(item: Option<Item>) -> String {
        match item {
            Some(Item::Records(batch)) => batch.into_json(),
            _ => panic!("no records"),
        }
    }

    #[test]
    fn small_batches_merge_and_keep_their_order() {
        let inbox = Inbox::new(1000, || ());
        inbox.push_records(batch(&[(1, "1", "A")]));
        inbox.push_records(batch(&[(2, "", "A")]));
        inbox.push_records(batch(&[(1, "2", "A")]));
        assert_eq!(
            records(inbox.take()),
            "[1,\n2,\n[1,1,\"A\",2,-1,\"A\",1,1,\"A\"]]"
        );
        assert!(inbox.take().is_none());
        assert_eq!(inbox.bytes(), 0);
    }

    #[test]
    fn a_long_batch_stays_alone() {
        let inbox = Inbox::new(1_000_000, || ());
        let long = format!("\"{}\"", "x".repeat(BATCH_BYTES));
        inbox.push_records(batch(&[(1, &long, "A")]));
        inbox.push_records(batch(&[(1, "1", "A")]));
        assert_eq!(records(inbox.take()), format!("[{long},\n[1,1,\"A\"]]"));
        assert_eq!(records(inbox.take()), "[1,\n[1,1,\"A\"]]");
    }

    #[test]
    fn it_wakes_once_until_it_was_found_empty() {
        let woken = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&woken);
        let inbox = Inbox::new(1000, move || {
            counter.fetch_add(1, SeqCst);
        });
        inbox.push_event(Event::Ready);
        inbox.push_records(batch(&[(1, "1", "A")]));
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
        inbox.push_records(batch(&[(1, "12345", "A")]));
        assert!(!inbox.wait_for_room(Duration::from_millis(1)));
        inbox.take();
        assert!(inbox.wait_for_room(Duration::ZERO));
    }
}
