//! Counters since the connection was constructed.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// Counters, written by the thread each concerns, read by anyone. They are not one consistent cut.
        #[derive(Default)]
        pub struct Stats { $($(#[$doc])* pub $name: Counter,)* }

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
    /// Bytes of their record values.
    published_bytes,
    /// Messages that were not accepted, or accepted and not delivered.
    publish_failed,
    /// Records read from Kafka.
    received,
    /// Bytes of their values.
    received_bytes,
    /// Records handed to JavaScript.
    delivered,
    /// Records dropped because this node wrote them.
    filtered_own,
    /// Records dropped because they are direct messages to another node.
    filtered_direct,
    /// Records dropped because nobody here subscribed to their channel.
    filtered_unsubscribed,
    /// Records dropped because they are no messages of this bus.
    invalid,
    /// Records that were gone before they could be read.
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
