//! What was counted since the connection was constructed.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::histogram::Histogram;

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// Counters, written by the thread each concerns, read by anyone. They are not one consistent cut.
        #[derive(Default)]
        pub struct Stats {
            $($(#[$doc])* pub $name: Counter,)*
            /// How long delivered messages were under way: from the time stamp of their record until it was read.
            pub delay: Histogram,
        }

        /// The counters' values at one moment.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct Snapshot { $($(#[$doc])* pub $name: u64,)* }

        impl Stats {
            /// The values of now.
            #[must_use]
            pub fn snapshot(&self) -> Snapshot {
                Snapshot { $($name: self.$name.get(),)* }
            }
        }
    };
}

counters! {
    /// Messages accepted by publish.
    published,
    /// Bytes of their JSON texts.
    published_bytes,
    /// Messages that were not accepted, or accepted and given up.
    publish_failed,
    /// Messages read from Kafka, of whomever for whomever.
    received,
    /// Bytes of the records' values.
    received_bytes,
    /// Messages handed to JavaScript.
    delivered,
    /// Messages dropped because this node wrote them.
    filtered_own,
    /// Messages dropped because they are for another node.
    filtered_direct,
    /// Messages dropped because nobody here subscribed to their channel.
    filtered_unsubscribed,
    /// Messages dropped because they came before, or from a life that is over.
    duplicates,
    /// Records, and messages in them, dropped because they are none of this bus.
    invalid,
    /// Messages that were gone before they could be read.
    missed,
    /// How often every broker was gone.
    disconnects,
}

/// A number that only grows.
#[derive(Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds to it.
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Relaxed);
    }

    /// Its value.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_holds_what_was_counted() {
        let stats = Stats::default();
        stats.published.add(2);
        stats.published.add(1);
        assert_eq!(
            stats.snapshot(),
            Snapshot {
                published: 3,
                ..Snapshot::default()
            }
        );
    }
}
