//! Whether the topic is gone, or only a broker does not know it. Pure.
//!
//! A broker with `ZooKeeper` answers as soon as it has started, and hears only then from the controller which topics there are.

use std::time::{Duration, Instant};

/// For so long a broker that has started may not know the topic.
const UNKNOWING: Duration = Duration::from_secs(3);

/// See the module. One for each session.
#[derive(Debug, Default)]
pub(crate) struct Absence {
    /// Since when every answer has been without the topic.
    since: Option<Instant>,
    is_told: bool,
}

/// What brokers say of the topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    There,
    /// One does not know it, but another does, or that one knows no topic at all.
    Unknowing,
    /// There are others, and not this one.
    Others,
}

/// What follows from an answer without the topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missed {
    /// Ask again.
    Unsure,
    /// It is gone, which is to be told.
    Gone,
    /// It is still gone.
    Known,
}

impl Absence {
    /// What the brokers said, if one answered.
    pub(crate) fn note(&mut self, now: Instant, answer: Option<Answer>) -> Option<Missed> {
        if !matches!(answer, Some(Answer::Unknowing | Answer::Others)) {
            self.since = None;
            self.is_told &= answer.is_none();
            return None;
        }
        let since = *self.since.get_or_insert(now);
        if self.is_told {
            return Some(Missed::Known);
        }
        // Where this topic was the only one, time alone can tell.
        let is_long = now.saturating_duration_since(since) >= UNKNOWING;
        self.is_told = is_long || answer == Some(Answer::Others);
        Some(if self.is_told {
            Missed::Gone
        } else {
            Missed::Unsure
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNKNOWN: Option<Answer> = Some(Answer::Unknowing);

    #[test]
    fn a_topic_that_is_missing_among_others_is_gone_and_that_is_told_once() {
        let now = Instant::now();
        let mut absence = Absence::default();
        assert_eq!(absence.note(now, Some(Answer::Others)), Some(Missed::Gone));
        assert_eq!(absence.note(now, Some(Answer::Others)), Some(Missed::Known));
        assert_eq!(absence.note(now, UNKNOWN), Some(Missed::Known));
    }

    #[test]
    fn one_that_was_the_only_one_is_gone_when_it_stays_away() {
        let start = Instant::now();
        let mut absence = Absence::default();
        assert_eq!(absence.note(start, UNKNOWN), Some(Missed::Unsure));
        let soon = start + UNKNOWING / 2;
        assert_eq!(absence.note(soon, UNKNOWN), Some(Missed::Unsure));
        let later = start + UNKNOWING;
        assert_eq!(absence.note(later, UNKNOWN), Some(Missed::Gone));
        assert_eq!(absence.note(later, UNKNOWN), Some(Missed::Known));
    }

    #[test]
    fn a_broker_that_learns_of_it_or_is_gone_was_only_late() {
        let start = Instant::now();
        let mut absence = Absence::default();
        for answer in [Some(Answer::There), None] {
            assert_eq!(absence.note(start, UNKNOWN), Some(Missed::Unsure));
            let later = start + UNKNOWING;
            assert_eq!(absence.note(later, answer), None);
            assert_eq!(absence.note(later, UNKNOWN), Some(Missed::Unsure));
            absence.note(later, answer);
        }
    }

    #[test]
    fn one_that_came_back_can_be_told_again_and_a_silence_between_is_no_news() {
        let now = Instant::now();
        let mut absence = Absence::default();
        let gone = Some(Answer::Others);
        absence.note(now, gone);
        absence.note(now, None);
        assert_eq!(absence.note(now, gone), Some(Missed::Known));
        absence.note(now, Some(Answer::There));
        assert_eq!(absence.note(now, gone), Some(Missed::Gone));
    }
}
