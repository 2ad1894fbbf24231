//! The streams of a comparison, from its rules and what is known of the past.

use std::sync::Arc;

use crate::analysis::plan::{Comparison, Dispersion, Policy};
use crate::stats::Margin;

use crate::verdict::comparisons::latency::Latency;
use crate::verdict::comparisons::latency_rules::Rule;
use crate::verdict::comparisons::promotion::{self, Target};
use crate::verdict::comparisons::quantiles::QUANTILES;
use crate::verdict::comparisons::rate_test::RateTest;
use crate::verdict::comparisons::rollback;
use crate::verdict::comparisons::threshold::REQUESTS_ABOVE_MIN;

use super::Expected;
use super::shape::{self, Shape};
use super::stream::{Events, Stream, Traffic};

/// What is counted towards each verdict.
#[derive(Clone, Debug)]
pub(super) struct Streams {
    /// Their evidence is added up.
    pub(super) rollback: Vec<Stream>,
    /// Each has to show it; `None` when the comparison can show nothing, or nobody waits for it.
    pub(super) promotion: Option<Vec<Stream>>,
    /// Where the past tells.
    pub(super) measured_dispersion: Option<f64>,
}

impl Streams {
    pub(super) fn of_errors(
        spec: &Comparison,
        policy: &Policy,
        expected: &Expected,
        test: &RateTest,
    ) -> Self {
        let rate = expected.error_rate;
        let (factor, noise) = factor_and_noise(test, policy, expected);
        let stream = |margin, alternatives| Stream {
            events: Events::Failures(rate),
            margin,
            alternatives,
            tolerated: spec
                .tolerance
                .rollback
                .max(1.0 + spec.tolerance.rollback_absolute / rate),
            factor,
            noise,
            delay: 0.0,
        };
        let target = promotion::of_rates(spec.tolerance, Some(rate), rate > 0.1);
        Self {
            rollback: vec![stream(rollback::margin(spec.tolerance), regressions(test, 1.0))],
            promotion: spec
                .required
                .then(|| vec![stream(target.margin, promotions(&target))]),
            measured_dispersion: test.dispersion.of_history(),
        }
    }

    pub(super) fn of_latency(
        spec: &Comparison,
        policy: &Policy,
        expected: &Expected,
        known: &Latency,
    ) -> Self {
        let mut latency = known.clone();
        latency.tolerance = spec.tolerance;
        if latency.past_stable.total() == 0 {
            latency.learn_stable(&shape::lognormal(expected.tail));
        }
        let stable = Arc::new(Shape::of(&latency.past_stable));
        let traffic = Traffic::new(expected, policy);
        let stream = |index: usize, rule: &Rule, alternatives| {
            let (factor, noise) = factor_and_noise(&latency.tests[index], policy, expected);
            Stream {
                events: Events::Slow {
                    stable: Arc::clone(&stable),
                    canary_ms: rule.canary_ms,
                    stable_ms: rule.stable_ms,
                },
                margin: rule.margin,
                alternatives,
                tolerated: match rule.margin {
                    Margin::Ratio(ratio) => ratio,
                    Margin::Odds { .. } | Margin::Difference { .. } | Margin::Larger { .. } => 1.0,
                },
                factor,
                noise,
                delay: delay(index, &traffic, policy),
            }
        };
        let rollback = (0..QUANTILES.len()).filter_map(|index| {
            let rule = latency.regression_rule(index)?;
            let alternatives = regressions(&latency.tests[index], QUANTILES[index].share);
            Some(stream(index, &rule, alternatives))
        });
        let promoting = (0..QUANTILES.len()).filter(|index| QUANTILES[*index].promotes);
        let promotion = promoting.map(|index| {
            let (rule, target) = latency.promotion_rule(index)?;
            Some(stream(index, &rule, promotions(&target)))
        });
        let measured = latency
            .tests
            .iter()
            .filter_map(|test| test.dispersion.of_history());
        Self {
            rollback: rollback.collect(),
            promotion: promotion
                .collect::<Option<Vec<Stream>>>()
                .filter(|_| spec.required),
            measured_dispersion: measured.reduce(f64::max),
        }
    }
}

fn regressions(test: &RateTest, share: f64) -> Vec<(f64, f64)> {
    let alternatives = test.grid.iter().zip(test.weights);
    alternatives
        .map(|(multiplier, weight)| (*multiplier, share * weight))
        .collect()
}

fn promotions(target: &Target) -> Vec<(f64, f64)> {
    let alternatives = target.alternatives().into_iter().enumerate();
    alternatives
        .map(|(place, multiplier)| (multiplier, promotion::prior(place)))
        .collect()
}

/// What evidence is divided by, and how much more the traffic really varies.
fn factor_and_noise(test: &RateTest, policy: &Policy, expected: &Expected) -> (f64, f64) {
    let measured = expected.dispersion.or_else(|| test.dispersion.of_history());
    let factor = match policy.dispersion {
        Dispersion::Fixed(factor) => factor,
        Dispersion::Auto => measured.unwrap_or_else(|| test.dispersion.factor()),
    };
    (factor.max(1.0), measured.unwrap_or(1.0).max(1.0))
}

/// A run knows nothing of stable's latencies when it begins; a far quantile has to be learned first.
fn delay(index: usize, traffic: &Traffic, policy: &Policy) -> f64 {
    let requests = REQUESTS_ABOVE_MIN / (1.0 - QUANTILES[index].part);
    let burn_in = policy.burn_in.as_secs_f64() / policy.window.as_secs_f64();
    ((requests / traffic.stable).ceil() - burn_in.floor()).max(0.0)
}
