//! Turns troubles into events, at a bearable rate.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::border::inbox::{Event, Inbox};
use crate::error::{Error, ErrorKind};

/// At most [`BURST`] events of one kind in this time.
const WINDOW: Duration = Duration::from_secs(1);
const BURST: u32 = 10;

/// Where troubles are told. Shared by all threads of a connection.
pub struct Reporter {
    inbox: Arc<Inbox>,
    quotas: Mutex<HashMap<ErrorKind, Quota>>,
}

struct Quota {
    since: Instant,
    told: u32,
    /// Kept back since the last one told.
    untold: u64,
}

impl Reporter {
    /// A reporter into this inbox.
    #[must_use]
    pub fn new(inbox: Arc<Inbox>) -> Self {
        Self {
            inbox,
            quotas: Mutex::default(),
        }
    }

    /// Tells an 'error', unless too many of its kind were told just now; those are only counted, and
    /// the next one told says how many they were.
    pub fn error(&self, mut error: Error) {
        let mut quotas = self.quotas.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let quota = quotas.entry(error.kind).or_insert(Quota {
            since: now,
            told: 0,
            untold: 0,
        });
        if now - quota.since >= WINDOW {
            quota.since = now;
            quota.told = 0;
        }
        if quota.told == BURST {
            quota.untold += 1;
            return;
        }
        quota.told += 1;
        let untold = std::mem::take(&mut quota.untold);
        drop(quotas);
        if untold > 0 {
            // Writing to a String cannot fail.
            let _ = write!(
                error.message,
                " ({untold} more of this kind were not reported.)"
            );
        }
        self.inbox.push_event(Event::Error(error));
    }

    /// Tells the operator something that is no failure of the bus.
    pub fn warning(&self, error: Error) {
        self.inbox.push_event(Event::Warning(error));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::border::inbox::Item;

    #[test]
    fn a_flood_of_one_kind_does_not_hide_another() {
        let inbox = Arc::new(Inbox::new(1, || ()));
        let reporter = Reporter::new(Arc::clone(&inbox));
        for _ in 0..1000 {
            reporter.error(Error::new(ErrorKind::InvalidRecord, "bad"));
        }
        reporter.error(Error::new(ErrorKind::QueueFull, "full"));
        let Some(Item::Events(events)) = inbox.take() else {
            panic!("no events")
        };
        assert_eq!(events.len(), BURST as usize + 1);
        assert!(
            matches!(events.last(), Some(Event::Error(error)) if error.kind == ErrorKind::QueueFull)
        );
    }
}
