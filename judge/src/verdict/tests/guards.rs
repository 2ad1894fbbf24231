use std::time::Duration;

use super::{at, measured, metric};
use crate::analysis::plan::Metric;
use crate::verdict::guard::Guards;
use crate::verdict::{Counts, Data, Flags, Look, MetricState, Phase, Side, StableState, Window};

const WINDOW: Duration = Duration::from_secs(10);

fn look(second: i64, stable: u64) -> Look {
    let window = Window {
        comparison: "error-rate".into(),
        side: Side::Stable,
        target: "pod-1".into(),
        start: at(second - 10),
        end: at(second),
        data: Data::Errors(Counts {
            total: stable,
            bad: 0,
        }),
        flags: Flags::default(),
    };
    Look {
        at: at(second),
        windows: vec![window],
    }
}

/// A guard that has failed at second 12, and what waits for it.
fn failed() -> (Guards, [MetricState; 1]) {
    let (mut guards, mut states) = (Guards::default(), [MetricState::default()]);
    fail(&mut guards, &mut states, 12);
    (guards, states)
}

fn fail(guards: &mut Guards, states: &mut [MetricState; 1], second: i64) {
    let guard = Metric {
        guard: true,
        interval: Some(WINDOW),
        ..metric("guard")
    };
    assert!(states[0].record(&guard, measured(Phase::Failed, second), true));
    guards.hold(0, at(second));
}

#[test]
fn a_failure_counts_at_the_first_look_that_ends_half_a_window_later() {
    let (mut guards, mut states) = failed();
    guards.see(&look(16, 100), true);
    guards.release(WINDOW, StableState::Well, false, &mut states);
    assert!(guards.is_waiting(), "the look ended too early");
    guards.see(&look(20, 100), true);
    guards.release(WINDOW, StableState::Well, false, &mut states);
    assert_eq!((guards.is_waiting(), states[0].counters.failed), (false, 1));
}

#[test]
fn while_stable_cannot_be_read_nothing_is_told() {
    let (mut guards, mut states) = failed();
    for second in [20, 30, 40, 50] {
        guards.see(
            &Look {
                at: at(second),
                windows: Vec::new(),
            },
            false,
        );
        guards.release(WINDOW, StableState::Well, false, &mut states);
        assert!(guards.is_waiting(), "second {second}");
    }
    guards.release(WINDOW, StableState::Well, true, &mut states);
    assert_eq!(states[0].counters.failed, 1, "at the deadline everything is told");
}

#[test]
fn a_stable_side_without_requests_is_not_waited_for_without_end() {
    let (mut guards, mut states) = failed();
    for (second, waits) in [(20, true), (30, true), (40, true), (50, false)] {
        guards.see(&look(second, 0), true);
        guards.release(WINDOW, StableState::Well, false, &mut states);
        assert_eq!(guards.is_waiting(), waits, "second {second}");
    }
    assert_eq!(states[0].counters.failed, 1);
}

#[test]
fn a_guard_that_looks_back_goes_on_to_see_a_fault_that_is_over() {
    let (mut guards, mut states) = failed();
    guards.see(&look(20, 100), true);
    guards.release(WINDOW, StableState::Unhealthy, false, &mut states);
    assert_eq!(states[0].counters.failed, 0, "stable is unhealthy");
    for (second, failures) in [(60, 0), (290, 0), (330, 1)] {
        fail(&mut guards, &mut states, second);
        guards.see(&look(second + 10, 100), true);
        guards.release(WINDOW, StableState::Well, false, &mut states);
        assert_eq!(states[0].counters.failed, failures, "second {second}");
    }
}

#[test]
fn a_guard_that_has_succeeded_since_is_believed_at_once() {
    let (mut guards, mut states) = failed();
    guards.see(&look(20, 100), true);
    guards.release(WINDOW, StableState::Unhealthy, false, &mut states);
    guards.succeeded(0, at(30));
    fail(&mut guards, &mut states, 60);
    guards.see(&look(70, 100), true);
    guards.release(WINDOW, StableState::Well, false, &mut states);
    assert_eq!(states[0].counters.failed, 1);
}

#[test]
fn a_failure_beside_a_stable_side_in_doubt_does_not_count_but_the_next_one_may() {
    let (mut guards, mut states) = failed();
    guards.see(&look(20, 100), true);
    guards.release(WINDOW, StableState::InDoubt, false, &mut states);
    assert_eq!((guards.is_waiting(), states[0].counters.failed), (false, 0));
    fail(&mut guards, &mut states, 32);
    guards.see(&look(40, 100), true);
    guards.release(WINDOW, StableState::Well, false, &mut states);
    assert_eq!(states[0].counters.failed, 1);
}

#[test]
fn a_success_says_nothing_of_the_failure_before_it_that_still_waits() {
    let (mut guards, mut states) = failed();
    guards.see(&look(20, 100), true);
    guards.release(WINDOW, StableState::Unhealthy, false, &mut states);
    fail(&mut guards, &mut states, 27);
    guards.succeeded(0, at(37));
    guards.see(&look(40, 100), true);
    guards.release(WINDOW, StableState::Well, false, &mut states);
    assert_eq!(states[0].counters.failed, 0);
}
