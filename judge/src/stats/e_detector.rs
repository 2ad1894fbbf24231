//! Continuous health: has something become worse at some time, when nobody knows when?
//!
//! A release has an end, and an e-process a start. A service that runs on has neither: evidence gathered while it was
//! well would have to be paid back first, and a test that never ends raises a false alarm in the end with any threshold.
//! An e-detector (Shin, Ramdas and Rinaldo 2024) starts a new e-process with every window and adds them all up. With
//! `e_n = exp(l_n)` the evidence of window `n`, expectation at most 1 while nothing has changed,
//!
//! ```text
//! Shiryaev-Roberts   M_n = (M_{n-1} + 1) e_n,        M_0 = 0
//! CUSUM              M_n = max(M_{n-1}, 1) e_n,      at most the one above
//! ```
//!
//! `M_n - n` is a supermartingale, so an alarm at `M_n >= windows` comes on average after at least `windows` windows
//! without any change (their theorem 2.4). Several alternatives each have a detector of their own; the mean of their
//! statistics by fixed weights is one again.

use super::log_sum::log_weighted_sum_exp;

/// Which recursion adds the processes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recursion {
    /// The sum over all starts: quicker where the change may have begun at any time.
    ShiryaevRoberts,
    /// The largest start: forgets at once what has healed.
    Cusum,
}

/// A detector of changes for the worse, one recursion per alternative.
#[derive(Clone, Debug, PartialEq)]
pub struct EDetector {
    recursion: Recursion,
    /// Weight and `ln M_n` of each alternative.
    alternatives: Vec<(f64, f64)>,
}

impl EDetector {
    /// With fixed weights of the alternatives, positive, summing to 1.
    #[must_use]
    pub fn new(recursion: Recursion, weights: &[f64]) -> Self {
        Self {
            recursion,
            alternatives: weights
                .iter()
                .map(|weight| (*weight, f64::NEG_INFINITY))
                .collect(),
        }
    }

    /// Takes the log evidence of one window for each alternative, in the order of the weights. A NaN is no evidence.
    pub fn add(&mut self, log_increments: &[f64]) {
        for ((_, log_sum), increment) in self.alternatives.iter_mut().zip(log_increments) {
            let started = match self.recursion {
                // ln(M + 1) without overflow.
                Recursion::ShiryaevRoberts if *log_sum > 0.0 => *log_sum + libm::log1p(libm::exp(-*log_sum)),
                Recursion::ShiryaevRoberts => libm::log1p(libm::exp(*log_sum)),
                Recursion::Cusum => log_sum.max(0.0),
            };
            *log_sum = started + if increment.is_nan() { 0.0 } else { *increment };
        }
    }

    /// `ln M_n`; minus infinity before the first window.
    #[must_use]
    pub fn log_statistic(&self) -> f64 {
        log_weighted_sum_exp(self.alternatives.iter().copied())
    }

    /// Something has become worse: with `windows_between` (at least 1) windows between false alarms on average, or more.
    #[must_use]
    pub fn has_changed(&self, windows_between: f64) -> bool {
        self.log_statistic() >= libm::log(windows_between)
    }

    /// Begins anew, after an alarm that was seen to.
    pub fn reset(&mut self) {
        for (_, log_sum) in &mut self.alternatives {
            *log_sum = f64::NEG_INFINITY;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::chance::Chance;
    use crate::stats::{Stratum, rate_ratio};

    const GRID: [f64; 3] = [1.5, 3.0, 8.0];
    const WEIGHTS: [f64; 3] = [0.25, 0.5, 0.25];

    /// Windows of 100 and 900 requests with a common rate; canary `ratio(window)` times as bad. When it alarms.
    fn alarm(seed: u64, recursion: Recursion, between: f64, ratio: impl Fn(u32) -> f64) -> u32 {
        let (mut chance, mut detector) = (Chance::from_seed(seed), EDetector::new(recursion, &WEIGHTS));
        (1..20_000)
            .find(|window| {
                let canary = chance.binomial(100, 0.01 * ratio(*window));
                let stratum = Stratum::from_counts(100, 900, canary, chance.binomial(900, 0.01));
                detector.add(&GRID.map(|multiplier| rate_ratio::log_increment(&stratum, 1.0, multiplier)));
                detector.has_changed(between)
            })
            .unwrap_or(20_000)
    }

    #[test]
    fn false_alarms_are_at_least_as_far_apart_as_asked() {
        for recursion in [Recursion::ShiryaevRoberts, Recursion::Cusum] {
            let runs = 300;
            let mean = (0..runs)
                .map(|seed| f64::from(alarm(seed, recursion, 200.0, |_| 1.0)))
                .sum::<f64>()
                / runs as f64;
            println!("{recursion:?}: {mean} windows between false alarms, 200 asked for");
            assert!(mean >= 200.0, "{mean}");
        }
    }

    #[test]
    fn a_change_is_found_as_soon_late_as_early() {
        let delay = |onset: u32| {
            let each = (0..100).map(|seed| {
                let at = alarm(seed, Recursion::ShiryaevRoberts, 1000.0, |window| {
                    if window > onset { 4.0 } else { 1.0 }
                });
                f64::from(at.saturating_sub(onset))
            });
            each.sum::<f64>() / 100.0
        };
        let (early, late) = (delay(0), delay(500));
        assert!(early < 20.0 && late < early + 2.0, "{early} {late}");
    }

    #[test]
    fn cusum_is_never_above_shiryaev_roberts_and_both_begin_anew() {
        let mut both = [Recursion::ShiryaevRoberts, Recursion::Cusum].map(|one| EDetector::new(one, &[1.0]));
        let mut chance = Chance::from_seed(2);
        for _ in 0..200 {
            let increment = chance.normal() - 0.5;
            both.iter_mut().for_each(|detector| detector.add(&[increment]));
            assert!(both[1].log_statistic() <= both[0].log_statistic() + 1e-12);
        }
        both[0].add(&[f64::INFINITY]);
        assert!(both[0].has_changed(1e300));
        both[0].reset();
        assert_eq!(both[0].log_statistic(), f64::NEG_INFINITY);
        both[0].add(&[f64::NAN]);
        assert_eq!(both[0].log_statistic(), 0.0);
    }
}
