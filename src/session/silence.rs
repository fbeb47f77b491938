//! For how long nothing was heard of what was to be heard.

use std::time::{Duration, Instant};

use rdkafka::producer::Producer as _;

use super::Session;
use crate::kafka::pulse::Silence;

/// A reader that hears nothing of what is stored for so long is replaced. A large record on a slow link takes its time.
const DEAF: Duration = Duration::from_secs(10);

impl Session<'_> {
    /// The longest silences of leaders from which something was to be heard: about what is read, and about what is sent.
    pub(super) fn silences(&self, now: Instant) -> [Option<Silence>; 2] {
        let context = self.reader.context();
        // Between two beats of the pulse records show as well that the leader is there.
        let reads_since = self.reads_since.max(self.connected_by);
        let heard = |partition| {
            let heard = self.reader.heard_at(partition);
            heard.map_or(reads_since, |heard| heard.max(reads_since))
        };
        let reading = context.silence(|_| true, heard, None);
        let writing = self.under_way().and_then(|(since, _)| {
            let context = self.producer.client().context();
            // Whether the broker holds back its answer, to throttle this node, shows by the first beat after the record has left.
            if !context.has_felt_since(since) {
                return None;
            }
            context.silence(
                |partition| Some(partition) == self.partition,
                |_| since.max(self.connected_by),
                Some(now),
            )
        });
        [reading, writing]
    }

    /// Whether own messages are stored and nothing at all is read for long: the reader goes on as if there were nothing, which
    /// librdkafka has been seen to do.
    pub(super) fn is_deaf(&self, now: Instant) -> bool {
        let unseen = self.shared.publisher.backlog().unseen_since();
        unseen.is_some_and(|since| {
            let heard = self
                .partition
                .and_then(|partition| self.reader.heard_at(partition));
            let since = since.max(self.reads_since);
            let since = heard.map_or(since, |heard| heard.max(since));
            now.saturating_duration_since(since) >= DEAF
        })
    }
}
