//! What targets may be asked: budgets and pauses.

use std::time::Duration;

use axum::http::Method;
use serde_json::Value;

use super::{CHECKOUT, files, probe, probed, shop};
use crate::binary::{serin, start};
use crate::peers::shop::Shop;
use crate::peers::wait_for;

const ONE_STEP: &str = r#"apiVersion: serin.dev/v1
kind: Journey
metadata: {name: look}
spec:
  steps: [{name: items, request: {url: /items}}]
"#;

const RATE: [&str; 4] = ["--rate", "40", "--for", "3s"];

fn missed(result: &Value, reason: &str) -> u64 {
    result["journeys"][0]["arms"][0]["runs"]["missed"][reason]
        .as_u64()
        .unwrap_or_default()
}

/// At most what so many requests a second come to, and the second that may be taken ahead.
fn at_most(result: &Value, a_second: usize) -> usize {
    let seconds = result["seconds"].as_f64().unwrap_or_else(|| panic!("{result}"));
    let millis = usize::try_from(Duration::from_secs_f64(seconds).as_millis()).unwrap();
    (a_second * (millis + 1_000)).div_ceil(1_000)
}

#[tokio::test]
async fn a_document_says_what_each_target_and_all_may_be_asked() {
    let budget = "{perTarget: {requestsPerSecond: 10}, inAll: {requestsPerSecond: 12}}";
    let (_files, path) = files(&ONE_STEP.replace("spec:\n", &format!("spec:\n  budget: {budget}\n")));
    let (a, b) = (shop().await, shop().await);
    let one = probed(0, &[&[&path, "--target", a.address()], &RATE[..]].concat()).await;
    let asked = a.count(&Method::GET, "/items");
    assert!(
        (10..=at_most(&one, 10)).contains(&asked),
        "{asked} requests: {one}"
    );
    assert_eq!(missed(&one, "budget"), 120 - asked as u64, "{one}");
    let sides = ["--stable", a.address(), "--canary", b.address()];
    let both = probed(0, &[&[path.as_str()], &sides[..], &RATE[..]].concat()).await;
    let (of_a, of_b) = (
        a.count(&Method::GET, "/items") - asked,
        b.count(&Method::GET, "/items"),
    );
    assert_eq!(of_a, of_b, "each start asks both sides or none");
    assert!((12..=at_most(&both, 12)).contains(&(of_a + of_b)), "{both}");
}

#[tokio::test]
async fn a_command_says_what_all_of_its_journeys_may_ask() {
    let second = ONE_STEP.replace("name: look", "name: again");
    let (_files, path) = files(&format!("{ONE_STEP}---\n{second}"));
    let shop = shop().await;
    let address = ["--target", shop.address()];
    for option in ["--max-rate", "--max-rate-per-target"] {
        let before = shop.count(&Method::GET, "/items");
        let arguments = [&[path.as_str()], &address[..], &RATE[..], &[option, "10"]].concat();
        let result = probed(0, &arguments).await;
        let asked = shop.count(&Method::GET, "/items") - before;
        assert!(
            (10..=at_most(&result, 10)).contains(&asked),
            "{option}: {asked}: {result}"
        );
    }
    let bad = probe(&[path.as_str(), "--max-rate", "0"]).await;
    assert_eq!(bad.code, Some(2), "{bad:?}");
}

#[tokio::test]
async fn retries_are_paid_for_too() {
    let failing = Shop::open(super::Manners {
        version: "v1",
        token: "t",
        order_status: Some(503),
        ..super::Manners::default()
    })
    .await;
    let text = ONE_STEP
        .replace("spec:\n", "spec:\n  budget: {perTarget: {requestsPerSecond: 10}}\n")
        .replace(
            "request: {url: /items}",
            "request: {method: POST, url: /orders}, retry: {attempts: 4, pause: 1ms}, assert: [{status: 201}]",
        );
    let (_files, path) = files(&text);
    let result = probed(1, &[&[&path, "--target", failing.address()], &RATE[..]].concat()).await;
    let asked = failing.count(&Method::POST, "/orders");
    // The runs of the second that may be taken ahead are known to need retries only once they have made them.
    assert!(asked <= at_most(&result, 10) + 50, "{asked}: {result}");
    assert_eq!(asked % 5, 0, "one request and four retries each");
}

#[tokio::test]
async fn a_budget_that_no_start_could_keep_is_refused() {
    let text = ONE_STEP.replace("spec:\n", "spec:\n  budget: {inAll: {maxInFlight: 1}}\n");
    let (_files, path) = files(&text);
    let sides = ["--stable", "http://127.0.0.1:1", "--canary", "http://127.0.0.1:2"];
    let refused = probe(&[&[path.as_str()], &sides[..]].concat()).await;
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("each start is 2 runs"), "{refused:?}");
}

#[tokio::test]
async fn a_signal_pauses_at_once_and_another_one_goes_on() {
    let shop = shop().await;
    let (_files, path) = files(CHECKOUT);
    let arguments = [
        "probe",
        &path,
        "--target",
        shop.address(),
        "--rate",
        "50",
        "--for",
        "10m",
    ];
    let running = start(serin([&arguments[..], &["--output", "json"]].concat()));
    let orders = || shop.count(&Method::POST, "/login");
    wait_for("some runs", async || (orders() > 5).then_some(())).await;
    running.signal("USR1").await;
    // Nothing starts any more: many looks see the same.
    let (mut seen, mut looks) = (orders(), 0);
    wait_for("a time without starts", async || {
        looks = if orders() == seen { looks + 1 } else { 0 };
        seen = orders();
        (looks >= 25).then_some(())
    })
    .await;
    running.signal("USR2").await;
    wait_for("starts again", async || (orders() > seen + 5).then_some(())).await;
    running.signal("TERM").await;
    let ended = running.end(super::PATIENCE).await;
    assert_eq!(ended.code, Some(143), "{ended:?}");
    let result = ended.json();
    assert!(missed(&result, "paused") > 0, "{result}");
    assert_eq!(super::arm(&result)["runs"]["failed"], 0, "{result}");
}
