//! Messages on their way to JavaScript, joined to one JSON array.
//!
//! The array's last element describes the others: a flat list of channel number, count and sender for each run of
//! messages that share channel and sender. A negative count stands for so many messages that are JavaScript's
//! `undefined`, which have no element in the array.
//!
//! Nobody has looked whether a message is JSON: to parse all of them at once is cheaper than to check each, and shows it as well.
//! Each stands on a line of its own, so that [`mend`] can sort out those that are none if the parse fails or finds another
//! number of elements.

use std::fmt::Write as _;

use serde_json::value::RawValue;

use crate::wire::{Lines, push_string};

/// A joined JSON text costs less a message the longer it is, up to about this many bytes; beyond, it
/// costs more again (V8 leaves its young generation).
pub(crate) const BATCH_BYTES: usize = 64 * 1024;

/// What stands between two elements.
const SEPARATOR: &str = ",\n";

/// Messages of the topic, in its order.
#[derive(Default)]
pub struct Batch {
    text: String,
    runs: Vec<Run>,
    count: u64,
}

#[derive(Clone)]
struct Run {
    channel: u32,
    count: i64,
    sender: String,
}

impl Batch {
    /// Appends a message: its JSON text without a line break, or an empty one for `undefined`.
    pub fn push(&mut self, channel: u32, sender: &str, line: &str) {
        let step = if line.is_empty() {
            -1
        } else {
            self.add_separator();
            self.text.push_str(line);
            1
        };
        self.count += 1;
        self.extend_run(channel, step, sender);
    }

    fn add_separator(&mut self) {
        self.text
            .push_str(if self.text.is_empty() { "[" } else { SEPARATOR });
    }

    fn extend_run(&mut self, channel: u32, step: i64, sender: &str) {
        if let Some(run) = self.runs.last_mut()
            && run.channel == channel
            && run.count.signum() == step.signum()
            && run.sender == sender
        {
            run.count += step;
        } else {
            self.runs.push(Run {
                channel,
                count: step,
                sender: sender.to_owned(),
            });
        }
    }

    /// How many messages it holds.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Bytes of the messages' JSON text.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Whether it is long enough to be handed on by itself.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.bytes() >= BATCH_BYTES
    }

    /// Appends the messages of another batch.
    pub(crate) fn append(&mut self, other: &Self) {
        if let Some(elements) = other.text.strip_prefix('[') {
            self.add_separator();
            self.text.push_str(elements);
        }
        self.count += other.count;
        for run in &other.runs {
            self.extend_run(run.channel, run.count, &run.sender);
        }
    }

    /// The JSON array.
    #[must_use]
    pub fn into_json(mut self) -> String {
        self.add_separator();
        let mut separator = "";
        self.text.push('[');
        for run in &self.runs {
            // Writing to a String cannot fail.
            let _ = write!(self.text, "{separator}{},{},", run.channel, run.count);
            push_string(&mut self.text, &run.sender);
            separator = ",";
        }
        self.text.push_str("]]");
        self.text
    }
}

/// A message that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotJson {
    /// The number of its channel.
    pub channel: u32,
    /// Who sent it.
    pub sender: String,
    /// How long its text is.
    pub bytes: usize,
}

/// Reads what [`Batch::into_json`] wrote line by line; returns the array without the messages that are no JSON, and those.
#[must_use]
pub fn mend(array: &str) -> (String, Vec<NotJson>) {
    let mut rest = Lines::of(array.strip_prefix('[').unwrap_or(array)).peekable();
    let mut lines = Vec::new();
    let mut runs = "";
    while let Some(line) = rest.next() {
        if rest.peek().is_none() {
            runs = line.strip_suffix(']').unwrap_or(line);
        } else {
            lines.push(line.strip_suffix(',').unwrap_or(line));
        }
    }
    let runs: Vec<serde_json::Value> = serde_json::from_str(runs).unwrap_or_default();
    let mut mended = Batch::default();
    let mut refused = Vec::new();
    let mut lines = lines.into_iter();
    for run in runs.chunks_exact(3) {
        let (channel, count, sender) = (run[0].as_u64(), run[1].as_i64(), run[2].as_str());
        let (Some(channel), Some(count), Some(sender)) = (channel, count, sender) else {
            continue;
        };
        let channel = u32::try_from(channel).unwrap_or(0);
        for _ in 0..count.unsigned_abs() {
            let line = if count < 0 {
                ""
            } else {
                lines.next().unwrap_or("")
            };
            if count < 0 || serde_json::from_str::<&RawValue>(line).is_ok() {
                mended.push(channel, sender, line);
            } else {
                refused.push(NotJson {
                    channel,
                    sender: sender.to_owned(),
                    bytes: line.len(),
                });
            }
        }
    }
    (mended.into_json(), refused)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn batch(entries: &[(u32, &str, &str)]) -> Batch {
        let mut batch = Batch::default();
        for (channel, line, sender) in entries {
            batch.push(*channel, sender, line);
        }
        batch
    }

    fn parsed(array: &str) -> serde_json::Value {
        serde_json::from_str(array).unwrap()
    }

    #[test]
    fn it_is_one_array_that_ends_with_its_runs() {
        let batch = batch(&[
            (1, "10", "A"),
            (1, "11", "A"),
            (1, "", "A"),
            (1, "", "A"),
            (2, "{}", "A"),
            (2, "[]", "B\""),
        ]);
        assert_eq!(batch.count(), 6);
        let array = parsed(&batch.into_json());
        assert_eq!(
            array,
            parsed(r#"[10,11,{},[],[1,2,"A",1,-2,"A",2,1,"A",2,1,"B\""]]"#)
        );
    }

    #[test]
    fn one_of_only_undefined_is_valid_json() {
        assert_eq!(batch(&[(7, "", "A")]).into_json(), r#"[[7,-1,"A"]]"#);
    }

    #[test]
    fn what_is_sound_stays_as_it_is() {
        let array = batch(&[(1, "10", "A"), (1, "", "A"), (2, r#"{"a":[1,2]}"#, "B")]).into_json();
        assert_eq!(mend(&array), (array, Vec::new()));
    }

    #[test]
    fn messages_that_are_no_json_go_and_do_no_harm_to_others() {
        for bad in [
            "x", "1,2", "1],[2", "]", "[", "{\"a\":1", "\"b\":2}", "1,", ",1", "\"", " ", "1]]",
            "\u{1}", "[[1]", "1 2",
        ] {
            for neighbour in ["7", "\"b\":2}", "{\"a\":1", "]", "["] {
                let entries = [
                    (1, "10", "A"),
                    (2, bad, "B"),
                    (2, neighbour, "B"),
                    (3, "{}", "C"),
                ];
                let (mended, refused) = mend(&batch(&entries).into_json());
                let array = parsed(&mended);
                let elements = array.as_array().unwrap();
                assert_eq!(
                    (&elements[0], elements.iter().rev().nth(1)),
                    (&parsed("10"), Some(&parsed("{}")))
                );
                assert_eq!(
                    refused.len(),
                    if neighbour == "7" { 1 } else { 2 },
                    "{bad} {neighbour}"
                );
                let first = NotJson {
                    channel: 2,
                    sender: "B".into(),
                    bytes: bad.len(),
                };
                assert_eq!(refused[0], first);
            }
        }
    }

    #[test]
    fn a_batch_of_nothing_but_bad_messages_becomes_empty() {
        let (mended, refused) = mend(&batch(&[(1, "x", "A"), (1, "y", "A")]).into_json());
        assert_eq!((parsed(&mended), refused.len()), (parsed("[[]]"), 2));
    }
}
