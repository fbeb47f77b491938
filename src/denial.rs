//! Whether the brokers deny this node something while it runs, and when to tell it: to read, or to log in. Pure.
//!
//! librdkafka says once that a right is missing, and nothing when it is given back; and a login that fails moves bytes as well as one
//! that does not. So the broker is asked from then on.

use std::time::{Duration, Instant};

/// How often the broker is asked.
const LOOK: Duration = Duration::from_secs(1);
/// It is told again after this time.
const REMINDER: Duration = Duration::from_secs(30);

/// See the module. One for each thing that may be denied, in each session.
#[derive(Default)]
pub(crate) struct Denial {
    present: Option<Present>,
}

struct Present {
    since: Instant,
    told_at: Instant,
    next_look: Instant,
}

/// What is to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// It is denied.
    Denied,
    /// It is allowed again, after so long.
    Over(Duration),
}

/// What is to be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) tell: Option<News>,
    /// The broker is to be asked.
    pub(crate) look: bool,
}

impl Denial {
    pub(crate) fn is_present(&self) -> bool {
        self.present.is_some()
    }

    /// To be called several times a second: whether it was denied since the last step, and whether it is allowed, if the broker has
    /// been asked.
    pub(crate) fn step(&mut self, now: Instant, is_denied: bool, is_allowed: Option<bool>) -> Step {
        let Some(present) = &mut self.present else {
            if is_denied {
                self.present = Some(Present {
                    since: now,
                    told_at: now,
                    next_look: now + LOOK,
                });
            }
            return Step {
                tell: is_denied.then_some(News::Denied),
                look: false,
            };
        };
        if is_allowed == Some(true) {
            let after = now.saturating_duration_since(present.since);
            self.present = None;
            return Step {
                tell: Some(News::Over(after)),
                look: false,
            };
        }
        let is_due = now >= present.told_at + REMINDER;
        if is_due {
            present.told_at = now;
        }
        let look = now >= present.next_look;
        if look {
            present.next_look = now + LOOK;
        }
        Step {
            tell: is_due.then_some(News::Denied),
            look,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Step = Step {
        tell: None,
        look: false,
    };

    fn told(news: News) -> Step {
        Step {
            tell: Some(news),
            look: false,
        }
    }

    #[test]
    fn who_may_read_is_not_asked_for() {
        let mut denial = Denial::default();
        let start = Instant::now();
        for seconds in 0..100 {
            let now = start + Duration::from_secs(seconds);
            assert_eq!(denial.step(now, false, None), NOTHING);
        }
    }

    #[test]
    fn a_denial_is_told_at_once_and_then_every_half_minute() {
        let mut denial = Denial::default();
        let start = Instant::now();
        assert_eq!(denial.step(start, true, None), told(News::Denied));
        let later = |ms| start + Duration::from_millis(ms);
        assert_eq!(denial.step(later(100), true, None), NOTHING);
        let told: Vec<_> = (1..=65)
            .filter(|second| {
                let step = denial.step(later(second * 1000), false, Some(false));
                step.tell == Some(News::Denied)
            })
            .collect();
        assert_eq!(told, [30, 60]);
    }

    #[test]
    fn the_broker_is_asked_once_a_second_until_it_is_over() {
        let mut denial = Denial::default();
        let start = Instant::now();
        denial.step(start, true, None);
        let later = |ms| start + Duration::from_millis(ms);
        let looks: Vec<_> = (1..=25)
            .map(|tenths| tenths * 100)
            .filter(|ms| denial.step(later(*ms), false, None).look)
            .collect();
        assert_eq!(looks, [1000, 2000]);
        let over = News::Over(Duration::from_millis(2600));
        assert_eq!(denial.step(later(2600), false, Some(true)), told(over));
        assert_eq!(denial.step(later(4000), false, None), NOTHING);
        assert_eq!(denial.step(later(5000), true, None), told(News::Denied));
    }
}
