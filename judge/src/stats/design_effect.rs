//! By how much requests of one target (a pod, a client) hang together: the design effect.
//!
//! Old and new version alike run on hosts, and one host is slower than the next. A canary of few targets draws few hosts,
//! so its rate varies more than its number of requests says. Each target of stable is taken for a canary of its own, its
//! fellows for stable: with `r_bi = sum_w (x_i - m n_i/n)` over a batch `b` of windows,
//!
//! ```text
//! deff = sum_bi r_bi^2 / sum_bi V_bi = 1 + (n - 1) rho
//! ```
//!
//! (Kish 1965, with `n` requests of a target in a batch and their correlation `rho`), and a canary whose targets have `c`
//! times as many requests each has `1 + c (deff - 1)`. What is drawn anew with every target, and not with every batch, is
//! known from the number of targets alone, so the upper 90% limit of chi-square with as many degrees of freedom, less
//! one, is used. A host that is worse for the whole length of a run weighs more with every batch than this factor says: no
//! statistic tells it from a release that is worse.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Stratum;
use super::dispersion::{Calibration, chi_square_tenth_over_degrees};

/// With fewer targets there is nothing to compare one with.
pub const TARGETS_MIN: usize = 3;

/// More targets are not taken in: these tell enough.
pub const TARGETS_MAX: usize = 256;

/// Squared residuals of each target against its fellows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DesignEffect {
    targets: BTreeMap<Arc<str>, Calibration>,
}

impl DesignEffect {
    /// Adds a window of the batch of this number: the target's counts in the canary's place, its fellows' in stable's.
    pub fn add(&mut self, target: &Arc<str>, batch: i64, against_fellows: &Stratum) {
        if !self.targets.contains_key(target) && self.targets.len() >= TARGETS_MAX {
            return;
        }
        let calibration = self.targets.entry(Arc::clone(target)).or_default();
        calibration.add(batch, against_fellows);
    }

    /// The factor, at least 1, for a canary whose targets have `requests_ratio` (positive) times as many requests each;
    /// `None` with fewer than `batches_min` batches that had events, or fewer than [`TARGETS_MIN`] targets.
    #[must_use]
    pub fn factor(&self, batches_min: usize, requests_ratio: f64) -> Option<f64> {
        let closed: Vec<(usize, f64, f64)> = self.targets.values().map(Calibration::sums).collect();
        let with_events = closed.iter().filter(|(batches, ..)| *batches > 0).count();
        let batches = closed.iter().map(|(batches, ..)| *batches).max().unwrap_or(0);
        if with_events < TARGETS_MIN || batches < batches_min.max(1) {
            return None;
        }
        let squares: f64 = closed.iter().map(|(_, squares, _)| squares).sum();
        let variance: f64 = closed.iter().map(|(.., variance)| variance).sum();
        let estimate = squares / variance;
        let all: usize = closed.iter().map(|(batches, ..)| batches).sum();
        let standard_error = (2.0 / all.saturating_sub(batches).max(1) as f64).sqrt();
        // As for history: an estimate within a standard error of 1 may well be chance.
        let conviction = ((estimate - 1.0 - standard_error) / (2.0 * standard_error)).clamp(0.0, 1.0);
        let careful = estimate / chi_square_tenth_over_degrees(with_events - 1);
        Some(1.0 + (conviction * (careful - 1.0) * requests_ratio).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::chance::Chance;

    /// Windows of ten targets whose rates differ by `spread` on the log scale, for good.
    fn seen(spread: f64, targets: usize, batches: i64, seed: u64) -> DesignEffect {
        let mut chance = Chance::from_seed(seed);
        let mut effect = DesignEffect::default();
        let rates: Vec<f64> = (0..targets)
            .map(|_| 0.02 * libm::exp(spread * chance.normal()))
            .collect();
        for window in 0..batches * 12 {
            let events: Vec<u64> = rates.iter().map(|rate| chance.binomial(100, *rate)).collect();
            let all: u64 = events.iter().sum();
            for (target, own) in events.iter().enumerate() {
                let fellows = Stratum::from_counts(100, 100 * (targets as u64 - 1), *own, all - own);
                effect.add(&Arc::from(target.to_string()), window / 12, &fellows);
            }
        }
        effect
    }

    #[test]
    fn equal_targets_have_none() {
        let factors = (0..50).filter_map(|seed| seen(0.0, 10, 30, seed).factor(30, 1.0));
        let mean = factors.sum::<f64>() / 50.0;
        assert!(mean < 1.1, "{mean}");
    }

    #[test]
    fn targets_that_differ_have_what_kish_says() {
        // 1200 requests a batch with a variance of the rate of (0.02 * 0.3)^2: 1 + 1200 * 0.02 * 0.09 = 3.2.
        let factors = (0..50).filter_map(|seed| seen(0.3, 10, 30, seed).factor(30, 1.0));
        let mean = factors.sum::<f64>() / 50.0;
        assert!(
            (3.5..8.0).contains(&mean),
            "the careful limit of 3.2 is about 6: {mean}"
        );
        let (one, two) = (
            seen(0.3, 10, 30, 1).factor(1, 1.0),
            seen(0.3, 10, 30, 1).factor(1, 2.0),
        );
        assert!((two.unwrap() - 1.0 - 2.0 * (one.unwrap() - 1.0)).abs() < 1e-9);
    }

    #[test]
    fn few_targets_or_batches_tell_nothing() {
        assert_eq!(seen(0.5, 2, 40, 1).factor(30, 1.0), None);
        assert_eq!(seen(0.5, 10, 29, 1).factor(30, 1.0), None);
        assert_eq!(DesignEffect::default().factor(0, 1.0), None);
        let silent = Stratum::from_counts(10, 20, 0, 0);
        let mut effect = DesignEffect::default();
        for target in ["a", "b", "c"] {
            effect.add(&Arc::from(target), 0, &silent);
        }
        assert_eq!(effect.factor(0, 1.0), None);
    }
}
