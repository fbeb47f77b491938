//! How long something took, many times, as counts by length: as cheap as a counter.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Upper bounds of the classes in microseconds; a last class holds what is longer.
const BOUNDS: [u64; 14] = [
    250, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000,
    2_000_000, 5_000_000,
];
const CLASSES: usize = BOUNDS.len() + 1;

/// Written by one thread, read by anyone.
#[derive(Default)]
pub struct Histogram {
    counts: [AtomicU64; CLASSES],
    sum_micros: AtomicU64,
}

/// What a histogram holds at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// Upper bounds of the classes in milliseconds, all but the last, which has none.
    pub bounds_ms: Vec<f64>,
    /// How many were counted in each class.
    pub counts: Vec<u64>,
    /// The sum of all in milliseconds.
    pub sum_ms: f64,
}

impl Histogram {
    /// Counts `times` that took so long.
    pub fn add(&self, length: Duration, times: u64) {
        let micros = u64::try_from(length.as_micros()).unwrap_or(u64::MAX);
        let class = BOUNDS.partition_point(|bound| *bound < micros);
        self.counts[class].fetch_add(times, Relaxed);
        self.sum_micros
            .fetch_add(micros.saturating_mul(times), Relaxed);
    }

    /// What it holds now.
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // some thousand years until it shows
    pub fn distribution(&self) -> Distribution {
        Distribution {
            bounds_ms: BOUNDS.map(|bound| bound as f64 / 1000.0).to_vec(),
            counts: self
                .counts
                .iter()
                .map(|count| count.load(Relaxed))
                .collect(),
            sum_ms: self.sum_micros.load(Relaxed) as f64 / 1000.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_as_long_as_a_bound_is_counted_up_to_it() {
        let histogram = Histogram::default();
        histogram.add(Duration::ZERO, 1);
        histogram.add(Duration::from_micros(250), 1);
        histogram.add(Duration::from_micros(251), 3);
        histogram.add(Duration::from_secs(6), 2);
        let Distribution {
            bounds_ms,
            counts,
            sum_ms,
        } = histogram.distribution();
        assert_eq!((bounds_ms[0], bounds_ms[13]), (0.25, 5000.0));
        assert_eq!(counts, [2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
        assert!((sum_ms - 12_001.003).abs() < 1e-6);
    }
}
