//! Whether this node and the brokers hear each other, and what follows if not.
//!
//! ```text
//!            silent                a fresh client finds
//!  Flowing ─────────▶ Doubtful ─┬─ nobody ─────────▶ CutOff ─────┐
//!     ▲                         ├─ no leader ──────▶ Leaderless ─┤ each as the next fresh client finds
//!     │                         └─ the leader ─────▶ OnlyOurs ───┘
//!     │ a byte moves               for some time: │ rebuild
//!     └──────────────────────── from any of them ◀┘
//! ```
//!
//! Pure: it is told the time and what is known, and says what to do. A byte that moves shows that a client is alive, however slow
//! it is; clients are replaced only when none does although others are served, and then with growing pauses.

use std::time::{Duration, Instant};

use crate::kafka::pulse::Silence;

/// Silence up to here is usual: a broker answers a fetch within 500 ms.
const DOUBT: Duration = Duration::from_millis(800);
/// Silence of this length is told as soon as a fresh client has shown whose it is,
const TELL: Duration = Duration::from_secs(1);
/// and of this length in any case.
const TELL_ANYWAY: Duration = Duration::from_secs(3);
/// What is on its way to the broker may take so many bytes a second longer until silence is told. Once the system has taken it,
/// nobody can tell a slow link from a silent broker; the requests of the reader wait behind it on the same link.
const SLOW: usize = 250_000;
/// The same for replacing clients, which sends it once more.
const VERY_SLOW: usize = 100_000;
/// It is told again after this time.
const REMINDER: Duration = Duration::from_secs(30);
/// How often a fresh client looks while it is silent.
const PROBE: Duration = Duration::from_secs(1);
/// Our clients need up to so long to connect again, see `reconnect.backoff.max.ms`.
const RECONNECT: Duration = Duration::from_secs(2);
/// The pause before clients are replaced again doubles up to here,
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// and is forgotten after so long without trouble.
const CALM: Duration = Duration::from_mins(1);

/// See the module. One for each session.
pub(crate) struct Link {
    state: State,
    silent_since: Option<Instant>,
    told: Option<Told>,
    next_probe: Instant,
    /// How long clients that were replaced are left alone.
    pause: Duration,
    rebuilt_at: Option<Instant>,
    /// Clients are not replaced before.
    not_before: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Flowing,
    Doubtful,
    CutOff,
    Leaderless,
    OnlyOurs { since: Instant },
}

#[derive(Clone, Copy)]
struct Told {
    at: Instant,
    is_cut_off: bool,
}

/// What a fresh client found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Nobody,
    NoLeader,
    Leader,
}

/// What is known.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Signals {
    /// The longest silence.
    pub(crate) silence: Option<Silence>,
    /// How many bytes are on their way to the broker.
    pub(crate) sending: usize,
    /// The answer of a fresh client since the last step.
    pub(crate) found: Option<Found>,
    /// The reader has lost its position, or the topic.
    pub(crate) is_lost: bool,
}

/// What is to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// No broker answers anybody. `is_first`: not a reminder.
    CutOff { is_first: bool },
    /// The leader of a partition does not answer this node.
    Silent(Silence),
    /// Whoever was silent answers again, after so long.
    Back { was_cut_off: bool, after: Duration },
}

/// What is to be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) tell: Option<News>,
    /// A fresh client is to look for the leader of this partition.
    pub(crate) probe: Option<i32>,
    /// The clients are to be replaced; [`Link::rebuilt`] is told when they were.
    pub(crate) rebuild: bool,
}

impl Link {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            state: State::Flowing,
            silent_since: None,
            told: None,
            next_probe: now,
            pause: RECONNECT,
            rebuilt_at: None,
            not_before: now,
        }
    }

    /// To be called several times a second.
    pub(crate) fn step(&mut self, now: Instant, signals: Signals) -> Step {
        let doubt = DOUBT + time_for(signals.sending, SLOW);
        let silence = signals.silence.filter(|silence| silence.length >= doubt);
        let mut step = match silence {
            None => Step {
                tell: self.flow(now),
                ..Step::default()
            },
            Some(silence) => self.doubt(now, silence, signals),
        };
        step.rebuild |= signals.is_lost;
        step.rebuild &= now >= self.not_before;
        step
    }

    /// The clients were replaced.
    pub(crate) fn rebuilt(&mut self, now: Instant) {
        let is_early = self
            .rebuilt_at
            .is_some_and(|at| now < at + self.pause + CALM);
        self.pause = if is_early {
            (self.pause * 2).min(LONGEST_PAUSE)
        } else {
            RECONNECT
        };
        self.rebuilt_at = Some(now);
        self.not_before = now + self.pause;
        if self.state != State::Flowing {
            self.state = State::Doubtful;
        }
    }

    /// The clients could not be replaced.
    pub(crate) fn not_rebuilt(&mut self, now: Instant) {
        self.not_before = now + PROBE;
    }

    fn flow(&mut self, now: Instant) -> Option<News> {
        self.state = State::Flowing;
        let since = self.silent_since.take();
        let told = self.told.take()?;
        Some(News::Back {
            was_cut_off: told.is_cut_off,
            after: now.saturating_duration_since(since.unwrap_or(told.at)),
        })
    }

    fn doubt(&mut self, now: Instant, silence: Silence, signals: Signals) -> Step {
        self.silent_since
            .get_or_insert(now.checked_sub(silence.length).unwrap_or(now));
        self.state = match (signals.found, self.state) {
            (Some(Found::Nobody), _) => State::CutOff,
            (Some(Found::NoLeader), _) => State::Leaderless,
            (Some(Found::Leader), State::OnlyOurs { since }) => State::OnlyOurs { since },
            (Some(Found::Leader), _) => State::OnlyOurs { since: now },
            (None, State::Flowing) => State::Doubtful,
            (None, state) => state,
        };
        let probe = (now >= self.next_probe).then(|| {
            self.next_probe = now + PROBE;
            silence.partition
        });
        let rebuild = match self.state {
            State::OnlyOurs { since } => {
                let patience = RECONNECT + time_for(signals.sending, VERY_SLOW);
                now.saturating_duration_since(since) >= RECONNECT && silence.length >= patience
            }
            _ => false,
        };
        Step {
            tell: self.news(now, silence, signals.sending),
            probe,
            rebuild,
        }
    }

    fn news(&mut self, now: Instant, silence: Silence, sending: usize) -> Option<News> {
        let patience = if self.state == State::Doubtful {
            TELL_ANYWAY
        } else {
            TELL
        };
        if silence.length < patience + time_for(sending, SLOW) {
            return None;
        }
        let is_cut_off = self.state == State::CutOff;
        let is_news = match self.told {
            None => true,
            // That there is a broker again but no leader yet is part of the same trouble.
            Some(told) => is_cut_off && !told.is_cut_off || now >= told.at + REMINDER,
        };
        if !is_news {
            return None;
        }
        let is_first = self.told.is_none_or(|told| !told.is_cut_off);
        let was_cut_off = self.told.is_some_and(|told| told.is_cut_off);
        self.told = Some(Told {
            at: now,
            is_cut_off: is_cut_off || was_cut_off,
        });
        Some(if is_cut_off {
            News::CutOff { is_first }
        } else {
            News::Silent(silence)
        })
    }
}

/// How long so many bytes take at so many a second.
fn time_for(bytes: usize, a_second: usize) -> Duration {
    Duration::from_millis((bytes as u64).saturating_mul(1000) / a_second as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A link whose time the test makes.
    struct Timeline {
        link: Link,
        zero: Instant,
        heard: u64,
        sending: usize,
        log: Vec<(u64, Step)>,
    }

    fn silence(ms: u64) -> Silence {
        Silence {
            partition: 0,
            leader: Some(2),
            length: Duration::from_millis(ms),
        }
    }

    impl Timeline {
        fn new() -> Self {
            let zero = Instant::now();
            Self {
                link: Link::new(zero),
                zero,
                heard: 0,
                sending: 0,
                log: Vec::new(),
            }
        }

        fn at(&self, ms: u64) -> Instant {
            self.zero + Duration::from_millis(ms)
        }

        /// Steps four times a second until `end`, in silence since `heard`; every probe finds `found` at the next step.
        fn silent_until(&mut self, end: u64, found: Option<Found>) -> &mut Self {
            let start = self.log.last().map_or(0, |(ms, _)| ms + 250);
            let mut asked = false;
            for ms in (start..=end).step_by(250) {
                let signals = Signals {
                    silence: Some(silence(ms - self.heard)),
                    found: if asked { found } else { None },
                    sending: self.sending,
                    is_lost: false,
                };
                let step = self.link.step(self.at(ms), signals);
                asked = step.probe.is_some();
                if step.rebuild {
                    self.link.rebuilt(self.at(ms));
                }
                self.log.push((ms, step));
            }
            self
        }

        fn hear(&mut self) -> Option<News> {
            let ms = self.log.last().map_or(0, |(ms, _)| ms + 250);
            self.heard = ms;
            let signals = Signals {
                silence: Some(silence(0)),
                ..Signals::default()
            };
            let step = self.link.step(self.at(ms), signals);
            self.log.push((ms, step));
            step.tell
        }

        fn told(&self) -> Vec<(u64, News)> {
            let log = self.log.iter();
            log.filter_map(|(ms, step)| step.tell.map(|news| (*ms, news)))
                .collect()
        }

        fn rebuilds(&self) -> Vec<u64> {
            let log = self.log.iter();
            log.filter(|(_, step)| step.rebuild)
                .map(|(ms, _)| *ms)
                .collect()
        }

        fn probes(&self) -> Vec<u64> {
            let log = self.log.iter();
            log.filter(|(_, step)| step.probe.is_some())
                .map(|(ms, _)| *ms)
                .collect()
        }
    }

    #[test]
    fn a_usual_silence_is_nothing() {
        let mut line = Timeline::new();
        for _ in 0..50 {
            let end = line.log.last().map_or(500, |(ms, _)| ms + 500);
            line.silent_until(end, None);
            line.hear();
        }
        assert_eq!(
            line.log
                .iter()
                .filter(|(_, step)| *step != Step::default())
                .count(),
            0
        );
    }

    #[test]
    fn a_stall_shorter_than_a_second_is_looked_at_but_not_told() {
        let mut line = Timeline::new();
        line.silent_until(900, Some(Found::Leader));
        assert_eq!(line.hear(), None);
        assert!(line.told().is_empty() && line.rebuilds().is_empty());
    }

    #[test]
    fn a_silent_leader_is_told_once_after_a_second_and_so_is_its_return() {
        let mut line = Timeline::new();
        line.silent_until(8000, Some(Found::NoLeader));
        let told = line.told();
        assert!(
            matches!(
                told[..],
                [(
                    1000 | 1250,
                    News::Silent(Silence {
                        partition: 0,
                        leader: Some(2),
                        ..
                    })
                )]
            ),
            "{told:?}"
        );
        assert!(line.rebuilds().is_empty());
        let after = Duration::from_millis(8250);
        assert_eq!(
            line.hear(),
            Some(News::Back {
                was_cut_off: false,
                after
            })
        );
        assert_eq!(line.hear(), None);
    }

    #[test]
    fn when_nobody_answers_it_is_told_as_that() {
        let mut line = Timeline::new();
        line.silent_until(8000, Some(Found::Nobody));
        assert!(matches!(
            line.told()[..],
            [(1000 | 1250, News::CutOff { is_first: true })]
        ));
        assert!(line.rebuilds().is_empty());
        assert!(matches!(
            line.hear(),
            Some(News::Back {
                was_cut_off: true,
                ..
            })
        ));
    }

    #[test]
    fn a_long_trouble_is_told_again() {
        let mut line = Timeline::new();
        line.silent_until(65_000, Some(Found::Nobody));
        let told: Vec<_> = line.told().into_iter().map(|(_, news)| news).collect();
        let again = News::CutOff { is_first: false };
        assert_eq!(told, [News::CutOff { is_first: true }, again, again]);
    }

    #[test]
    fn a_leader_that_is_missed_first_and_all_brokers_later_are_two_news() {
        let mut line = Timeline::new();
        line.silent_until(4000, Some(Found::NoLeader))
            .silent_until(9000, Some(Found::Nobody));
        assert!(matches!(
            line.told()[..],
            [
                (_, News::Silent(_)),
                (4000..=5500, News::CutOff { is_first: true })
            ]
        ));
    }

    #[test]
    fn brokers_that_come_back_without_a_leader_are_no_news() {
        let mut line = Timeline::new();
        line.silent_until(4000, Some(Found::Nobody))
            .silent_until(9000, Some(Found::NoLeader));
        assert!(matches!(line.told()[..], [(_, News::CutOff { .. })]));
        assert!(matches!(
            line.hear(),
            Some(News::Back {
                was_cut_off: true,
                ..
            })
        ));
    }

    #[test]
    fn a_second_trouble_soon_after_the_first_is_told_as_well() {
        let mut line = Timeline::new();
        line.silent_until(3000, Some(Found::Nobody));
        line.hear();
        line.silent_until(7000, Some(Found::Nobody));
        let first = News::CutOff { is_first: true };
        assert_eq!(
            line.told()
                .iter()
                .filter(|(_, news)| *news == first)
                .count(),
            2
        );
    }

    #[test]
    fn without_any_answer_of_a_fresh_client_it_is_told_a_little_later() {
        let mut line = Timeline::new();
        line.silent_until(8000, None);
        assert!(matches!(line.told()[..], [(3000, News::Silent(_))]));
        assert!(line.rebuilds().is_empty());
    }

    #[test]
    fn a_fresh_client_looks_once_a_second_while_it_is_silent() {
        let mut line = Timeline::new();
        line.silent_until(5000, Some(Found::Nobody));
        assert_eq!(line.probes(), [1000, 2000, 3000, 4000, 5000]);
    }

    #[test]
    fn clients_that_are_dead_while_others_are_served_are_replaced() {
        let mut line = Timeline::new();
        line.silent_until(4000, Some(Found::Leader));
        assert_eq!(line.rebuilds(), [3250]);
    }

    #[test]
    fn that_the_brokers_are_back_gives_the_clients_time_to_connect_again() {
        let mut line = Timeline::new();
        line.silent_until(20_000, Some(Found::Nobody))
            .silent_until(21_500, Some(Found::Leader));
        assert!(line.rebuilds().is_empty());
        line.hear();
        assert!(line.rebuilds().is_empty());
    }

    #[test]
    fn that_the_leader_was_found_once_does_not_count_when_it_is_gone_again() {
        let mut line = Timeline::new();
        line.silent_until(2500, Some(Found::Leader));
        line.silent_until(4500, Some(Found::NoLeader));
        line.silent_until(6000, Some(Found::Leader));
        assert!(line.rebuilds().is_empty());
    }

    #[test]
    fn a_slow_client_is_never_replaced() {
        let mut line = Timeline::new();
        for _ in 0..200 {
            let end = line.log.last().map_or(750, |(ms, _)| ms + 750);
            line.silent_until(end, Some(Found::Leader));
            line.hear();
        }
        assert!(line.rebuilds().is_empty() && line.told().is_empty());
    }

    #[test]
    fn what_is_large_gets_the_time_that_it_may_need() {
        let mut line = Timeline::new();
        line.sending = 1_500_000;
        line.silent_until(6500, Some(Found::Leader));
        assert!(line.probes().is_empty() && line.told().is_empty());
        line.silent_until(16_500, Some(Found::Leader));
        assert!(matches!(line.told()[..], [(7000..=7500, News::Silent(_))]));
        assert!(line.rebuilds().is_empty());
        line.silent_until(18_000, Some(Found::Leader));
        assert_eq!(line.rebuilds().len(), 1);
    }

    #[test]
    fn replacing_again_and_again_takes_growing_pauses() {
        let mut line = Timeline::new();
        line.silent_until(200_000, Some(Found::Leader));
        let rebuilds = line.rebuilds();
        let pauses: Vec<_> = rebuilds.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(
            pauses.windows(2).all(|pair| pair[1] >= pair[0]),
            "{pauses:?}"
        );
        assert!(rebuilds.len() < 9, "{rebuilds:?}");
        assert!(*pauses.last().unwrap() >= 60_000, "{pauses:?}");
    }

    #[test]
    fn after_calm_times_clients_are_replaced_soon_again() {
        let mut line = Timeline::new();
        line.silent_until(60_000, Some(Found::Leader));
        for _ in 0..800 {
            line.hear();
        }
        let calm = line.heard;
        line.silent_until(calm + 4000, Some(Found::Leader));
        assert_eq!(line.rebuilds().last(), Some(&(calm + 3250)));
        line.silent_until(calm + 9000, Some(Found::Leader));
        assert!(line.rebuilds().last().unwrap() > &(calm + 3250));
    }

    #[test]
    fn a_reader_that_is_lost_is_replaced_at_once_and_then_with_pauses() {
        let mut link = Link::new(Instant::now());
        let start = Instant::now();
        let mut rebuilds = Vec::new();
        for ms in (0..20_000).step_by(250) {
            let now = start + Duration::from_millis(ms);
            let lost = Signals {
                is_lost: true,
                ..Signals::default()
            };
            if link.step(now, lost).rebuild {
                link.rebuilt(now);
                rebuilds.push(ms);
            }
        }
        assert_eq!(rebuilds[..4], [0, 2000, 6000, 14_000]);
    }
}
