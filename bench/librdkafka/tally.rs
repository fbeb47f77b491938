//! Whether the messages of one sender arrive exactly once and in order.

use serde_json::{Value, json};

/// `NUMBERS_PER_SENDER` of `bench/numbers.js`.
const NUMBERS_PER_SENDER: u64 = 10_000_000;

/// The same as `bench/participant/tally.js`.
pub(crate) struct Tally {
    first: u64,
    /// The number that has to come next.
    pub(crate) next: u64,
    /// One above the last number of the run that is under way.
    pub(crate) end: u64,
    repeated: u64,
    skipped: u64,
    /// Messages whose content was not what was sent.
    pub(crate) damaged: u64,
}

impl Tally {
    pub(crate) fn new(first: u64) -> Self {
        let (repeated, skipped, damaged) = (0, 0, 0);
        Self {
            first,
            next: first,
            end: first,
            repeated,
            skipped,
            damaged,
        }
    }

    pub(crate) fn covers(&self, number: u64) -> bool {
        (self.first..self.first + NUMBERS_PER_SENDER).contains(&number)
    }

    pub(crate) fn count(&mut self, number: u64) {
        if number < self.next {
            self.repeated += 1;
        } else {
            self.skipped += number - self.next;
            self.next = number + 1;
        }
    }
}

/// What has arrived in all, as `Receiver.result()` tells it.
pub(crate) fn result(tallies: &[Tally], unexpected: u64) -> Value {
    let sum = |part: fn(&Tally) -> u64| tallies.iter().map(part).sum::<u64>();
    let [repeated, skipped, damaged] =
        [sum(|t| t.repeated), sum(|t| t.skipped), sum(|t| t.damaged)];
    let received = sum(|tally| tally.next - tally.first - tally.skipped);
    json!({
        "received": received, "repeated": repeated, "skipped": skipped, "damaged": damaged, "unexpected": unexpected,
        "fault": (skipped > 0).then(|| format!("{skipped} did not come in turn")),
    })
}
