//! What this node has heard of each sender: up to which number, in which life.
//!
//! The numbers make messages unique and keep their order, whatever brokers, clients and resending do to the records:
//!
//! - What continues where a sender was is delivered, in part if the beginning is known already.
//! - What is known already is dropped: a record that was stored twice, or late.
//! - What lies ahead is delivered too; the numbers between are lost, and how many is known exactly.
//! - A life that another one followed is over, and what comes late of it is dropped.
//!
//! One odd record must not silence a sender, so a leap (to a number ahead, or to another life) is believed only when a second
//! record goes on from it. Until then the sender may as well go on from where it was before.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::wire::Life;

/// So many senders are remembered; beyond, those that were silent for longest are forgotten.
const CAPACITY: usize = 10_000;
/// A sender that was silent for so long is forgotten when there are others to remember. Late copies of its records are some
/// seconds late, at the very most as long as a broker may be stopped and come back with a request in its socket.
const MEMORY: Duration = Duration::from_hours(1);
/// So many lives of a sender that are over are remembered.
const PAST_LIVES: usize = 4;

/// All senders that were heard. Belongs to the reader.
#[derive(Default)]
pub(crate) struct Senders {
    heard: HashMap<Box<str>, Sender>,
}

struct Sender {
    /// Where it is.
    position: Position,
    /// Where its last record leapt to, which no second one has confirmed yet.
    leap: Option<Position>,
    /// Lives that are over, the latest last.
    past: Vec<Life>,
    last_heard: Instant,
}

/// A life of a sender, and the number of its next message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Position {
    life: Life,
    next: u64,
}

impl Position {
    /// Whether messages from `first` on leave no gap after it.
    fn reaches(self, life: Life, first: u64) -> bool {
        self.life == life && first <= self.next
    }
}

/// The messages of one record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers<'a> {
    pub(crate) sender: &'a str,
    pub(crate) life: Life,
    /// The number of the first one.
    pub(crate) first: u64,
    /// How many they are.
    pub(crate) count: u64,
}

/// What is to be done with a record's messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Judgement {
    /// So many at the beginning are known already, or come from a life that is over; the rest is to be delivered.
    pub(crate) known: u64,
    /// So many before them are lost.
    pub(crate) missed: u64,
}

impl Senders {
    /// Judges the messages of a record that was read now, and notes them.
    pub(crate) fn judge(&mut self, numbers: Numbers<'_>, now: Instant) -> Judgement {
        if let Some(sender) = self.heard.get_mut(numbers.sender) {
            sender.last_heard = now;
            return sender.judge(numbers);
        }
        self.make_room(now);
        let sender = Sender {
            position: numbers.end(),
            leap: None,
            past: Vec::new(),
            last_heard: now,
        };
        self.heard.insert(numbers.sender.into(), sender);
        Judgement::default()
    }

    fn make_room(&mut self, now: Instant) {
        if self.heard.len() < CAPACITY {
            return;
        }
        let is_recent = |sender: &Sender| now.saturating_duration_since(sender.last_heard) < MEMORY;
        self.heard.retain(|_, sender| is_recent(sender));
        if self.heard.len() >= CAPACITY {
            let mut times: Vec<_> = self
                .heard
                .values()
                .map(|sender| sender.last_heard)
                .collect();
            times.sort_unstable();
            let median = times[times.len() / 2];
            self.heard.retain(|_, sender| sender.last_heard > median);
        }
    }
}

impl Sender {
    fn judge(&mut self, numbers: Numbers<'_>) -> Judgement {
        let Numbers {
            life, first, count, ..
        } = numbers;
        let end = numbers.end();
        if self.position.reaches(life, first) {
            let known = count.min(self.position.next - first);
            if known < count {
                self.position = end;
                // It went on from where it was, so within this life the leap was the exception.
                self.leap = self.leap.filter(|leap| leap.life != life);
            }
            return Judgement { known, missed: 0 };
        }
        if let Some(leap) = self.leap.filter(|leap| leap.reaches(life, first)) {
            let known = count.min(leap.next - first);
            if known < count {
                self.leap = None;
                let before = std::mem::replace(&mut self.position, end);
                if before.life != life {
                    self.remember(before.life);
                }
            }
            return Judgement { known, missed: 0 };
        }
        if self.past.contains(&life) {
            return Judgement {
                known: count,
                missed: 0,
            };
        }
        let known_so_far = [Some(self.position), self.leap].into_iter().flatten();
        let next = known_so_far
            .filter(|position| position.life == life)
            .map(|position| position.next)
            .max();
        self.leap = Some(end);
        Judgement {
            known: 0,
            missed: first - next.unwrap_or(0),
        }
    }

    fn remember(&mut self, life: Life) {
        if self.past.len() == PAST_LIVES {
            self.past.remove(0);
        }
        self.past.push(life);
    }
}

impl Numbers<'_> {
    fn end(&self) -> Position {
        Position {
            life: self.life,
            next: self.first.saturating_add(self.count),
        }
    }
}

#[cfg(test)]
mod tests {
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
            .filter_map(|(split, other, is_a)| {
                split.map(|(first, rest)| (first, rest, (other, is_a)))
            })
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
            },
            late,
        );
        assert_eq!(senders.heard.len(), 1);
    }
}
