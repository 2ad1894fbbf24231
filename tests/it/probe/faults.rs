//! What goes wrong in the middle of a run, or of the prober itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::process::Command;

use super::{CHECKOUT, Manners, PATIENCE, Shop, arm, files, probed, step};
use crate::binary::{serin, start};
use crate::peers::wait_for;

/// `POST /login` gives a token that is good for two requests; says how often it was shown a stale one.
async fn forgetful() -> (String, Arc<AtomicUsize>) {
    let (left, stale) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let refused = Arc::clone(&stale);
    let answer = move |method: Method, uri: Uri, headers: HeaderMap| {
        let (left, stale) = (Arc::clone(&left), Arc::clone(&stale));
        async move {
            if method == Method::POST && uri.path() == "/login" {
                left.store(2, Ordering::SeqCst);
                return (StatusCode::OK, json!({"token": "for-a-while"}).to_string());
            }
            let is_shown = headers
                .get("authorization")
                .is_some_and(|value| value == "Bearer for-a-while");
            let is_good = |left: usize| left.checked_sub(1);
            if is_shown
                && left
                    .fetch_update(Ordering::SeqCst, Ordering::SeqCst, is_good)
                    .is_ok()
            {
                return (StatusCode::OK, "{}".to_owned());
            }
            stale.fetch_add(1, Ordering::SeqCst);
            (StatusCode::UNAUTHORIZED, "{}".to_owned())
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    (address, refused)
}

const THREE_LOOKS: &str = r#"apiVersion: serin.dev/v1
kind: Journey
metadata: {name: looks}
spec:
  steps:
  - name: login
    request: {method: POST, url: /login}
    captures: {token: {jsonpath: $.token}}
  - {name: first, request: {url: /a, auth: {bearer: "{{token}}"}}}
  - {name: second, request: {url: /b, auth: {bearer: "{{token}}"}}}
  - {name: third, request: {url: /c, auth: {bearer: "{{token}}"}}RETRY}
  - {name: fourth, request: {url: /d, auth: {bearer: "{{token}}"}}}
"#;

#[tokio::test]
async fn a_token_that_expires_in_the_middle_names_its_step_and_is_tried_again_only_where_asked() {
    for (retry, asked) in [
        ("", 1),
        (", retry: {attempts: 2, pause: 1ms, on: [reset]}", 1),
        (", retry: {attempts: 2, pause: 1ms, on: [auth_rejected]}", 3),
    ] {
        let (address, stale) = forgetful().await;
        let (_files, path) = files(&THREE_LOOKS.replace("RETRY", retry));
        let result = probed(1, &[&path, "--target", &address]).await;
        let arm = arm(&result);
        for good in ["login", "first", "second"] {
            assert_eq!(step(arm, good)["passed"], 1, "{good}: {arm}");
        }
        let third = step(arm, "third");
        assert_eq!(third["failures"], json!({"auth_rejected": 1}), "{third}");
        let message = third["examples"][0]["failure"]["message"].as_str().unwrap();
        assert!(
            message.contains("\"third\"") && !message.contains("for-a-while"),
            "{message}"
        );
        assert_eq!(step(arm, "fourth")["skipped"], 1, "{arm}");
        assert_eq!(stale.load(Ordering::SeqCst), asked, "{retry}");
    }
}

#[tokio::test]
async fn what_cannot_be_captured_fails_its_step_and_is_never_sent() {
    for capture in [
        "{jsonpath: $.nothing}",
        "{jsonpath: $.token, type: integer}",
        "{header: X-Nothing}",
        "{cookie: nothing}",
        "{regex: 'nothing=(.*)'}",
    ] {
        let shop = super::shop().await;
        let text = CHECKOUT.replace("{jsonpath: $.token}", capture);
        assert_ne!(text, CHECKOUT);
        let (_files, path) = files(&text);
        let result = probed(1, &[&path, "--target", shop.address()]).await;
        let arm = arm(&result);
        assert_eq!(
            step(arm, "login")["failures"],
            json!({"capture_missing": 1}),
            "{capture}: {arm}"
        );
        assert_eq!(step(arm, "order")["skipped"], 1, "{capture}: {arm}");
        assert_eq!(shop.count(&Method::POST, "/orders"), 0, "{capture}");
    }
}

#[tokio::test]
async fn a_signal_in_the_middle_of_teardown_lets_it_come_to_its_end() {
    let slow = Shop::open(Manners {
        version: "v1",
        token: "t",
        takes: std::time::Duration::from_millis(500),
        ..Manners::default()
    })
    .await;
    let (_files, path) = files(CHECKOUT);
    let running = start(serin([
        "probe",
        &path,
        "--target",
        slow.address(),
        "--output",
        "json",
    ]));
    wait_for("teardown", async || {
        (slow.count(&Method::DELETE, "/orders/") > 0).then_some(())
    })
    .await;
    running.signal("TERM").await;
    let ended = running.end(PATIENCE).await;
    assert_eq!(ended.code, Some(143), "{ended:?}");
    let result = ended.json();
    let arm = arm(&result);
    assert_eq!(
        (&arm["runs"]["passed"], &step(arm, "remove")["passed"]),
        (&json!(1), &json!(1)),
        "{arm}"
    );
    assert_eq!(result["journeys"][0]["leakCount"], 0, "{result}");
}

#[tokio::test]
async fn a_teardown_that_hangs_ends_with_its_own_time_after_a_signal() {
    let text = CHECKOUT
        .replace("  finally:\n", "  finally:\n    timeout: 1s\n")
        .replace("{method: DELETE, url: \"/orders/{{run.tag}}\"}", "{url: /hang}");
    let shop = super::shop().await;
    let (_files, path) = files(&text);
    let running = start(serin([
        "probe",
        &path,
        "--target",
        shop.address(),
        "--output",
        "json",
    ]));
    wait_for("teardown", async || {
        (shop.count(&Method::GET, "/hang") > 0).then_some(())
    })
    .await;
    running.signal("TERM").await;
    let ended = running.end(PATIENCE).await;
    assert_eq!(ended.code, Some(143), "{ended:?}");
    let result = ended.json();
    let remove = step(arm(&result), "remove");
    assert_eq!(remove["failures"], json!({"journey_timeout": 1}), "{remove}");
    let leak = result["journeys"][0]["leaks"][0].as_str().unwrap();
    assert!(leak.starts_with("order serin-"), "{leak}");
}

#[tokio::test]
async fn descriptors_that_are_used_up_are_the_probers_own_fault() {
    let shop = super::shop().await;
    let text = "apiVersion: serin.dev/v1\nkind: Journey\nmetadata: {name: many}\nspec:\n  http: {timeout: 3s}\n  steps:\n  \
                - {name: hang, request: {url: /hang}}\n";
    let (_files, path) = files(text);
    let serin = env!("CARGO_BIN_EXE_serin");
    let target = shop.address();
    let options = "--rate 100 --for 2s --max-in-flight 1000 --output json";
    let mut shell = Command::new("sh");
    shell.args([
        "-c",
        &format!("ulimit -n 64; exec {serin} probe {path} --target {target} {options}"),
    ]);
    let ended = start(shell).end(PATIENCE).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let result = ended.json();
    let hang = step(arm(&result), "hang");
    let failures = &hang["failures"];
    assert!(failures["prober_unhealthy"].as_u64().unwrap() > 50, "{hang}");
    assert!(failures["ttfb_timeout"].as_u64().unwrap() > 10, "{hang}");
    assert!(result.to_string().contains("no file descriptor left"), "{hang}");
}
