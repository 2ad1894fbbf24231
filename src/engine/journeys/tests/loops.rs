//! When runs start, and what is said of those that do not.

use std::collections::BTreeMap;
use std::future::pending;

use serin_judge::analysis::plan::journey::{Accounts, Action, FailureClass};
use serin_judge::journey::RunOutcome;
use tokio::time::{Instant, advance};

use super::*;
use crate::engine::ports::{Clock, Scripted, ScriptedProbe};

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Stands still for the first second of every five.
fn freezing() -> ScriptedProbe {
    let zero = Instant::now();
    ScriptedProbe::new(move |seen| {
        let into = (seen.at - zero).as_micros() % 5_000_000;
        let frozen = Duration::from_secs(1).saturating_sub(Duration::from_micros(into.try_into().unwrap()));
        Scripted::ok("").after(frozen + millis(1))
    })
}

fn with_cap(mut journey: Journey, in_flight_max: usize) -> Journey {
    journey.schedule.in_flight_max = in_flight_max;
    journey
}

#[tokio::test(start_paused = true)]
async fn a_server_that_freezes_is_as_slow_as_its_users_find_it() {
    let order = at_rate(with_cap(journey(vec![get("/plans")], vec![]), 1000), 500.0, 50);
    let (_, totals) = all(&order, &freezing()).await;
    let stable = totals.arm(Arm::Stable).unwrap();
    assert_eq!(
        (totals.planned, totals.missed_count(), stable.runs.passed),
        (25_000, 0, 25_000)
    );
    // One in five comes while it stands still and waits for an evenly drawn part of the second: what `part` of all do not
    // exceed is 1 - (1 - part) / 0.2.
    for (part, expected) in [(0.9, 0.501), (0.99, 0.951), (0.999, 0.996)] {
        for times in [&stable.times, &stable.steps[0].warm] {
            let got = times.response.quantile(part).unwrap().as_secs_f64();
            assert!(
                (got / expected - 1.0).abs() < 0.02,
                "p{part}: {got}, expected {expected}"
            );
        }
    }
    assert!(totals.lateness.longest().unwrap() <= millis(2));
}

#[tokio::test(start_paused = true)]
async fn a_closed_loop_asks_a_frozen_server_less_often() {
    let order = ProbeOrder {
        pace: Pace::Closed(NonZeroUsize::MIN),
        ..at_rate(journey(vec![get("/plans")], vec![]), 1.0, 50)
    };
    let (_, totals) = all(&order, &freezing()).await;
    let stable = totals.arm(Arm::Stable).unwrap();
    assert!(
        (35_000..45_000).contains(&stable.runs.passed),
        "{:?}",
        stable.runs
    );
    let p99 = stable.times.response.quantile(0.99).unwrap();
    assert!(p99 < millis(3), "{p99:?}: this is what such loops hide");
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
    let judged = windows[10].latency_windows(&name, 0, Since::Planned);
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
    let of = |requests_per_second: Option<f64>, concurrent: Option<usize>| {
        Some(Budget::new(BudgetLimits {
            requests_per_second,
            concurrent,
        }))
    };
    let two_steps = || with_cap(journey(vec![get("/a"), get("/b")], vec![]), 100);
    let mut order = at_rate(two_steps(), 10.0, 20);
    order.budget = of(Some(10.0), None);
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
    order.targets[0].budget = of(None, Some(2));
    let (_, totals) = all(&order, &quick).await;
    // Runs of 200 ms, two at a time.
    let passed = totals.arm(Arm::Stable).unwrap().runs.passed;
    assert!((40..=60).contains(&passed), "{passed}");

    let mut order = at_rate(two_steps(), 1.0, 20);
    order.pace = Pace::Closed(NonZeroUsize::new(3).unwrap());
    order.budget = of(Some(10.0), None);
    let (_, totals) = all(&order, &quick).await;
    assert_eq!(totals.missed_count(), 0, "a closed loop waits");
    let passed = totals.arm(Arm::Stable).unwrap().runs.passed;
    assert!((95..=105).contains(&passed), "{passed}");
}

/// Jumps by an hour whenever somebody looks.
struct Jumping(std::sync::atomic::AtomicI64);

#[async_trait::async_trait]
impl Clock for Jumping {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(
            self.0
                .fetch_add(3_600_000_000, std::sync::atomic::Ordering::Relaxed),
        )
    }

    async fn sleep_until(&self, _deadline: Timestamp) {
        pending::<()>().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_wall_clock_that_jumps_moves_no_start() {
    let quick = ScriptedProbe::new(|_| Scripted::ok(""));
    let order = at_rate(journey(vec![get("/plans")], vec![]), 5.0, 10);
    let clock = Jumping(START.as_micros().into());
    let mut probing = Probing::start(&order, &quick, &clock).unwrap();
    let mut end = START;
    while let Some(window) = probing.next_window().await {
        assert_eq!((window.start, window.planned), (end, 5));
        end = window.end;
    }
    assert_eq!(end, START + Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn a_schedule_does_not_depend_on_when_it_was_begun() {
    let starts = |skipped: u64| async move {
        let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
        let (zero, told) = (Instant::now(), Arc::clone(&seen));
        let probe = ScriptedProbe::new(move |seen| {
            told.lock()
                .unwrap()
                .push((seen.at - zero).as_millis() + u128::from(skipped));
            Scripted::ok("")
        });
        let mut journey = journey(vec![get("/plans")], vec![]);
        journey.schedule.interval = millis(700);
        journey.schedule.jitter = 0.3;
        let order = ProbeOrder {
            pace: Pace::Scheduled,
            ..at_rate(journey, 1.0, 30)
        };
        let clock = TimerClock::new(START + millis(skipped));
        Probing::start(&order, &probe, &clock).unwrap().ended().await;
        let seen = seen.lock().unwrap();
        seen.iter()
            .filter(|at| (10_000..25_000).contains(*at))
            .copied()
            .collect::<Vec<u128>>()
    };
    let (whole, late) = (starts(0).await, starts(8_321).await);
    assert_eq!(whole.len(), late.len());
    assert!((20..=23).contains(&whole.len()), "{}", whole.len());
    for (a, b) in whole.iter().zip(&late) {
        assert!(a.abs_diff(*b) <= 2, "{a} {b}");
    }
    let gaps: Vec<u128> = whole.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.iter().any(|gap| *gap != gaps[0]), "jitter: {gaps:?}");
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

#[test]
fn threads_share_the_starts_and_their_windows_merge() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let probe = ScriptedProbe::new(|_| Scripted::ok(""));
    let totals = runtime.block_on(async {
        let order = ProbeOrder {
            shards: Shards::Threads(NonZeroUsize::new(3).unwrap()),
            window: millis(20),
            lasts: Lasts::Starts(500),
            ..at_rate(with_cap(journey(vec![get("/plans")], vec![]), 300), 2000.0, 1)
        };
        all(&order, &probe).await.1
    });
    let stable = totals.arm(Arm::Stable).unwrap();
    assert_eq!(
        (totals.planned, stable.runs.passed + totals.missed_count()),
        (500, 500)
    );
    assert_eq!(probe.asked(), stable.runs.passed);
    let newest = stable.newest.as_ref().unwrap();
    assert!(newest.outcome == RunOutcome::Passed && newest.trace_id.len() == 32);
}

#[test]
fn orders_that_cannot_be_carried_out_are_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let _inside = runtime.enter();
    let good = once(journey(vec![get("/plans")], vec![]));
    let twice = vec![target(Arm::Canary), target(Arm::Canary)];
    let threads = NonZeroUsize::new(1000).unwrap();
    for order in [
        ProbeOrder {
            targets: vec![],
            ..good.clone()
        },
        ProbeOrder {
            targets: twice,
            ..good.clone()
        },
        ProbeOrder {
            pace: Pace::Rate(0.0),
            ..good.clone()
        },
        ProbeOrder {
            pace: Pace::Rate(f64::NAN),
            ..good.clone()
        },
        ProbeOrder {
            pace: Pace::Rate(1e9),
            ..good.clone()
        },
        ProbeOrder {
            window: Duration::ZERO,
            ..good.clone()
        },
        ProbeOrder {
            shards: Shards::Threads(threads),
            ..good.clone()
        },
    ] {
        let probe = ScriptedProbe::new(|_| Scripted::ok(""));
        let refused = Probing::start(&order, &probe, &TimerClock::new(START));
        assert!(matches!(refused, Err(ProbingError::Order(_))), "{order:?}");
    }
    assert!(matches!(good.journey.steps[0].action, Action::Http(_)));
}
