use std::time::Duration;

use super::{at, measured, metric};
use crate::analysis::plan::{Dialect, Metric};
use crate::verdict::Phase::{Error, Failed, Inconclusive, Pending, Running, Successful};
use crate::verdict::{Counters, Measurement, MetricState, Phase};

/// Number, limits as [`limits`] takes them, counters, whether the run is terminating, and the phase.
type Case = (u32, (i32, u32, u32), Counts, bool, Phase);

/// `failed`, `successful`, `inconclusive`, `consecutive_success`, `consecutive_error`, `count`.
type Counts = [u32; 6];

fn state(counts: Counts, last: Phase) -> MetricState {
    let [
        failed,
        successful,
        inconclusive,
        consecutive_success,
        consecutive_error,
        count,
    ] = counts;
    let error = consecutive_error;
    let counters = Counters {
        count,
        successful,
        failed,
        inconclusive,
        error,
        consecutive_error,
        consecutive_success,
    };
    MetricState {
        counters,
        measurements: [measured(last, 0)].into(),
        ..MetricState::default()
    }
}

/// Failure limit (-1 is off), success limit, count (0 is without end).
fn limits(failure: i32, success: u32, count: u32) -> Metric {
    Metric {
        interval: Some(Duration::from_secs(60)),
        failure_limit: u32::try_from(failure).ok(),
        consecutive_success_limit: success,
        count: (count > 0).then_some(count),
        inconclusive_limit: 99,
        ..metric("metric")
    }
}

#[test]
fn failure_and_success_limits() {
    let f3s4 = [3, 4, 0, 3, 0, 7];
    let cases: [Case; 33] = [
        (5, (2, 0, 0), [3, 0, 0, 0, 0, 3], false, Failed),
        (7, (3, 0, 0), [3, 0, 0, 0, 0, 3], false, Running),
        (8, (3, 0, 0), [3, 0, 0, 0, 0, 3], true, Successful),
        (9, (-1, 3, 0), f3s4, false, Successful),
        (11, (-1, 5, 0), f3s4, false, Running),
        (12, (-1, 5, 0), f3s4, true, Successful),
        (13, (-1, 5, 7), f3s4, false, Failed),
        (15, (-1, 3, 7), f3s4, false, Successful),
        (16, (-1, 3, 7), f3s4, true, Successful),
        (17, (-1, 3, 9), f3s4, false, Successful),
        (19, (-1, 5, 9), f3s4, false, Running),
        (20, (-1, 5, 9), f3s4, true, Successful),
        (21, (4, 4, 0), f3s4, false, Running),
        (23, (4, 4, 0), [5, 4, 0, 0, 0, 9], false, Failed),
        (23, (4, 4, 0), [5, 4, 0, 0, 0, 9], true, Failed),
        (24, (4, 4, 0), [3, 5, 0, 4, 0, 8], false, Successful),
        (24, (4, 4, 0), [3, 5, 0, 4, 0, 8], true, Successful),
        (25, (4, 4, 0), [5, 5, 0, 4, 0, 10], false, Failed),
        (25, (4, 4, 0), [5, 5, 0, 4, 0, 10], true, Failed),
        (27, (4, 4, 10), [4, 6, 0, 3, 0, 10], true, Inconclusive),
        (28, (4, 4, 10), [5, 5, 0, 3, 0, 10], false, Failed),
        (28, (4, 4, 10), [5, 5, 0, 3, 0, 10], true, Failed),
        (29, (4, 4, 10), [4, 6, 0, 4, 0, 10], false, Successful),
        (29, (4, 4, 10), [4, 6, 0, 4, 0, 10], true, Successful),
        (31, (4, 4, 10), [3, 5, 0, 3, 0, 8], false, Running),
        (32, (4, 4, 10), [3, 5, 0, 3, 0, 8], true, Successful),
        (33, (4, 4, 10), [5, 3, 0, 3, 0, 8], false, Failed),
        (33, (4, 4, 10), [5, 3, 0, 3, 0, 8], true, Failed),
        (35, (4, 4, 10), [5, 4, 0, 4, 0, 9], false, Failed),
        (35, (4, 4, 10), [5, 4, 0, 4, 0, 9], true, Failed),
        (39, (0, 0, 0), [0, 0, 0, 0, 5, 5], false, Error),
        (40, (0, 0, 0), [0, 0, 0, 0, 4, 5], false, Running),
        (41, (0, 0, 0), [0, 0, 0, 0, 4, 5], true, Successful),
    ];
    for (number, (failure, success, count), counts, terminating, expected) in cases {
        let last = if counts[4] > 0 { Error } else { Successful };
        let found = state(counts, last).assess(&limits(failure, success, count), terminating);
        assert_eq!(found, expected, "case {number}, terminating {terminating}");
    }
}

#[test]
fn inconclusive_limits() {
    let limit = |limit, count| Metric {
        inconclusive_limit: limit,
        ..limits(0, 0, count)
    };
    assert_eq!(
        state([0, 0, 3, 0, 0, 3], Inconclusive).assess(&limit(2, 0), false),
        Inconclusive,
        "case 36"
    );
    assert_eq!(
        state([0, 0, 3, 0, 0, 3], Inconclusive).assess(&limit(2, 0), true),
        Inconclusive,
        "case 36"
    );
    assert_eq!(
        state([0, 0, 3, 0, 0, 3], Inconclusive).assess(&limit(3, 0), false),
        Running,
        "case 37"
    );
    assert_eq!(
        state([0, 5, 5, 0, 0, 10], Successful).assess(&limit(0, 10), false),
        Inconclusive,
        "case 43"
    );
}

#[test]
fn without_measurements_and_in_flight() {
    assert_eq!(
        MetricState::default().assess(&metric("m"), false),
        Pending,
        "case 1"
    );
    assert_eq!(
        MetricState::default().assess(&metric("m"), true),
        Successful,
        "case 2"
    );
    for terminating in [false, true] {
        let mut in_flight = state([0, 1, 0, 1, 0, 1], Successful);
        in_flight.begin(at(10));
        let found = in_flight.assess(&metric("m"), terminating);
        assert_eq!(found, Running, "cases 3 and 4");
    }
}

#[test]
fn the_worst_limit_wins_inside_one_metric() {
    let everything = state([1, 0, 1, 0, 5, 2], Error);
    let (phase, reason) = everything.broken_limit(&metric("m")).unwrap();
    assert_eq!(
        (phase, reason.as_str()),
        (Error, "consecutiveErrors (5) > consecutiveErrorLimit (4)")
    );
    let (phase, reason) = state([1, 0, 0, 0, 0, 1], Failed)
        .broken_limit(&metric("m"))
        .unwrap();
    assert_eq!(
        (phase, reason.as_str()),
        (Failed, "failed (1) > failureLimit (0)"),
        "case 44"
    );
    let (phase, reason) = state([0, 0, 1, 0, 0, 1], Inconclusive)
        .broken_limit(&metric("m"))
        .unwrap();
    assert_eq!(
        (phase, reason.as_str()),
        (Inconclusive, "inconclusive (1) > inconclusiveLimit (0)"),
        "case 45"
    );
}

#[test]
fn errors_are_not_counted_and_anything_else_ends_a_row_of_them() {
    let spec = metric("m");
    let before = state([0, 4, 0, 0, 4, 4], Error);
    let mut after = before.clone();
    let _held = after.record(&spec, measured(Error, 10), false);
    assert_eq!(
        (
            after.counters.consecutive_error,
            after.counters.error,
            after.counters.count
        ),
        (5, 5, 4),
        "case 47"
    );
    for phase in [Successful, Failed, Inconclusive] {
        let mut after = before.clone();
        let _held = after.record(&spec, measured(phase, 10), false);
        let seen = (
            after.counters.consecutive_error,
            after.counters.error,
            after.counters.count,
        );
        assert_eq!(seen, (0, 4, 5), "case 48, {phase:?}");
    }
}

#[test]
fn what_is_due_when() {
    let minute = Metric {
        interval: Some(Duration::from_secs(60)),
        ..metric("m")
    };
    let after = |phase| MetricState {
        measurements: [measured(phase, 0)].into(),
        ..MetricState::default()
    };
    assert_eq!(
        after(Successful).due_at(&minute, Dialect::Argo, at(0)),
        Some(at(60)),
        "cases 87 and 97"
    );
    assert_eq!(
        after(Error).due_at(&metric("m"), Dialect::Argo, at(0)),
        Some(at(10)),
        "case 95"
    );
    assert_eq!(
        after(Error).due_at(&minute, Dialect::Argo, at(0)),
        Some(at(10)),
        "case 96"
    );
    assert_eq!(
        after(Successful).due_at(&metric("m"), Dialect::Argo, at(0)),
        None,
        "measured once"
    );
    let delayed = Metric {
        initial_delay: Duration::from_secs(20),
        ..metric("m")
    };
    assert_eq!(
        MetricState::default().due_at(&delayed, Dialect::Argo, at(0)),
        Some(at(20)),
        "case 93"
    );
    let late = MetricState {
        measurements: [Measurement {
            finished_at: at(0) + Duration::from_millis(900),
            ..measured(Successful, 0)
        }]
        .into(),
        ..MetricState::default()
    };
    assert_eq!(
        late.due_at(&minute, Dialect::Argo, at(0)),
        Some(at(60)),
        "times are whole seconds"
    );
    assert_eq!(
        late.due_at(&minute, Dialect::Serin, at(0)),
        Some(at(60) + Duration::from_millis(900))
    );
    let complete = MetricState {
        phase: Successful,
        ..after(Successful)
    };
    assert_eq!(complete.due_at(&minute, Dialect::Argo, at(0)), None);
}

#[test]
fn dropping_old_measurements_changes_no_counter() {
    let spec = Metric {
        retention: 2,
        interval: Some(Duration::from_secs(1)),
        ..metric("m")
    };
    let mut state = MetricState::default();
    for second in 0..5 {
        let _held = state.record(&spec, measured(Successful, second), false);
    }
    let kept: Vec<_> = state
        .measurements
        .iter()
        .map(|measurement| measurement.finished_at)
        .collect();
    assert_eq!(kept, [at(3), at(4)]);
    assert_eq!(state.counters.successful, 5);
}
