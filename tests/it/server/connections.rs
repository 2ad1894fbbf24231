//! Connections that are slow, and requests that are many.

use std::time::Duration;

use futures::future::join_all;
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::rig::{Service, answer};

/// Connections that send half a head, and then nothing.
async fn slow(service: &Service, count: usize) -> Vec<TcpStream> {
    let mut streams = Vec::new();
    for _ in 0..count {
        let mut stream = TcpStream::connect(&service.address).await.unwrap();
        // It may have been closed by then, which is what is wanted.
        let _closed = stream.write_all(b"GET /livez HTTP/1.1\r\nhost: loc").await;
        streams.push(stream);
    }
    streams
}

#[tokio::test]
async fn ten_thousand_slow_connections_keep_nobody_out() {
    let _as_many_as_before = rlimit::increase_nofile_limit(u64::MAX);
    let most = rlimit::getrlimit(rlimit::Resource::NOFILE).unwrap().0;
    assert!(
        most > 11_000,
        "this test needs 11,000 open files; the limit is {most}"
    );
    let service = Service::start("limits: {connections: 512, headerReadTimeout: 1h}").await;
    let mut open = Vec::new();
    for _ in 0..20 {
        open.push(slow(&service, 500).await);
        let (status, _) = service.get("/api/v1/runs").await;
        assert_eq!(status, 200);
    }
    let figure = async |name: &str| -> f64 {
        let (_, figures) = service.get("/metrics").await;
        let figures = figures.as_str().unwrap();
        let line = figures
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap_or_else(|| panic!("{name}: {figures}"));
        line.trim().parse().unwrap()
    };
    // Those that were told to make room take a moment to go.
    crate::peers::wait_for("no more connections than are allowed", async || {
        (figure("serin_http_connections ").await <= 512.0).then_some(())
    })
    .await;
    assert!(figure("serin_http_connections_crowded_out_total ").await >= 9_000.0);
}

#[tokio::test]
async fn a_head_that_does_not_come_ends_the_connection() {
    let service = Service::start("limits: {headerReadTimeout: 1s}").await;
    let mut half = slow(&service, 1).await.remove(0);
    let mut nothing = TcpStream::connect(&service.address).await.unwrap();
    let mut kept = TcpStream::connect(&service.address).await.unwrap();
    kept.write_all(b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .await
        .unwrap();
    for stream in [&mut half, &mut nothing, &mut kept] {
        let mut all = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut all)).await;
        assert!(ended.is_ok(), "{}", String::from_utf8_lossy(&all));
    }
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let service = Service::start("limits: {requestTimeout: 1s}").await;
    let mut stream = TcpStream::connect(&service.address).await.unwrap();
    let head = "POST /gates/argo HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answered = [0; 512];
    let length = tokio::time::timeout(Duration::from_secs(20), stream.read(&mut answered))
        .await
        .unwrap()
        .unwrap();
    let answered = String::from_utf8_lossy(&answered[..length]);
    assert!(
        answered.starts_with("HTTP/1.1 503 ") && answered.contains("application/problem+json"),
        "{answered}"
    );
}

#[tokio::test]
async fn one_address_may_not_ask_without_end() {
    let service = Service::start("limits: {requestsPerSecond: 5}").await;
    let asked = (0..40).map(|_| service.request(Method::GET, "/api/v1/runs").send());
    let mut refused = 0;
    for response in join_all(asked).await {
        let response = response.unwrap();
        match response.status().as_u16() {
            200 => {}
            429 => {
                assert_eq!(response.headers()["retry-after"], "1");
                refused += 1;
            }
            other => panic!("{other}"),
        }
    }
    assert!(refused > 0, "nobody was refused");
    // Health is asked by those who would end the process.
    for _ in 0..20 {
        let (status, _) = answer(service.request(Method::GET, "/livez")).await;
        assert_eq!(status, 200);
    }
}

#[tokio::test]
async fn requests_at_once_are_bounded() {
    let service = Service::start("limits: {concurrentRequests: 1, requestTimeout: 1h}").await;
    let mut slow = TcpStream::connect(&service.address).await.unwrap();
    let head = "POST /gates/argo HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n";
    slow.write_all(head.as_bytes()).await.unwrap();
    let mut goes_on = [0; 64];
    // The answer to `expect` shows that the handler waits for the body.
    let length = slow.read(&mut goes_on).await.unwrap();
    assert!(goes_on[..length].starts_with(b"HTTP/1.1 100 "));
    let (status, problem) = service
        .post("/gates/argo", &json!({"analysis": "a", "release": "r"}))
        .await;
    assert_eq!(status, 503);
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("limits.concurrentRequests"),
        "{problem}"
    );
    drop(slow);
}
