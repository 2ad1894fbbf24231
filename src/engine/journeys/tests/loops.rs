//! When runs start, and what is said of those that do not.

use std::future::pending;

use serin_judge::analysis::plan::journey::Action;
use serin_judge::journey::RunOutcome;
use tokio::time::Instant;

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

#[tokio::test(start_paused = true)]
async fn a_server_that_freezes_is_as_slow_as_its_users_find_it() {
    let order = at_rate(with_cap(journey(vec![get("/plans")], vec![]), 1000), 500.0, 20);
    let (_, totals) = all(&order, &freezing()).await;
    let stable = totals.arm(Arm::Stable).unwrap();
    assert_eq!(
        (totals.planned, totals.missed_count(), stable.runs.passed),
        (10_000, 0, 10_000)
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
        ..at_rate(journey(vec![get("/plans")], vec![]), 1.0, 10)
    };
    let (_, totals) = all(&order, &freezing()).await;
    let stable = totals.arm(Arm::Stable).unwrap();
    assert!((7_000..9_000).contains(&stable.runs.passed), "{:?}", stable.runs);
    let p99 = stable.times.response.quantile(0.99).unwrap();
    assert!(p99 < millis(3), "{p99:?}: this is what such loops hide");
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

#[test]
fn threads_share_the_starts_and_their_windows_merge() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let probe = ScriptedProbe::new(|_| Scripted::ok(""));
    let mut journey = journey(vec![get("/plans")], vec![]);
    journey.warm_up = 4;
    let totals = runtime.block_on(async {
        let order = ProbeOrder {
            shards: Shards::Threads(NonZeroUsize::new(3).unwrap()),
            window: millis(20),
            lasts: Lasts::Starts(500),
            ..at_rate(with_cap(journey, 300), 2000.0, 1)
        };
        all(&order, &probe).await.1
    });
    let stable = totals.arm(Arm::Stable).unwrap();
    assert_eq!(
        (totals.planned, stable.runs.passed + totals.missed_count() + 4),
        (500, 500)
    );
    assert_eq!(stable.runs.warm_up, 4, "of all threads together");
    assert_eq!(probe.asked(), stable.runs.passed + 4);
    let newest = stable.newest.as_ref().unwrap();
    assert!(newest.outcome == RunOutcome::Passed && newest.ids.to_string().len() == 32);
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
