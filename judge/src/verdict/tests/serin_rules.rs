use std::sync::Arc;
use std::time::Duration;

use super::{at, measured, metric, plan};
use crate::analysis::plan::{Dialect, Metric, OnFailure, OnInconclusive, Policy};
use crate::verdict::Phase::{Error, Failed, Successful};
use crate::verdict::{Reason, RunState, Verdict};

fn every_second(name: &str) -> Metric {
    Metric {
        interval: Some(Duration::from_secs(1)),
        ..metric(name)
    }
}

fn run(metrics: Vec<Metric>) -> RunState {
    RunState::new(Arc::new(plan(Dialect::Serin, metrics)), at(0))
}

#[test]
fn a_failure_counts_once_it_has_lasted() {
    let spec = Metric {
        failing_for: Duration::from_secs(3),
        ..every_second("memory")
    };
    let mut state = run(vec![spec]);
    for (second, phase) in [
        (1, Failed),
        (2, Failed),
        (3, Successful),
        (4, Failed),
        (5, Failed),
        (6, Failed),
    ] {
        state.record(&[(0, measured(phase, second))]).unwrap();
        assert_eq!(state.decision().verdict, Verdict::Continue, "second {second}");
    }
    assert_eq!(state.metrics[0].counters.failed, 0);
    assert_eq!(
        state.metrics[0].measurements[0].message,
        "failing for 0s of 3s: does not count yet"
    );
    state.record(&[(0, measured(Error, 7))]).unwrap();
    assert_eq!(
        state.decision().verdict,
        Verdict::Continue,
        "an error neither ends nor feeds the failure"
    );
    state.record(&[(0, measured(Failed, 8))]).unwrap();
    assert_eq!(
        state.decision().reasons,
        [Reason::MetricFailed],
        "it has failed since second 4"
    );
}

#[test]
fn a_metric_that_holds_never_rolls_back() {
    let mut state = run(vec![Metric {
        on_failure: OnFailure::Hold,
        ..every_second("memory")
    }]);
    state.record(&[(0, measured(Failed, 1))]).unwrap();
    let decision = state.decision();
    assert_eq!(
        (decision.verdict, decision.reasons),
        (Verdict::Inconclusive, vec![Reason::MetricFailed])
    );
}

#[test]
fn rollback_comes_before_errors_and_errors_before_promotion() {
    let mut state = run(vec![
        every_second("broken"),
        Metric {
            guard: true,
            ..every_second("guard")
        },
    ]);
    for second in 0..4 {
        state.record(&[(0, measured(Error, second))]).unwrap();
    }
    state.record(&[(1, measured(Failed, 4))]).unwrap();
    assert_eq!(
        state.decision().reasons,
        [Reason::SloGuard],
        "without comparisons a guard acts at once"
    );

    let mut state = run(vec![
        every_second("broken"),
        Metric {
            count: Some(1),
            ..every_second("fine")
        },
    ]);
    state.record(&[(1, measured(Successful, 1))]).unwrap();
    for second in 0..5 {
        state.record(&[(0, measured(Error, second))]).unwrap();
    }
    let decision = state.decision();
    assert_eq!(
        (decision.reasons.as_slice(), decision.exit_code()),
        ([Reason::ProviderError].as_slice(), 4)
    );
}

#[test]
fn endless_metrics_are_promoted_at_the_deadline_only_when_they_are_fine() {
    let deadline = at(1800);
    let cases = [
        (
            "fine until now",
            vec![(Successful, 1799)],
            vec![Reason::MetricsSuccessful],
            0,
        ),
        (
            "silent since long",
            vec![(Successful, 1)],
            vec![Reason::DeadlineReached],
            3,
        ),
        (
            "no value now",
            vec![(Successful, 1), (Error, 1799)],
            vec![Reason::ProviderError, Reason::DeadlineReached],
            4,
        ),
        (
            "never measured",
            vec![],
            vec![Reason::MissingData, Reason::DeadlineReached],
            3,
        ),
    ];
    for (name, measurements, reasons, code) in cases {
        let mut state = run(vec![every_second("m")]);
        for (phase, second) in measurements {
            state.record(&[(0, measured(phase, second))]).unwrap();
        }
        state.tick(deadline);
        let decision = state.decision();
        assert_eq!(
            (decision.reasons.as_slice(), decision.exit_code()),
            (reasons.as_slice(), code),
            "{name}"
        );
    }
    let mut state = run(vec![every_second("m")]);
    state.tick(deadline);
    assert_eq!(
        state.decision().summary,
        "Undecided after 30m0s: metric \"m\" was never measured."
    );
}

#[test]
fn what_is_done_at_the_deadline_never_applies_to_missing_data_or_errors() {
    for on_inconclusive in [OnInconclusive::Promote, OnInconclusive::Rollback] {
        for measurements in [vec![], vec![(Successful, 1), (Error, 1799)]] {
            let tolerant = Metric {
                consecutive_error_limit: 100,
                ..every_second("m")
            };
            let mut spec = plan(Dialect::Serin, vec![tolerant]);
            spec.policy = Policy {
                on_inconclusive,
                ..Policy::default()
            };
            let mut state = RunState::new(Arc::new(spec), at(0));
            for (phase, second) in measurements {
                state.record(&[(0, measured(phase, second))]).unwrap();
            }
            state.tick(at(1800));
            assert_eq!(state.decision().verdict, Verdict::Inconclusive);
        }
    }
}

#[test]
fn a_promotion_by_policy_never_goes_over_a_metric_that_fails() {
    let tolerant = Metric {
        failure_limit: Some(9),
        ..every_second("m")
    };
    let mut spec = plan(Dialect::Serin, vec![tolerant]);
    spec.policy = Policy {
        on_inconclusive: OnInconclusive::Promote,
        ..Policy::default()
    };
    let mut state = RunState::new(Arc::new(spec), at(0));
    state.record(&[(0, measured(Successful, 1798))]).unwrap();
    state.record(&[(0, measured(Failed, 1799))]).unwrap();
    state.tick(at(1800));
    assert_eq!(state.decision().verdict, Verdict::Inconclusive);
}

#[test]
fn a_stopped_run_is_inconclusive() {
    let mut state = run(vec![every_second("m")]);
    state.record(&[(0, measured(Successful, 1))]).unwrap();
    state.stop(at(2));
    let decision = state.decision();
    assert_eq!(
        (decision.verdict, decision.reasons.as_slice()),
        (Verdict::Inconclusive, [Reason::Stopped].as_slice())
    );
    state.tick(at(1800));
    assert_eq!(state.decision(), decision, "a verdict is given once");
}
