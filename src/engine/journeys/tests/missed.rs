//! Starts that do not happen, and who is to blame.

use std::collections::BTreeMap;

use serin_judge::analysis::plan::journey::{Accounts, Allowance, FailureClass};
use tokio::time::advance;

use super::*;
use crate::engine::ports::{Scripted, ScriptedProbe};

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[tokio::test(start_paused = true)]
async fn starts_beyond_the_cap_are_missed_and_counted() {
    let slow = ScriptedProbe::new(|_| Scripted::ok("").after(millis(1500)));
    let order = at_rate(with_cap(journey(vec![get("/plans")], vec![]), 5), 10.0, 6);
    let (windows, totals) = all(&order, &slow).await;
    let stable = totals.arm(Arm::Stable).unwrap();
    assert_eq!(totals.missed.keys().collect::<Vec<_>>(), [&Missed::InFlight]);
    assert_eq!(totals.planned, 60);
    assert_eq!(stable.runs.passed + totals.missed_count(), 60);
    assert_eq!(stable.runs.passed, 20, "five at a time, four times");
    assert!(
        windows
            .iter()
            .all(|window| window.partial == (window.missed_count() > 0))
    );
    assert!(!totals.overloaded, "it is the server that is slow");
}

#[tokio::test(start_paused = true)]
async fn a_prober_that_was_away_says_so_and_makes_no_burst() {
    let quick = ScriptedProbe::new(|_| Scripted::ok(""));
    let order = at_rate(with_cap(journey(vec![get("/plans")], vec![]), 1000), 10.0, 60);
    let mut probing = start(&order, &quick);
    tokio::time::sleep(millis(5_050)).await;
    advance(Duration::from_secs(20)).await;
    let mut windows = Vec::new();
    while let Some(window) = probing.next_window().await {
        windows.push(window);
    }
    let totals = probing.totals();
    let all = totals.all.unwrap();
    assert_eq!(all.planned, 600);
    // Fifteen of the twenty seconds are too long ago.
    assert_eq!(all.missed, BTreeMap::from([(Missed::TooLate, 150)]));
    assert_eq!(all.arm(Arm::Stable).unwrap().runs.passed, 450);
    let overloaded: Vec<bool> = windows.iter().map(|window| window.overloaded).collect();
    let expected: Vec<bool> = (0..60).map(|second| (5..25).contains(&second)).collect();
    assert_eq!(overloaded, expected);
    assert_eq!(totals.overloaded_windows, 20);
    let name: Arc<str> = "latency".into();
    let judged = windows[10].latency_windows(&name, Some(0), Since::Planned);
    assert!(judged[0].flags.overloaded && judged[0].flags.partial);
}

#[tokio::test(start_paused = true)]
async fn a_prober_without_resources_blames_itself() {
    let broken = ScriptedProbe::new(|seen| match seen.number {
        3 => Scripted::failure(FailureClass::ProberUnhealthy),
        _ => Scripted::ok(""),
    });
    let order = at_rate(journey(vec![get("/plans")], vec![]), 2.0, 4);
    let (windows, totals) = all(&order, &broken).await;
    let overloaded: Vec<bool> = windows.iter().map(|window| window.overloaded).collect();
    assert_eq!(overloaded, [false, true, false, false]);
    let step = &totals.arm(Arm::Stable).unwrap().steps[0];
    assert_eq!(
        (step.errors().total, step.errors().bad, step.failed_count()),
        (7, 0, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn a_run_without_a_free_account_is_missed() {
    let row = |name: &str| Arc::new(BTreeMap::from([("user".to_owned(), name.into())]));
    let mut journey = journey(vec![get("/plans")], vec![]);
    journey.accounts = Some(Accounts {
        rows: vec![row("a"), row("b")],
        secret: Vec::new(),
    });
    let slow = ScriptedProbe::new(|_| Scripted::ok("").after(millis(1900)));
    let (_, totals) = all(&at_rate(journey, 4.0, 10), &slow).await;
    let stable = totals.arm(Arm::Stable).unwrap();
    assert_eq!(totals.planned, 40);
    assert_eq!(totals.missed.keys().collect::<Vec<_>>(), [&Missed::NoAccount]);
    assert_eq!(stable.runs.passed + totals.missed_count(), 40);
    assert!(
        (10..=13).contains(&stable.runs.passed),
        "two at a time of 1.9 s: {:?}",
        stable.runs
    );
    let waited = totals.lateness.longest().unwrap();
    assert!(
        waited > millis(200) && waited <= millis(1010),
        "{waited:?} is lateness, not service time"
    );
}

#[tokio::test(start_paused = true)]
async fn pausing_is_instant_and_counted() {
    let quick = ScriptedProbe::new(|_| Scripted::ok(""));
    let order = at_rate(journey(vec![get("/plans")], vec![]), 10.0, 10);
    let mut probing = start(&order, &quick);
    tokio::time::sleep(millis(3_005)).await;
    probing.pause();
    tokio::time::sleep(millis(4_000)).await;
    assert!((30..=31).contains(&quick.asked()), "{}", quick.asked());
    probing.resume();
    let totals = probing.ended().await.all.unwrap();
    assert_eq!(totals.missed, BTreeMap::from([(Missed::Paused, 40)]));
    assert_eq!(quick.asked(), 60);
}

#[tokio::test(start_paused = true)]
async fn budgets_keep_runs_from_starting_and_slow_none_down() {
    let quick = ScriptedProbe::new(|_| Scripted::ok("").after(millis(100)));
    let of = |requests_per_second: Option<f64>, in_flight_max: Option<usize>| {
        Budget::of(Allowance {
            requests_per_second,
            in_flight_max,
        })
    };
    let two_steps = || with_cap(journey(vec![get("/a"), get("/b")], vec![]), 100);
    let mut order = at_rate(two_steps(), 10.0, 20);
    order.budgets.limit_all(of(Some(10.0), None));
    let (_, totals) = all(&order, &quick).await;
    let stable = totals.arm(Arm::Stable).unwrap();
    assert!(
        (100..=105).contains(&stable.runs.passed),
        "{:?}: five runs of two requests a second",
        stable.runs
    );
    assert_eq!(
        totals.missed,
        BTreeMap::from([(Missed::Budget, 200 - stable.runs.passed)])
    );
    assert!(stable.times.response.longest().unwrap() < millis(210));

    let mut order = at_rate(two_steps(), 20.0, 5);
    order.budgets.limit_target(0, of(None, Some(2)));
    let (_, totals) = all(&order, &quick).await;
    // Runs of 200 ms, two at a time.
    let passed = totals.arm(Arm::Stable).unwrap().runs.passed;
    assert!((40..=60).contains(&passed), "{passed}");

    let mut order = at_rate(two_steps(), 1.0, 20);
    order.pace = Pace::Closed(NonZeroUsize::new(3).unwrap());
    order.budgets.limit_all(of(Some(10.0), None));
    let (_, totals) = all(&order, &quick).await;
    assert_eq!(totals.missed_count(), 0, "a closed loop waits");
    let passed = totals.arm(Arm::Stable).unwrap().runs.passed;
    assert!((95..=105).contains(&passed), "{passed}");
}
