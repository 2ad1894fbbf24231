//! One stream of counts as it is to be expected.

use std::sync::Arc;

use crate::analysis::plan::Policy;
use crate::stats::{Margin, Stratum, normal};

use super::Expected;
use super::passage::Step;
use super::shape::Shape;
use super::step::{binomial_variance, moments};

/// Rates above this are planned as if they were this: a canary that always fails.
const RATE_MAX: f64 = 1.0;

/// Requests of a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Traffic {
    pub(super) canary: f64,
    pub(super) stable: f64,
}

impl Traffic {
    pub(super) fn new(expected: &Expected, policy: &Policy) -> Self {
        let requests = expected.requests_per_second * policy.window.as_secs_f64();
        Self {
            canary: requests * expected.canary_weight,
            stable: requests * (1.0 - expected.canary_weight),
        }
    }
}

/// What counts.
#[derive(Clone, Debug)]
pub(super) enum Events {
    /// Failed requests, this part of stable's.
    Failures(f64),
    /// Requests that took longer than these bounds.
    Slow {
        stable: Arc<Shape>,
        canary_ms: f64,
        stable_ms: f64,
    },
}

impl Events {
    /// The part of the requests of the canary and of stable.
    fn rates(&self, effect: f64) -> [f64; 2] {
        match self {
            Self::Failures(rate) => [(effect * rate).min(RATE_MAX), *rate],
            Self::Slow {
                stable,
                canary_ms,
                stable_ms,
            } => [stable.above(canary_ms / effect), stable.above(*stable_ms)],
        }
    }
}

/// A sequential test of one stream.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    pub(super) events: Events,
    pub(super) margin: Margin,
    /// Multipliers of the margin with their weights.
    pub(super) alternatives: Vec<(f64, f64)>,
    /// What is tolerated at the expected rate, as a ratio.
    pub(super) tolerated: f64,
    /// Factor that evidence is divided by.
    pub(super) factor: f64,
    /// How much more the traffic really varies than independent requests, at least 1.
    pub(super) noise: f64,
    /// Judged windows before the first for which enough is known.
    pub(super) delay: f64,
}

impl Stream {
    fn window(&self, traffic: &Traffic, effect: f64) -> Stratum {
        let [canary, stable] = self.events.rates(effect);
        Stratum {
            canary_total: traffic.canary,
            canary_events: traffic.canary * canary,
            stable_total: traffic.stable,
            stable_events: traffic.stable * stable,
        }
    }

    /// Of the canary, to be expected in so many windows.
    pub(super) fn canary_events(&self, traffic: &Traffic, effect: f64, windows: f64) -> f64 {
        self.window(traffic, effect).canary_events * (windows - self.delay).max(0.0)
    }

    /// How the evidence of each alternative moves.
    pub(super) fn steps(&self, traffic: &Traffic, effect: f64) -> Vec<Step> {
        let window = self.window(traffic, effect);
        let step = |(multiplier, weight): &(f64, f64)| {
            let (mean, variance) = moments(self.margin, &window, *multiplier);
            Step {
                weight: *weight,
                drift: mean / self.factor,
                variance: variance * self.noise / (self.factor * self.factor),
                delay: self.delay,
            }
        };
        self.alternatives.iter().map(step).collect()
    }

    /// Probability that the stratified test over all `windows` rejects at `level`, by the normal approximation.
    pub(super) fn last_test(&self, traffic: &Traffic, effect: f64, windows: f64, level: f64) -> f64 {
        let windows = windows - self.delay;
        if level <= 0.0 || windows <= 0.0 {
            return 0.0;
        }
        let window = self.window(traffic, effect);
        let share = window.canary_share(self.tolerated);
        let events = window.events();
        let distance = windows * (window.canary_events - events * share);
        let free = (window.total() - events) / (window.total() - 1.0).max(1.0);
        let null = (windows * self.factor * events * share * (1.0 - share) * free).sqrt();
        let spread = windows
            * self.noise
            * ((1.0 - share) * (1.0 - share) * binomial_variance(window.canary_events, window.canary_total)
                + share * share * binomial_variance(window.stable_events, window.stable_total));
        if spread <= 0.0 {
            // Every request fails, or none: what is expected is what happens.
            return if distance > normal::upper_quantile(level) * null {
                1.0
            } else {
                0.0
            };
        }
        normal::cdf((distance - normal::upper_quantile(level) * null) / spread.sqrt())
    }
}
