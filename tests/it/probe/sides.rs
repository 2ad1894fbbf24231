//! Canary beside stable: pairs, ratios, and who really answered.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};

use super::{CHECKOUT, Manners, Shop, files, probe, probed};

async fn sides(stable: Manners, canary: Manners) -> (Shop, Shop) {
    tokio::join!(
        Shop::open(Manners {
            version: "v1",
            token: "t",
            ..stable
        }),
        Shop::open(Manners {
            version: "v2",
            token: "t",
            ..canary
        })
    )
}

fn side<'a>(result: &'a Value, name: &str) -> &'a Value {
    let arms = result["journeys"][0]["arms"].as_array().unwrap();
    let found = arms.iter().find(|arm| arm["arm"] == name);
    found.unwrap_or_else(|| panic!("no {name}: {result}"))
}

#[tokio::test]
async fn both_sides_are_asked_alike_and_a_slower_one_shows() {
    let slower = Manners {
        takes: Duration::from_millis(250),
        ..Manners::default()
    };
    let (stable, canary) = sides(Manners::default(), slower).await;
    let (_files, path) = files(CHECKOUT);
    let arguments = [
        &path,
        "--stable",
        stable.address(),
        "--canary",
        canary.address(),
        "--rate",
        "15",
        "--for",
        "3s",
    ];
    let result = probed(0, &arguments).await;
    let passed = |name: &str| side(&result, name)["runs"]["passed"].as_u64().unwrap();
    assert!(
        passed("stable") > 30 && passed("stable") == passed("canary"),
        "{result}"
    );
    assert_eq!(
        stable.count(&Method::DELETE, "/orders/"),
        canary.count(&Method::DELETE, "/orders/")
    );
    let comparisons = result["journeys"][0]["comparisons"].as_array().unwrap();
    let whole = comparisons
        .iter()
        .find(|compared| compared["step"].is_null())
        .unwrap();
    assert_eq!(
        (&whole["result"], &whole["a"]["arm"], &whole["b"]["arm"]),
        (&json!("regression"), &json!("stable"), &json!("canary"))
    );
    let median = &whole["quantileRatios"][0];
    assert!(
        median["estimate"].as_f64().unwrap() > 1.2 && median["shows"] == "worse",
        "{median}"
    );
    // Four steps, each by itself.
    assert_eq!(comparisons.len(), 5, "{comparisons:?}");
    let ended = probe(&arguments).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for expected in ["canary / stable", "whole run", "worse", "A stable, B canary"] {
        assert!(ended.stdout.contains(expected), "{expected}: {}", ended.stdout);
    }
}

#[tokio::test]
async fn answers_of_the_wrong_side_belong_to_nobody_and_are_counted() {
    let lost = Manners {
        other_version: Some("v1"),
        ..Manners::default()
    };
    let (stable, canary) = sides(Manners::default(), lost).await;
    let text = r#"apiVersion: serin.dev/v1
kind: Journey
metadata: {name: items}
spec:
  answeredBy: {header: X-Version, canary: v2, stable: v1}
  steps:
  - {name: items, request: {url: /items}}
"#;
    let (_files, path) = files(text);
    let arguments = [
        &path,
        "--stable",
        stable.address(),
        "--canary",
        canary.address(),
        "--rate",
        "20",
        "--for",
        "2s",
    ];
    let result = probed(0, &arguments).await;
    assert_eq!(result["outcome"], "degraded", "{result}");
    let (of_canary, of_stable) = (&side(&result, "canary")["runs"], &side(&result, "stable")["runs"]);
    let (wrong, right) = (
        of_canary["wrongSide"].as_u64().unwrap(),
        of_canary["passed"].as_u64().unwrap(),
    );
    assert!(
        wrong > 10 && right > 10 && wrong.abs_diff(right) <= 1,
        "{of_canary}"
    );
    assert_eq!(of_stable["wrongSide"], 0, "{of_stable}");
    let step = &side(&result, "canary")["steps"][0];
    assert_eq!(step["response"]["count"], right, "{step}");
    // A side that never answers itself is unknown, which is a failure.
    let swapped = [&path, "--stable", canary.address(), "--canary", stable.address()];
    let result = probed(1, &[&swapped[..], &["--rate", "10", "--for", "1s"]].concat()).await;
    let reasons = result["journeys"][0]["reasons"].to_string();
    assert!(
        reasons.contains("canary: every run was answered by the wrong side"),
        "{reasons}"
    );
}

#[tokio::test]
async fn one_target_has_to_be_one_of_the_sides() {
    let text = r#"apiVersion: serin.dev/v1
kind: Journey
metadata: {name: items}
spec:
  answeredBy: {header: X-Version, canary: v2, stable: v1}
  steps:
  - {name: items, request: {url: /items}}
"#;
    let (_files, path) = files(text);
    for (version, code, count) in [("v1", 0, "passed"), ("v2", 0, "passed"), ("v3", 1, "wrongSide")] {
        let shop = Shop::open(Manners {
            version,
            token: "t",
            ..Manners::default()
        })
        .await;
        let result = probed(code, &[&path, "--target", shop.address()]).await;
        assert_eq!(super::arm(&result)["runs"][count], 1, "{version}: {result}");
    }
}

#[tokio::test]
async fn a_control_tells_the_noise_of_the_day() {
    let (stable, canary) = sides(Manners::default(), Manners::default()).await;
    let (control, _) = sides(Manners::default(), Manners::default()).await;
    let url = format!("{}/items", stable.address());
    let (stable, canary, control) = (stable.address(), canary.address(), control.address());
    let arguments = [
        &url,
        "--stable",
        stable,
        "--canary",
        canary,
        "--control",
        control,
        "--rate",
        "20",
        "--for",
        "1s",
    ];
    let result = probed(0, &arguments).await;
    assert!(
        side(&result, "control")["runs"]["passed"].as_u64().unwrap() > 10,
        "{result}"
    );
    let arms: Vec<&Value> = result["journeys"][0]["comparisons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|compared| &compared["b"]["arm"])
        .collect();
    assert_eq!(arms, [&json!("canary"), &json!("control")]);
}

#[tokio::test]
async fn answers_that_differ_are_told_by_place_and_noise_is_left_out() {
    let other = Manners {
        first_item: 9,
        ..Manners::default()
    };
    let (stable, canary) = sides(Manners::default(), other).await;
    let (control, _) = sides(Manners::default(), Manners::default()).await;
    // Each shop counts its requests: one more here makes a field in which stable differs from stable.
    assert_eq!(
        probe(&[&format!("{}/items", control.address())]).await.code,
        Some(0)
    );
    let text = CHECKOUT.replace(
        "request: {url: /items}",
        "request: {url: /items}\n    compare: true",
    );
    let (_files, path) = files(&text);
    let (stable, canary) = (stable.address(), canary.address());
    let arguments = [
        &path,
        "--stable",
        stable,
        "--canary",
        canary,
        "--control",
        control.address(),
    ];
    let result = probed(0, &arguments).await;
    assert_eq!(result["outcome"], "degraded", "{result}");
    let differences = &result["journeys"][0]["differences"];
    let expected = json!([{"step": "items", "path": "$.items[]", "pairs": 1, "stable": "1", "canary": "9"}]);
    assert_eq!(differences, &expected, "{result}");
    let alike = probed(0, &[&path, "--stable", stable, "--canary", control.address()]).await;
    let differences = &alike["journeys"][0]["differences"];
    assert_eq!(
        differences[0]["path"], "$.number",
        "without a control nothing is left out: {alike}"
    );
    let ended = probe(&arguments).await;
    assert!(
        ended
            .stdout
            .contains("$.items[]: stable says 1, the canary 9 (1 pair)"),
        "{}",
        ended.stdout
    );
}
