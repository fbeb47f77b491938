//! Other nodes with this node's own id: two servers may have been given the same name.
//!
//! ```text
//!  a record of own id and foreign life     a sign of being alive             its host is known, or was waited for
//!  ──────────────────────────────────▶ heard ─────────────────────────▶ alive ─────────────────────────▶ told
//! ```
//!
//! A single record proves nothing: it may be the last one of this server's life before, which Kafka stored late. A second one
//! that goes on from it comes from somebody who lives, because a node sends the next record only when the one before is stored. So
//! does one that answers this node: it names this node's life as one that it has heard.

use std::time::{Duration, Instant};

use crate::wire::Life;

/// So many are remembered. More than two servers may share one name.
const CAPACITY: usize = 8;
/// That the name is taken is told again after this time.
const REMINDER: Duration = Duration::from_secs(30);
/// So long it is waited for a record that says where the other one runs. All do that hear this node.
const HOST_WAIT: Duration = Duration::from_secs(3);

/// What was heard under this node's own id, but not from it. Belongs to the intake.
#[derive(Default)]
pub(crate) struct Namesakes {
    /// The latest last.
    heard: Vec<Namesake>,
    told_at: Option<Instant>,
}

/// Somebody else with this node's id.
#[derive(Clone, Debug)]
pub(crate) struct Namesake {
    life: Life,
    /// The number of its next message.
    next: u64,
    since: Instant,
    is_alive: bool,
    /// Where it runs, in its own words.
    pub(crate) host: Option<Box<str>>,
}

/// A record that somebody else wrote under this node's id.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heard<'a> {
    pub(crate) life: Life,
    /// The number of its first message.
    pub(crate) first: u64,
    /// The number after that of its last one.
    pub(crate) end: u64,
    pub(crate) host: Option<&'a str>,
    /// Whether it names this node's life.
    pub(crate) is_answer: bool,
}

impl Namesakes {
    /// Notes a record; returns whom it is time to tell of.
    pub(crate) fn hear(&mut self, heard: &Heard<'_>, now: Instant) -> Option<&Namesake> {
        let place = self.heard.iter().position(|known| known.life == heard.life);
        let mut namesake = match place {
            Some(place) => self.heard.remove(place),
            None => Namesake {
                life: heard.life,
                next: u64::MAX,
                since: now,
                is_alive: false,
                host: None,
            },
        };
        namesake.is_alive |= heard.is_answer || heard.first >= namesake.next;
        namesake.next = heard.end;
        if let Some(host) = heard.host {
            namesake.host = Some(host.into());
        }
        let was_waited_for = now.saturating_duration_since(namesake.since) >= HOST_WAIT;
        let is_due = self
            .told_at
            .is_none_or(|at| now.saturating_duration_since(at) >= REMINDER);
        let is_told = namesake.is_alive && is_due && (namesake.host.is_some() || was_waited_for);
        if self.heard.len() == CAPACITY {
            self.heard.remove(0);
        }
        self.heard.push(namesake);
        if !is_told {
            return None;
        }
        self.told_at = Some(now);
        self.heard.last()
    }
}

/// Where a node runs, in words, from what its records say: the machine's name and the process, with a space between.
pub(crate) fn place(host: &str) -> String {
    match host.rsplit_once(' ') {
        Some((name, process)) if process.parse::<u32>().is_ok() => {
            format!("the host {name}, process {process}")
        }
        _ => format!("the host {host}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Option<&str> = Some("node-7 42");

    fn record(life: u64, first: u64, host: Option<&'static str>) -> Heard<'static> {
        Heard {
            life: Life(life),
            first,
            end: first + 2,
            host,
            is_answer: false,
        }
    }

    fn answer(life: u64, first: u64, host: Option<&'static str>) -> Heard<'static> {
        Heard {
            is_answer: true,
            ..record(life, first, host)
        }
    }

    struct Test {
        namesakes: Namesakes,
        start: Instant,
    }

    impl Test {
        fn new() -> Self {
            Self {
                namesakes: Namesakes::default(),
                start: Instant::now(),
            }
        }

        /// Whether a record is told, so many milliseconds after the start.
        fn hear(&mut self, at_ms: u64, heard: Heard<'_>) -> bool {
            let now = self.start + Duration::from_millis(at_ms);
            self.namesakes.hear(&heard, now).is_some()
        }
    }

    #[test]
    fn one_that_goes_on_is_told_with_its_host() {
        let mut test = Test::new();
        assert!(!test.hear(0, record(2, 0, HERE)));
        let later = test.start + Duration::from_millis(1);
        let told = test.namesakes.hear(&record(2, 2, None), later).unwrap();
        assert_eq!(told.host.as_deref(), HERE);
    }

    #[test]
    fn the_last_record_of_the_life_before_is_not_told_however_often_it_comes() {
        let mut test = Test::new();
        for at_ms in [0, 10, 5000, 60_000] {
            assert!(!test.hear(at_ms, record(2, 7, HERE)));
        }
    }

    #[test]
    fn last_records_of_several_lives_before_are_not_told() {
        let mut test = Test::new();
        for life in 0..20 {
            assert!(!test.hear(life, record(life, life, HERE)));
        }
    }

    #[test]
    fn one_that_has_heard_this_node_is_told_at_once() {
        let mut test = Test::new();
        assert!(test.hear(0, answer(2, 7, HERE)));
    }

    #[test]
    fn its_host_is_waited_for_but_not_for_long() {
        let mut test = Test::new();
        assert!(!test.hear(0, record(2, 0, None)));
        assert!(!test.hear(100, record(2, 2, None)));
        assert!(test.hear(200, record(2, 4, HERE)));

        let mut test = Test::new();
        assert!(!test.hear(0, record(2, 0, None)));
        assert!(!test.hear(2999, record(2, 2, None)));
        assert!(test.hear(3000, record(2, 4, None)));
    }

    #[test]
    fn it_is_told_again_every_30_s_while_it_lasts() {
        let mut test = Test::new();
        let told: Vec<_> = (0..100)
            .filter(|second| test.hear(second * 1000, record(2, second * 2, HERE)))
            .collect();
        assert_eq!(told, [1, 31, 61, 91]);
    }

    #[test]
    fn several_that_speak_by_turns_are_told() {
        let mut test = Test::new();
        for life in 2..5 {
            assert!(!test.hear(0, record(life, 0, HERE)));
        }
        assert!(test.hear(1, record(2, 2, HERE)));
        assert!(!test.hear(2, record(3, 2, HERE)));
    }

    #[test]
    fn a_host_is_told_in_words() {
        assert_eq!(place("node-7 42"), "the host node-7, process 42");
        assert_eq!(place("node-7"), "the host node-7");
        assert_eq!(place("a b"), "the host a b");
    }
}
