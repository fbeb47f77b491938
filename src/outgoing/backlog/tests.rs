use super::*;

const LIFE: Life = Life(7);
const MAX: usize = 1_000_000;

fn run(channel: &str, count: u32) -> Run<'static> {
    Run {
        channel: channel.to_owned().into(),
        count,
        addressee: None,
    }
}

fn backlog() -> Backlog {
    let backlog = Backlog::new(10 * MAX, MAX);
    backlog.begin(LIFE);
    backlog
}

fn push(backlog: &Backlog, lines: &str) {
    let count = u32::try_from(Lines::of(lines).count()).unwrap();
    let refusals = backlog.push(&[run("x", count)], lines).unwrap();
    assert_eq!(refusals, Refusals::default());
}

/// What is handed over now: the first number and the lines.
fn next(backlog: &Backlog, now: Instant) -> Option<(usize, u64, String)> {
    let outgoing = backlog.next(now)?;
    assert_eq!(outgoing.life, LIFE);
    let lines = outgoing.parcel.lines().to_owned();
    Some((outgoing.attempt, outgoing.first, lines))
}

fn expect(backlog: &Backlog, now: Instant, first: u64, lines: &str) -> usize {
    let (attempt, at, found) = next(backlog, now).unwrap();
    assert_eq!((at, found.as_str()), (first, lines));
    attempt
}

#[test]
fn one_record_at_a_time_and_what_gathers_meanwhile_is_the_next() {
    let (backlog, now) = (backlog(), Instant::now());
    push(&backlog, "0\n1");
    let attempt = expect(&backlog, now, 0, "0\n1");
    push(&backlog, "2");
    push(&backlog, "3\n4");
    assert_eq!(next(&backlog, now), None);
    assert_eq!(backlog.settle(attempt, Outcome::Stored, now), None);
    expect(&backlog, now, 2, "2\n3\n4");
    assert_eq!(backlog.undelivered(), 3);
}

#[test]
fn a_record_that_was_read_is_stored() {
    let (backlog, now) = (backlog(), Instant::now());
    push(&backlog, "0\n1");
    let attempt = expect(&backlog, now, 0, "0\n1");
    push(&backlog, "2");
    backlog.saw(LIFE, 1, now);
    backlog.saw(Life(8), 2, now);
    backlog.saw(LIFE, 4, now);
    assert_eq!(next(&backlog, now), None);
    backlog.saw(LIFE, 2, now);
    let second = expect(&backlog, now, 2, "2");
    // What is said of the first one later concerns nobody.
    backlog.settle(attempt, Outcome::Refused, now);
    backlog.settle(attempt, Outcome::NotNow(Duration::ZERO), now);
    backlog.settle(attempt, Outcome::Stored, now);
    assert_eq!(next(&backlog, now), None);
    backlog.settle(second, Outcome::Stored, now);
    assert_eq!(backlog.undelivered(), 0);
}

#[test]
fn what_is_not_taken_is_handed_over_again_after_the_pause() {
    let (backlog, now) = (backlog(), Instant::now());
    push(&backlog, "0");
    let attempt = expect(&backlog, now, 0, "0");
    push(&backlog, "1");
    let pause = Duration::from_millis(50);
    backlog.settle(attempt, Outcome::NotNow(pause), now);
    assert_eq!(next(&backlog, now), None);
    expect(&backlog, now + pause, 0, "0");
}

#[test]
fn clients_that_are_replaced_leave_the_same_record_with_the_same_numbers() {
    let (backlog, now) = (backlog(), Instant::now());
    push(&backlog, "0\n1");
    let old = expect(&backlog, now, 0, "0\n1");
    push(&backlog, "2");
    backlog.take_back();
    let new = expect(&backlog, now, 0, "0\n1");
    // The old client gives its copy back, which concerns nobody, or it has stored it, which settles the matter.
    backlog.settle(old, Outcome::NotNow(Duration::ZERO), now);
    assert_eq!(next(&backlog, now), None);
    backlog.settle(old, Outcome::Stored, now);
    expect(&backlog, now, 2, "2");
    backlog.settle(new, Outcome::Stored, now);
    assert_eq!(next(&backlog, now), None);
    assert_eq!(backlog.undelivered(), 1);
}

#[test]
fn a_refused_record_is_sent_in_halves_and_only_a_message_that_is_refused_alone_is_lost() {
    let (backlog, now) = (backlog(), Instant::now());
    let long = "9".repeat(2000);
    let lines = format!("0\n1\n{long}\n3\n4");
    push(&backlog, &lines);
    let mut stored = Vec::new();
    let mut lost = Vec::new();
    while let Some((attempt, first, lines)) = next(&backlog, now) {
        if lines.len() < 1000 {
            stored.push((first, lines));
            backlog.settle(attempt, Outcome::Stored, now);
        } else if let Some(News::Dropped(dropped)) = backlog.settle(attempt, Outcome::Refused, now)
        {
            lost.push(dropped);
        }
    }
    let numbers: Vec<_> = stored
        .iter()
        .flat_map(|(first, lines)| (*first..).zip(Lines::of(lines)))
        .collect();
    assert_eq!(numbers, [(0, "0"), (1, "1"), (2, "3"), (3, "4")]);
    assert_eq!(
        lost,
        [Dropped {
            channel: "x".into(),
            messages: 1,
            bytes: 2000
        }]
    );
    assert_eq!(backlog.undelivered(), 0);
}

#[test]
fn the_number_of_a_lost_message_is_not_given_again_while_a_copy_may_be_stored() {
    let (backlog, now) = (backlog(), Instant::now());
    push(&backlog, "0\n1");
    next(&backlog, now).unwrap();
    backlog.take_back();
    let both = expect(&backlog, now, 0, "0\n1");
    backlog.settle(both, Outcome::Refused, now);
    let first = expect(&backlog, now, 0, "0");
    assert!(matches!(
        backlog.settle(first, Outcome::Refused, now),
        Some(News::Dropped(_))
    ));
    expect(&backlog, now, 1, "1");
}

#[test]
fn records_keep_below_what_was_refused_and_grow_again_later() {
    let (backlog, now) = (backlog(), Instant::now());
    let push_many = || {
        for _ in 0..40 {
            push(&backlog, &"7".repeat(1000));
        }
    };
    let largest = |now| {
        let mut largest = 0;
        while let Some((attempt, _, lines)) = next(&backlog, now) {
            let is_refused = lines.len() > 10_000;
            let outcome = if is_refused {
                Outcome::Refused
            } else {
                Outcome::Stored
            };
            if !is_refused {
                largest = largest.max(lines.len());
            }
            assert_eq!(backlog.settle(attempt, outcome, now), None);
        }
        largest
    };
    push_many();
    assert!(largest(now) <= 10_000);
    push_many();
    let attempts = backlog.lock().last_attempt;
    assert!(largest(now) <= 10_000);
    assert!(
        backlog.lock().last_attempt - attempts < 20,
        "records became too small"
    );
    // After some time larger ones are tried, and what is refused again costs nobody a message.
    let later = now + GROW_AFTER;
    for _ in 0..3 {
        push_many();
        largest(later);
    }
    assert_eq!(backlog.undelivered(), 0);
}

#[test]
fn a_long_outage_fills_records_of_bounded_size() {
    let (backlog, now) = (backlog(), Instant::now());
    next(&backlog, now);
    for _ in 0..1000 {
        push(&backlog, &"7".repeat(1000));
    }
    let mut records = 0;
    let mut first = 0;
    while let Some((attempt, at, lines)) = next(&backlog, now) {
        assert_eq!(at, first);
        assert!(lines.len() <= RECORD_BYTES);
        first += Lines::of(&lines).count() as u64;
        records += 1;
        backlog.settle(attempt, Outcome::Stored, now);
    }
    assert_eq!(first, 1000);
    assert!((4..=6).contains(&records), "{records}");
}

#[test]
fn what_does_not_fit_is_refused_and_counted_and_the_rest_keeps_its_order() {
    let backlog = Backlog::new(3000, 2500);
    backlog.begin(LIFE);
    let lines = format!(
        "0\n{}\n{}\n1\n{}",
        "7".repeat(2600),
        "8".repeat(1500),
        "9".repeat(1500)
    );
    let refusals = backlog.push(&[run("x", 3), run("y", 2)], &lines).unwrap();
    let dropped = |channel: &str, bytes| Dropped {
        channel: channel.into(),
        messages: 1,
        bytes,
    };
    assert_eq!(refusals.too_large, [dropped("x", 2600)]);
    assert_eq!(refusals.overflow, Some(dropped("y", 1500)));
    assert_eq!((refusals.messages(), refusals.bytes()), (2, 4100));
    assert_eq!(backlog.undelivered(), 3);
    let (_, _, lines) = next(&backlog, Instant::now()).unwrap();
    assert_eq!(lines, format!("0\n{}\n1", "8".repeat(1500)));
}

#[test]
fn a_head_that_is_not_taken_is_told_once_and_so_is_its_end() {
    let (backlog, start) = (backlog(), Instant::now());
    push(&backlog, "0\n1");
    let mut told = Vec::new();
    for ms in (0..40_000).step_by(100) {
        let now = start + Duration::from_millis(ms);
        let (attempt, ..) = next(&backlog, now).unwrap();
        let news = backlog.settle(attempt, Outcome::NotNow(Duration::ZERO), now);
        told.extend(news.map(|news| (ms, news)));
    }
    let stuck = |since| News::Stuck {
        since: Duration::from_millis(since),
        messages: 2,
    };
    assert_eq!(told, [(1000, stuck(1000)), (31_000, stuck(31_000))]);
    let end = start + Duration::from_secs(40);
    let (attempt, ..) = next(&backlog, end).unwrap();
    let resumed = News::Resumed {
        after: Duration::from_secs(40),
        messages: 2,
    };
    assert_eq!(backlog.settle(attempt, Outcome::Stored, end), Some(resumed));
}

#[test]
fn what_only_somebody_can_change_is_told_at_once() {
    let (backlog, now) = (backlog(), Instant::now());
    push(&backlog, "0");
    let (attempt, ..) = next(&backlog, now).unwrap();
    let news = backlog.settle(attempt, Outcome::NotYet(Duration::ZERO), now);
    assert_eq!(
        news,
        Some(News::Stuck {
            since: Duration::ZERO,
            messages: 1
        })
    );
}

#[test]
fn whoever_waits_for_the_end_is_woken_when_nothing_is_left_or_all_is_given_up() {
    let backlog = backlog();
    assert_eq!(backlog.wait_until_empty(Duration::ZERO), 0);
    push(&backlog, "0");
    assert_eq!(backlog.wait_until_empty(Duration::ZERO), 1);
    let (attempt, ..) = next(&backlog, Instant::now()).unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| backlog.wait_until_empty(Duration::from_mins(1)));
        backlog.settle(attempt, Outcome::Stored, Instant::now());
        assert_eq!(waiting.join().unwrap(), 0);
    });
    push(&backlog, "1\n2");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| backlog.wait_until_empty(Duration::from_mins(1)));
        assert_eq!(backlog.end(), 2);
        assert_eq!(waiting.join().unwrap(), 0);
    });
}

#[test]
fn what_is_stored_but_not_read_back_is_known() {
    let (backlog, now) = (backlog(), Instant::now());
    push(&backlog, "0\n1");
    let (attempt, ..) = next(&backlog, now).unwrap();
    assert_eq!(backlog.unseen_since(), None);
    backlog.settle(attempt, Outcome::Stored, now);
    push(&backlog, "2");
    let later = now + Duration::from_secs(1);
    let (attempt, ..) = next(&backlog, later).unwrap();
    backlog.settle(attempt, Outcome::Stored, later);
    assert_eq!(backlog.unseen_since(), Some(now));
    backlog.saw(LIFE, 2, later);
    assert_eq!(backlog.unseen_since(), Some(now));
    backlog.saw(LIFE, 3, later);
    assert_eq!(backlog.unseen_since(), None);
}

#[test]
fn outside_a_life_nothing_is_taken_in_and_a_new_one_counts_anew() {
    let backlog = Backlog::new(MAX, MAX);
    assert_eq!(backlog.push(&[run("x", 1)], "0"), None);
    backlog.begin(LIFE);
    push(&backlog, "0");
    assert_eq!(backlog.end(), 1);
    assert_eq!(backlog.push(&[run("x", 1)], "0"), None);
    backlog.begin(LIFE);
    push(&backlog, "1");
    expect(&backlog, Instant::now(), 0, "1");
}

#[test]
fn publishing_stays_quick_while_very_much_waits() {
    let backlog = Backlog::new(usize::MAX / 2, MAX);
    backlog.begin(LIFE);
    for _ in 0..100_000 {
        push(&backlog, "\"0123456789\"");
    }
    // Taking back concerns one record, however many wait.
    let outgoing = backlog.next(Instant::now()).unwrap();
    backlog.take_back();
    let again = backlog.next(Instant::now()).unwrap();
    assert!(Arc::ptr_eq(&outgoing.parcel, &again.parcel));
}
