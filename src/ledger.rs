//! What was handed to librdkafka, what came back, and what is known to be in the topic.
//!
//! librdkafka tells of failures only, and when its clients have to be replaced it is open which of the messages that were
//! under way have reached the topic. A node reads its own records as well, and they are in the order in which they
//! were sent. So their number says which messages need not be sent again.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Headers, Message};

use crate::error::code_of;
use crate::record::TARGET_HEADER;

/// A message that has to wait on its way out.
#[derive(Debug, Default)]
pub(crate) struct Held {
    pub(crate) channel: String,
    pub(crate) value: Vec<u8>,
    pub(crate) target: Option<String>,
    /// Whether librdkafka had it before, so that it may be in the topic.
    pub(crate) was_sent: bool,
}

impl Held {
    /// A record that librdkafka gave back.
    fn from_record(record: &impl Message) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let target = record.headers().and_then(|headers| {
            let mut headers = headers.iter();
            headers.find(|header| header.key == TARGET_HEADER)?.value
        });
        Self {
            channel: text(record.key().unwrap_or_default()),
            value: record.payload().unwrap_or_default().to_vec(),
            target: target.map(text),
            was_sent: true,
        }
    }
}

/// Of one session, from open to close. Written by the thread that publishes, by the producer's callback, and by the reader.
#[derive(Default)]
pub(crate) struct Ledger {
    /// What librdkafka gave back, oldest first: because it did not know the topic, which a broker that starts may deny
    /// although it has it, or because it was told to.
    returned: Mutex<VecDeque<Held>>,
    /// Whether what is purged is kept.
    keeps_purged: AtomicBool,
    /// Messages that librdkafka took, each counted once.
    sent: AtomicU64,
    /// Those of them that are given up.
    failed: AtomicU64,
    own: Mutex<Own>,
}

/// The own records that were read.
#[derive(Default)]
struct Own {
    count: u64,
    last: Vec<u8>,
    /// Some may not have been read.
    is_incomplete: bool,
}

impl Ledger {
    /// A new session begins.
    pub(crate) fn begin(&self) {
        self.lock().clear();
        self.sent.store(0, Relaxed);
        self.failed.store(0, Relaxed);
        *self.lock_own() = Own::default();
    }

    /// What librdkafka gave back.
    pub(crate) fn lock(&self) -> MutexGuard<'_, VecDeque<Held>> {
        self.returned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_own(&self) -> MutexGuard<'_, Own> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// librdkafka took a message for the first time.
    pub(crate) fn add_sent(&self) {
        self.sent.fetch_add(1, Relaxed);
    }

    /// A message that librdkafka took is given up.
    pub(crate) fn add_failed(&self) {
        self.failed.fetch_add(1, Relaxed);
    }

    /// From now on, or no longer, messages that are purged are kept.
    pub(crate) fn keep_purged(&self, keeps: bool) {
        self.keeps_purged.store(keeps, Relaxed);
    }

    /// librdkafka did not deliver a message: keeps it if it is to be sent again, and says whether it is.
    pub(crate) fn settle(&self, error: &KafkaError, record: &impl Message) -> bool {
        let is_kept =
            is_topic_unknown(error) || is_purged(error) && self.keeps_purged.load(Relaxed);
        if is_kept {
            self.lock().push_back(Held::from_record(record));
        } else {
            self.add_failed();
        }
        is_kept
    }

    /// An own record was read.
    pub(crate) fn saw_own(&self, value: &[u8]) {
        let mut own = self.lock_own();
        own.count += 1;
        own.last.clear();
        own.last.extend_from_slice(value);
    }

    /// Records were missed, own ones perhaps among them.
    pub(crate) fn set_incomplete(&self) {
        self.lock_own().is_incomplete = true;
    }

    /// How many of these messages, the oldest first, are in the topic already. All own records have been read, and none
    /// can follow.
    pub(crate) fn landed(&self, queue: &VecDeque<Held>) -> usize {
        let open = queue.iter().take_while(|held| held.was_sent).count();
        let mut own = self.lock_own();
        let settled = self
            .sent
            .load(Relaxed)
            .saturating_sub(self.failed.load(Relaxed) + open as u64);
        let landed = own.count.saturating_sub(settled);
        let landed = usize::try_from(landed).map_or(open, |landed| landed.min(open));
        // Should the number be wrong, then a message had better come twice than never. What comes twice makes the next one wrong.
        own.is_incomplete |= landed > 0 && queue[landed - 1].value != own.last;
        if own.is_incomplete { 0 } else { landed }
    }
}

/// Whether a message was dropped on somebody's order.
pub(crate) fn is_purged(error: &KafkaError) -> bool {
    matches!(
        code_of(error),
        Some(RDKafkaErrorCode::PurgeQueue | RDKafkaErrorCode::PurgeInflight)
    )
}

/// Whether librdkafka does not know the topic, or not any more.
pub(crate) fn is_topic_unknown(error: &KafkaError) -> bool {
    matches!(
        code_of(error),
        Some(
            RDKafkaErrorCode::UnknownTopicOrPartition
                | RDKafkaErrorCode::UnknownTopic
                | RDKafkaErrorCode::UnknownPartition
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Messages `first` to `last` that librdkafka had, and one that it had not.
    fn queue(first: u8, last: u8) -> VecDeque<Held> {
        let sent = (first..=last).map(|n| Held {
            value: vec![n],
            was_sent: true,
            ..Held::default()
        });
        sent.chain([Held::default()]).collect()
    }

    /// A ledger of so many sent messages, of which the own records `read` were read.
    fn ledger(sent: u64, read: impl IntoIterator<Item = u8>) -> Ledger {
        let ledger = Ledger::default();
        for _ in 0..sent {
            ledger.add_sent();
        }
        for n in read {
            ledger.saw_own(&[n]);
        }
        ledger
    }

    #[test]
    fn messages_that_were_read_back_have_landed() {
        assert_eq!(ledger(10, 1..=8).landed(&queue(6, 10)), 3);
        assert_eq!(ledger(10, 1..=10).landed(&queue(6, 10)), 5);
    }

    #[test]
    fn messages_that_were_not_read_back_have_not() {
        assert_eq!(ledger(10, 1..=5).landed(&queue(6, 10)), 0);
        assert_eq!(ledger(0, []).landed(&VecDeque::new()), 0);
    }

    #[test]
    fn messages_that_were_given_up_do_not_count() {
        let ledger = ledger(10, (1..=3).chain(6..=7));
        ledger.add_failed();
        ledger.add_failed();
        assert_eq!(ledger.landed(&queue(6, 10)), 2);
    }

    #[test]
    fn equal_messages_are_told_apart_by_their_number() {
        let ledger = ledger(4, [1, 1]);
        let queue = (0..3).map(|_| Held {
            value: vec![1],
            was_sent: true,
            ..Held::default()
        });
        assert_eq!(ledger.landed(&queue.collect()), 1);
    }

    #[test]
    fn in_doubt_all_are_sent_again() {
        let foreign = ledger(10, (1..=5).chain([77]));
        assert_eq!(foreign.landed(&queue(6, 10)), 0);
        foreign.saw_own(&[7]);
        assert_eq!(foreign.landed(&queue(6, 10)), 0);
        let incomplete = ledger(10, 1..=8);
        incomplete.set_incomplete();
        assert_eq!(incomplete.landed(&queue(6, 10)), 0);
        incomplete.begin();
        assert_eq!(incomplete.landed(&queue(6, 10)), 0);
    }
}
