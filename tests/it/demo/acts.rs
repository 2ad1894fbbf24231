//! Every act with several seeds, and both together.

use futures::future::join_all;

use super::{PATIENCE, demo, report, stage};
use crate::binary::{Ended, start};

/// The simulation plays a thousand seeds of each; here it is about the real thing.
const SEEDS: [&str; 2] = ["1", "2"];

/// The numbers that decide: both sides' bad requests, the ratio, the evidence.
const NUMBERS: [&str; 4] = ["    canary   ", "    stable   ", "    ratio    ", "    evidence "];

/// Plays one act with each seed, and checks what every final report has in common.
async fn play(fault: &str, code: i32, verdict: &str) -> Vec<Ended> {
    play_with(&SEEDS, fault, code, verdict).await
}

async fn play_with(seeds: &[&str], fault: &str, code: i32, verdict: &str) -> Vec<Ended> {
    let acts = seeds.iter().map(|seed| async move {
        let _stage = stage().await;
        start(demo(&["--fault", fault, "--seed", seed]))
            .end(PATIENCE)
            .await
    });
    let acts = join_all(acts).await;
    for act in &acts {
        assert_eq!(act.code, Some(code), "{act:?}");
        assert!(
            !act.stdout.contains('\u{1b}') && !act.stderr.contains('\u{1b}'),
            "{act:?}"
        );
        let report = report(&act.stdout, verdict);
        for line in act.stdout.lines() {
            assert!(line.chars().count() <= 80, "more than 80 columns: {line}");
        }
        for number in NUMBERS {
            let line = report.lines().find(|line| line.starts_with(number));
            let digits = line.is_some_and(|line| line.contains(|digit: char| digit.is_ascii_digit()));
            assert!(digits, "{number}: {report}");
        }
        assert!(
            act.stdout.contains("Users send about 600 requests a second"),
            "{act:?}"
        );
    }
    acts
}

#[tokio::test]
async fn a_healthy_release_is_promoted_whatever_the_seed() {
    for act in play("none", 0, "PROMOTE").await {
        let report = report(&act.stdout, "PROMOTE");
        assert!(
            report.contains("reasons: non_inferiority_shown, metrics_successful"),
            "{report}"
        );
        assert!(report.contains("error-rate (errors): noninferior"), "{report}");
        assert!(report.contains("canary-health: Successful"), "{report}");
        // Without a terminal progress comes as lines.
        assert!(act.stderr.contains("planning-api-demo  0:0"), "{}", act.stderr);
    }
}

#[tokio::test]
async fn a_release_with_errors_is_rolled_back_whatever_the_seed() {
    for act in play("errors", 1, "ROLLBACK").await {
        let report = report(&act.stdout, "ROLLBACK");
        assert!(report.contains("reasons: regression_detected"), "{report}");
        assert!(report.contains("error-rate (errors): regressed"), "{report}");
    }
}

#[tokio::test]
async fn a_release_that_is_slow_in_any_way_is_rolled_back() {
    for fault in ["latency", "tail", "leak"] {
        for act in play_with(&SEEDS[..1], fault, 1, "ROLLBACK").await {
            let report = report(&act.stdout, "ROLLBACK");
            assert!(
                report.contains("reasons: regression_detected"),
                "{fault}: {report}"
            );
            assert!(
                report.contains("latency (latency): regressed"),
                "{fault}: {report}"
            );
        }
    }
}

#[tokio::test]
async fn a_fault_of_both_sides_is_not_blamed_on_the_release() {
    // It takes the whole minute, so one seed is enough.
    for act in play_with(&SEEDS[..1], "shared", 3, "INCONCLUSIVE").await {
        let report = report(&act.stdout, "INCONCLUSIVE");
        assert!(
            report.contains("reasons: stable_unhealthy, deadline_reached"),
            "{report}"
        );
        assert!(report.contains("error-rate (errors): undecided"), "{report}");
    }
}

#[tokio::test]
async fn without_a_fault_both_acts_are_played() {
    let people = async {
        let _stage = stage().await;
        start(demo(&[])).end(PATIENCE).await
    };
    let programs = async {
        let _stage = stage().await;
        start(demo(&["--output", "json", "--seed", "5"]))
            .end(PATIENCE)
            .await
    };
    let (people, programs) = tokio::join!(people, programs);

    assert_eq!(people.code, Some(0), "{people:?}");
    let order: Vec<usize> = [
        "Act 1 of 2",
        "PROMOTE",
        "Act 2 of 2",
        "ROLLBACK",
        "Both acts ended as told",
    ]
    .iter()
    .map(|text| {
        people
            .stdout
            .find(text)
            .unwrap_or_else(|| panic!("{text}: {people:?}"))
    })
    .collect();
    assert!(order.is_sorted(), "{order:?}: {people:?}");

    assert_eq!(programs.code, Some(0), "{programs:?}");
    assert_eq!(programs.stderr, "", "nothing but the document");
    let json = programs.json();
    for (act, fault, verdict) in [(0, "none", "promote"), (1, "errors", "rollback")] {
        let act = &json["acts"][act];
        assert_eq!(
            (&act["fault"], &act["expected"]),
            (&fault.into(), &verdict.into()),
            "{act}"
        );
        assert_eq!(act["run"]["verdict"], verdict, "{act}");
    }
    assert_eq!(json["acts"].as_array().unwrap().len(), 2);
}
