//! Records that were deleted before this node could read them, until it is clear whose messages they held.
//!
//! That shows by the numbers of the records behind: each sender's next one tells exactly how many of its messages are missing. So
//! the deletion is the reason of those losses, and is told by itself only if nobody is found to miss anything.

use std::time::{Duration, Instant};

/// For so long what is missing is put down to the deletion: a deepstream server says something at least every 5 s.
const WINDOW: Duration = Duration::from_secs(10);

/// See the module. Pure: it is told the time.
#[derive(Debug, Default)]
pub(crate) struct Deleted(Option<Gap>);

#[derive(Debug)]
struct Gap {
    records: u64,
    at: Instant,
    /// Whether somebody's messages are known to have been in it.
    is_told: bool,
}

impl Deleted {
    /// So many records are found to be deleted now.
    pub(crate) fn note(&mut self, records: u64, now: Instant) {
        let before = self.0.take().filter(|gap| !gap.is_told);
        self.0 = Some(Gap {
            records: records + before.map_or(0, |gap| gap.records),
            at: now,
            is_told: false,
        });
    }

    /// Messages are found to be missing now: in how many records they may have been.
    pub(crate) fn as_reason(&mut self, now: Instant) -> Option<u64> {
        let gap = self.0.as_mut()?;
        if now.saturating_duration_since(gap.at) >= WINDOW {
            return None;
        }
        gap.is_told = true;
        Some(gap.records)
    }

    /// How many records were deleted without anybody's messages missing so far; to be told now.
    pub(crate) fn due(&mut self, now: Instant) -> Option<u64> {
        let is_over = |gap: &Gap| now.saturating_duration_since(gap.at) >= WINDOW;
        let gap = self.0.take_if(|gap| is_over(gap))?;
        (!gap.is_told).then_some(gap.records)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deletion_is_the_reason_of_what_is_missing_soon_after() {
        let start = Instant::now();
        let mut deleted = Deleted::default();
        assert_eq!(deleted.as_reason(start), None);
        deleted.note(7, start);
        assert_eq!(deleted.as_reason(start + WINDOW / 2), Some(7));
        assert_eq!(deleted.as_reason(start + WINDOW / 2), Some(7));
        assert_eq!(deleted.due(start + WINDOW), None);
        assert_eq!(deleted.as_reason(start + WINDOW), None);
    }

    #[test]
    fn a_deletion_after_which_nobody_misses_anything_is_told_once_by_itself() {
        let start = Instant::now();
        let mut deleted = Deleted::default();
        deleted.note(7, start);
        deleted.note(3, start);
        assert_eq!(deleted.due(start + WINDOW / 2), None);
        assert_eq!(deleted.due(start + WINDOW), Some(10));
        assert_eq!(deleted.due(start + WINDOW), None);
    }

    #[test]
    fn a_later_deletion_is_counted_by_itself() {
        let start = Instant::now();
        let mut deleted = Deleted::default();
        deleted.note(7, start);
        deleted.as_reason(start);
        deleted.note(3, start);
        assert_eq!(deleted.as_reason(start), Some(3));
    }
}
