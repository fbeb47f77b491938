//! Records as somebody gets them who only looks on: all of them, with what they say of themselves. Such a reader never waits for its
//! listener: what there is no room for is skipped and counted.
//!
//! Each record is a JSON array:
//! `[timestamp, partition, offset, bytes, sender, life, first, host or null, runs, value]`, or, if it cannot be read,
//! `[timestamp, partition, offset, bytes, sender, "invalid" or "newer"]`. A number stands for so many messages that were skipped.

use serde_json::{Value, json};

use crate::kafka::batch_consumer;
use crate::wire::{Lines, Record, Run, Unreadable};

/// What is not handed on for want of room.
#[derive(Default)]
pub(crate) struct Tap {
    /// So many messages since that was last told.
    pub(crate) skipped: u64,
}

impl Tap {
    /// The JSON text that is to be handed on, if there is room for this record.
    pub(crate) fn take(
        &mut self,
        source: &batch_consumer::Record<'_>,
        has_room: bool,
    ) -> Option<String> {
        let read = read(source);
        if !has_room {
            self.skipped += read.map_or(1, |(_, _, messages)| messages);
            return None;
        }
        Some(text(source, read))
    }
}

/// A record, the text of its messages, and how many they are.
fn read<'a>(source: &batch_consumer::Record<'a>) -> Result<(Record<'a>, &'a str, u64), Unreadable> {
    let record = Record::read(source.key, source.headers(), source.value)?;
    let mut messages = 0;
    for run in record.runs.iter() {
        let Run { count, .. } = run?;
        messages += u64::from(count);
    }
    let value = std::str::from_utf8(record.value).map_err(|_| Unreadable::Invalid)?;
    if Lines::count_in(record.value) == messages {
        Ok((record, value, messages))
    } else {
        Err(Unreadable::Invalid)
    }
}

fn text(
    source: &batch_consumer::Record<'_>,
    read: Result<(Record<'_>, &str, u64), Unreadable>,
) -> String {
    let batch_consumer::Record {
        timestamp,
        partition,
        offset,
        ..
    } = source;
    let bytes = source.value.len();
    let place = format!("{timestamp},{partition},{offset},{bytes}");
    match read {
        Ok((record, value, _)) => {
            let Record {
                sender,
                life,
                first,
                host,
                ..
            } = record;
            // Read before, so that it is text.
            let runs = String::from_utf8_lossy(record.runs.0);
            let (sender, host, value) = (json!(sender), json!(host), json!(value));
            format!("[{place},{sender},\"{life}\",{first},{host},{runs},{value}]")
        }
        Err(problem) => {
            let sender = Value::from(String::from_utf8_lossy(source.key));
            let problem = match problem {
                Unreadable::Invalid => "invalid",
                Unreadable::Newer => "newer",
            };
            format!("[{place},{sender},\"{problem}\"]")
        }
    }
}
