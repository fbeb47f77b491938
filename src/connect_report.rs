//! Which trouble of connecting is told, when, and as what.
//!
//! Pure: it is told the time and the kind of trouble, and says whether to tell it.

use std::time::{Duration, Instant};

use crate::error::ErrorKind;

/// Why it takes so long is told after this time; deepstream gives up a plugin after 2 s.
const PATIENCE: Duration = Duration::from_millis(1200);
/// An unchanged trouble is told again after this time.
const REMINDER: Duration = Duration::from_secs(30);

/// One attempt to connect, however long it takes.
pub(crate) struct ConnectReport {
    since: Instant,
    /// After this time without success an error is told; zero for never.
    timeout: Duration,
    told: Option<(ErrorKind, Instant)>,
    is_timeout_told: bool,
}

/// How a trouble is to be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Telling {
    /// As the reason why the option connectTimeoutMs was not kept, after so long.
    pub(crate) as_timeout: Option<Duration>,
    /// By itself.
    pub(crate) as_news: bool,
}

impl ConnectReport {
    pub(crate) fn new(now: Instant, timeout: Duration) -> Self {
        Self {
            since: now,
            timeout,
            told: None,
            is_timeout_told: false,
        }
    }

    /// Whether it is time to say why it takes so long.
    pub(crate) fn is_late(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.since) >= PATIENCE
    }

    /// An attempt failed.
    pub(crate) fn note(&mut self, now: Instant, kind: ErrorKind) -> Telling {
        let waited = now.saturating_duration_since(self.since);
        let is_timeout = !self.timeout.is_zero() && waited >= self.timeout && !self.is_timeout_told;
        self.is_timeout_told |= is_timeout;
        let is_unchanged = self
            .told
            .is_some_and(|(told, at)| told == kind && now.saturating_duration_since(at) < REMINDER);
        let as_news = !is_unchanged && (self.is_late(now) || kind.ends_start());
        if as_news {
            self.told = Some((kind, now));
        }
        Telling {
            as_timeout: is_timeout.then_some(waited),
            as_news,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Telling = Telling {
        as_timeout: None,
        as_news: false,
    };
    const NEWS: Telling = Telling {
        as_timeout: None,
        as_news: true,
    };

    /// What is told when attempts fail at these times, in ms.
    fn tellings(timeout: u64, attempts: &[(u64, ErrorKind)]) -> Vec<Telling> {
        let start = Instant::now();
        let mut report = ConnectReport::new(start, Duration::from_millis(timeout));
        let attempts = attempts.iter();
        attempts
            .map(|(ms, kind)| report.note(start + Duration::from_millis(*ms), *kind))
            .collect()
    }

    #[test]
    fn a_trouble_that_may_pass_gets_some_time() {
        let all = [
            (0, ErrorKind::NoBroker),
            (1199, ErrorKind::NoBroker),
            (1200, ErrorKind::NoBroker),
        ];
        assert_eq!(tellings(0, &all), [NOTHING, NOTHING, NEWS]);
    }

    #[test]
    fn one_that_never_passes_is_told_at_once() {
        assert_eq!(tellings(0, &[(0, ErrorKind::Authentication)]), [NEWS]);
    }

    #[test]
    fn it_is_told_once_and_again_after_half_a_minute() {
        let all = [2000, 3000, 31_999, 32_000].map(|ms| (ms, ErrorKind::NoBroker));
        assert_eq!(tellings(0, &all), [NEWS, NOTHING, NOTHING, NEWS]);
    }

    #[test]
    fn another_trouble_is_told_as_well() {
        let all = [(2000, ErrorKind::NoBroker), (2100, ErrorKind::TopicMissing)];
        assert_eq!(tellings(0, &all), [NEWS, NEWS]);
    }

    #[test]
    fn the_time_limit_of_the_option_is_told_once_with_the_reason() {
        let all = [500, 1000, 1100, 2000].map(|ms| (ms, ErrorKind::NoBroker));
        let timeout = Telling {
            as_timeout: Some(Duration::from_secs(1)),
            as_news: false,
        };
        assert_eq!(tellings(1000, &all), [NOTHING, timeout, NOTHING, NEWS]);
    }
}
