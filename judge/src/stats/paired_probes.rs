//! Two probes at once, one to each side: which one is slower, which one fails?
//!
//! Both probes of a pair see the same moment, so whatever the service shares cancels in their difference
//! `d = ln(canary) - ln(stable)`. While the canary is as fast as stable, `d` is as likely to be `x` as `-x`, whatever its
//! distribution; shifted by the tolerated slow-down it leans downward. That is what the self-normalised e-process needs
//! (de la Pena 1999; see [`super::self_normalised`]). Differences are divided by the scale of the pairs before, which is
//! known in advance.
//!
//! Pairs of which one probe failed have no difference. Of those in which exactly one failed (McNemar 1947) the canary's
//! share is one half while both fail alike, at whatever rate the moment has; a mixture over larger shares is an e-process
//! (Lindon and Malek 2022). The mean of both is evidence that the canary is slower or fails more often.

use super::event_share;
use super::log_sum::log_mean_exp;
use super::self_normalised::SelfNormalised;

/// Prior variance of the mixture, in units of one difference's scale.
const RHO: f64 = 4.0;

/// Differences that tell the scale.
const SCALE_MIN: f64 = 3.0;

/// Of the share among pairs in which exactly one probe failed: any is as likely as any.
const UNIFORM: (f64, f64) = (1.0, 1.0);

/// What one pair of probes came to; `None` is a probe that failed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// How long the canary took, positive, in any unit.
    pub canary: Option<f64>,
    /// How long stable took, in the same unit.
    pub stable: Option<f64>,
}

/// The accumulated evidence of one step of a journey.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedProbes {
    /// `ln` of the slow-down that is tolerated.
    shift: f64,
    slower: SelfNormalised,
    /// Of differences that were not shifted.
    count: f64,
    sum: f64,
    squares: f64,
    canary_failed: f64,
    one_failed: f64,
}

impl PairedProbes {
    /// A canary up to `tolerated` (positive) times as slow as stable is no regression.
    #[must_use]
    pub fn new(tolerated: f64) -> Self {
        Self {
            shift: libm::log(tolerated),
            slower: SelfNormalised::default(),
            count: 0.0,
            sum: 0.0,
            squares: 0.0,
            canary_failed: 0.0,
            one_failed: 0.0,
        }
    }

    /// Takes a pair. A duration that is not positive and finite counts as a failure.
    pub fn add(&mut self, pair: Pair) {
        let usable = |duration: Option<f64>| duration.filter(|taken| taken.is_finite() && *taken > 0.0);
        match (usable(pair.canary), usable(pair.stable)) {
            (Some(canary), Some(stable)) => self.add_difference(libm::log(canary) - libm::log(stable)),
            (None, None) => {}
            (canary, _) => {
                self.one_failed += 1.0;
                self.canary_failed += f64::from(canary.is_none());
            }
        }
    }

    fn add_difference(&mut self, difference: f64) {
        if self.count >= SCALE_MIN && self.squares > 0.0 {
            let scale = (self.squares / self.count).sqrt();
            self.slower.add((difference - self.shift) / scale);
        }
        self.count += 1.0;
        self.sum += difference;
        self.squares += difference * difference;
    }

    /// Canary over stable: the exponential of the mean difference. `None` without a pair that both answered.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        (self.count > 0.0).then(|| libm::exp(self.sum / self.count))
    }

    /// Log evidence that the canary is slower than tolerated.
    #[must_use]
    pub fn log_e_slower(&self) -> f64 {
        self.slower.log_e(RHO)
    }

    /// Log evidence that the canary fails more often.
    #[must_use]
    pub fn log_e_failing(&self) -> f64 {
        event_share::log_e_above(self.canary_failed, self.one_failed, 0.5, UNIFORM)
    }

    /// Log evidence of either.
    #[must_use]
    pub fn log_e(&self) -> f64 {
        log_mean_exp(&[self.log_e_slower(), self.log_e_failing()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::chance::Chance;

    /// A pair in a moment that both share: it makes both slower and both fail more often.
    fn pair(chance: &mut Chance, slow_down: f64, failing: f64) -> Pair {
        let moment = chance.normal();
        let mut probe = |factor: f64, rate: f64| {
            let taken = 80.0 * factor * libm::exp(moment + 0.3 * chance.normal());
            (chance.uniform() >= rate * libm::exp(moment).min(5.0)).then_some(taken)
        };
        Pair {
            canary: probe(slow_down, failing),
            stable: probe(1.0, 0.02),
        }
    }

    fn crossed(seed: u64, slow_down: f64, failing: f64, alpha: f64) -> Option<u32> {
        let (mut chance, mut probes) = (Chance::from_seed(seed), PairedProbes::new(1.05));
        (1..=400).find(|_| {
            probes.add(pair(&mut chance, slow_down, failing));
            probes.log_e() >= -libm::log(alpha)
        })
    }

    #[test]
    fn the_level_holds_at_the_tolerated_slow_down() {
        let alarms = (0..2000)
            .filter(|seed| crossed(*seed, 1.05, 0.02, 0.05).is_some())
            .count();
        assert!(alarms as f64 / 2000.0 <= 0.05 + 0.015, "{alarms} of 2000");
    }

    #[test]
    fn slower_and_failing_canaries_are_found() {
        for (slow_down, failing, within) in [(1.3, 0.02, 150), (1.0, 0.2, 200)] {
            let mut found: Vec<u32> = (0..100)
                .filter_map(|seed| crossed(seed, slow_down, failing, 0.01))
                .collect();
            found.sort_unstable();
            assert!(
                found.len() >= 90 && found[found.len() / 2] <= within,
                "{slow_down}: {found:?}"
            );
        }
    }

    #[test]
    fn bad_durations_are_failures_and_sides_mirror() {
        let mut probes = PairedProbes::new(1.0);
        assert_eq!((probes.log_e(), probes.ratio()), (0.0, None));
        for canary in [None, Some(f64::NAN), Some(-1.0), Some(0.0), Some(f64::INFINITY)] {
            probes.add(Pair {
                canary,
                stable: Some(1.0),
            });
        }
        probes.add(Pair {
            canary: None,
            stable: None,
        });
        assert_eq!((probes.one_failed, probes.canary_failed), (5.0, 5.0));
        assert!(probes.log_e_failing() > 0.0 && probes.log_e_slower() == 0.0);
        let mut mirrored = PairedProbes::new(1.0);
        for value in [1.0, 2.0, 0.5, 3.0, 4.0] {
            probes.add(Pair {
                canary: Some(value),
                stable: Some(1.0),
            });
            mirrored.add(Pair {
                canary: Some(1.0),
                stable: Some(value),
            });
        }
        let product = probes.ratio().unwrap() * mirrored.ratio().unwrap();
        assert!((product - 1.0).abs() < 1e-12, "{product}");
    }
}
