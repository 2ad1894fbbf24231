use std::sync::Arc;
use std::time::Duration;

use super::{at, measured, metric, plan};
use crate::analysis::plan::{Dialect, Metric};
use crate::verdict::Phase::{Error, Failed, Inconclusive, Running, Successful};
use crate::verdict::{Phase, Reason, RunState, Verdict, argo};

fn run(metrics: Vec<Metric>) -> RunState {
    RunState::new(Arc::new(plan(Dialect::Argo, metrics)), at(0))
}

fn endless(name: &str) -> Metric {
    Metric {
        interval: Some(Duration::from_secs(60)),
        ..metric(name)
    }
}

fn dry(name: &str) -> Metric {
    Metric {
        dry_run: true,
        ..metric(name)
    }
}

#[test]
fn a_run_waits_until_every_metric_is_final() {
    let mut state = run(vec![metric("a"), endless("b")]);
    state.record(&[(0, measured(Successful, 1))]).unwrap();
    state.record(&[(1, measured(Successful, 1))]).unwrap();
    assert_eq!(
        (state.run_phase.phase, state.run_phase.message.as_str()),
        (Running, ""),
        "case 49"
    );
    assert_eq!(state.metrics[1].phase, Running, "case 56");
    assert_eq!(state.decision().verdict, Verdict::Continue);
}

#[test]
fn single_measurements() {
    let once = Metric {
        count: Some(1),
        ..endless("m")
    };
    for spec in [once, metric("m")] {
        let mut state = run(vec![spec]);
        state.record(&[(0, measured(Successful, 1))]).unwrap();
        assert_eq!(state.run_phase.phase, Successful, "cases 57 and 72");
        let decision = state.decision();
        assert_eq!(
            (decision.verdict, decision.reasons),
            (Verdict::Promote, vec![Reason::MetricsSuccessful])
        );
    }
}

#[test]
fn the_first_metric_with_the_worst_phase_gives_the_message() {
    let mut state = run(vec![
        endless("run-forever"),
        metric("failed-metric"),
        metric("second"),
    ]);
    state.record(&[(0, measured(Successful, 1))]).unwrap();
    state.record(&[(1, measured(Failed, 1))]).unwrap();
    assert_eq!(state.run_phase.phase, Failed, "case 60");
    let expected = "Metric \"failed-metric\" assessed Failed due to failed (1) > failureLimit (0)";
    assert_eq!(state.run_phase.message, expected);
    let decision = state.decision();
    assert_eq!((decision.verdict, decision.exit_code()), (Verdict::Rollback, 1));
    assert_eq!(decision.summary, format!("{expected}."));
    assert_eq!(state.due().count(), 0, "case 88: nothing is due any more");
}

#[test]
fn inconclusive_and_error_runs_map_to_their_exit_codes() {
    let mut state = run(vec![metric("m")]);
    state.record(&[(0, measured(Inconclusive, 1))]).unwrap();
    let decision = state.decision();
    assert_eq!(decision.reasons, [Reason::MetricInconclusive]);
    assert_eq!(
        (decision.verdict, decision.exit_code()),
        (Verdict::Inconclusive, 3)
    );

    let mut state = run(vec![metric("m")]);
    for second in 0..5 {
        assert_eq!(
            state.decision().verdict,
            Verdict::Continue,
            "{second} errors are tolerated"
        );
        let mut measurement = measured(Error, second);
        measurement.message = "connection refused".to_owned();
        state.record(&[(0, measurement)]).unwrap();
    }
    let expected = "Metric \"m\" assessed Error due to consecutiveErrors (5) > consecutiveErrorLimit (4): \
                    \"Error Message: connection refused\"";
    assert_eq!(state.run_phase.message, expected);
    let decision = state.decision();
    assert_eq!(decision.reasons, [Reason::ProviderError]);
    assert_eq!(
        (decision.verdict, decision.exit_code()),
        (Verdict::Inconclusive, 4)
    );
}

#[test]
fn dry_run_metrics_never_count() {
    let mut state = run(vec![dry("a"), dry("b")]);
    state.record(&[(0, measured(Successful, 1))]).unwrap();
    state.record(&[(1, measured(Failed, 1))]).unwrap();
    assert_eq!(
        (state.run_phase.phase, state.run_phase.message.as_str()),
        (Successful, ""),
        "cases 61 and 64"
    );
    assert_eq!(
        state.metrics[1].message,
        "Metric assessed Failed due to failed (1) > failureLimit (0)"
    );
    assert_eq!(state.decision().verdict, Verdict::Promote);
}

#[test]
fn a_run_that_is_stopped_before_anything_was_measured() {
    for spec in [metric("m"), dry("m")] {
        let mut metrics = plan(Dialect::Argo, vec![spec]);
        metrics.terminate = true;
        metrics.metrics[0].initial_delay = Duration::from_secs(20);
        let state = RunState::new(Arc::new(metrics), at(0));
        assert_eq!(state.run_phase.phase, Successful, "cases 67 and 68");
        assert_eq!(state.run_phase.message, "Run Terminated");
    }
}

#[test]
fn what_puts_a_run_into_its_end() {
    let spec = plan(Dialect::Argo, vec![metric("a"), metric("b")]);
    let state = |phase: Phase| {
        let mut states = vec![crate::verdict::MetricState::default(); 2];
        states[1].phase = phase;
        states
    };
    assert!(!argo::is_terminating(&spec, &state(Running), false), "case 73");
    for phase in [Error, Failed, Inconclusive] {
        assert!(
            argo::is_terminating(&spec, &state(phase), false),
            "case 75, {phase:?}"
        );
    }
    assert!(argo::is_terminating(&spec, &state(Running), true), "case 76");
    assert!(!argo::is_terminating(&spec, &[], false), "case 77");
    let dry = plan(Dialect::Argo, vec![metric("a"), dry("b")]);
    assert!(
        !argo::is_terminating(&dry, &state(Failed), false),
        "a dry-run metric ends nothing"
    );
}

#[test]
fn stopping_by_hand_is_never_a_promotion() {
    let mut state = run(vec![endless("m")]);
    state.record(&[(0, measured(Successful, 1))]).unwrap();
    state.stop(at(2));
    let decision = state.decision();
    assert_eq!(
        (decision.verdict, decision.reasons),
        (Verdict::Inconclusive, vec![Reason::Stopped])
    );
}

#[test]
fn measurements_of_another_plan_are_refused_whole() {
    let mut state = run(vec![metric("a")]);
    let error = state
        .record(&[(0, measured(Failed, 1)), (1, measured(Failed, 1))])
        .unwrap_err();
    assert_eq!((error.place, error.metrics), (2, 1));
    assert!(error.to_string().contains("metric number 2"), "{error}");
    assert_eq!(state.metrics[0].counters.failed, 0, "nothing was taken in");
}

/// Source: Argo Rollouts v1.10.1, the tests of its controller's garbage collection.
#[test]
fn times_to_live() {
    let day = 86_400;
    for (phase, strategy, expected) in [
        (
            Successful,
            serde_json::json!({"secondsAfterCompletion": day}),
            Some(day),
        ),
        (
            Failed,
            serde_json::json!({"secondsAfterCompletion": day}),
            Some(day),
        ),
        (
            Error,
            serde_json::json!({"secondsAfterCompletion": day}),
            Some(day),
        ),
        (Failed, serde_json::json!({"secondsAfterSuccess": day}), None),
        (Successful, serde_json::json!({"secondsAfterFailure": day}), None),
        (
            Successful,
            serde_json::json!({"secondsAfterCompletion": 100_000, "secondsAfterSuccess": day}),
            Some(day),
        ),
        (
            Failed,
            serde_json::json!({"secondsAfterCompletion": 100_000, "secondsAfterFailure": day}),
            Some(day),
        ),
        (
            Error,
            serde_json::json!({"secondsAfterCompletion": day, "secondsAfterFailure": 1}),
            Some(day),
        ),
        (
            Failed,
            serde_json::json!({"secondsAfterCompletion": day, "secondsAfterSuccess": 1}),
            Some(day),
        ),
        (Successful, serde_json::json!(null), None),
    ] {
        let mut plan = plan(Dialect::Argo, vec![metric("m")]);
        plan.metrics[0].consecutive_error_limit = 0;
        plan.spec = serde_json::json!({ "ttlStrategy": strategy });
        let mut state = RunState::new(Arc::new(plan), at(0));
        assert_eq!(state.expires_at(), None, "a run that goes on is never forgotten");
        state.record(&[(0, measured(phase, 1))]).unwrap();
        assert_eq!(state.run_phase.phase, phase);
        // An age of 86,400 s is not yet more than 86,400 s.
        let expected = expected.map(|seconds: u64| {
            state.decided_at().unwrap().whole_second() + Duration::from_secs(seconds + 1)
        });
        assert_eq!(state.expires_at(), expected, "{phase:?} {strategy}");
    }
}
