//! Journeys that an analysis drives.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::checks::Checks;
use super::journey::amounts::{TIME_MAX, count, time};
use crate::analysis::args::Inputs;
use crate::analysis::diagnostic::{did_you_mean, listed};
use crate::analysis::node::Place;
use crate::analysis::plan::journey::{Action, Journey};
use crate::analysis::plan::{JourneyMetric, JourneyPopulation};
use crate::analysis::raw::driven as raw;

const RUNS_MAX: u32 = 10_000;
const EVERY_MIN: std::time::Duration = std::time::Duration::from_micros(100);

pub(super) fn metric(
    checks: &mut Checks<'_>,
    raw: &raw::JourneyMetric,
    place: &Place<'_>,
    label: &str,
) -> Option<JourneyMetric> {
    let journey = journey(checks, &raw.name, raw.args.as_ref(), place, label);
    if let Some(target) = &raw.target {
        checks.target(&place.field("target"), target, label);
    }
    let runs = count(checks, &place.field("runs"), raw.runs.as_ref(), 1, 1..=RUNS_MAX);
    let every = raw.every.as_deref();
    let journey = journey?;
    if raw.target.is_none() && journey.target.is_none() && journey.needs_target() && !checks.draft {
        let found = format!("{label}no target: neither here nor in journey `{}`", journey.name);
        checks.refuse(place, found, "`target`, such as `\"{{args.canary}}\"`");
    }
    Some(JourneyMetric {
        target: raw.target.clone(),
        runs,
        every: time(
            checks,
            &place.field("every"),
            every,
            journey.schedule.interval,
            EVERY_MIN..=TIME_MAX,
        ),
        journey,
    })
}

pub(super) fn population(
    checks: &mut Checks<'_>,
    raw: &raw::JourneySides,
    place: &Place<'_>,
    label: &str,
) -> Option<JourneyPopulation> {
    let sides = [
        ("canary", Some(&raw.canary)),
        ("stable", Some(&raw.stable)),
        ("control", raw.control.as_ref()),
    ];
    for (at, (name, url)) in sides.iter().enumerate() {
        let Some(url) = url else { continue };
        checks.target(&place.field(name), url, label);
        let same = sides[..at].iter().find(|(_, other)| *other == Some(*url));
        if let Some((other, _)) = same.filter(|_| !checks.is_open(url)) {
            let found = format!("{label}the same URL for {other} and {name}");
            checks.refuse(&place.field(name), found, "different instances for each side");
        }
    }
    let journey = journey(checks, &raw.name, raw.args.as_ref(), place, label)?;
    let step = match &raw.step {
        Some(name) => Some(step(checks, &journey, name, &place.field("step"), label)?),
        None => None,
    };
    Some(JourneyPopulation {
        journey,
        step,
        canary: raw.canary.clone(),
        stable: raw.stable.clone(),
        control: raw.control.clone(),
    })
}

fn step(
    checks: &mut Checks<'_>,
    journey: &Journey,
    name: &str,
    place: &Place<'_>,
    label: &str,
) -> Option<usize> {
    if checks.is_open(name) {
        return None;
    }
    let teardown = journey.finally.first().map_or(usize::MAX, |step| step.index);
    let steps = journey.all_steps().into_iter();
    let requests: Vec<_> = steps
        .filter(|step| !matches!(step.action, Action::Parallel(_)) && step.index < teardown)
        .collect();
    let found = requests.iter().find(|step| step.name == name);
    if found.is_none() {
        let names = || requests.iter().map(|step| step.name.as_str());
        let expected = format!("a step that asks for something: {}", listed(names()));
        let said = format!("{label}journey `{}` has no step `{name}`", journey.name);
        let problem = place
            .error(said, expected)
            .with_suggestion(did_you_mean(name, names()));
        checks.report.push(problem);
    }
    found.map(|step| step.index)
}

/// The journey of a name with its arguments; what is wrong with it is told in its own document.
fn journey(
    checks: &mut Checks<'_>,
    name: &str,
    args: Option<&BTreeMap<String, String>>,
    place: &Place<'_>,
    label: &str,
) -> Option<Arc<Journey>> {
    if checks.is_open(name) {
        return None;
    }
    let (documents, inputs) = checks.documents?;
    let args = args.cloned().unwrap_or_default();
    let open = checks.draft;
    let args = args
        .into_iter()
        .filter(|(_, value)| !(open && value.contains("{{")));
    let inputs = Inputs {
        args: args.collect(),
        secrets: inputs.secrets.clone(),
    };
    let place = place.field("name");
    let journey = documents.named_journey((name, label), &inputs, open, &place, checks.report);
    journey.map(Arc::new)
}
