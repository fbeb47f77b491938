//! What this node has heard of each sender: up to which number, in which life.
//!
//! The numbers make messages unique and keep their order, whatever brokers, clients and resending do to the records:
//!
//! - What continues where a sender was is delivered, in part if the beginning is known already.
//! - What is known already is dropped: a record that was stored twice, or late.
//! - What lies ahead is delivered too; the numbers between are lost, and how many is known exactly.
//! - A life that another one followed is over, and what comes late of it is dropped.
//! - Where the topic is read again, an old record of a sender or a life that is not known is none that was missed: it was
//!   written before this node began, or is forgotten.
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
/// A server that was silent for so long is none of the cluster any more: deepstream says something every few seconds.
const LATELY: Duration = Duration::from_mins(1);
/// So many lives of a sender that are over are remembered.
const PAST_LIVES: usize = 4;

/// All senders that were heard. Written by the connection thread; the others look at the peers.
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
    tally: Tally,
}

/// What was counted of a sender's messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many were read.
    pub received: u64,
    /// How many of them were known already, or from a life that is over.
    pub duplicates: u64,
    /// How many are lost here.
    pub missed: u64,
    /// Where the sender runs, as far as it was told.
    pub host: Option<Box<str>>,
}

impl Tally {
    fn of(received: u64) -> Self {
        Self {
            received,
            ..Self::default()
        }
    }

    fn note(&mut self, received: u64, judgement: Judgement) {
        self.received += received;
        self.duplicates += judgement.known;
        self.missed += judgement.missed;
    }
}

/// Another server on the bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its id on the bus.
    pub sender: Box<str>,
    /// For how long it has been silent.
    pub silent_for: Duration,
    /// What was counted of it.
    pub tally: Tally,
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
    /// Whether they are read again, as far as their place and time tell.
    pub(crate) is_again: bool,
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
    /// Notes where a sender runs.
    pub(crate) fn note_host(&mut self, sender: &str, host: &str) {
        if let Some(sender) = self.heard.get_mut(sender) {
            sender.tally.host = Some(host.into());
        }
    }

    /// Those that were heard lately.
    pub(crate) fn peers(&self, now: Instant) -> Vec<Peer> {
        let all = self.heard.iter().map(|(sender, heard)| Peer {
            sender: sender.clone(),
            silent_for: now.saturating_duration_since(heard.last_heard),
            tally: heard.tally.clone(),
        });
        all.filter(|peer| peer.silent_for <= LATELY).collect()
    }

    /// Judges the messages of a record that was read now, and notes them.
    pub(crate) fn judge(&mut self, numbers: Numbers<'_>, now: Instant) -> Judgement {
        if let Some(sender) = self.heard.get_mut(numbers.sender) {
            sender.last_heard = now;
            let judgement = sender.judge(numbers);
            sender.tally.note(numbers.count, judgement);
            return judgement;
        }
        if numbers.is_again {
            return numbers.known();
        }
        self.make_room(now);
        let sender = Sender {
            position: numbers.end(),
            leap: None,
            past: Vec::new(),
            last_heard: now,
            tally: Tally::of(numbers.count),
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
        let known_so_far = [Some(self.position), self.leap].into_iter().flatten();
        let next = known_so_far
            .filter(|position| position.life == life)
            .map(|position| position.next)
            .max();
        let is_unknown_life = next.is_none();
        if self.past.contains(&life) || is_unknown_life && numbers.is_again {
            return numbers.known();
        }
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
    /// Nothing of it is to be delivered.
    fn known(&self) -> Judgement {
        Judgement {
            known: self.count,
            missed: 0,
        }
    }

    fn end(&self) -> Position {
        Position {
            life: self.life,
            next: self.first.saturating_add(self.count),
        }
    }
}

#[cfg(test)]
mod tests;
