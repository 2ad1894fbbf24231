//! Where the data of both sides comes from.

use super::checks::Checks;
use super::selection::{self, Meaning};
use super::{baseline, prometheus, provider};
use crate::analysis::node::Place;
use crate::analysis::plan::{Population, Selection, SideSelection};
use crate::analysis::raw::comparison as raw;
use crate::analysis::raw::text::Addresses;

/// Of a comparison of this kind from this source, whose fields are at `place`.
pub(super) fn population(
    checks: &mut Checks<'_>,
    raw: &raw::Comparison,
    (kind, source): (&str, &str),
    place: &Place<'_>,
    label: &str,
) -> Population {
    let place = &place.field(source);
    let errors = raw.errors.as_ref();
    if let Some(raw) = errors.and_then(|errors| errors.prometheus.as_ref()) {
        return errors_of_prometheus(checks, raw, place, label);
    }
    if let Some(raw) = errors.and_then(|errors| errors.scrape.as_ref()) {
        let selection = selection::requests(checks, (&raw.bad, &raw.total), place, label);
        return scrape(checks, &raw.endpoints, selection, place, label);
    }
    if let Some(raw) = raw.latency.as_ref() {
        if let Some(raw) = &raw.prometheus {
            return of_prometheus(checks, &raw.sides, Meaning::Histogram(raw.unit), place, label);
        }
        if let Some(raw) = &raw.scrape {
            let (text, at) = (&raw.histogram, place.field("histogram"));
            let selection = Meaning::Histogram(raw.unit).selection(checks, text, &at, label);
            return scrape(checks, &raw.endpoints, selection, place, label);
        }
    }
    let events = raw.events.as_ref();
    let series = raw.series.as_ref();
    let one_selector = [
        (
            events.and_then(|raw| raw.prometheus.as_ref()),
            events.and_then(|raw| raw.scrape.as_ref()),
            Meaning::Events,
        ),
        (
            series.and_then(|raw| raw.prometheus.as_ref()),
            series.and_then(|raw| raw.scrape.as_ref()),
            Meaning::Value,
        ),
    ];
    for (of_a_prometheus, of_endpoints, meaning) in one_selector {
        if let Some(raw) = of_a_prometheus {
            return of_prometheus(checks, raw, meaning, place, label);
        }
        if let Some(raw) = of_endpoints {
            let selection = meaning.selection(checks, &raw.selector, &place.field("selector"), label);
            return scrape(checks, &raw.endpoints, selection, place, label);
        }
    }
    Population::Unavailable {
        source: format!("{kind} from {source}"),
    }
}

fn errors_of_prometheus(
    checks: &mut Checks<'_>,
    raw: &raw::PrometheusErrors,
    place: &Place<'_>,
    label: &str,
) -> Population {
    let canary = selection::counters(checks, &raw.canary, &place.field("canary"), label);
    let (stable, before) =
        baseline::counters(checks, &raw.stable, &raw.canary, &place.field("stable"), label);
    let control = raw.control.as_ref();
    let control = control.map(|control| selection::counters(checks, control, &place.field("control"), label));
    let population = Population::Prometheus {
        access: prometheus::access(checks, &raw.access, place, label),
        canary,
        stable,
        before,
        control,
    };
    refuse_same_selections(checks, &population, place, label);
    population
}

/// Both sides by one selector each.
fn of_prometheus(
    checks: &mut Checks<'_>,
    raw: &raw::PrometheusSelectors,
    meaning: Meaning,
    place: &Place<'_>,
    label: &str,
) -> Population {
    let side = |checks: &mut Checks<'_>, raw: &raw::Selector, name: &str| {
        meaning.side(
            checks,
            &raw.selector,
            raw.target.as_deref(),
            &place.field(name),
            label,
        )
    };
    let canary = side(checks, &raw.canary, "canary");
    let (selector, before) =
        baseline::selector(checks, &raw.stable, &raw.canary, &place.field("stable"), label);
    let stable = if raw.stable.selector.is_some() {
        side(checks, &selector, "stable")
    } else {
        // The canary's own text has been checked in its place.
        SideSelection {
            target: selector.target.unwrap_or_else(|| canary.target.clone()),
            ..canary.clone()
        }
    };
    let control = raw
        .control
        .as_ref()
        .map(|control| side(checks, control, "control"));
    let population = Population::Prometheus {
        access: prometheus::access(checks, &raw.access, place, label),
        canary,
        stable,
        before,
        control,
    };
    refuse_same_selections(checks, &population, place, label);
    population
}

/// The same series on two sides would compare a population with itself.
fn refuse_same_selections(checks: &mut Checks<'_>, population: &Population, place: &Place<'_>, label: &str) {
    let Population::Prometheus {
        canary,
        stable,
        before,
        control,
        ..
    } = population
    else {
        return;
    };
    let mut sides = vec![("canary", canary)];
    if before.is_none() {
        sides.push(("stable", stable));
    }
    sides.extend(control.as_ref().map(|control| ("control", control)));
    for (at, (name, side)) in sides.iter().enumerate() {
        let same = sides[..at].iter().find(|(_, other)| other == side);
        if let Some((other, _)) = same.filter(|_| !selection::is_open(checks, &side.selection)) {
            checks.refuse(
                &place.field(name),
                format!("{label}the same selectors for {other} and {name}"),
                "selectors that tell the sides apart",
            );
        }
    }
}

fn scrape(
    checks: &mut Checks<'_>,
    raw: &raw::Endpoints,
    selection: Selection,
    place: &Place<'_>,
    label: &str,
) -> Population {
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
    Population::Scrape {
        canary,
        stable,
        control,
        selection,
        timeout: provider::timeout(checks, raw.timeout.as_deref(), place, label),
    }
}
