//! A run that is undecided when its time is over.

use crate::analysis::duration;
use crate::analysis::plan::OnInconclusive;
use crate::time::Timestamp;
use crate::verdict::decide::{decision, remarked, unread};
use crate::verdict::{Decision, Phase, Reason, RunState, Shortfall, Verdict};

/// Errors and missing data first, since what the analysis says about undecided runs is only for data that was fine.
pub(super) fn undecided(run: &RunState, now: Timestamp) -> Decision {
    let lasted = duration::format(run.plan.policy.deadline);
    let (reasons, why) = match broken(run).or_else(|| missing(run, now)) {
        Some(found) => found,
        None => return by_policy(run, now, &lasted),
    };
    decision(
        Verdict::Inconclusive,
        reasons,
        format!("Undecided after {lasted}: {why}."),
    )
}

/// The data ends before the deadline.
pub(super) fn cut_short(run: &RunState, now: Timestamp) -> Decision {
    let (reasons, why) = broken(run).or_else(|| missing(run, now)).unwrap_or_else(|| {
        let why = "neither a regression nor a canary that is good enough has been shown";
        (vec![Reason::InsufficientData], why.to_owned())
    });
    let reasons = reasons
        .into_iter()
        .filter(|reason| *reason != Reason::DeadlineReached)
        .collect();
    let summary = format!("The data ends before a verdict: {why}.");
    remarked(run, now, decision(Verdict::Inconclusive, reasons, summary))
}

type Found = (Vec<Reason>, String);

/// Something has no value at this moment.
fn broken(run: &RunState) -> Option<Found> {
    let without_value = newest(run).find(|(_, phase)| *phase == Some(Phase::Error));
    let metric =
        without_value.map(|(name, _)| format!("the newest measurement of metric \"{name}\" has no value"));
    let why = metric.or_else(|| unread(run, 1).into_iter().next())?;
    Some((vec![Reason::ProviderError, Reason::DeadlineReached], why))
}

/// Something was never seen, or too little of it.
fn missing(run: &RunState, now: Timestamp) -> Option<Found> {
    if let Some((name, _)) = newest(run).find(|(_, phase)| phase.is_none()) {
        let why = format!("metric \"{name}\" was never measured");
        return Some((vec![Reason::MissingData, Reason::DeadlineReached], why));
    }
    let (reason, why) = match run.comparisons.shortfall(now) {
        Some(Shortfall::MissingData) => (
            Reason::MissingData,
            unseen(run).unwrap_or_else(|| "requests of the canary, or most windows, are missing".to_owned()),
        ),
        Some(Shortfall::NoBaseline) => (
            Reason::NoBaseline,
            "the stable side never had a request to compare with".to_owned(),
        ),
        _ if run.comparisons.stable_unhealthy() => (
            Reason::StableUnhealthy,
            "stable itself is outside its own normal range, so nothing can be said of the canary".to_owned(),
        ),
        _ => return None,
    };
    Some((vec![reason, Reason::DeadlineReached], why))
}

/// What is nowhere may be there under another name.
fn unseen(run: &RunState) -> Option<String> {
    let names: Vec<String> = run
        .comparisons
        .never_seen()
        .map(|name| format!("\"{name}\""))
        .collect();
    let names = match names.as_slice() {
        [] => return None,
        [name] => format!("comparison {name}"),
        names => format!("comparisons {}", names.join(", ")),
    };
    Some(format!(
        "{names} saw nothing of either side: are the counters or the histogram named right, and do both sides have requests?"
    ))
}

/// Data was fine and not enough: what the analysis says. A metric that is not well now is not promoted over.
fn by_policy(run: &RunState, now: Timestamp, lasted: &str) -> Decision {
    let (reasons, why) = match run.comparisons.shortfall(now) {
        Some(Shortfall::InsufficientData) => (
            vec![Reason::InsufficientData, Reason::DeadlineReached],
            "too few canary requests were seen",
        ),
        _ if run.plan.comparisons.is_empty() => {
            (vec![Reason::DeadlineReached], "not every metric is complete")
        }
        _ => (
            vec![Reason::DeadlineReached],
            "neither a regression nor a canary that is good enough has been shown",
        ),
    };
    let all_well = newest(run).all(|(_, phase)| phase == Some(Phase::Successful));
    let (verdict, tail) = match run.plan.policy.on_inconclusive {
        OnInconclusive::Rollback => (Verdict::Rollback, " The analysis says to roll back then."),
        OnInconclusive::Promote if all_well => (Verdict::Promote, " The analysis says to promote then."),
        OnInconclusive::Promote => (
            Verdict::Inconclusive,
            " A metric is not well, so it is not promoted.",
        ),
        OnInconclusive::Hold => (Verdict::Inconclusive, ""),
    };
    decision(
        verdict,
        reasons,
        format!("Undecided after {lasted}: {why}.{tail}"),
    )
}

/// The phase of the newest measurement of each metric that counts.
fn newest(run: &RunState) -> impl Iterator<Item = (&str, Option<Phase>)> {
    let both = run.plan.metrics.iter().zip(&run.metrics);
    both.filter(|(metric, _)| !metric.dry_run).map(|(metric, state)| {
        (
            metric.name.as_str(),
            state.measurements.back().map(|newest| newest.phase),
        )
    })
}
