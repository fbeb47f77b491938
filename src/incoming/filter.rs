//! Decides of a record's messages which of them somebody here wants. Looks at the headers only.

use crate::wire::{Record, Unreadable};

/// What happens to the messages of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// They are for the subscribers of the channel with this number.
    Wanted(u32),
    /// Nobody here subscribed to their channel.
    Unsubscribed,
    /// They are for another node.
    ForAnother,
}

/// The runs of one record with what happens to each. Used again for every record.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    /// How many messages, and what happens to them.
    runs: Vec<(u64, Choice)>,
    total: u64,
}

impl Selection {
    /// Chooses for the node `me`, which knows channels by `find`.
    pub(crate) fn choose(
        &mut self,
        record: &Record<'_>,
        me: &str,
        find: impl Fn(&str) -> Option<u32>,
    ) -> Result<(), Unreadable> {
        self.runs.clear();
        self.total = 0;
        for run in record.runs.iter() {
            let run = run?;
            let choice = match (&run.addressee, find(&run.channel)) {
                (_, None) => Choice::Unsubscribed,
                (Some(addressee), _) if addressee != me => Choice::ForAnother,
                (_, Some(channel)) => Choice::Wanted(channel),
            };
            let count = u64::from(run.count);
            self.total += count;
            match self.runs.last_mut() {
                Some((sum, last)) if *last == choice => *sum += count,
                _ => self.runs.push((count, choice)),
            }
        }
        Ok(())
    }

    /// How many messages the record holds.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// Whether any is wanted.
    pub(crate) fn wants_any(&self) -> bool {
        self.runs
            .iter()
            .any(|(_, choice)| matches!(choice, Choice::Wanted(_)))
    }

    /// What happens to how many messages in turn, without the first `known`, which this node has had already.
    pub(crate) fn after(&self, known: u64) -> impl Iterator<Item = (u64, Choice)> {
        let mut left = known;
        self.runs.iter().filter_map(move |(count, choice)| {
            let skipped = left.min(*count);
            left -= skipped;
            (skipped < *count).then_some((count - skipped, *choice))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Life, Runs};

    fn select(runs: &str) -> Result<Selection, Unreadable> {
        let record = Record {
            sender: "S",
            life: Life(1),
            first: 0,
            runs: Runs(runs.as_bytes()),
            host: None,
            namesake: None,
            value: b"",
        };
        let mut selection = Selection::default();
        let find = |channel: &str| ["a", "b"].iter().position(|known| *known == channel);
        let find = |channel: &str| find(channel).and_then(|at| u32::try_from(at).ok());
        selection.choose(&record, "me", find).map(|()| selection)
    }

    #[test]
    fn each_run_goes_where_it_is_wanted() {
        let selection =
            select(r#"[["a",2],["x",3],["b",1,"me"],["b",4,"you"],["x",1,"you"]]"#).unwrap();
        let all = [
            (2, Choice::Wanted(0)),
            (3, Choice::Unsubscribed),
            (1, Choice::Wanted(1)),
            (4, Choice::ForAnother),
            (1, Choice::Unsubscribed),
        ];
        assert_eq!(selection.after(0).collect::<Vec<_>>(), all);
        assert_eq!((selection.total(), selection.wants_any()), (11, true));
    }

    #[test]
    fn messages_that_are_known_are_left_out() {
        let selection = select(r#"[["a",2],["x",3],["b",1]]"#).unwrap();
        let after = |known| selection.after(known).collect::<Vec<_>>();
        assert_eq!(after(1)[0], (1, Choice::Wanted(0)));
        assert_eq!(after(2)[0], (3, Choice::Unsubscribed));
        assert_eq!(after(5), [(1, Choice::Wanted(1))]);
        assert_eq!(after(6), []);
    }

    #[test]
    fn a_record_of_which_nothing_is_wanted_says_so() {
        let selection = select(r#"[["x",4294967295],["x",4294967295],["a",1,"you"]]"#).unwrap();
        assert!(!selection.wants_any());
        assert_eq!(selection.total(), 2 * u64::from(u32::MAX) + 1);
    }

    #[test]
    fn one_bad_run_spoils_the_record() {
        assert_eq!(
            select(r#"[["a",2],["b",0]]"#).unwrap_err(),
            Unreadable::Invalid
        );
    }
}
