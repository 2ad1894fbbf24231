//! What goes wrong has its class, its step and its phase; nothing hangs, and nothing becomes a success.

use serde_json::json;

use super::{arm, files, probe, probed, step};
use crate::peers::faults::{Fault, FaultServer};
use crate::peers::tls::TlsServer;

/// One step with a short time.
fn one(target: &str, http: &str) -> String {
    format!(
        "apiVersion: serin.dev/v1\nkind: Journey\nmetadata: {{name: one}}\nspec:\n  target: {target}\n  \
         http: {{timeout: 700ms{http}}}\n  steps:\n  - {{name: get, request: {{url: /}}}}\n"
    )
}

async fn fails(text: &str, class: &str) {
    let (_files, path) = files(text);
    let result = probed(1, &[&path]).await;
    assert_eq!(result["outcome"], "failed", "{class}: {result}");
    let step = step(arm(&result), "get");
    assert_eq!(step["failures"], json!({class: 1}), "{step}");
    assert_eq!(
        (&step["response"]["count"], &step["service"]["count"]),
        (&json!(0), &json!(0)),
        "{step}"
    );
    assert_eq!(step["timeouts"], u64::from(class.ends_with("_timeout")), "{step}");
    let failure = &step["examples"][0]["failure"];
    assert_eq!(failure["class"], class, "{failure}");
    assert!(
        failure["message"].as_str().unwrap().contains("\"get\""),
        "{failure}"
    );
}

#[tokio::test]
async fn servers_that_misbehave_are_told_apart() {
    for (fault, class) in [
        (Fault::Silent, "ttfb_timeout"),
        (Fault::Drip, "body_timeout"),
        (Fault::Reset, "reset"),
        (Fault::Cut("half".to_owned()), "reset"),
        (Fault::Bytes("hello\r\n\r\n".to_owned()), "protocol_error"),
    ] {
        let server = FaultServer::start(fault).await;
        fails(&one(server.address(), ""), class).await;
    }
    let endless = FaultServer::start(Fault::Endless).await;
    fails(&one(endless.address(), ", maxBodyBytes: 1MiB"), "too_large").await;
    let circle = FaultServer::start(Fault::Loop).await;
    fails(&one(circle.address(), ", redirects: 5"), "redirect").await;
    // Nobody listens on a port that was just given back.
    let gone = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    fails(&one(&format!("http://{gone}"), ""), "connect_refused").await;
}

#[tokio::test]
async fn certificates_that_do_not_fit_are_told_apart() {
    let server = TlsServer::start("{}").await;
    let port = server.address().rsplit(':').next().unwrap().to_owned();
    fails(&one(server.address(), ""), "tls_untrusted").await;
    let ca = format!(", ca: {}", server.roots());
    fails(
        &one(&format!("https://127.0.0.1:{port}"), &ca),
        "tls_name_mismatch",
    )
    .await;
    for http in [ca.as_str(), ", insecure: true"] {
        let (_files, path) = files(&one(server.address(), http));
        let result = probed(0, &[&path]).await;
        let step = step(arm(&result), "get");
        assert_eq!(step["phases"]["tls"]["count"], 1, "{step}");
    }
    for (name, years, class) in [
        ("localhost", 2001..2002, "tls_expired"),
        ("localhost", 2300..2400, "tls_expired"),
        ("other.test", 2020..2120, "tls_name_mismatch"),
    ] {
        let server = TlsServer::with("{}", name, years).await;
        fails(
            &one(server.address(), &format!(", ca: {}", server.roots())),
            class,
        )
        .await;
    }
    // Names and certificates as asked, connections somewhere else.
    let (_files, path) = files(&one("https://localhost:1", &ca));
    let connect = format!("localhost:1=127.0.0.1:{port}");
    assert_eq!(probe(&[&path, "--connect", &connect]).await.code, Some(0));
    let plain = FaultServer::start(Fault::Bytes("HTTP/1.1 200 OK\r\n\r\n".to_owned())).await;
    fails(
        &one(&plain.address().replace("http:", "https:"), ""),
        "tls_handshake",
    )
    .await;
}

#[tokio::test]
async fn a_failure_is_shown_with_what_was_expected_and_what_came() {
    let shop = super::shop().await;
    let text = super::CHECKOUT.replace("count: {min: 3}", "count: {min: 4}");
    let (_files, path) = files(&text);
    let ended = probe(&[&path, "--target", shop.address()]).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(
        ended.stdout.starts_with("FAILED checkout at http://"),
        "{}",
        ended.stdout
    );
    for expected in [
        "items: 1 assert_failed",
        "jsonpath $.items: expected count >= 4, got",
        "trace ",
    ] {
        assert!(ended.stdout.contains(expected), "{expected}: {}", ended.stdout);
    }
    let result = probed(1, &[&path, "--target", shop.address()]).await;
    let step = step(arm(&result), "items");
    let assertion = &step["examples"][0]["assertions"][0];
    assert_eq!(assertion["at"], "jsonpath $.items", "{step}");
    assert_eq!(
        step["examples"][0]["traceId"].as_str().map(str::len),
        Some(32),
        "{step}"
    );
}

#[tokio::test]
async fn soft_assertions_make_a_run_degraded_which_is_good_and_said() {
    let shop = super::shop().await;
    let soft = "assert:\n    - {jsonpath: $.items, count: {min: 4}, soft: true}";
    let text = super::CHECKOUT.replace("assert:\n    - {jsonpath: $.items, count: {min: 3}}", soft);
    let (_files, path) = files(&text);
    let ended = probe(&[&path, "--target", shop.address()]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.starts_with("DEGRADED checkout"), "{}", ended.stdout);
    let result = probed(0, &[&path, "--target", shop.address()]).await;
    assert_eq!(
        (&result["outcome"], &arm(&result)["runs"]["degraded"]),
        (&json!("degraded"), &json!(1))
    );
}
