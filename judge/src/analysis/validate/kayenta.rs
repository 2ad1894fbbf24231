//! Kayenta's judge in an analysis. What the original drops silently, or takes without looking, is refused or said.

use std::collections::BTreeMap;

use super::checks::Checks;
use crate::analysis::diagnostic::listed;
use crate::analysis::node::Place;
use crate::analysis::plan::{Kayenta, KayentaRole};
use crate::analysis::raw::comparison::Comparison;
use crate::analysis::raw::kayenta::{self as raw, Judge, Shadow};
use crate::analysis::raw::serin::AnalysisSpec;
use crate::analysis::raw::text::NumberOrString;
use crate::kayenta::{
    Direction, EffectMeasure, EffectSize, Metric, NanStrategy, OutlierStrategy, Outliers, Thresholds,
};

/// What Spinnaker's stage has when nothing is said.
const PASS: f64 = 75.0;
const MARGINAL: f64 = 50.0;

/// `None` when the analysis does not ask for Kayenta's judge.
pub(super) fn kayenta(checks: &mut Checks<'_>, spec: &AnalysisSpec, place: &Place<'_>) -> Option<Kayenta> {
    let comparisons = spec.comparisons.as_deref().unwrap_or_default();
    let Some(role) = role(checks, spec, place) else {
        refuse_unasked(checks, spec, comparisons, place);
        return None;
    };
    if comparisons.is_empty() {
        let field = if role == KayentaRole::Judge {
            "judge"
        } else {
            "shadow"
        };
        let found = "Kayenta's judge without a comparison to judge";
        checks.refuse(&place.field(field), found, "at least one comparison");
    }
    let metrics: Vec<Metric> = comparisons
        .iter()
        .enumerate()
        .map(|(at, raw)| metric(checks, raw, &place.field("comparisons").item(at)))
        .collect();
    if !metrics.is_empty() && metrics.iter().all(|metric| metric.muted) {
        let found = "only comparisons that are muted: Kayenta's score would always be 0";
        checks.refuse(
            &place.field("comparisons"),
            found,
            "at least one comparison that is not `muted`",
        );
    }
    let (raw, place) = (spec.kayenta.clone().unwrap_or_default(), place.field("kayenta"));
    Some(Kayenta {
        role,
        thresholds: thresholds(
            checks,
            &raw.thresholds.unwrap_or_default(),
            &place.field("thresholds"),
        ),
        group_weights: weights(
            checks,
            &raw.group_weights.unwrap_or_default(),
            &metrics,
            &place.field("groupWeights"),
        ),
        interval: checks
            .duration(&place.field("interval"), raw.interval.as_deref(), |error| {
                format!("interval: {error}")
            })
            .filter(|interval| !interval.is_zero()),
        metrics,
    })
}

fn role(checks: &mut Checks<'_>, spec: &AnalysisSpec, place: &Place<'_>) -> Option<KayentaRole> {
    match (spec.judge, spec.shadow) {
        (Some(Judge::Kayenta), None) => Some(KayentaRole::Judge),
        (_, Some(Shadow::Kayenta)) => {
            if spec.judge == Some(Judge::Kayenta) {
                let found = "Kayenta as the judge and as its own shadow";
                checks.refuse(
                    &place.field("shadow"),
                    found,
                    "`judge: kayenta` or `shadow: kayenta`, not both",
                );
            }
            Some(KayentaRole::Shadow)
        }
        _ => None,
    }
}

/// Settings that nobody would look at.
fn refuse_unasked(
    checks: &mut Checks<'_>,
    spec: &AnalysisSpec,
    comparisons: &[Comparison],
    place: &Place<'_>,
) {
    let of_comparison = comparisons
        .iter()
        .position(|comparison| comparison.kayenta.is_some());
    let places = [
        spec.kayenta.as_ref().map(|_| place.field("kayenta")),
        of_comparison.map(|at| place.field("comparisons").item(at).field("kayenta")),
    ];
    for place in places.into_iter().flatten() {
        let found = "settings of Kayenta's judge, which this analysis does not ask for";
        checks.refuse(&place, found, "`judge: kayenta` or `shadow: kayenta` in `spec`");
    }
}

fn thresholds(checks: &mut Checks<'_>, raw: &raw::Thresholds, place: &Place<'_>) -> Thresholds {
    let mut points = |name: &str, raw: Option<&NumberOrString>, default: f64| {
        let in_range = |value: f64| (0.0..=100.0).contains(&value);
        let number = checks.number_in(
            &place.field(name),
            raw,
            default,
            in_range,
            "points of a score, 0 to 100",
        );
        number.unwrap_or(default)
    };
    let pass = points("pass", raw.pass.as_ref(), PASS);
    let marginal = points("marginal", raw.marginal.as_ref(), MARGINAL.min(pass));
    if marginal > pass {
        let found = format!("a `marginal` of {marginal} above the `pass` of {pass}");
        checks.refuse(&place.field("marginal"), found, "a `marginal` of at most `pass`");
    }
    Thresholds { pass, marginal }
}

fn weights(
    checks: &mut Checks<'_>,
    raw: &BTreeMap<String, NumberOrString>,
    metrics: &[Metric],
    place: &Place<'_>,
) -> BTreeMap<String, f64> {
    let mut weights = BTreeMap::new();
    let groups: Vec<&str> = metrics
        .iter()
        .flat_map(|metric| &metric.groups)
        .map(String::as_str)
        .collect();
    for (group, weight) in raw {
        let percent = |value: f64| (0.0..=100.0).contains(&value);
        let weight = checks.number_in(
            &place.field(group),
            Some(weight),
            0.0,
            percent,
            "percent, 0 to 100",
        );
        if !groups.contains(&group.as_str()) {
            let known = listed(groups.iter().copied());
            let found = format!("a weight for group \"{group}\", which no comparison has: it would be lost");
            checks.refuse(&place.field(group), found, format!("one of the groups {known}"));
        }
        weights.insert(group.clone(), weight.unwrap_or_default());
    }
    let sum: f64 = weights.values().sum();
    let is_complete = groups.iter().all(|group| weights.contains_key(*group));
    if sum > 100.0 || is_complete && !weights.is_empty() && sum != 100.0 {
        let found = format!("weights that add up to {sum}");
        checks.refuse(
            place,
            found,
            "100 in all, or less where groups without a weight share the rest",
        );
    }
    weights
}

fn metric(checks: &mut Checks<'_>, comparison: &Comparison, place: &Place<'_>) -> Metric {
    let (raw, place) = (
        comparison.kayenta.clone().unwrap_or_default(),
        place.field("kayenta"),
    );
    let metric = Metric {
        name: comparison.name.clone(),
        groups: raw.groups.unwrap_or_else(|| vec![comparison.name.clone()]),
        direction: match raw.direction {
            Some(raw::Direction::Increase) => Direction::Increase,
            Some(raw::Direction::Decrease) => Direction::Decrease,
            Some(raw::Direction::Either) | None => Direction::Either,
        },
        nan_strategy: match raw.nan_strategy {
            Some(raw::NanStrategy::Replace) => NanStrategy::Replace,
            Some(raw::NanStrategy::Remove) | None => NanStrategy::Remove,
        },
        critical: raw.critical.unwrap_or(false),
        must_have_data: raw.must_have_data.unwrap_or(false),
        muted: raw.muted.unwrap_or(false),
        effect_size: effect_size(
            checks,
            &raw.effect_size.unwrap_or_default(),
            &place.field("effectSize"),
        ),
        outliers: outliers(
            checks,
            &raw.outliers.unwrap_or_default(),
            &place.field("outliers"),
        ),
        control: Vec::new(),
        experiment: Vec::new(),
    };
    if metric.must_have_data && (metric.critical || metric.nan_strategy == NanStrategy::Replace) {
        let found = "`mustHaveData`, which Kayenta's judge does not look at beside `critical` or `nanStrategy: replace`";
        checks.warn(&place.field("mustHaveData"), found, "one of them");
    }
    metric
}

fn effect_size(checks: &mut Checks<'_>, raw: &raw::EffectSize, place: &Place<'_>) -> EffectSize {
    let measure = match raw.measure {
        Some(raw::Measure::Cles) => EffectMeasure::Cles,
        Some(raw::Measure::MeanRatio) | None => EffectMeasure::MeanRatio,
    };
    let (most, range) = match measure {
        EffectMeasure::Cles => (1.0, "a probability, 0 to 1"),
        EffectMeasure::MeanRatio => (1e6, "a ratio of means, from 0 on"),
    };
    let mut limit = |name: &str, raw: Option<&NumberOrString>| {
        let raw = Some(raw?);
        checks.number_in(
            &place.field(name),
            raw,
            0.0,
            |value| (0.0..=most).contains(&value),
            range,
        )
    };
    EffectSize {
        measure,
        allowed_increase: limit("allowedIncrease", raw.allowed_increase.as_ref()),
        allowed_decrease: limit("allowedDecrease", raw.allowed_decrease.as_ref()),
        critical_increase: limit("criticalIncrease", raw.critical_increase.as_ref()),
        critical_decrease: limit("criticalDecrease", raw.critical_decrease.as_ref()),
    }
}

fn outliers(checks: &mut Checks<'_>, raw: &raw::Outliers, place: &Place<'_>) -> Outliers {
    let factor = raw.outlier_factor.as_ref().and_then(|raw| {
        let is_factor = |value: f64| value > 0.0 && value <= 1e6;
        checks.number_in(
            &place.field("outlierFactor"),
            Some(raw),
            0.0,
            is_factor,
            "a factor above 0",
        )
    });
    Outliers {
        strategy: match raw.strategy {
            Some(raw::OutlierStrategy::Remove) => OutlierStrategy::Remove,
            Some(raw::OutlierStrategy::Keep) | None => OutlierStrategy::Keep,
        },
        outlier_factor: factor,
    }
}
