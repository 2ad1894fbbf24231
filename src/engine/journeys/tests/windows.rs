//! What windows hold, and where they go.

use serin_judge::analysis::plan::journey::FailureClass;

use super::*;
use crate::engine::ports::{Scripted, ScriptedProbe};
use crate::telemetry::metrics::{Metrics, Standing};

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[tokio::test(start_paused = true)]
async fn windows_merge_to_the_totals() {
    let mixed = ScriptedProbe::new(|seen| match seen.number % 7 {
        0 => Scripted::failure(FailureClass::Reset).after(millis(3)),
        1 => Scripted::status(http::StatusCode::BAD_GATEWAY),
        2 => Scripted::ok("").after(millis(2500)),
        3 => Scripted {
            reused: false,
            ..Scripted::ok("")
        },
        _ => Scripted::ok("").after(millis(seen.number % 400)),
    });
    let order = at_rate(journey(vec![get("/a"), get("/b")], vec![]), 20.0, 20);
    let (windows, totals) = all(&order, &mixed).await;
    let mut sum = JourneyWindow::clone(&windows[0]);
    for window in &windows[1..] {
        sum.merge(window);
    }
    let (all, sum) = (totals.arm(Arm::Stable).unwrap(), sum.arm(Arm::Stable).unwrap());
    assert_eq!((all.runs, &all.times), (sum.runs, &sum.times));
    assert_eq!(all.steps, sum.steps);
    assert_eq!(all.runs.ended(), 400);
    let step = &all.steps[0];
    assert_eq!(step.passed + step.failed_count(), 400);
    assert_eq!(step.warm.service.len() + step.cold.service.len(), step.passed);
    assert_eq!(step.timeouts() + step.failed.len(), step.failed_count());
    assert!(!step.cold.response.is_empty() && step.timeouts() > 0);
    let longest = step.durations(Since::Begun).longest().unwrap();
    assert!(
        longest < millis(410),
        "{longest:?}: neither failures nor timeouts are among them"
    );
    assert_eq!(all.steps[1].skipped, step.failed_count());
}

#[tokio::test(start_paused = true)]
async fn probings_that_go_on_for_ever_keep_no_totals_and_lose_what_nobody_looks_at() {
    let probe = ScriptedProbe::new(|_| Scripted::ok(""));
    let order = ProbeOrder {
        keeps_totals: false,
        lasts: Lasts::UntilStopped,
        ..at_rate(journey(vec![get("/plans")], vec![]), 2.0, 0)
    };
    let mut probing = start(&order, &probe);
    tokio::time::sleep(Duration::from_millis(300_100)).await;
    probing.drain();
    let mut windows = 0;
    while probing.next_window().await.is_some() {
        windows += 1;
    }
    let totals = probing.totals();
    assert!(totals.all.is_none());
    assert_eq!(windows, 256);
    assert!(
        (44..=45).contains(&totals.lost_windows),
        "{}",
        totals.lost_windows
    );
}

#[tokio::test(start_paused = true)]
async fn warm_ups_are_in_no_histogram() {
    let probe = ScriptedProbe::new(|seen| {
        let is_first = seen.number < 3;
        Scripted::ok("").after(if is_first { millis(900) } else { millis(1) })
    });
    let mut journey = journey(vec![get("/plans")], vec![]);
    journey.warm_up = 3;
    let (_, totals) = all(&at_rate(journey, 1.0, 10), &probe).await;
    let stable = totals.arm(Arm::Stable).unwrap();
    assert_eq!((stable.runs.warm_up, stable.runs.passed), (3, 7));
    assert_eq!(stable.steps[0].passed, 7);
    assert!(stable.times.response.longest().unwrap() < millis(10));
}

#[tokio::test(start_paused = true)]
async fn windows_are_told_to_prometheus() {
    let probe = ScriptedProbe::new(|seen| match seen.number {
        0..4 => Scripted::ok("").after(millis(150)),
        4 => Scripted::failure(FailureClass::Reset),
        _ => Scripted::ok("").after(millis(4)),
    });
    let mut journey = journey(
        vec![Step {
            creates: Some(text("plan")),
            ..get("/plans")
        }],
        vec![],
    );
    journey.schedule.in_flight_max = 1;
    let order = at_rate(journey, 10.0, 1);
    let (windows, _) = all(&order, &probe).await;
    let metrics = Metrics::new(START);
    for window in &windows {
        window.count_in(&order.journey, metrics.journeys());
    }
    let text = metrics.text(&Standing::default()).unwrap();
    for line in [
        r#"serin_journey_runs_total{journey="critical-path",arm="stable",outcome="passed"} 5"#,
        r#"serin_journey_runs_total{journey="critical-path",arm="stable",outcome="failed"} 1"#,
        r#"serin_journey_missed_runs_total{journey="critical-path",reason="in_flight"} 4"#,
        r#"serin_journey_step_duration_seconds_bucket{le="0.01",journey="critical-path",step="plans",arm="stable"} 1"#,
        r#"serin_journey_step_duration_seconds_bucket{le="0.2",journey="critical-path",step="plans",arm="stable"} 5"#,
        r#"serin_journey_step_failures_total{journey="critical-path",step="plans",arm="stable",class="reset"} 1"#,
        r#"serin_journey_leaks_total{journey="critical-path"} 6"#,
        r#"serin_journey_start_lateness_seconds_count{journey="critical-path"} 6"#,
    ] {
        assert!(
            text.lines().any(|found| found == line),
            "{line} is not in:\n{text}"
        );
    }
}
