//! Messages for which there was no room: when to tell of them. Pure.
//!
//! The first are told at once, and then once a second how many more there were, for as long as it lasts.

use std::time::{Duration, Instant};

use crate::outgoing::backlog::Dropped;

/// Told no more often than this.
const PAUSE: Duration = Duration::from_secs(1);

/// What was dropped and is not told yet. Belongs to the publisher.
#[derive(Debug, Default)]
pub(crate) struct Overflow {
    untold: Option<Dropped>,
    told_at: Option<Instant>,
}

impl Overflow {
    /// Notes what was dropped now; it is told when it is [due](Self::due).
    pub(crate) fn note(&mut self, dropped: Dropped) {
        match &mut self.untold {
            None => self.untold = Some(dropped),
            Some(sum) => {
                sum.messages += dropped.messages;
                sum.bytes += dropped.bytes;
            }
        }
    }

    /// All that was dropped since it was told last, if it is time to tell, under the topic of the first.
    pub(crate) fn due(&mut self, now: Instant) -> Option<Dropped> {
        let is_early = self
            .told_at
            .is_some_and(|at| now.saturating_duration_since(at) < PAUSE);
        if is_early {
            return None;
        }
        let dropped = self.untold.take()?;
        self.told_at = Some(now);
        Some(dropped)
    }

    /// All that is not told yet, since nothing comes after it.
    pub(crate) fn last(&mut self) -> Option<Dropped> {
        self.told_at = None;
        self.untold.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dropped(channel: &str, messages: u64) -> Dropped {
        Dropped {
            channel: channel.into(),
            messages,
            bytes: messages * 10,
        }
    }

    #[test]
    fn the_first_are_told_at_once_and_others_once_a_second_in_one_sum() {
        let mut overflow = Overflow::default();
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        assert_eq!(overflow.due(at(0)), None);
        overflow.note(dropped("a", 1));
        assert_eq!(overflow.due(at(0)), Some(dropped("a", 1)));
        overflow.note(dropped("b", 2));
        assert_eq!(overflow.due(at(1)), None);
        overflow.note(dropped("c", 3));
        assert_eq!(overflow.due(at(999)), None);
        assert_eq!(overflow.due(at(1000)), Some(dropped("b", 5)));
        assert_eq!(overflow.due(at(2000)), None);
        overflow.note(dropped("d", 1));
        assert_eq!(overflow.due(at(2000)), Some(dropped("d", 1)));
    }

    #[test]
    fn at_the_end_the_rest_is_told() {
        let mut overflow = Overflow::default();
        let now = Instant::now();
        overflow.note(dropped("a", 1));
        assert!(overflow.due(now).is_some());
        overflow.note(dropped("a", 2));
        assert_eq!(overflow.last(), Some(dropped("a", 2)));
        assert_eq!(overflow.last(), None);
    }
}
