//! What has become of the places where reading stopped, and what is read once more. Pure.

/// Why it has to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// The reader lost its position in one of the partitions: records there are gone, or others than before.
    Position,
    /// There was no such topic any more.
    Topic,
}

/// Where reading goes on in a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Where it stopped.
    Same,
    /// So many records from there on were deleted; it goes on behind them.
    AfterDeleted(u64),
    /// The partition has lost its end, or was created anew, so that other records may stand at offsets that were read before: it is read
    /// from its first record. What was read already shows by its numbers.
    Start,
}

/// Where it goes on, by the offset that each partition's next record should have, and its first and next offset in the topic.
pub(crate) fn places(next: &[i64], bounds: &[(i64, i64)], doubt: Option<Doubt>) -> Vec<Place> {
    let place = |(next, (low, high)): (&i64, &(i64, i64))| match () {
        () if next > high || doubt == Some(Doubt::Topic) => Place::Start,
        () if next < low => Place::AfterDeleted(low.abs_diff(*next)),
        () => Place::Same,
    };
    let places: Vec<_> = next.iter().zip(bounds).map(place).collect();
    let is_explained = places.iter().any(|place| *place != Place::Same);
    if doubt == Some(Doubt::Position) && !is_explained {
        // By now the new end is beyond the old place.
        return vec![Place::Start; places.len()];
    }
    places
}

/// What is read once more. Old records there were read before, or are older than this node.
#[derive(Debug, Default)]
pub(crate) struct Again {
    /// The offset in each partition up to where it is.
    ends: Vec<i64>,
    /// Records up to this time are old, in milliseconds since 1970.
    latest: i64,
}

impl Again {
    /// Reading goes on in these places. `latest` is the time of the latest record that was read so far.
    pub(crate) fn note(&mut self, places: &[Place], bounds: &[(i64, i64)], latest: i64) {
        self.ends.resize(places.len(), 0);
        for ((end, place), (_, high)) in self.ends.iter_mut().zip(places).zip(bounds) {
            if *place == Place::Start {
                *end = *high;
                self.latest = latest;
            }
        }
    }

    /// Whether a record, as far as its place and time tell, was read before or is older than this node.
    pub(crate) fn holds(&self, partition: i32, offset: i64, timestamp: i64) -> bool {
        let at = usize::try_from(partition).ok();
        let end = at.and_then(|at| self.ends.get(at));
        end.is_some_and(|end| offset < *end) && timestamp <= self.latest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_goes_on_where_it_stopped_while_that_place_is_there() {
        let bounds = [(0, 10), (5, 10), (10, 10)];
        assert_eq!(places(&[10, 5, 10], &bounds, None), [Place::Same; 3]);
    }

    #[test]
    fn records_that_were_deleted_before_they_were_read_are_counted() {
        let bounds = [(0, 10), (7, 10)];
        for doubt in [None, Some(Doubt::Position)] {
            assert_eq!(
                places(&[10, 3], &bounds, doubt),
                [Place::Same, Place::AfterDeleted(4)]
            );
        }
    }

    #[test]
    fn a_partition_that_lost_its_end_is_read_from_its_start() {
        let bounds = [(2, 10), (2, 10)];
        for doubt in [None, Some(Doubt::Position)] {
            assert_eq!(
                places(&[11, 9], &bounds, doubt),
                [Place::Start, Place::Same]
            );
        }
    }

    #[test]
    fn so_is_one_whose_new_end_is_beyond_the_old_place_already() {
        let places = places(&[9, 9], &[(2, 10), (2, 10)], Some(Doubt::Position));
        assert_eq!(places, [Place::Start; 2]);
    }

    #[test]
    fn a_topic_that_was_deleted_is_read_from_its_start() {
        let places = places(&[9, 1], &[(0, 20), (2, 4)], Some(Doubt::Topic));
        assert_eq!(places, [Place::Start; 2]);
    }

    #[test]
    fn what_is_old_shows_by_place_and_time() {
        let mut again = Again::default();
        assert!(!again.holds(0, 0, 0));
        again.note(&[Place::Same, Place::Start], &[(0, 10), (0, 10)], 1000);
        assert!(!again.holds(0, 5, 900));
        assert!(again.holds(1, 5, 900) && again.holds(1, 9, 1000));
        assert!(!again.holds(1, 5, 1001) && !again.holds(1, 10, 900));
        assert!(!again.holds(2, 0, 0));
    }

    #[test]
    fn new_clients_in_the_middle_of_it_change_nothing() {
        let mut again = Again::default();
        again.note(&[Place::Start], &[(0, 10)], 1000);
        again.note(&[Place::Same], &[(0, 12)], 2000);
        assert!(again.holds(0, 9, 1000) && !again.holds(0, 9, 1001) && !again.holds(0, 10, 1000));
    }
}
