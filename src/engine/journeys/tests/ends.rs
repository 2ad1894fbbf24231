//! Stopping, teardown, and what it leaves behind.

use http::StatusCode;
use serin_judge::analysis::plan::journey::FailureClass;
use serin_judge::journey::{RunOutcome, RunResult, StepOutcome};
use tokio::time::Instant;

use super::*;
use crate::engine::ports::{Scripted, ScriptedProbe};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Makes a plan, looks at it, and removes it in its teardown.
fn making() -> Journey {
    let make = Step {
        creates: Some(text("plan")),
        ..get("/make")
    };
    let remove = Step {
        removes: Some(text("plan")),
        ..get("/remove")
    };
    journey(vec![make, get("/look")], vec![remove, get("/logout")])
}

/// Answers at once, but for one path.
fn but(path: &'static str, answer: Scripted) -> ScriptedProbe {
    ScriptedProbe::new(move |seen| {
        if seen.request.uri.path() == path {
            answer.clone()
        } else {
            Scripted::ok("")
        }
    })
}

async fn run(journey: Journey, probe: &ScriptedProbe) -> RunResult {
    let (_, totals) = all(&once(journey), probe).await;
    totals.arms[0].newest.clone().unwrap()
}

fn outcomes(run: &RunResult) -> Vec<(usize, StepOutcome)> {
    run.steps.iter().map(|step| (step.step, step.outcome)).collect()
}

#[tokio::test(start_paused = true)]
async fn teardown_runs_whatever_happens_and_is_no_part_of_the_outcome() {
    let passed = run(
        making(),
        &but("/logout", Scripted::status(StatusCode::IM_A_TEAPOT)),
    )
    .await;
    assert_eq!(passed.outcome, RunOutcome::Passed);
    assert_eq!(
        passed.steps[3].outcome,
        StepOutcome::Failed(FailureClass::StatusMismatch)
    );
    assert!(passed.leaks.is_empty());

    let failed = run(making(), &but("/look", Scripted::failure(FailureClass::Reset))).await;
    assert_eq!(failed.outcome, RunOutcome::Failed);
    assert_eq!(
        outcomes(&failed)[1..],
        [
            (1, StepOutcome::Failed(FailureClass::Reset)),
            (2, StepOutcome::Passed),
            (3, StepOutcome::Passed)
        ]
    );
    assert!(failed.leaks.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_removed_is_named_with_the_tag_of_its_run() {
    let probe = but("/remove", Scripted::failure(FailureClass::ConnectRefused));
    let leaking = run(making(), &probe).await;
    assert_eq!(leaking.outcome, RunOutcome::Passed);
    assert_eq!(leaking.leaks, [format!("plan (serin-{})", leaking.ids)]);
    assert!(
        matches!(leaking.steps[3].outcome, StepOutcome::Passed),
        "the rest of the teardown is done"
    );

    let (_, totals) = all(&at_rate(making(), 10.0, 15), &probe).await;
    assert_eq!(
        (totals.arms[0].leak_count, totals.arms[0].leaks.len()),
        (150, LEAKS_MAX)
    );

    // Nobody knows whether a request that was not answered has made something; one that was refused has not.
    for (class, may_exist) in [(FailureClass::Reset, true), (FailureClass::ConnectRefused, false)] {
        let mut unknown = making();
        unknown.finally.clear();
        let run = run(unknown, &but("/make", Scripted::failure(class))).await;
        assert_eq!(!run.leaks.is_empty(), may_exist, "{class}");
    }
}

#[tokio::test(start_paused = true)]
async fn stopping_gives_steps_up_and_tears_down() {
    let probe = but("/look", Scripted::ok("").after(seconds(60)));
    let mut journey = making();
    journey.steps[1].timeout = seconds(100);
    journey.timeout = seconds(100);
    let mut probing = start(&at_rate(journey, 1.0, 1000), &probe);
    let begun = Instant::now();
    tokio::time::sleep(Duration::from_millis(4_500)).await;
    probing.stop();
    let totals = probing.ended().await.all.unwrap();
    assert!(begun.elapsed() < seconds(5), "{:?}", begun.elapsed());
    let arm = &totals.arms[0];
    assert!(
        (4..=5).contains(&arm.runs.cancelled) && arm.runs.ended() == arm.runs.cancelled,
        "{:?}",
        arm.runs
    );
    assert_eq!(arm.leak_count, 0);
    let cancelled = arm.newest.as_ref().unwrap();
    assert_eq!(
        outcomes(cancelled),
        [
            (0, StepOutcome::Passed),
            (1, StepOutcome::Failed(FailureClass::Cancelled)),
            (2, StepOutcome::Passed),
            (3, StepOutcome::Passed)
        ]
    );
    let step = &arm.steps[1];
    assert_eq!(
        (step.errors().total, step.failed_count()),
        (0, arm.runs.cancelled),
        "it says nothing about the server"
    );
}

#[tokio::test(start_paused = true)]
async fn a_second_stop_cuts_teardown_short_and_says_what_is_left() {
    let probe = but("/remove", Scripted::ok("").after(seconds(5)));
    let mut journey = making();
    journey.finally[0].timeout = seconds(8);
    let mut probing = start(&once(journey.clone()), &probe);
    tokio::time::sleep(seconds(1)).await;
    probing.stop();
    tokio::time::sleep(seconds(1)).await;
    assert_eq!(probing.progress().under_way(), 1, "teardown goes on");
    let before = Instant::now();
    probing.stop();
    let totals = probing.ended().await.all.unwrap();
    assert!(before.elapsed() < Duration::from_millis(10));
    assert_eq!(totals.arms[0].leak_count, 1);
    let cut = totals.arms[0].newest.as_ref().unwrap();
    assert_eq!(cut.outcome, RunOutcome::Passed, "its steps had passed");
    assert_eq!(
        outcomes(cut)[2],
        (2, StepOutcome::Failed(FailureClass::Cancelled))
    );

    // Without any stop it has its own time.
    let patient = run(journey, &probe).await;
    assert!(patient.leaks.is_empty());
}

#[tokio::test(start_paused = true)]
async fn teardown_has_a_time_of_its_own_and_no_more() {
    let probe = ScriptedProbe::new(|seen| match seen.request.uri.path() {
        "/make" => Scripted::ok(""),
        _ => Scripted::ok("").after(seconds(3600)),
    });
    let mut journey = making();
    journey.timeout = seconds(3);
    journey.finally_timeout = seconds(5);
    for step in journey.steps.iter_mut().chain(&mut journey.finally) {
        step.timeout = seconds(60);
    }
    let begun = Instant::now();
    let run = run(journey, &probe).await;
    assert_eq!(begun.elapsed().as_secs(), 8);
    assert_eq!(
        outcomes(&run)[1..],
        [
            (1, StepOutcome::Failed(FailureClass::JourneyTimeout)),
            (2, StepOutcome::Failed(FailureClass::JourneyTimeout)),
            (3, StepOutcome::Failed(FailureClass::JourneyTimeout))
        ]
    );
    assert_eq!((run.finished_at.since(run.started_at)).as_secs(), 3);
    assert_eq!(run.leaks.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn whoever_lets_go_of_a_probing_stops_it() {
    let probe = but("/look", Scripted::ok("").after(seconds(1)));
    let removed = |probe: &ScriptedProbe| probe.asked();
    drop(start(&at_rate(making(), 100.0, 1000), &probe));
    tokio::time::sleep(seconds(30)).await;
    let asked = removed(&probe);
    tokio::time::sleep(seconds(30)).await;
    assert_eq!(removed(&probe), asked);
}

#[tokio::test(start_paused = true)]
async fn draining_lets_runs_come_to_their_end() {
    let probe = but("/look", Scripted::ok("").after(seconds(1)));
    let mut probing = start(&at_rate(making(), 10.0, 1000), &probe);
    tokio::time::sleep(Duration::from_millis(2_050)).await;
    probing.drain();
    let totals = probing.ended().await.all.unwrap();
    let runs = totals.arms[0].runs;
    assert!(
        (20..=22).contains(&runs.passed) && runs.ended() == runs.passed,
        "{runs:?}"
    );
}

/// Runs that are told to stop end at once, so a closed loop that did not look itself would start the next ones for ever.
#[tokio::test]
async fn a_closed_loop_hears_of_the_end_while_it_starts_runs() {
    let (inside, begun) = std::sync::mpsc::channel();
    let (stopped, go_on) = std::sync::mpsc::channel();
    let go_on = std::sync::Mutex::new(go_on);
    let probe = ScriptedProbe::new(move |seen| {
        if seen.number == 0 {
            inside.send(()).unwrap();
            go_on.lock().unwrap().recv().unwrap();
        }
        Scripted::ok("")
    });
    let order = ProbeOrder {
        pace: Pace::Closed(NonZeroUsize::new(2).unwrap()),
        lasts: Lasts::UntilStopped,
        shards: Shards::Threads(NonZeroUsize::MIN),
        ..once(journey(vec![get("/plans")], vec![]))
    };
    let mut probing = start(&order, &probe);
    begun.recv().unwrap();
    probing.stop();
    stopped.send(()).unwrap();
    let ended = tokio::time::timeout(seconds(20), probing.ended()).await;
    let runs = ended.expect("the loop ends").all.unwrap().arms[0].runs;
    assert_eq!((runs.cancelled, runs.ended()), (2, 2), "{runs:?}");
}
