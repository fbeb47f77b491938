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
                ..Signals::default()
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

/// What follows from signals at a time.
fn hearing(link: &mut Link, ms: u64, signals: Signals) -> (bool, Option<bool>) {
    let step = link.step(link.next_probe + Duration::from_millis(ms), signals);
    (step.listen, step.is_heard)
}

#[test]
fn whoever_asks_whether_it_is_heard_is_told_when_it_is_not() {
    let mut link = Link::new(Instant::now());
    let asked = Signals {
        is_asked: true,
        ..Signals::default()
    };
    let listened = |answer| Signals {
        listened: Some(answer),
        ..Signals::default()
    };
    assert_eq!(hearing(&mut link, 0, Signals::default()), (false, None));
    assert_eq!(hearing(&mut link, 100, asked), (true, None));
    assert_eq!(hearing(&mut link, 200, listened(true)), (false, None));
    assert_eq!(hearing(&mut link, 300, asked), (true, None));
    assert_eq!(
        hearing(&mut link, 400, listened(false)),
        (true, Some(false))
    );
    // Until the leaders answer, although the last sign of life is not old enough for a doubt.
    assert_eq!(hearing(&mut link, 500, Signals::default()), (true, None));
    assert_eq!(hearing(&mut link, 600, listened(false)), (true, None));
    assert_eq!(hearing(&mut link, 700, listened(true)), (false, Some(true)));
    assert_eq!(hearing(&mut link, 800, Signals::default()), (false, None));
}

#[test]
fn who_is_held_back_by_a_quota_for_long_is_not_heard_and_nothing_else_follows() {
    let mut link = Link::new(Instant::now());
    let throttled = Signals {
        is_throttled: true,
        ..Signals::default()
    };
    let listened = Signals {
        listened: Some(true),
        ..Signals::default()
    };
    let start = Instant::now();
    let mut step = |ms, signals| link.step(start + Duration::from_millis(ms), signals);
    let unheard = Step {
        is_heard: Some(false),
        ..Step::default()
    };
    assert_eq!(step(0, throttled), unheard);
    assert_eq!(step(5000, throttled), Step::default());
    assert!(step(9000, Signals::default()).listen);
    assert_eq!(step(9100, listened).is_heard, Some(true));
}

#[test]
fn a_silence_that_is_told_is_not_heard_until_the_leaders_answer_and_bytes_move() {
    let mut line = Timeline::new();
    line.silent_until(2000, Some(Found::NoLeader));
    let changes = line.log.iter().filter_map(|(_, step)| step.is_heard);
    assert_eq!(changes.collect::<Vec<_>>(), [false]);
    assert_eq!(line.log.iter().filter(|(_, step)| step.listen).count(), 0);

    // The leaders answer, but not our clients.
    let start = line.zero + Duration::from_secs(2);
    let step = |line: &mut Timeline, ms, length, listened| {
        let signals = Signals {
            silence: Some(silence(length)),
            listened,
            ..Signals::default()
        };
        let step = line.link.step(start + Duration::from_millis(ms), signals);
        (step.listen, step.is_heard)
    };
    assert_eq!(step(&mut line, 250, 2250, Some(true)), (false, None));
    assert_eq!(step(&mut line, 500, 100, None), (true, None));
    assert_eq!(step(&mut line, 750, 100, Some(true)), (false, Some(true)));
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
