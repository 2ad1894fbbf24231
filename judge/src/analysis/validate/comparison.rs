//! Comparisons: populations, tolerances and their weight.

use super::checks::Checks;
use super::{baseline, prometheus, provider, traffic_split};
use crate::analysis::diagnostic::listed;
use crate::analysis::node::Place;
use crate::analysis::plan::{Comparison, ComparisonKind, CounterSelectors, Population, Tolerance, Weight};
use crate::analysis::raw::comparison::{self as raw, PrometheusErrors, ScrapeErrors};
use crate::analysis::raw::text::Addresses;

const KINDS: [&str; 4] = ["errors", "events", "latency", "series"];
const SOURCES: [&str; 3] = ["prometheus", "scrape", "journey"];
/// The label that tells targets apart when the document does not say.
const TARGET: &str = "pod";
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
    let errors = raw.errors.as_ref();
    let population = match (
        errors.and_then(|errors| errors.prometheus.as_ref()),
        errors.and_then(|errors| errors.scrape.as_ref()),
    ) {
        (Some(raw), _) => prometheus_errors(checks, raw, &source_place.field("prometheus"), label),
        (None, Some(raw)) => scrape_errors(checks, raw, &source_place.field("scrape"), label),
        (None, None) => Population::Unavailable {
            source: format!("{key} from {source}"),
        },
    };
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

fn prometheus_errors(
    checks: &mut Checks<'_>,
    raw: &PrometheusErrors,
    place: &Place<'_>,
    label: &str,
) -> Population {
    let canary = counters(checks, &raw.canary, &place.field("canary"), label);
    let (stable, before) = baseline::stable(checks, &raw.stable, &raw.canary, &place.field("stable"), label);
    let control = raw
        .control
        .as_ref()
        .map(|control| counters(checks, control, &place.field("control"), label));
    let mut sides = vec![("canary", &canary)];
    if before.is_none() {
        sides.push(("stable", &stable));
    }
    sides.extend(control.as_ref().map(|control| ("control", control)));
    for (at, (name, side)) in sides.iter().enumerate() {
        let same = sides[..at].iter().find(|(_, other)| other == side);
        if let Some((other, _)) = same.filter(|_| !checks.is_open(&side.total)) {
            checks.refuse(
                &place.field(name),
                format!("{label}the same selectors for {other} and {name}"),
                "selectors that tell the sides apart",
            );
        }
    }
    Population::Prometheus {
        access: prometheus::access(checks, &raw.access, place, label),
        canary,
        stable,
        before,
        control,
    }
}

/// Counters of one side.
pub(super) fn counters(
    checks: &mut Checks<'_>,
    raw: &raw::Counters,
    place: &Place<'_>,
    label: &str,
) -> CounterSelectors {
    checks.selector(&place.field("bad"), &raw.bad, label);
    checks.selector(&place.field("total"), &raw.total, label);
    CounterSelectors {
        bad: raw.bad.trim().to_owned(),
        total: raw.total.trim().to_owned(),
        target: raw
            .target
            .clone()
            .filter(|target| !target.is_empty())
            .unwrap_or_else(|| TARGET.into()),
    }
}

fn scrape_errors(checks: &mut Checks<'_>, raw: &ScrapeErrors, place: &Place<'_>, label: &str) -> Population {
    let canary = raw.canary.list();
    let stable = baseline::addresses(checks, &raw.stable, &place.field("stable"), label);
    let control = raw.control.as_ref().map(Addresses::list).unwrap_or_default();
    checks.urls(&place.field("canary"), &canary, label);
    if let Some(stable) = &stable {
        checks.urls(&place.field("stable"), stable, label);
    }
    if raw.control.is_some() {
        checks.urls(&place.field("control"), &control, label);
    }
    let stable = stable.unwrap_or_default();
    let shared = |one: &[String], other: &[String]| one.iter().find(|url| other.contains(url)).cloned();
    let twice = [
        ("stable", shared(&canary, &stable)),
        (
            "control",
            shared(&canary, &control).or_else(|| shared(&stable, &control)),
        ),
    ];
    for (name, shared) in twice {
        if let Some(shared) = shared.filter(|url| !checks.is_open(url)) {
            checks.refuse(
                &place.field(name),
                format!("{label}{shared:?} on both sides"),
                "different instances for each side",
            );
        }
    }
    checks.selector(&place.field("bad"), &raw.bad, label);
    checks.selector(&place.field("total"), &raw.total, label);
    Population::Scrape {
        canary,
        stable,
        control,
        bad: raw.bad.trim().to_owned(),
        total: raw.total.trim().to_owned(),
        timeout: provider::timeout(checks, raw.timeout.as_deref(), place, label),
    }
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
