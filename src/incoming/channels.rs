//! The deepstream topics ("channels") that somebody on this node subscribed to.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// Subscribed channels, each with the number under which JavaScript keeps its callbacks. Written by the
/// JavaScript thread, read by the connection thread.
#[derive(Default)]
pub struct Channels {
    table: RwLock<Table>,
}

#[derive(Default)]
struct Table {
    ids: HashMap<Box<str>, u32>,
    last: u32,
}

impl Channels {
    /// Lets records of this channel through from now on, and returns its number. A number is never used
    /// again, so that a record taken in for an ended subscription cannot reach a later one.
    pub fn add(&self, channel: &str) -> u32 {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = table.ids.get(channel) {
            return *id;
        }
        table.last = table.last.wrapping_add(1);
        let id = table.last;
        table.ids.insert(channel.into(), id);
        id
    }

    /// Stops records of this channel.
    pub fn remove(&self, channel: &str) {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        table.ids.remove(channel);
    }

    /// Stops records of every channel.
    pub fn clear(&self) {
        self.table
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .ids
            .clear();
    }

    /// The number of a channel, if somebody subscribed to it.
    #[must_use]
    pub fn find(&self, channel: &str) -> Option<u32> {
        self.table
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .ids
            .get(channel)
            .copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_found_while_it_is_subscribed() {
        let channels = Channels::default();
        let id = channels.add("E");
        assert_eq!(channels.add("E"), id);
        assert_eq!(channels.find("E"), Some(id));
        channels.remove("E");
        assert_eq!(channels.find("E"), None);
    }

    #[test]
    fn a_channel_subscribed_again_gets_another_number() {
        let channels = Channels::default();
        let first = channels.add("E");
        channels.clear();
        assert_eq!(channels.find("E"), None);
        assert_ne!(channels.add("E"), first);
    }
}
