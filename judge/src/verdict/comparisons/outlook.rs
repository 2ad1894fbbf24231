//! Before a release: how long an analysis will take to decide, and what it can see by its deadline.
//!
//! Log evidence is added window by window, so the time to a verdict is that of a drifting sum to a barrier
//! (`stats::first_passage`). Drift and variance are those of expected counts; the alternatives of a test together reach the
//! threshold where their weighted sum does on average, and the one that leads there tells the spread. By the deadline the
//! last test may reject what the looks have not, so the larger probability of the two counts.
//!
//! Errors are one stream of counts. Latencies are one at each of their thresholds, and what counts above a threshold when the
//! canary is `s` times as slow as stable is what stable has above an `s`th of it.

mod expected;
mod passage;
mod shape;
mod step;
mod stream;
mod streams;

#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::analysis::plan::{AlphaSpending, Comparison, ComparisonKind, Plan, Policy};
use crate::stats::{combine, restarts};

use super::method::Method;
use super::past::Past;
use super::rollback;
pub use expected::{EffectOutlook, Expected};
use passage::Passage;
use stream::{Stream, Traffic};
use streams::Streams;

/// Probability of a rollback by the deadline from which on an effect counts as seen.
pub const SEEN_PART: f64 = 0.8;

/// Largest effect that is looked at.
const EFFECT_MAX: f64 = 1000.0;

/// One comparison of errors or of latencies on its way.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// The comparison.
    pub name: String,
    /// What it compares.
    pub kind: ComparisonKind,
    /// A promotion waits for it.
    pub required: bool,
    policy: Policy,
    traffic: Traffic,
    streams: Streams,
    /// Log evidence that rolls back; `None` when boundaries decide.
    rollback_at: Option<f64>,
    /// Level of each stream's test at the deadline; 0 without one.
    last_level: f64,
    /// Largest effect that there can be.
    effect_max: f64,
}

impl Outlook {
    /// Of every comparison of errors and of latencies in a plan; other kinds have no rate to plan with. `expected` has one entry
    /// a comparison, in the plan's order.
    #[must_use]
    pub fn of_plan(plan: &Plan, expected: &[Expected], past: Option<&Past>) -> Vec<Self> {
        let masses: Vec<Option<f64>> = plan
            .comparisons
            .iter()
            .map(|spec| rollback::group_mass(spec.weight))
            .collect();
        let shares = combine::group_shares(&masses);
        let each = plan.comparisons.iter().zip(shares).zip(expected);
        each.filter_map(|((spec, share), expected)| {
            let method = past.and_then(|past| past.method(&spec.name));
            let method = method.cloned().unwrap_or_else(|| Method::new(spec, &plan.policy));
            Self::new(spec, share, &plan.policy, expected, &method)
        })
        .collect()
    }

    fn new(
        spec: &Comparison,
        share: f64,
        policy: &Policy,
        expected: &Expected,
        method: &Method,
    ) -> Option<Self> {
        let traffic = Traffic::new(expected, policy);
        let (streams, effect_max) = match method {
            Method::Errors(rates) => (
                Streams::of_errors(spec, policy, expected, &rates.test),
                1.0 / expected.error_rate,
            ),
            Method::Latency(latency) => (Streams::of_latency(spec, policy, expected, latency), EFFECT_MAX),
            Method::Events(_) | Method::Series(_) => return None,
        };
        let prior = share * restarts::first_weight(policy.restarts_planned());
        let last_level = match policy.alpha_spending {
            AlphaSpending::Hybrid => share * policy.false_rollback / 2.0,
            AlphaSpending::Anytime => 0.0,
            AlphaSpending::ObrienFleming => share * policy.false_rollback,
        };
        let rollback_at = rollback::threshold(policy).filter(|_| share > 0.0);
        Some(Self {
            name: spec.name.clone(),
            kind: spec.kind,
            required: spec.required,
            policy: *policy,
            traffic,
            // Every stream of the method has a part of the level, those that have nothing to say too.
            last_level: last_level / method.tests().len().max(1) as f64,
            streams,
            rollback_at: rollback_at.map(|threshold| libm::log(threshold / prior)),
            effect_max: effect_max.min(EFFECT_MAX),
        })
    }

    /// How many times more the traffic varies than independent requests, where the past tells.
    #[must_use]
    pub fn measured_dispersion(&self) -> Option<f64> {
        self.streams.measured_dispersion
    }

    /// What is to be expected when the canary fails `effect` times as often as stable, or is `effect` times as slow.
    #[must_use]
    pub fn at(&self, effect: f64) -> EffectOutlook {
        let windows = self.windows();
        let looks = self.rollback_passage(effect, windows);
        let rollback_probability = looks
            .map_or(0.0, |passage| passage.by(windows))
            .max(self.last_test(effect, windows));
        let at_deadline = Some(self.policy.deadline).filter(|_| rollback_probability >= 0.5);
        let rollback_after = looks
            .and_then(|passage| passage.time(0.5, windows))
            .map(|windows| self.after(windows));
        let (promotion_probability, promotion_after) = self.promotion(effect, windows);
        EffectOutlook {
            effect,
            rollback_probability,
            rollback_after: rollback_after.or(at_deadline),
            promotion_probability,
            promotion_after,
        }
    }

    /// The smallest effect that is rolled back by the deadline with probability [`SEEN_PART`]; `None` when none is.
    #[must_use]
    pub fn detectable(&self) -> Option<f64> {
        let is_seen = |effect: f64| self.at(effect).rollback_probability >= SEEN_PART;
        if !is_seen(self.effect_max) {
            return None;
        }
        let (mut low, mut high) = (1.0, self.effect_max);
        while high / low > 1.001 {
            let middle = (low * high).sqrt();
            if is_seen(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        Some(high)
    }

    /// Windows that are judged by the deadline.
    fn windows(&self) -> f64 {
        let judged = self.policy.deadline.saturating_sub(self.policy.burn_in);
        judged.as_secs_f64() / self.policy.window.as_secs_f64()
    }

    fn rollback_passage(&self, effect: f64, windows: f64) -> Option<Passage> {
        let steps: Vec<_> = self
            .with_events(effect, windows)
            .flat_map(|stream| stream.steps(&self.traffic, effect))
            .collect();
        passage::of(&steps, self.rollback_at?, windows)
    }

    /// Probability by the deadline and median time: the slowest of all streams counts, since what is far from one threshold is
    /// far from the next.
    fn promotion(&self, effect: f64, windows: f64) -> (f64, Option<Duration>) {
        let Some(streams) = &self.streams.promotion else {
            return (0.0, None);
        };
        let log_threshold = -libm::log(self.policy.false_promotion);
        let passages: Option<Vec<Passage>> = streams
            .iter()
            .map(|stream| passage::of(&stream.steps(&self.traffic, effect), log_threshold, windows))
            .collect();
        let Some(passages) = passages else {
            return (0.0, None);
        };
        let probability = passages
            .iter()
            .map(|passage| passage.by(windows))
            .fold(1.0, f64::min);
        let times: Option<Vec<f64>> = passages
            .iter()
            .map(|passage| passage.time(0.5, windows))
            .collect();
        let slowest = times.and_then(|times| times.into_iter().max_by(f64::total_cmp));
        let after = slowest.map(|windows| self.after(windows).max(self.promotable_after()));
        (probability, after.filter(|after| *after <= self.policy.deadline))
    }

    /// Nothing is promoted sooner.
    fn promotable_after(&self) -> Duration {
        let canary = self.traffic.canary / self.policy.window.as_secs_f64();
        let enough = Duration::try_from_secs_f64(self.policy.minimum_requests as f64 / canary);
        let enough = self
            .policy
            .burn_in
            .saturating_add(enough.unwrap_or(Duration::MAX));
        enough.max(self.policy.minimum_duration)
    }

    /// A window at its end, seen from the start.
    fn after(&self, windows: f64) -> Duration {
        let judged = self.policy.window.as_secs_f64() * windows.ceil().max(1.0);
        self.policy
            .burn_in
            .saturating_add(Duration::try_from_secs_f64(judged).unwrap_or(Duration::MAX))
    }

    /// Probability that a test at the deadline rejects.
    fn last_test(&self, effect: f64, windows: f64) -> f64 {
        self.with_events(effect, windows)
            .map(|stream| stream.last_test(&self.traffic, effect, windows, self.last_level))
            .fold(0.0, f64::max)
    }

    /// The streams in which the canary will have enough events for a rollback.
    fn with_events(&self, effect: f64, windows: f64) -> impl Iterator<Item = &Stream> {
        let minimum = self.policy.minimum_events as f64;
        let streams = self.streams.rollback.iter();
        streams.filter(move |stream| stream.canary_events(&self.traffic, effect, windows) >= minimum)
    }
}
