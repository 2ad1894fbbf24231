//! The verdict table: what holds at once, and what comes first.

use crate::analysis::plan::{Dialect, OnFailure, Weight};
use crate::time::Timestamp;
use crate::verdict::deadline;
use crate::verdict::kayenta::KayentaRun;
use crate::verdict::run::POPULATION_ERROR_LIMIT;
use crate::verdict::{ComparisonDecision, Decision, Phase, Reason, Remark, RunState, Verdict};

/// The decision of a run that goes on; says what cannot be read at the moment.
pub(super) fn undecided(run: &RunState) -> Decision {
    let unread = unread(run, 1);
    let summary = if unread.is_empty() {
        "The release is still being judged.".to_owned()
    } else {
        format!("The release is still being judged, but {}.", unread.join("; "))
    };
    decision(Verdict::Continue, Vec::new(), summary)
}

/// Comparisons that could not be read at least `times` times in a row.
pub(super) fn unread(run: &RunState, times: u32) -> Vec<String> {
    let both = run.plan.comparisons.iter().zip(&run.unread);
    both.filter(|(_, (errors, _))| *errors >= times)
        .map(|(comparison, (errors, message))| {
            let name = &comparison.name;
            let message = message.trim_end_matches('.');
            format!("comparison \"{name}\" could not be read {errors} times in a row: {message}")
        })
        .collect()
}

pub(super) fn decision(verdict: Verdict, reasons: Vec<Reason>, summary: impl Into<String>) -> Decision {
    Decision {
        verdict,
        reasons,
        summary: summary.into(),
    }
}

/// `None` while the run is undecided. Rollback comes before errors, errors before promotion; `due` is true once
/// the deadline has passed. Comparisons promote only at a look.
pub(super) fn decide(run: &RunState, now: Timestamp, due: bool, at_look: bool) -> Option<Decision> {
    if run.stopped && run.plan.dialect == Dialect::Serin {
        return Some(stopped(run));
    }
    if run.plan.dialect == Dialect::Argo {
        return argo(run);
    }
    let decision = rollback(run, now)
        .or_else(|| broken(run))
        .or_else(|| split(run))
        .or_else(|| suspect(run, now))
        .or_else(|| held(run))
        .or_else(
            || match run.kayenta.as_ref().filter(|kayenta| kayenta.is_judge()) {
                Some(kayenta) => by_kayenta(run, kayenta, now, due),
                None => compared(run, now, due, at_look),
            },
        );
    decision.map(|decision| remarked(run, now, decision))
}

/// By Serin's tests, and at the deadline by what the analysis says of undecided runs.
fn compared(run: &RunState, now: Timestamp, due: bool, at_look: bool) -> Option<Decision> {
    promotion(run, now, due)
        .filter(|_| at_look || run.plan.comparisons.is_empty())
        .or_else(|| due.then(|| deadline::undecided(run, now)))
}

/// By Kayenta's judge: a Fail at any of its looks, the class at the last one. Beside metrics that are not well it promotes
/// nothing.
fn by_kayenta(run: &RunState, kayenta: &KayentaRun, now: Timestamp, due: bool) -> Option<Decision> {
    let said = kayenta.decision();
    match said.as_ref().map(|said| said.verdict) {
        Some(Verdict::Rollback) => said,
        _ if !due => None,
        Some(Verdict::Promote) if !is_clear(run) || !metrics_fine(run, now, due) => {
            Some(deadline::undecided(run, now))
        }
        _ => said.or_else(|| Some(deadline::undecided(run, now))),
    }
}

/// Nothing waits, and every comparison can be read.
fn is_clear(run: &RunState) -> bool {
    !run.guards.is_waiting() && unread(run, 1).is_empty()
}

/// Argo's phases as verdicts.
fn argo(run: &RunState) -> Option<Decision> {
    let message = &run.run_phase.message;
    let or = |text: &str| {
        if message.is_empty() {
            text.to_owned()
        } else {
            format!("{message}.")
        }
    };
    let found = match run.run_phase.phase {
        Phase::Pending | Phase::Running => return None,
        _ if run.stopped || run.plan.terminate => return Some(stopped(run)),
        Phase::Successful => decision(
            Verdict::Promote,
            vec![Reason::MetricsSuccessful],
            or("Every metric ended Successful."),
        ),
        Phase::Failed => decision(
            Verdict::Rollback,
            vec![Reason::MetricFailed],
            or("A metric failed."),
        ),
        Phase::Inconclusive => decision(
            Verdict::Inconclusive,
            vec![Reason::MetricInconclusive],
            or("A metric is inconclusive."),
        ),
        Phase::Error => decision(
            Verdict::Inconclusive,
            vec![Reason::ProviderError],
            or("A metric has no value."),
        ),
    };
    Some(found)
}

fn stopped(run: &RunState) -> Decision {
    let looks = run.looks;
    decision(
        Verdict::Inconclusive,
        vec![Reason::Stopped],
        format!("Stopped before a verdict, after {looks} looks at the comparisons."),
    )
}

/// Metrics that ended in `phase` and count, in the document's order, with why.
fn ended<'run>(run: &'run RunState, phase: Phase) -> impl Iterator<Item = (bool, OnFailure, String)> + 'run {
    run.plan
        .metrics
        .iter()
        .zip(&run.metrics)
        .filter(move |(metric, state)| !metric.dry_run && state.phase == phase)
        .map(move |(metric, state)| {
            let reason = state
                .broken_limit(metric)
                .map_or_else(String::new, |(_, reason)| format!(": {reason}"));
            (
                metric.guard,
                metric.on_failure,
                format!("metric \"{}\" ended {phase:?}{reason}", metric.name),
            )
        })
}

/// What the comparisons of one decision say, without the full stop.
fn said(run: &RunState, now: Timestamp, decision: ComparisonDecision) -> Vec<String> {
    let reports = run
        .comparisons
        .reports(now)
        .into_iter()
        .filter(|report| report.decision == decision);
    reports
        .map(|report| format!("{}: {}", report.name, report.sentence.trim_end_matches('.')))
        .collect()
}

fn rollback(run: &RunState, now: Timestamp) -> Option<Decision> {
    let mut reasons = Vec::new();
    let mut sentences = Vec::new();
    let failed = || ended(run, Phase::Failed).filter(|(_, on_failure, _)| *on_failure == OnFailure::Rollback);
    for (wanted, reason) in [(true, Reason::SloGuard), (false, Reason::MetricFailed)] {
        let before = sentences.len();
        sentences.extend(
            failed()
                .filter(|(guard, ..)| *guard == wanted)
                .map(|(.., sentence)| sentence),
        );
        if sentences.len() > before {
            reasons.push(reason);
        }
    }
    let judged_by_serin = !run.kayenta.as_ref().is_some_and(KayentaRun::is_judge);
    if judged_by_serin && run.comparisons.regressed() {
        reasons.push(Reason::RegressionDetected);
        sentences.extend(said(run, now, ComparisonDecision::Regressed));
    }
    (!reasons.is_empty()).then(|| {
        decision(
            Verdict::Rollback,
            reasons,
            format!("The canary should be rolled back: {}.", sentences.join("; ")),
        )
    })
}

fn broken(run: &RunState) -> Option<Decision> {
    let mut sentences: Vec<String> = ended(run, Phase::Error).map(|(.., sentence)| sentence).collect();
    sentences.extend(unread(run, POPULATION_ERROR_LIMIT + 1));
    (!sentences.is_empty()).then(|| {
        let summary = format!(
            "It cannot be known, because something broke: {}.",
            sentences.join("; ")
        );
        decision(Verdict::Inconclusive, vec![Reason::ProviderError], summary)
    })
}

/// Traffic goes elsewhere than it should, so nothing that was compared means what it seems to.
fn split(run: &RunState) -> Option<Decision> {
    let (name, split) = run.comparisons.split_mismatch()?;
    let percent = |share: f64| 100.0 * share;
    let summary = format!(
        "Traffic is not split as it should be: in \"{name}\" the canary got {:.3}% of the requests and should get \
         {:.3}%, give or take {:.0}% of that. What was compared means nothing before the routing is right.",
        percent(split.observed.unwrap_or(0.0)),
        percent(split.expected),
        percent(split.tolerance),
    );
    Some(decision(
        Verdict::Inconclusive,
        vec![Reason::TrafficSplitMismatch],
        summary,
    ))
}

/// One target of the canary is bad, not the release.
fn suspect(run: &RunState, now: Timestamp) -> Option<Decision> {
    let target = run.comparisons.suspect_target()?;
    let shown = said(run, now, ComparisonDecision::Regressed).join("; ");
    let summary = format!(
        "One target of the canary, \"{target}\", alone carries the evidence of a regression; the others are as good as \
         stable: {shown}. Move it to another host and judge again."
    );
    Some(decision(Verdict::Inconclusive, vec![Reason::SuspectPod], summary))
}

fn held(run: &RunState) -> Option<Decision> {
    let mut reasons = Vec::new();
    let mut sentences = Vec::new();
    for (guard, _, sentence) in ended(run, Phase::Failed) {
        reasons.push(if guard {
            Reason::SloGuard
        } else {
            Reason::MetricFailed
        });
        sentences.push(sentence);
    }
    for (.., sentence) in ended(run, Phase::Inconclusive) {
        reasons.push(Reason::MetricInconclusive);
        sentences.push(sentence);
    }
    reasons.dedup();
    (!reasons.is_empty()).then(|| {
        decision(
            Verdict::Inconclusive,
            reasons,
            format!("Somebody has to look: {}.", sentences.join("; ")),
        )
    })
}

/// Metrics without end count as complete when they are fine at the moment of the promotion; those with a count
/// have to have reached it.
fn metrics_fine(run: &RunState, now: Timestamp, due: bool) -> bool {
    run.plan.metrics.iter().zip(&run.metrics).all(|(metric, state)| {
        let complete = state.phase == Phase::Successful && state.counters.successful > 0;
        let endless = metric.effective_count().is_none();
        let may_stop_now = endless && state.is_fine(metric, now) && (due || !run.plan.comparisons.is_empty());
        metric.dry_run || complete || may_stop_now
    })
}

fn promotion(run: &RunState, now: Timestamp, due: bool) -> Option<Decision> {
    let compared = !run.plan.comparisons.is_empty();
    if !is_clear(run) || !metrics_fine(run, now, due) || compared && !run.comparisons.promotable(now) {
        return None;
    }
    let mut reasons = Vec::new();
    if compared && run.comparisons.has_required() {
        reasons.push(Reason::NonInferiorityShown);
    }
    if run.plan.metrics.iter().any(|metric| !metric.dry_run) {
        reasons.push(Reason::MetricsSuccessful);
    }
    let shown = said(run, now, ComparisonDecision::Noninferior).join("; ");
    let why = match (compared, shown.is_empty()) {
        (false, _) => "every metric is Successful".to_owned(),
        (true, true) => "nothing speaks against it".to_owned(),
        (true, false) => shown,
    };
    let summary = format!("The canary may take all traffic: {why}.");
    Some(decision(Verdict::Promote, reasons, summary))
}

/// With the remarks of the comparisons that have a part in the verdict; those for information alone keep theirs to themselves.
pub(super) fn remarked(run: &RunState, now: Timestamp, mut decision: Decision) -> Decision {
    if run.kayenta.as_ref().is_some_and(KayentaRun::is_judge) {
        return decision;
    }
    let specs = run.plan.comparisons.iter();
    let reports = specs.zip(run.comparisons.reports(now));
    let reports: Vec<_> = reports
        .filter(|(spec, _)| spec.required || spec.weight != Weight::Info)
        .map(|(_, report)| report)
        .collect();
    for (remark, reason) in [
        (Remark::UncalibratedDispersion, Reason::UncalibratedDispersion),
        (Remark::UnprotectedBaseline, Reason::UnprotectedBaseline),
        (Remark::ProberOverloaded, Reason::ProberOverloaded),
    ] {
        if reports.iter().any(|report| report.remarks.contains(&remark)) {
            decision.reasons.push(reason);
        }
    }
    decision
}
