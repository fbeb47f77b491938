//! Mutated records between valid ones, through all that looks at a record: a living sender's messages must arrive once and in
//! order, and nothing may panic. `FUZZ_RECORDS=1000000` makes it a long run, `FUZZ_SEED` repeats one.

use std::time::Instant;

use crate::border::batch::{Batch, mend};
use crate::incoming::filter::{Choice, Selection};
use crate::incoming::senders::{Numbers, Senders};
use crate::wire::{HEADERS, Lines, Record, VERSION};

const LIFE: &str = "00000000000000aa";

/// Marsaglia's xorshift64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }

    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len() + 1);
            let bytes_that_matter = b"\"\\[],{}:\n\0\xff0919eE-x";
            let byte = bytes_that_matter[self.below(bytes_that_matter.len())];
            match self.below(4) {
                0 => bytes.insert(at, byte),
                1 if at < bytes.len() => bytes[at] = byte,
                2 if at < bytes.len() => drop(bytes.remove(at)),
                _ => bytes.truncate(at),
            }
        }
    }
}

#[derive(Clone)]
struct Raw {
    key: Vec<u8>,
    headers: Vec<(Vec<u8>, Vec<u8>)>,
    value: Vec<u8>,
}

impl Raw {
    fn new(sender: &str, life: &str, first: u64, runs: &str, value: String) -> Self {
        let values = [VERSION, life, &first.to_string(), runs];
        let headers = HEADERS.iter().zip(values);
        Self {
            key: sender.into(),
            headers: headers
                .map(|(name, value)| (name.as_bytes().to_vec(), value.into()))
                .collect(),
            value: value.into_bytes(),
        }
    }

    fn read(&self) -> Option<Record<'_>> {
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_slice(), value.as_slice()));
        Record::read(&self.key, headers, &self.value).ok()
    }
}

/// What the intake does with a record, without its counters.
#[derive(Default)]
struct Reader {
    senders: Senders,
    selection: Selection,
    batch: Batch,
    delivered: Vec<serde_json::Value>,
    mended: usize,
}

impl Reader {
    fn take(&mut self, raw: &Raw, now: Instant) {
        let Some(record) = raw.read() else { return };
        let find = |channel: &str| (channel == "x").then_some(1);
        if self.selection.choose(&record, "me", find).is_err() {
            return;
        }
        let total = self.selection.total();
        if Lines::count_in(record.value) != total {
            return;
        }
        let mut text = "";
        if self.selection.wants_any() {
            let Ok(value) = std::str::from_utf8(record.value) else {
                return;
            };
            text = value;
        }
        let Record {
            sender,
            life,
            first,
            ..
        } = record;
        let numbers = Numbers {
            sender,
            life,
            first,
            count: total,
            is_again: false,
        };
        let known = self.senders.judge(numbers, now).known;
        let mut lines = Lines::of(text).skip(usize::try_from(known).unwrap());
        for (count, choice) in self.selection.after(known) {
            for line in lines.by_ref().take(usize::try_from(count).unwrap()) {
                if let Choice::Wanted(channel) = choice {
                    self.batch.push(channel, sender, line);
                }
            }
        }
    }

    /// What `lib/bus.js` does with a batch.
    fn parse(&mut self) {
        let count = self.batch.count();
        let array = std::mem::take(&mut self.batch).into_json();
        let sound = |array: &str| {
            let mut elements: Vec<serde_json::Value> = serde_json::from_str(array).ok()?;
            let runs = elements.pop()?;
            let counts = runs.as_array()?.iter().skip(1).step_by(3);
            let expected: i64 = counts
                .map(|count| count.as_i64().unwrap_or(-1).max(0))
                .sum();
            (usize::try_from(expected) == Ok(elements.len())).then_some(elements)
        };
        let elements = sound(&array).unwrap_or_else(|| {
            self.mended += 1;
            let (mended, refused) = mend(&array);
            assert!(refused.len() as u64 <= count);
            sound(&mended).expect("what was mended is sound")
        });
        self.delivered.extend(elements);
    }
}

#[test]
fn mutated_records_harm_no_other() {
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|value| value.parse::<u64>().ok())
    };
    let records = number("FUZZ_RECORDS").unwrap_or(20_000);
    let seed = number("FUZZ_SEED").unwrap_or_else(|| u64::from(std::process::id()) + 1);
    println!("FUZZ_SEED={seed}");
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut reader = Reader::default();
    let start = 1000;
    let (mut next, mut wrong) = (start, 0_u64);
    let now = Instant::now();
    // Of a sender that is not known, any number is believed.
    let known = Raw::new("S", LIFE, start - 1, r#"[["y",1]]"#, "0".to_owned());
    reader.take(&known, now);
    for n in 0..records {
        let sender = ["S", "S", "T"][random.below(3)];
        let first = [
            0,
            5,
            next + 1 + random.below(1 << 40) as u64,
            random.below(1 << 52) as u64,
        ][random.below(4)];
        // Two odd records that fit together would be believed, so that no life is used twice.
        let other = format!("{:016x}", random.0);
        let life = [LIFE, &other][random.below(2)];
        let mut bad = Raw::new(
            sender,
            life,
            first,
            r#"[["x",2],["y",1],["x",1,"me"]]"#,
            r#"{"mutant":1}"#.to_owned() + "\n[2]\n3\n\"4\"",
        );
        match random.below(8) {
            0 => random.mutate(&mut bad.key),
            1 | 2 => random.mutate(&mut bad.value),
            3 => drop(bad.headers.remove(random.below(4))),
            4 => {}
            _ => {
                let at = random.below(4);
                random.mutate(&mut bad.headers[at].1);
            }
        }
        // One that goes on from where the sender is cannot be told from the real one.
        let is_next = bad.read().is_some_and(|record| {
            let end = record.first + Lines::count_in(record.value);
            record.sender == "S"
                && record.life.to_string() == LIFE
                && (record.first..end).contains(&next)
        });
        if !is_next {
            reader.take(&bad, now);
            wrong += 1;
        }
        if n % 3 == 0 || n < 3 {
            let count = 1 + random.below(3) as u64;
            let lines: Vec<_> = (next..next + count)
                .map(|number| format!("{{\"v\":{number}}}"))
                .collect();
            let good = Raw::new(
                "S",
                LIFE,
                next,
                &format!(r#"[["x",{count}]]"#),
                lines.join("\n"),
            );
            reader.take(&good, now);
            next += count;
        }
        if n % 50 == 0 {
            reader.parse();
        }
    }
    reader.parse();
    let numbers = reader
        .delivered
        .iter()
        .filter_map(|message| message.get("v")?.as_u64());
    assert!(
        numbers.eq(start..next),
        "messages of the living sender are missing, doubled or out of order"
    );
    assert!(wrong > records / 2 && reader.mended > 0);
    println!(
        "{wrong} mutated records, {next} messages, {} batches mended",
        reader.mended
    );
}
