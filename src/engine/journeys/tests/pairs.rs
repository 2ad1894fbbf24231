//! Canary beside stable.

use http::StatusCode;
use serin_judge::analysis::plan::journey::{Answering, Query};
use serin_judge::verdict::{Data, Side};

use super::*;
use crate::engine::ports::{Scripted, ScriptedProbe};

fn both(journey: Journey, seconds: u64) -> ProbeOrder {
    ProbeOrder {
        targets: vec![target(Arm::Stable), target(Arm::Canary)],
        ..at_rate(journey, 10.0, seconds)
    }
}

fn is_canary(seen: &crate::engine::ports::Seen<'_>) -> bool {
    seen.request.uri.host() == Some("canary.test")
}

#[tokio::test(start_paused = true)]
async fn both_sides_of_a_pair_see_the_same_moment() {
    // Twice as slow in the second half of each second, for both; the canary 20 ms slower at any time.
    let zero = tokio::time::Instant::now();
    let probe = ScriptedProbe::new(move |seen| {
        let slow = (seen.at - zero).subsec_millis() / 500;
        let canary = u64::from(is_canary(seen)) * 20;
        Scripted::ok("").after(Duration::from_millis(100 + 100 * u64::from(slow) + canary))
    });
    let (windows, totals) = all(&both(journey(vec![get("/plans")], vec![]), 40), &probe).await;
    let pairs = &totals.pairs[0];
    assert_eq!((pairs.kept.len(), pairs.beyond), (400, 0));
    for pair in &pairs.kept {
        let difference = pair.canary.unwrap() - pair.stable.unwrap();
        assert_eq!(difference, Duration::from_millis(20));
        assert_eq!(pair.control, None);
    }
    let first = pairs.kept.iter().filter(|pair| pair.canary_first).count();
    assert!((150..=250).contains(&first), "{first} of 400");
    assert!(windows.iter().all(|window| window.pairs[0].kept.len() == 10));
    let (_, again) = all(&both(journey(vec![get("/plans")], vec![]), 40), &probe).await;
    let order = |window: &JourneyWindow| {
        window.pairs[0]
            .kept
            .iter()
            .map(|pair| pair.canary_first)
            .collect::<Vec<_>>()
    };
    assert_eq!(order(&again), order(&totals), "chance is the seed's");
}

#[tokio::test(start_paused = true)]
async fn a_failure_of_one_side_is_kept_in_the_pair() {
    let probe = ScriptedProbe::new(|seen| match is_canary(seen) {
        true => Scripted::status(StatusCode::INTERNAL_SERVER_ERROR),
        false => Scripted::ok(""),
    });
    let (_, totals) = all(&both(journey(vec![get("/a"), get("/b")], vec![]), 5), &probe).await;
    assert_eq!(totals.pairs[0].kept.len(), 50);
    assert!(
        totals.pairs[0]
            .kept
            .iter()
            .all(|pair| pair.canary.is_none() && pair.stable.is_some())
    );
    assert!(totals.pairs[1].kept.is_empty(), "the canary never came so far");
    let name: Arc<str> = "errors".into();
    for step in [Some(0), None] {
        let judged = totals.error_windows(&name, step);
        let counts: Vec<_> = judged
            .iter()
            .map(|window| (window.side, window.counts().total, window.counts().bad))
            .collect();
        assert_eq!(counts, [(Side::Stable, 50, 0), (Side::Canary, 50, 50)]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_control_is_stable_beside_stable() {
    let mut order = both(journey(vec![get("/plans")], vec![]), 30);
    order.targets.push(target(Arm::Control));
    let probe = ScriptedProbe::new(|_| Scripted::ok("").after(Duration::from_millis(10)));
    let (_, totals) = all(&order, &probe).await;
    assert!(totals.pairs[0].kept.iter().all(|pair| pair.control.is_some()));
    let name: Arc<str> = "latency".into();
    let judged = totals.latency_windows(&name, Some(0), Since::Begun);
    let sides: Vec<_> = judged
        .iter()
        .map(|window| (window.side, window.flags.control))
        .collect();
    assert_eq!(
        sides,
        [(Side::Stable, false), (Side::Canary, false), (Side::Stable, true)]
    );
    assert!(
        judged
            .iter()
            .all(|window| matches!(&window.data, Data::Latency(all) if all.total() == 300))
    );
}

#[tokio::test(start_paused = true)]
async fn runs_that_hit_the_wrong_side_belong_to_nobody() {
    // A balancer that sends every fifth of the canary's requests to stable.
    let probe = ScriptedProbe::new(|seen| {
        let strays = seen.number % 5 == 0;
        let version = if is_canary(seen) && !strays { "v2" } else { "v1" };
        Scripted::ok("").header("x-version", version)
    });
    let mut journey = journey(vec![get("/a"), get("/b")], vec![]);
    journey.answering = Some(Answering {
        query: Query::Header(http::HeaderName::from_static("x-version")),
        canary: Some("v2".to_owned()),
        stable: Some("v1".to_owned()),
    });
    let (_, totals) = all(&both(journey, 10), &probe).await;
    let canary = totals.arm(Arm::Canary).unwrap();
    let stable = totals.arm(Arm::Stable).unwrap();
    assert!(canary.runs.wrong_side > 10, "{:?}", canary.runs);
    assert_eq!(canary.runs.wrong_side + canary.runs.passed, 100);
    assert_eq!(stable.runs.passed, 100);
    assert_eq!(canary.steps[0].passed, canary.runs.passed);
    assert_eq!(totals.pairs[0].kept.len() as u64, canary.runs.passed);
}
