//! Comparisons: their kind, tolerances and weight.

use super::checks::Checks;
use super::{population, traffic_split};
use crate::analysis::diagnostic::listed;
use crate::analysis::node::Place;
use crate::analysis::plan::{Comparison, ComparisonKind, Tolerance, Weight};
use crate::analysis::raw::comparison as raw;

const KINDS: [&str; 4] = ["errors", "events", "latency", "series"];
const SOURCES: [&str; 3] = ["prometheus", "scrape", "journey"];

pub(super) fn comparison(
    checks: &mut Checks<'_>,
    raw: &raw::Comparison,
    place: &Place<'_>,
    label: &str,
) -> Option<Comparison> {
    let key = one(checks, place, &KINDS, label, "kind of comparison")?;
    let kind = match key {
        "errors" => ComparisonKind::Errors,
        "events" => ComparisonKind::Events,
        "latency" => ComparisonKind::Latency,
        _ => ComparisonKind::Series,
    };
    let tolerance = tolerance(
        checks,
        &raw.tolerance.clone().unwrap_or_default(),
        Tolerance::of(kind),
        &place.field("tolerance"),
        label,
    );
    let source_place = place.field(key);
    let source = one(checks, &source_place, &SOURCES, label, "source")?;
    let weight = match raw.weight {
        Some(raw::Weight::Critical) => Weight::Critical,
        Some(raw::Weight::Standard) => Weight::Standard,
        Some(raw::Weight::Info) => Weight::Info,
        None if matches!(key, "errors" | "latency") => Weight::Critical,
        None => Weight::Standard,
    };
    if weight == Weight::Info && raw.required == Some(true) {
        let found = format!("{label}`required: true` with `weight: info`");
        checks.refuse(
            &place.field("required"),
            found,
            "`weight: critical` or `standard`, or `required: false`",
        );
    }
    let population = population::population(checks, raw, (key, source), &source_place, label);
    let traffic_split = raw
        .traffic_split
        .as_ref()
        .and_then(|split| traffic_split::split(checks, split, kind, &place.field("trafficSplit"), label));
    if population.before().is_some() && traffic_split.is_some() {
        let found = format!("{label}`trafficSplit` with a stable side of another time");
        checks.refuse(
            &place.field("trafficSplit"),
            found,
            "no `trafficSplit`: all traffic has moved",
        );
    }
    Some(Comparison {
        name: raw.name.clone(),
        kind,
        population,
        tolerance,
        required: raw.required.unwrap_or(weight != Weight::Info),
        weight,
        traffic_split,
    })
}

/// The one key of a closed list that is given.
fn one(
    checks: &mut Checks<'_>,
    place: &Place<'_>,
    known: &'static [&'static str],
    label: &str,
    what: &str,
) -> Option<&'static str> {
    let given: Vec<&'static str> = known
        .iter()
        .copied()
        .filter(|key| place.field(key).node().is_some())
        .collect();
    match given.as_slice() {
        [key] => return Some(key),
        [] => checks.refuse(
            place,
            format!("{label}no {what}"),
            format!("one of {}", listed(known.iter().copied())),
        ),
        [_, second, ..] => {
            let found = format!("{label}more than one {what}: {}", listed(given.iter().copied()));
            checks.refuse(
                &place.field(second),
                found,
                format!("one {what}; several questions are several comparisons"),
            );
        }
    }
    None
}

fn tolerance(
    checks: &mut Checks<'_>,
    raw: &raw::Tolerance,
    default: Tolerance,
    place: &Place<'_>,
    label: &str,
) -> Tolerance {
    let ratio = |value: f64| (1.0..=100.0).contains(&value);
    let difference = |value: f64| (0.0..1.0).contains(&value);
    let ratio_range = "canary over stable, from 1 (no worse) to 100";
    let difference_range = "a difference of ratios from 0 to below 1, such as 0.001";
    let rollback = checks.number_in(
        &place.field("rollback"),
        raw.rollback.as_ref(),
        default.rollback,
        ratio,
        ratio_range,
    );
    let above_one = |value: f64| ratio(value) && value > 1.0;
    let promote = checks.number_in(
        &place.field("promote"),
        raw.promote.as_ref(),
        default.promote,
        above_one,
        "canary over stable, above 1, at most 100",
    );
    let rollback_absolute = checks.number_in(
        &place.field("rollbackAbsolute"),
        raw.rollback_absolute.as_ref(),
        default.rollback_absolute,
        difference,
        difference_range,
    );
    let promote_absolute = checks.number_in(
        &place.field("promoteAbsolute"),
        raw.promote_absolute.as_ref(),
        default.promote_absolute,
        difference,
        difference_range,
    );
    for (field, low, high) in [
        ("promote", rollback, promote),
        ("promoteAbsolute", rollback_absolute, promote_absolute),
    ] {
        if let (Some(low), Some(high)) = (low, high)
            && high < low
        {
            let other = if field == "promote" {
                "rollback"
            } else {
                "rollbackAbsolute"
            };
            let given = if place.field(field).node().is_some() {
                field
            } else {
                other
            };
            let found = format!("{label}contradicting tolerances: `{field}` {high} below `{other}` {low}");
            let expected = format!(
                "`{field}` of at least `{other}`; without a value they are {}",
                defaults(field, default)
            );
            checks.refuse(&place.field(given), found, expected);
        }
    }
    Tolerance {
        rollback: rollback.unwrap_or(default.rollback),
        promote: promote.unwrap_or(default.promote),
        rollback_absolute: rollback_absolute.unwrap_or(default.rollback_absolute),
        promote_absolute: promote_absolute.unwrap_or(default.promote_absolute),
    }
}

fn defaults(field: &str, default: Tolerance) -> String {
    match field {
        "promote" => format!("{} and {}", default.promote, default.rollback),
        _ => format!("{} and {}", default.promote_absolute, default.rollback_absolute),
    }
}
