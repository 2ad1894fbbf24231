//! The judged windows of a release summed by minute, which is all that others look at.

use crate::traffic::{BUCKETS, Window, bounds};

/// Windows in a minute.
const MINUTE: usize = 6;

/// One side of a minute.
#[derive(Clone)]
pub(crate) struct SideMinute {
    pub(crate) requests: u64,
    pub(crate) errors: u64,
    pub(crate) latencies: Vec<u64>,
}

impl Default for SideMinute {
    fn default() -> Self {
        Self {
            requests: 0,
            errors: 0,
            latencies: vec![0; BUCKETS],
        }
    }
}

impl SideMinute {
    pub(crate) fn add(&mut self, requests: u64, errors: u64, latencies: &[u64]) {
        self.requests += requests;
        self.errors += errors;
        for (sum, count) in self.latencies.iter_mut().zip(latencies) {
            *sum += count;
        }
    }

    pub(crate) fn error_rate(&self) -> f64 {
        self.errors as f64 / (self.requests as f64).max(1.0)
    }

    /// In milliseconds.
    pub(crate) fn p99(&self) -> f64 {
        let wanted = 0.99 * self.requests as f64;
        let mut seen = 0.0;
        let bounds = bounds();
        for (bound, count) in bounds.iter().zip(&self.latencies) {
            seen += *count as f64;
            if seen >= wanted {
                return *bound;
            }
        }
        bounds[BUCKETS - 1]
    }
}

/// A release minute by minute, canary and stable.
pub(crate) struct Minutes {
    pub(crate) minutes: Vec<[SideMinute; 2]>,
}

impl Minutes {
    pub(crate) fn of(run: &[Window]) -> Self {
        let minute = |windows: &[Window]| {
            std::array::from_fn(|side| {
                let mut sum = SideMinute::default();
                for window in windows {
                    let seen = &window[side];
                    sum.add(seen.requests, seen.errors, &seen.latencies);
                }
                sum
            })
        };
        Self {
            minutes: run.chunks(MINUTE).map(minute).collect(),
        }
    }

    /// Windows in the first so many minutes.
    pub(crate) fn windows(&self, minutes: usize) -> usize {
        minutes * MINUTE
    }
}
