//! Decides whether it is told that a quota of Kafka holds this node back. Pure.

use std::time::{Duration, Instant};

/// A broker holds back its answers to one of this node's clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Throttle {
    /// At the latest until then.
    pub(crate) until: Instant,
    /// For so long since its last answer.
    pub(crate) length: Duration,
}

impl Throttle {
    /// Whether it holds at that time.
    pub(crate) fn holds_at(&self, now: Instant) -> bool {
        now < self.until
    }

    /// Whether others would be missed meanwhile: deepstream drops a server after 6 s.
    pub(crate) fn is_long(&self) -> bool {
        self.length >= LONG
    }
}

/// Less than this is usual for a quota that is just reached, and is not told.
const TELL: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_secs(2);
/// It is told again after this time.
const REMINDER: Duration = Duration::from_secs(30);

/// Which quota it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quota {
    Producer,
    Consumer,
}

/// What was told. One for each session.
#[derive(Debug, Default)]
pub(crate) struct ThrottleReport {
    told_at: Option<Instant>,
}

impl ThrottleReport {
    /// What is to be told, of the throttles of both clients.
    pub(crate) fn step(
        &mut self,
        now: Instant,
        producer: Option<Throttle>,
        consumer: Option<Throttle>,
    ) -> Option<(Quota, Duration)> {
        let both = [(Quota::Producer, producer), (Quota::Consumer, consumer)];
        let present = both.into_iter().filter_map(|(quota, throttle)| {
            let throttle = throttle.filter(|it| it.holds_at(now) && it.length >= TELL)?;
            Some((quota, throttle.length))
        });
        let longest = present.max_by_key(|(_, length)| *length)?;
        let is_due = self
            .told_at
            .is_none_or(|at| now.saturating_duration_since(at) >= REMINDER);
        is_due.then(|| {
            self.told_at = Some(now);
            longest
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    fn throttle(now: Instant, length: u64) -> Throttle {
        Throttle {
            until: now + seconds(1),
            length: seconds(length),
        }
    }

    #[test]
    fn the_longer_one_is_told_and_again_after_30_s() {
        let mut report = ThrottleReport::default();
        let start = Instant::now();
        let told: Vec<_> = (0..70)
            .filter_map(|second| {
                let now = start + seconds(second);
                let told = report.step(now, Some(throttle(now, 3)), Some(throttle(now, 2)));
                told.map(|told| (second, told))
            })
            .collect();
        let longer = (Quota::Producer, seconds(3));
        assert_eq!(told, [(0, longer), (30, longer), (60, longer)]);
    }

    #[test]
    fn a_short_one_and_one_that_is_over_are_not_told() {
        let mut report = ThrottleReport::default();
        let now = Instant::now();
        assert_eq!(report.step(now, Some(throttle(now, 0)), None), None);
        let later = now + seconds(1);
        assert_eq!(report.step(later, None, Some(throttle(now, 9))), None);
    }
}
