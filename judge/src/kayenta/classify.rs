//! From one metric's series to its label.

use super::answer::{Label, MetricAnswer};
use super::canary::{Direction, EffectMeasure, EffectSize, Metric, NanStrategy};
use super::rank_test::{RankTest, Shift};
use super::transform::{mean, statistics, transformed};
use crate::stats::normal;

/// How strict the test is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strictness {
    /// The part of the estimated shift that the nearer limit has to be away from 0.
    pub(super) tolerance: f64,
    /// Two-sided level of the interval.
    pub(super) confidence: f64,
}

/// The judge's constants.
pub(super) const NETFLIX: Strictness = Strictness {
    tolerance: 0.25,
    confidence: 0.98,
};

/// What the series say, before the metric's settings decide.
#[derive(Clone, Copy)]
struct Tested {
    shift: Shift,
    effect: f64,
    ratio: f64,
    constant: bool,
}

/// The label of a metric.
pub(super) fn classify(metric: &Metric, strictness: &Strictness) -> MetricAnswer {
    let experiment = transformed(&metric.experiment, metric);
    let control = transformed(&metric.control, metric);
    let untested = MetricAnswer {
        name: metric.name.clone(),
        classification: Label::Pass,
        critical: false,
        reason: None,
        ratio: Some(1.0),
        control: statistics(&control),
        experiment: statistics(&experiment),
        tested: false,
        noise: false,
        lower: None,
        upper: None,
        estimate: None,
    };
    if experiment.is_empty() || control.is_empty() {
        return without_data(metric, untested);
    }
    if experiment == control {
        let reason = Some("The Canary and Baseline data are identical".to_owned());
        return MetricAnswer { reason, ..untested };
    }
    let is_constant = |sorted: &[f64]| sorted[0] == sorted[sorted.len() - 1];
    let constant = is_constant(&experiment) && is_constant(&control);
    if constant && experiment[0] == control[0] {
        return untested;
    }
    let tested = MetricAnswer {
        tested: true,
        noise: constant,
        ..untested
    };
    match test(
        &experiment,
        &control,
        constant,
        metric.effect_size.measure,
        strictness,
    ) {
        Some(found) => labelled(metric, tested, &found, strictness),
        None => MetricAnswer {
            classification: Label::Error,
            reason: Some("Metric Classification Failed".to_owned()),
            ratio: None,
            ..tested
        },
    }
}

fn without_data(metric: &Metric, untested: MetricAnswer) -> MetricAnswer {
    if metric.nan_strategy == NanStrategy::Replace {
        return untested;
    }
    let fails = metric.must_have_data && !metric.critical;
    MetricAnswer {
        classification: if fails {
            Label::NodataFailMetric
        } else {
            Label::Nodata
        },
        critical: metric.critical,
        reason: Some(format!("Missing data for {}", metric.name)),
        ..untested
    }
}

/// `None` where the original throws, and for values that are not finite.
fn test(
    experiment: &[f64],
    control: &[f64],
    constant: bool,
    measure: EffectMeasure,
    strictness: &Strictness,
) -> Option<Tested> {
    let finite = |sorted: &[f64]| sorted.iter().all(|value| value.is_finite());
    if !finite(experiment) || !finite(control) {
        return None;
    }
    let ranks = RankTest::new(experiment, control);
    let shift = if constant {
        // The original's noise spreads a side of several points that are not zero; without any spread all values are
        // tied at the only trial shift.
        let spreads = |sorted: &[f64]| sorted.len() > 1 && sorted[0] != 0.0;
        if !spreads(experiment) && !spreads(control) {
            return None;
        }
        let shift = experiment[0] - control[0];
        Shift {
            lower: shift,
            upper: shift,
            estimate: shift,
        }
    } else {
        ranks.shift(normal::upper_quantile(0.5 * (1.0 - strictness.confidence)))
    };
    let ratio = mean_ratio(experiment, control);
    let effect = match measure {
        EffectMeasure::MeanRatio => ratio,
        EffectMeasure::Cles => ranks.effect(),
    };
    Some(Tested {
        shift,
        effect,
        ratio,
        constant,
    })
}

/// Not a number when either mean is exactly 0.
fn mean_ratio(experiment: &[f64], control: &[f64]) -> f64 {
    let (experiment, control) = (mean(experiment), mean(control));
    if experiment == 0.0 || control == 0.0 {
        f64::NAN
    } else {
        experiment / control
    }
}

fn labelled(metric: &Metric, tested: MetricAnswer, found: &Tested, strictness: &Strictness) -> MetricAnswer {
    let EffectSize {
        measure,
        allowed_increase,
        allowed_decrease,
        critical_increase,
        critical_decrease,
    } = metric.effect_size;
    let limit = |given: Option<f64>| given.unwrap_or_else(|| measure.neutral());
    // An effect that is not a number holds nothing back.
    let at_least = |given: Option<f64>| found.effect.is_nan() || found.effect >= limit(given);
    let at_most = |given: Option<f64>| found.effect.is_nan() || found.effect <= limit(given);
    let bound = strictness.tolerance * found.shift.estimate.abs();
    let classification =
        if metric.direction != Direction::Decrease && found.shift.lower > bound && at_least(allowed_increase)
        {
            Label::High
        } else if metric.direction != Direction::Increase
            && found.shift.upper < -bound
            && at_most(allowed_decrease)
        {
            Label::Low
        } else {
            Label::Pass
        };
    let critical = metric.critical
        && match classification {
            Label::High => at_least(critical_increase),
            Label::Low => at_most(critical_decrease),
            _ => false,
        };
    let reported = |value: f64| (!found.constant && value.is_finite()).then_some(value);
    MetricAnswer {
        classification,
        critical,
        reason: reason(&metric.name, classification, critical),
        ratio: found.ratio.is_finite().then_some(found.ratio),
        lower: reported(found.shift.lower),
        upper: reported(found.shift.upper),
        estimate: reported(found.shift.estimate),
        ..tested
    }
}

fn reason(name: &str, label: Label, critical: bool) -> Option<String> {
    let word = match label {
        Label::High => "High",
        Label::Low => "Low",
        _ => return None,
    };
    Some(if critical {
        format!("The metric {name} was classified as {word} (Critical)")
    } else {
        format!("{name} was classified as {word}")
    })
}
