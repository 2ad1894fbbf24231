//! Argo's rules for a whole run: worst phase, termination, messages.

use crate::analysis::plan::Plan;
use crate::time::Timestamp;
use crate::verdict::{Measurement, MetricState, Phase};

/// What Argo writes into a measurement that was ended before it had answered.
const TERMINATED: &str = "Metric Terminated";
/// How Argo begins what it says of a metric that does not count.
const DRY_RUN: &str = "Metric assessed ";

/// The phase of a run and why, as Argo says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunPhase {
    /// The phase.
    pub phase: Phase,
    /// Argo's words; empty while running and for Successful.
    pub message: String,
}

/// True when no new measurement may begin: somebody asked for the end, or a metric that counts is not going well.
///
/// Source: Argo Rollouts `utils/analysis/helpers.go`, `IsTerminating`.
#[must_use]
pub fn is_terminating(plan: &Plan, states: &[MetricState], stopped: bool) -> bool {
    stopped
        || plan.terminate
        || plan.metrics.iter().zip(states).any(|(metric, state)| {
            !metric.dry_run && matches!(state.phase, Phase::Failed | Phase::Error | Phase::Inconclusive)
        })
}

/// Brings every metric's phase up to date and gives the run's. A metric that ends badly puts the run into its end,
/// which is what Argo finds at its next look: here it is looked at again at once, since nothing else would come.
pub fn assess(plan: &Plan, states: &mut [MetricState], stopped: bool, now: Timestamp) -> RunPhase {
    if is_terminating(plan, states, stopped) {
        terminate_running(plan, states, now);
        return assess_once(plan, states, stopped, true);
    }
    let phase = assess_once(plan, states, stopped, false);
    if is_terminating(plan, states, stopped) {
        terminate_running(plan, states, now);
        return assess_once(plan, states, stopped, true);
    }
    phase
}

/// Ends what is under way as the providers' `Terminate` does: a job is deleted and leaves its measurement
/// Inconclusive, Kayenta's goes on.
///
/// Source: Argo Rollouts v1.10.1, `metricproviders/job/job.go` and `metricproviders/kayenta/kayenta.go`, `Terminate`.
fn terminate_running(plan: &Plan, states: &mut [MetricState], now: Timestamp) {
    for (metric, state) in plan.metrics.iter().zip(states) {
        let Some(running) = state.running.filter(|_| metric.provider.kind() != "kayenta") else {
            continue;
        };
        let terminated = Measurement {
            phase: Phase::Inconclusive,
            ..Measurement::error(TERMINATED.to_owned(), running.since, now)
        };
        let _held = state.record(metric, terminated, false);
    }
}

/// Source: Argo Rollouts `analysis/analysis.go`, `assessRunStatus`.
fn assess_once(plan: &Plan, states: &mut [MetricState], stopped: bool, terminating: bool) -> RunPhase {
    let mut worst: Option<(Phase, String)> = None;
    let mut all_complete = true;
    for (metric, state) in plan.metrics.iter().zip(states.iter_mut()) {
        let never_started =
            state.measurements.is_empty() && state.running.is_none() && !state.phase.is_final();
        if never_started {
            // A metric that never began has nothing to say about a run that is being stopped.
            all_complete &= terminating;
            continue;
        }
        let assessed = state.assess(metric, terminating);
        let before = std::mem::replace(&mut state.phase, assessed);
        if before != state.phase
            && let Some(last) = state.measurements.back()
        {
            state.argo_message.clone_from(&last.message);
        }
        if !state.phase.is_final() {
            all_complete = false;
            continue;
        }
        let reason = state
            .broken_limit(metric)
            .map(|(phase, reason)| limit_text(state, phase, &reason));
        if metric.dry_run {
            if let Some(reason) = reason.filter(|_| !state.argo_message.starts_with(DRY_RUN)) {
                state.argo_message = format!("Metric {reason}");
                state.message.clone_from(&state.argo_message);
            }
            continue;
        }
        if worst
            .as_ref()
            .is_none_or(|(phase, _)| state.phase.is_worse_than(*phase))
        {
            let message = reason.map(|reason| format!("Metric \"{}\" {reason}", metric.name));
            worst = Some((state.phase, message.unwrap_or_default()));
        }
    }
    finish(worst, all_complete, terminating, stopped || plan.terminate)
}

fn limit_text(state: &MetricState, phase: Phase, reason: &str) -> String {
    let tail = match state.argo_message.as_str() {
        "" => String::new(),
        message => format!(": \"Error Message: {message}\""),
    };
    format!("assessed {phase:?} due to {reason}{tail}")
}

fn finish(worst: Option<(Phase, String)>, all_complete: bool, terminating: bool, stopped: bool) -> RunPhase {
    if !all_complete && !terminating {
        return RunPhase {
            phase: Phase::Running,
            message: String::new(),
        };
    }
    let (phase, message) = worst.unwrap_or((Phase::Successful, String::new()));
    match (stopped, message.is_empty()) {
        (true, true) => RunPhase {
            phase,
            message: "Run Terminated".to_owned(),
        },
        _ => RunPhase { phase, message },
    }
}
