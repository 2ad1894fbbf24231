//! When the weighted sum of several alternatives' evidence reaches a threshold.

use crate::stats::first_passage::FirstPassage;
use crate::stats::log_sum::log_weighted_sum_exp;

/// How the log evidence of one alternative moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    /// Of the whole sum, in (0, 1].
    pub(super) weight: f64,
    /// Mean increase a window.
    pub(super) drift: f64,
    /// Variance a window.
    pub(super) variance: f64,
    /// Windows before the first that moves it, at least 0.
    pub(super) delay: f64,
}

impl Step {
    fn mean(&self, time: f64) -> f64 {
        self.drift * (time - self.delay).max(0.0)
    }

    /// The way to a barrier by itself.
    fn to(&self, barrier: f64) -> Passage {
        Passage {
            delay: self.delay,
            first: FirstPassage {
                barrier,
                drift: self.drift,
                variance: self.variance,
            },
        }
    }
}

/// A sum on its way that does not move at first; times are in windows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Passage {
    delay: f64,
    first: FirstPassage,
}

impl Passage {
    /// Probability that it has arrived by `time`.
    pub(super) fn by(&self, time: f64) -> f64 {
        self.first.by(time - self.delay)
    }

    /// The time by which it has arrived with probability `part`, at most `longest`; `None` when not by then.
    pub(super) fn time(&self, part: f64, longest: f64) -> Option<f64> {
        let left = longest - self.delay;
        let moving = (left > 0.0).then(|| self.first.time(part, left)).flatten();
        moving.map(|time| self.delay + time)
    }
}

/// The way to `log_threshold`; `None` without alternatives.
pub(super) fn of(steps: &[Step], log_threshold: f64, longest: f64) -> Option<Passage> {
    let together = |time: f64| {
        let terms: Vec<(f64, f64)> = steps.iter().map(|step| (step.weight, step.mean(time))).collect();
        log_weighted_sum_exp(terms.into_iter())
    };
    let alone = steps
        .iter()
        .map(|step| step.to(log_threshold - libm::log(step.weight)));
    // Far beyond the deadline there is still a mean time, which tells the chance of being early.
    let (mut low, mut high) = (0.0, 1e6 * longest);
    if together(high) < log_threshold {
        // Only by chance: the alternative with the best prospect.
        return alone.max_by(|a, b| a.by(longest).total_cmp(&b.by(longest)));
    }
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if together(middle) >= log_threshold {
            high = middle;
        } else {
            low = middle;
        }
    }
    let ahead = |step: &Step| libm::log(step.weight) + step.mean(high);
    let leading = steps.iter().max_by(|a, b| ahead(a).total_cmp(&ahead(b)))?;
    // An alternative that is behind on average may vary so much that it is there first.
    let all = alone.chain([leading.to(leading.mean(high))]);
    all.max_by(|a, b| a.by(high).total_cmp(&b.by(high)))
}
