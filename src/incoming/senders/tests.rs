use super::*;

const A: Life = Life(1);
const B: Life = Life(2);
const ODD: Life = Life(99);

fn judge(senders: &mut Senders, life: Life, messages: std::ops::Range<u64>) -> Judgement {
    let numbers = Numbers {
        sender: "S",
        life,
        first: messages.start,
        count: messages.end - messages.start,
        is_again: false,
    };
    senders.judge(numbers, Instant::now())
}

/// Judges records in turn; returns the numbers that are delivered, and how many were told as lost.
fn read(records: &[(Life, std::ops::Range<u64>)]) -> (Vec<(Life, u64)>, u64) {
    let mut senders = Senders::default();
    let mut delivered = Vec::new();
    let mut missed = 0;
    for (life, messages) in records {
        let judgement = judge(&mut senders, *life, messages.clone());
        missed += judgement.missed;
        delivered.extend((messages.start + judgement.known..messages.end).map(|n| (*life, n)));
    }
    (delivered, missed)
}

fn numbers(life: Life, numbers: std::ops::Range<u64>) -> Vec<(Life, u64)> {
    numbers.map(|n| (life, n)).collect()
}

/// All ways to shuffle two sequences without changing the order inside either.
fn interleavings<T: Clone>(a: &[T], b: &[T]) -> Vec<Vec<T>> {
    let mut all = Vec::new();
    for (first, rest, other) in [(a.split_first(), b, true), (b.split_first(), a, false)]
        .into_iter()
        .filter_map(|(split, other, is_a)| split.map(|(first, rest)| (first, rest, (other, is_a))))
    {
        let (other, is_a) = other;
        let tails = if is_a {
            interleavings(rest, other)
        } else {
            interleavings(other, rest)
        };
        for mut tail in tails {
            tail.insert(0, first.clone());
            all.push(tail);
        }
    }
    if all.is_empty() {
        all.push(Vec::new());
    }
    all
}

#[test]
fn requests_of_a_replaced_client_may_be_stored_whenever_they_like() {
    // What the old client had under way, and what the new one sent, cut differently, in every order of the two.
    let old: Vec<_> = [10..13, 13..14, 14..20, 20..23]
        .map(|range| (A, range))
        .to_vec();
    let new: Vec<_> = [10..13, 13..17, 17..23, 23..24, 24..30]
        .map(|range| (A, range))
        .to_vec();
    let orders = interleavings(&old, &new);
    assert_eq!(orders.len(), 126);
    for mut order in orders {
        order.insert(0, (A, 0..10));
        assert_eq!(read(&order), (numbers(A, 0..30), 0), "{order:?}");
    }
}

#[test]
fn requests_that_are_stored_twice_or_late_change_nothing() {
    let records = [0..2, 0..2, 2..3, 0..2, 1..5, 2..3, 5..6];
    let records = records.map(|range| (A, range));
    assert_eq!(read(&records), (numbers(A, 0..6), 0));
}

#[test]
fn a_sender_is_taken_from_where_it_is_first_heard() {
    assert_eq!(
        read(&[(A, 500..502), (A, 502..503)]),
        (numbers(A, 500..503), 0)
    );
}

#[test]
fn a_gap_is_a_loss_of_known_size() {
    let (delivered, missed) = read(&[(A, 0..2), (A, 7..8), (A, 8..9), (A, 11..12)]);
    assert_eq!(missed, 7);
    assert_eq!(delivered, [(A, 0), (A, 1), (A, 7), (A, 8), (A, 11)]);
}

#[test]
fn a_loss_of_the_end_of_a_life_and_the_beginning_of_the_next_is_told_as_far_as_it_is_known() {
    let (delivered, missed) = read(&[(A, 0..2), (B, 3..4), (B, 4..5)]);
    assert_eq!((delivered.len(), missed), (4, 3));
}

#[test]
fn a_life_that_another_one_followed_never_comes_back() {
    let (delivered, missed) = read(&[
        (A, 0..5),
        (B, 0..1),
        (B, 1..2),
        (A, 5..6),
        (A, 6..7),
        (B, 2..3),
    ]);
    assert_eq!(missed, 0);
    assert_eq!(delivered, [numbers(A, 0..5), numbers(B, 0..3)].concat());
}

#[test]
fn the_lives_before_are_over_as_well() {
    let lives = (0..=PAST_LIVES as u64).map(Life);
    let mut records: Vec<_> = lives
        .clone()
        .flat_map(|life| [(life, 0..1), (life, 1..2)])
        .collect();
    let delivered = records.len();
    records.extend(lives.take(PAST_LIVES).map(|life| (life, 2..3)));
    assert_eq!(read(&records).0.len(), delivered);
}

#[test]
fn one_odd_record_does_not_silence_a_sender() {
    for odd in [
        vec![(A, 1_000_000..1_000_001)],
        vec![
            (A, 1_000_000..1_000_001),
            (A, 77..78),
            (A, 2_000_000..2_000_001),
        ],
        vec![(ODD, 0..1)],
        vec![(ODD, 77..78), (Life(98), 0..1), (A, 500..501)],
        vec![(ODD, 1_000_000..1_000_001), (ODD, 3..4)],
    ] {
        let mut records = vec![(A, 0..3)];
        records.extend(odd.clone());
        records.extend([(A, 3..4), (A, 4..6)]);
        let mut delivered = read(&records).0;
        delivered.retain(|(life, number)| *life == A && *number < 50);
        assert_eq!(delivered, numbers(A, 0..6), "{odd:?}");
    }
}

#[test]
fn a_leap_is_believed_when_a_second_record_goes_on_from_it() {
    let records = [(A, 0..3), (A, 9..10), (A, 10..11), (A, 3..4), (A, 11..12)];
    let (delivered, missed) = read(&records);
    assert_eq!(missed, 6);
    assert_eq!(delivered, [numbers(A, 0..3), numbers(A, 9..12)].concat());
}

#[test]
fn a_new_life_that_was_interrupted_by_the_end_of_the_old_one_goes_on() {
    let records = [
        (A, 0..3),
        (B, 0..1),
        (A, 3..4),
        (B, 1..2),
        (A, 4..5),
        (B, 2..3),
    ];
    let (delivered, missed) = read(&records);
    assert_eq!(missed, 0);
    let of = |life| delivered.iter().filter(move |(of, _)| *of == life).count();
    assert_eq!((of(A), of(B)), (4, 3));
}

#[test]
fn senders_do_not_disturb_each_other() {
    let mut senders = Senders::default();
    let now = Instant::now();
    for n in 0..100 {
        for sender in ["a", "b"] {
            let numbers = Numbers {
                sender,
                life: A,
                first: n,
                count: 1,
                is_again: false,
            };
            assert_eq!(senders.judge(numbers, now), Judgement::default());
        }
    }
}

#[test]
fn memory_is_bounded_and_keeps_those_that_were_heard_last() {
    let mut senders = Senders::default();
    let start = Instant::now();
    let at = |n: usize| start + Duration::from_millis(n as u64);
    for n in 0..3 * CAPACITY {
        let sender = format!("sender {n}");
        let numbers = Numbers {
            sender: &sender,
            life: A,
            first: 5,
            count: 1,
            is_again: false,
        };
        senders.judge(numbers, at(n));
        assert!(senders.heard.len() <= CAPACITY);
    }
    let last = format!("sender {}", 3 * CAPACITY - 1);
    let again = Numbers {
        sender: &last,
        life: A,
        first: 5,
        count: 1,
        is_again: false,
    };
    assert_eq!(senders.judge(again, at(3 * CAPACITY)).known, 1);
}

#[test]
fn a_sender_that_was_silent_for_long_makes_room() {
    let mut senders = Senders::default();
    let start = Instant::now();
    for n in 0..CAPACITY {
        let sender = format!("sender {n}");
        senders.judge(
            Numbers {
                sender: &sender,
                life: A,
                first: 0,
                count: 1,
                is_again: false,
            },
            start,
        );
    }
    let late = start + MEMORY;
    senders.judge(
        Numbers {
            sender: "new",
            life: A,
            first: 0,
            count: 1,
            is_again: false,
        },
        late,
    );
    assert_eq!(senders.heard.len(), 1);
}

fn judge_again(senders: &mut Senders, life: Life, messages: std::ops::Range<u64>) -> Judgement {
    let numbers = Numbers {
        sender: "S",
        life,
        first: messages.start,
        count: messages.end - messages.start,
        is_again: true,
    };
    senders.judge(numbers, Instant::now())
}

#[test]
fn when_the_topic_is_read_again_old_records_of_a_sender_that_was_never_heard_are_no_news() {
    let mut senders = Senders::default();
    for messages in [5..7, 7..8] {
        assert_eq!(judge_again(&mut senders, A, messages).missed, 0);
        assert_eq!(judge_again(&mut senders, A, 8..9).known, 1);
    }
    // They are not noted either: the sender may be heard for the first time afterwards.
    assert_eq!(judge(&mut senders, A, 3..4), Judgement::default());
}

#[test]
fn when_the_topic_is_read_again_lives_that_are_forgotten_stay_over() {
    let mut senders = Senders::default();
    let lives: Vec<_> = (0..3 * PAST_LIVES as u64).map(Life).collect();
    for life in &lives {
        judge(&mut senders, *life, 0..1);
        judge(&mut senders, *life, 1..2);
    }
    for life in &lives {
        assert_eq!(judge_again(&mut senders, *life, 0..1).known, 1);
        assert_eq!(judge_again(&mut senders, *life, 1..2).known, 1);
    }
    let last = *lives.last().unwrap();
    assert_eq!(judge(&mut senders, last, 2..3), Judgement::default());
}

#[test]
fn when_the_topic_is_read_again_numbers_tell_what_was_not_read_of_a_life_that_is_known() {
    let mut senders = Senders::default();
    judge(&mut senders, A, 0..3);
    assert_eq!(judge_again(&mut senders, A, 0..3).known, 3);
    let news = judge_again(&mut senders, A, 2..6);
    assert_eq!((news.known, news.missed), (1, 0));
    let news = judge_again(&mut senders, A, 8..9);
    assert_eq!((news.known, news.missed), (0, 2));
}
