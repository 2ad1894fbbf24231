//! A bad target of stable makes every canary look good.
//!
//! Each target's events are put against those of its fellows with the same e-process that compares the sides: reaching
//! `targets/0.001` shows at any number of looks, with probability 0.001 at most in error, that this one is more than
//! 1.5 times as bad as the others. From the next window on it is left out. That is decided by the past, so every window
//! is judged by rules that were fixed before it. One target at most: when several are bad stable itself is.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::stats::Stratum;
use crate::stats::log_sum::log_mean_exp;
use crate::stats::rate_ratio;

use super::fellows;
use super::intake::Part;
use super::method::Method;

/// With fewer it cannot be told which one is the odd one.
const TARGETS_MIN: usize = 3;

/// With more, one is too small a part of stable to matter.
const TARGETS_MAX: usize = 256;

/// Up to so many times as bad as its fellows is what differs between hosts anyhow.
const TOLERATED: f64 = 1.5;

/// Probability that any target of a comparison is left out although it is like its fellows.
const ALPHA: f64 = 0.001;

/// Multiples of what is tolerated, equal weights.
const GRID: [f64; 4] = [1.5, 3.0, 8.0, 30.0];

/// Evidence against each target.
#[derive(Clone, Debug, Default)]
pub(super) struct StableTargets {
    /// By target, for each stream of counts.
    evidence: BTreeMap<Arc<str>, Vec<[f64; GRID.len()]>>,
    suspect: Option<Arc<str>>,
}

impl StableTargets {
    /// The target that is left out.
    pub(super) fn suspect(&self) -> Option<&Arc<str>> {
        self.suspect.as_ref()
    }

    /// Takes a window; true when it shows a target to be bad.
    pub(super) fn observe(&mut self, method: &Method, parts: &[Part<'_>]) -> bool {
        if self.suspect.is_some() || !(TARGETS_MIN..=TARGETS_MAX).contains(&fellows::count(parts)) {
            return false;
        }
        let factors: Vec<f64> = method
            .tests()
            .iter()
            .map(|test| test.dispersion.factor())
            .collect();
        for (index, stream) in method.streams().iter().enumerate() {
            let Some(stream) = stream else { continue };
            for (target, against_rest) in fellows::of_stable(stream, parts) {
                self.add(target, (index, factors.len()), &against_rest, factors[index]);
            }
        }
        self.suspect = self.proven();
        self.suspect.is_some()
    }

    fn add(
        &mut self,
        target: &Arc<str>,
        (stream, streams): (usize, usize),
        against_rest: &Stratum,
        factor: f64,
    ) {
        if self.evidence.len() >= 2 * TARGETS_MAX && !self.evidence.contains_key(target) {
            return;
        }
        let empty = || vec![[0.0; GRID.len()]; streams];
        let sums = self.evidence.entry(Arc::clone(target)).or_insert_with(empty);
        for (sum, multiplier) in sums[stream].iter_mut().zip(GRID) {
            *sum += rate_ratio::log_increment(against_rest, TOLERATED, multiplier) / factor;
        }
    }

    /// The target against which there is most evidence, when it is enough.
    fn proven(&self) -> Option<Arc<str>> {
        let tests: usize = self.evidence.values().map(Vec::len).sum();
        let most = |sums: &Vec<[f64; GRID.len()]>| {
            let each = sums.iter().map(|sums| log_mean_exp(sums));
            each.fold(f64::NEG_INFINITY, f64::max)
        };
        let (target, log_e) = self
            .evidence
            .iter()
            .map(|(target, sums)| (target, most(sums)))
            .max_by(|a, b| a.1.total_cmp(&b.1))?;
        (log_e >= libm::log(tests as f64 / ALPHA)).then(|| Arc::clone(target))
    }
}
