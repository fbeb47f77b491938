//! Whether records are held up by a leader that answers otherwise, and when to tell it. Pure.
//!
//! New clients and their first bytes are no end of that: it lasts until a message is stored.

use std::time::{Duration, Instant};

/// It is told again after this time.
const REMINDER: Duration = Duration::from_secs(30);

/// See the module. One for each session.
#[derive(Default)]
pub(crate) struct HeldUp {
    present: Option<Present>,
}

struct Present {
    since: Instant,
    told_at: Instant,
    /// How many messages were stored by then.
    stored: u64,
}

impl HeldUp {
    /// The leader has not answered a record for so long, and `stored` messages of this life are stored. Whether that is news.
    pub(crate) fn note(&mut self, now: Instant, length: Duration, stored: u64) -> bool {
        match &mut self.present {
            Some(present) if now < present.told_at + REMINDER => false,
            Some(present) => {
                present.told_at = now;
                true
            }
            None => {
                self.present = Some(Present {
                    since: now.checked_sub(length).unwrap_or(now),
                    told_at: now,
                    stored,
                });
                true
            }
        }
    }

    /// After how long it is over, once, if it is.
    pub(crate) fn over(&mut self, now: Instant, stored: u64) -> Option<Duration> {
        let present = self.present.take_if(|present| stored > present.stored)?;
        Some(now.saturating_duration_since(present.since))
    }

    pub(crate) fn is_present(&self) -> bool {
        self.present.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_once_and_every_half_minute_until_a_message_is_stored() {
        let mut held_up = HeldUp::default();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let told: Vec<_> = (1..=65)
            .filter(|second| held_up.note(at(*second), Duration::from_secs(1), 7))
            .collect();
        assert_eq!(told, [1, 31, 61]);
        assert_eq!(held_up.over(at(66), 7), None);
        assert!(held_up.is_present());
        assert_eq!(held_up.over(at(70), 8), Some(Duration::from_secs(70)));
        assert_eq!(held_up.over(at(71), 9), None);
        assert!(held_up.note(at(72), Duration::from_secs(1), 9));
    }
}
