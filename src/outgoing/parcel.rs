//! Messages that travel in one record.

use std::time::Instant;

use crate::wire::{Lines, Run};

/// What a run adds to a record, without its names, in bytes.
const RUN_BYTES: usize = 24;

/// Messages in the order in which they were published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parcel {
    /// Their JSON texts, one a line.
    lines: String,
    runs: Vec<Run<'static>>,
    count: u64,
    /// Bytes of the runs.
    runs_bytes: usize,
    /// When the first message was published, as far as somebody wants to know.
    since: Option<Instant>,
}

impl Parcel {
    /// An empty one, for messages that are published from now on.
    pub(crate) fn begun(now: Instant) -> Self {
        Self {
            since: Some(now),
            ..Self::default()
        }
    }

    /// When its first message was published.
    pub(crate) fn since(&self) -> Option<Instant> {
        self.since
    }

    pub(crate) fn lines(&self) -> &str {
        &self.lines
    }

    pub(crate) fn runs(&self) -> &[Run<'static>] {
        &self.runs
    }

    /// How many messages it holds.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// How many bytes it takes in a record and, about, in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.lines.len() + self.runs_bytes
    }

    /// How many bytes messages with this run and these texts would add.
    pub(crate) fn bytes_of(run: &Run<'_>, lines: &str) -> usize {
        let addressee = run.addressee.as_ref().map_or(0, |name| name.len());
        lines.len() + 1 + run.channel.len() + addressee + RUN_BYTES
    }

    /// Appends messages of one run.
    pub(crate) fn append(&mut self, run: &Run<'_>, lines: &str) {
        if self.count > 0 {
            self.lines.push('\n');
        }
        self.lines.push_str(lines);
        self.count += u64::from(run.count);
        if let Some(last) = self.runs.last_mut()
            && last.goes_with(run)
            && let Some(sum) = last.count.checked_add(run.count)
        {
            last.count = sum;
        } else {
            self.runs_bytes += Self::bytes_of(run, "");
            self.runs.push(run.owned(run.count));
        }
    }

    /// Nothing is appended any more: gives back the memory that was kept for it.
    pub(crate) fn seal(&mut self) {
        self.lines.shrink_to_fit();
        self.runs.shrink_to_fit();
    }

    /// The messages one by one, each as a run of its own.
    pub(crate) fn messages(&self) -> impl Iterator<Item = (Run<'static>, &str)> {
        let runs = self
            .runs
            .iter()
            .flat_map(|run| (0..run.count).map(|_| run.owned(1)));
        runs.zip(Lines::of(&self.lines))
    }

    /// Two parcels with half of the messages each, at least one.
    pub(crate) fn halves(&self) -> [Self; 2] {
        let mut halves = [(); 2].map(|()| Self {
            since: self.since,
            ..Self::default()
        });
        for (at, (run, line)) in (0..).zip(self.messages()) {
            halves[usize::from(at >= self.count / 2)].append(&run, line);
        }
        halves
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(channel: &str, count: u32, addressee: Option<&'static str>) -> Run<'static> {
        Run {
            channel: channel.to_owned().into(),
            count,
            addressee: addressee.map(Into::into),
        }
    }

    fn parcel() -> Parcel {
        let mut parcel = Parcel::default();
        parcel.append(&run("a", 2, None), "1\n2");
        parcel.append(&run("a", 1, None), "");
        parcel.append(&run("a", 1, Some("x")), "4");
        parcel.append(&run("", 1, Some("x")), "5");
        parcel
    }

    #[test]
    fn messages_with_the_same_topic_and_addressee_share_a_run() {
        let parcel = parcel();
        assert_eq!(parcel.lines(), "1\n2\n\n4\n5");
        assert_eq!(
            parcel.runs(),
            [
                run("a", 3, None),
                run("a", 1, Some("x")),
                run("", 1, Some("x"))
            ]
        );
        assert_eq!(parcel.count(), 5);
    }

    #[test]
    fn halves_hold_the_same_messages_in_the_same_order() {
        let whole = parcel();
        let [first, second] = whole.halves();
        assert_eq!((first.count(), second.count()), (2, 3));
        let both: Vec<_> = first.messages().chain(second.messages()).collect();
        assert_eq!(both, whole.messages().collect::<Vec<_>>());
    }

    #[test]
    fn its_bytes_are_those_of_what_was_appended() {
        let mut parcel = Parcel::default();
        let run = run("topic", 1, Some("somebody"));
        parcel.append(&run, "12345");
        assert!(parcel.bytes() >= 5 + "topic".len() + "somebody".len());
        assert!(parcel.bytes() <= Parcel::bytes_of(&run, "12345"));
    }
}
