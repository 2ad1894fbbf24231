//! Once, at a rate, by so many at a time, by the schedule.

use axum::http::Method;
use serde_json::json;

use super::{CHECKOUT, arm, files, probe, probed, shop, step};

#[tokio::test]
async fn once_is_each_step_once_and_teardown() {
    let shop = shop().await;
    let (_files, path) = files(CHECKOUT);
    let result = probed(0, &[&path, "--target", shop.address()]).await;
    assert_eq!(result["outcome"], "passed", "{result}");
    let arm = arm(&result);
    assert_eq!(
        (&arm["arm"], &arm["target"]),
        (&json!("stable"), &json!(shop.address()))
    );
    let runs = &arm["runs"];
    assert_eq!(
        (
            &runs["planned"],
            &runs["started"],
            &runs["passed"],
            &runs["failed"],
            &runs["missed"]
        ),
        (&json!(1), &json!(1), &json!(1), &json!(0), &json!({})),
        "{runs}"
    );
    assert_eq!(arm["requests"], 4, "{arm}");
    assert_eq!(arm["response"]["count"], 1, "{arm}");
    for name in ["login", "order", "items", "remove"] {
        let step = step(arm, name);
        assert_eq!(
            (&step["passed"], &step["service"]["count"]),
            (&json!(1), &json!(1)),
            "{step}"
        );
        assert!(
            step["phases"]["firstByte"]["p50Ms"].as_f64().unwrap() > 0.0,
            "{step}"
        );
        assert_eq!(
            step["phases"]["tls"],
            json!({"count": 0, "meanMs": null, "p50Ms": null, "p90Ms": null,
            "p95Ms": null, "p99Ms": null, "p999Ms": null, "maxMs": null})
        );
    }
    assert_eq!(
        (
            &step(arm, "login")["newConnections"],
            &step(arm, "items")["reusedConnections"]
        ),
        (&json!(1), &json!(1))
    );
    let seen = shop.seen();
    assert_eq!(seen.len(), 4, "{seen:?}");
    // One trace, a span a request, and marks by which synthetic traffic is known.
    let traces: Vec<&str> = seen
        .iter()
        .map(|seen| seen.headers["traceparent"].to_str().unwrap())
        .collect();
    assert!(
        traces.iter().all(|trace| trace[..35] == traces[0][..35]),
        "{traces:?}"
    );
    assert!(traces[0] != traces[1], "{traces:?}");
    assert!(
        seen.iter()
            .all(|seen| seen.headers["serin-synthetic"] == "checkout")
    );
    assert!(
        seen[1].headers.contains_key("idempotency-key") && !seen[0].headers.contains_key("idempotency-key")
    );
    assert_eq!(seen[1].headers["authorization"], "Bearer tok-1");
}

#[tokio::test]
async fn a_url_is_probed_at_a_rate() {
    let shop = shop().await;
    let url = format!("{}/items?page=1", shop.address());
    let result = probed(0, &[&url, "--rate", "50", "--for", "2s"]).await;
    let arm = arm(&result);
    let (planned, started) = (
        arm["runs"]["planned"].as_u64().unwrap(),
        arm["runs"]["started"].as_u64().unwrap(),
    );
    assert!((99..=101).contains(&planned), "{arm}");
    let missed: u64 = arm["runs"]["missed"]
        .as_object()
        .unwrap()
        .values()
        .map(|count| count.as_u64().unwrap())
        .sum();
    assert_eq!(planned, started + missed, "{arm}");
    assert_eq!(shop.count(&Method::GET, "/items") as u64, started);
    let step = step(arm, "/items");
    assert_eq!(step["response"]["count"], arm["runs"]["passed"], "{step}");
    let quantiles = ["p50Ms", "p90Ms", "p95Ms", "p99Ms", "p999Ms", "maxMs"];
    let response = quantiles.map(|name| step["response"][name].as_f64().unwrap());
    let service = quantiles.map(|name| step["service"][name].as_f64().unwrap());
    assert!(response.is_sorted() && service.is_sorted(), "{step}");
    assert!(
        response
            .iter()
            .zip(service)
            .all(|(response, service)| *response >= service),
        "{step}"
    );
    assert!(result["lateness"]["count"].as_u64().unwrap() > 0 && result["seconds"].as_f64().unwrap() >= 1.9);
    assert!(result["journeys"][0]["windows"].as_u64().unwrap() >= 2);
}

#[tokio::test]
async fn workers_start_again_when_their_run_ends() {
    let shop = shop().await;
    let (_files, path) = files(CHECKOUT);
    let arguments = [
        &path,
        "--target",
        shop.address(),
        "--concurrency",
        "3",
        "--for",
        "1s",
        "--threads",
        "2",
    ];
    let result = probed(0, &arguments).await;
    let arm = arm(&result);
    let passed = arm["runs"]["passed"].as_u64().unwrap();
    assert!(passed >= 3, "{arm}");
    assert_eq!(shop.count(&Method::POST, "/orders") as u64, passed);
    assert_eq!(shop.count(&Method::DELETE, "/orders/") as u64, passed);
}

#[tokio::test]
async fn schedules_are_those_of_the_journeys() {
    let shop = shop().await;
    let often = CHECKOUT.replace("spec:\n", "spec:\n  schedule: {interval: 100ms, jitter: 0}\n");
    let seldom = often
        .replace("100ms", "500ms")
        .replace("name: checkout", "name: seldom");
    let (_files, path) = files(&format!("{often}---\n{seldom}"));
    let result = probed(0, &[&path, "--target", shop.address(), "--for", "2s"]).await;
    let journeys = result["journeys"].as_array().unwrap();
    let planned: Vec<u64> = journeys
        .iter()
        .map(|journey| journey["arms"][0]["runs"]["planned"].as_u64().unwrap())
        .collect();
    assert!(
        (18..=21).contains(&planned[0]) && (3..=5).contains(&planned[1]),
        "{planned:?}"
    );
    let chosen = probed(0, &[&path, "--target", shop.address(), "--journey", "seldom"]).await;
    assert_eq!(chosen["journeys"][0]["name"], "seldom");
}

#[tokio::test]
async fn the_same_seed_is_the_same_run() {
    let shop = shop().await;
    let url = format!("{}/items", shop.address());
    for seed in ["7", "7", "8"] {
        let ended = probe(&[&url, "--seed", seed]).await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }
    let traces: Vec<_> = shop
        .seen()
        .iter()
        .map(|seen| seen.headers["traceparent"].clone())
        .collect();
    assert!(traces[0] == traces[1] && traces[1] != traces[2], "{traces:?}");
}

#[tokio::test]
async fn a_server_that_stands_still_is_asked_no_less_often() {
    // Every answer takes 400 ms: with planned starts there are more under way, and all are counted from their plan.
    let slow = super::Shop::open(super::Manners {
        version: "v1",
        takes: std::time::Duration::from_millis(400),
        ..super::Manners::default()
    })
    .await;
    let url = format!("{}/items", slow.address());
    let result = probed(0, &[&url, "--rate", "20", "--for", "2s"]).await;
    let arm = arm(&result);
    assert!(
        (39..=41).contains(&arm["runs"]["planned"].as_u64().unwrap()),
        "{arm}"
    );
    assert!(arm["response"]["p50Ms"].as_f64().unwrap() >= 400.0, "{arm}");
    let few = probed(0, &[&url, "--rate", "20", "--for", "2s", "--max-in-flight", "2"]).await;
    let few = super::arm(&few);
    assert!(few["runs"]["missed"]["in_flight"].as_u64().unwrap() > 10, "{few}");
}
