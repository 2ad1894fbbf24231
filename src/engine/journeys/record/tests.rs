use std::time::Duration;

use serin_judge::journey::{Arm, RunIds, RunOutcome, RunResult};
use serin_judge::time::Timestamp;
use tokio::time::Instant;

use super::*;

const AT: Timestamp = Timestamp::from_micros(1_760_000_003_250_000);

fn ended(round: u64, planned: Instant) -> Ended {
    Ended {
        round,
        arm: 0,
        position: 0,
        planned,
        lateness: Duration::ZERO,
        answers: None,
        outcome: Ok(RunResult {
            arm: Arm::Stable,
            planned_at: AT,
            started_at: AT,
            finished_at: AT + Duration::from_millis(5),
            outcome: RunOutcome::Passed,
            ids: RunIds::new(0, 0),
            steps: Vec::new(),
            leaks: Vec::new(),
        }),
    }
}

/// Windows of 10 s that begin at whole tens, from 3.25 s into one on, closed at the latest 30 s after their end.
fn recorder(now: Instant) -> Recorder {
    let whole = Timestamp::from_micros(0);
    let slices = Slices::new(now, AT, whole, Duration::from_secs(10));
    Recorder::new(slices, &[Arm::Stable], 1, Duration::from_secs(30), 0, now)
}

#[tokio::test(start_paused = true)]
async fn windows_wait_for_the_runs_that_were_planned_in_them() {
    let zero = Instant::now() + Duration::from_secs(100);
    let after = |millis: u64| zero + Duration::from_millis(millis);
    let mut recorder = recorder(zero);
    for (round, planned) in [(0, after(1000)), (1, after(6749)), (2, after(6750))] {
        recorder.begun(round, planned);
    }
    recorder.ended(ended(0, after(1000)));
    assert!(recorder.close_due(after(6749)).is_none());
    assert!(recorder.close_due(after(6750)).is_none(), "a run is under way");
    recorder.ended(ended(1, after(6749)));
    let (first, window) = recorder.close_due(after(6750)).unwrap();
    assert_eq!((window.planned, window.arms[0].runs.passed), (2, 2));
    assert_eq!(
        (window.start, window.end),
        (AT, Timestamp::from_micros(1_760_000_010_000_000))
    );
    assert!(!window.partial, "it begins when the probing did");
    // The last run never ends, which no run does: the window is closed all the same.
    assert!(recorder.close_due(after(16_750 + 29_999)).is_none());
    let (second, window) = recorder.close_due(after(16_750 + 30_000)).unwrap();
    assert_eq!(
        (second, window.planned, window.arms[0].runs.unanswered),
        (first + 1, 1, 1)
    );
    assert!(window.partial);
    recorder.ended(ended(2, after(6750)));
    let (_, window) = recorder.close_due(after(16_750 + 30_000)).unwrap();
    assert_eq!(
        window.arms[0].runs,
        RunCounts::default(),
        "what comes too late is in no other window"
    );
}

#[tokio::test(start_paused = true)]
async fn hours_of_nothing_are_not_told_window_by_window() {
    let zero = Instant::now();
    let mut recorder = recorder(zero);
    recorder.missed(zero, Missed::Paused);
    let later = zero + Duration::from_secs(24 * 3600);
    let mut windows = 0;
    while recorder.close_due(later).is_some() {
        windows += 1;
    }
    assert!((1..200).contains(&windows), "{windows}");
    assert!(recorder.due() > later);
}
