//! What `GET /probe` makes of nonsense, of silence, and of those who may not ask.

use std::time::Duration;

use reqwest::Method;

use super::probed;
use crate::binary::Files;
use crate::peers::faults::{Fault, FaultServer};
use crate::peers::site::Site;
use crate::server::rig::{Service, answer};

#[tokio::test]
async fn what_cannot_be_asked_is_said() {
    let service = Service::start("").await;
    let (status, problem) = service.get("/probe").await;
    assert_eq!(
        (status.as_u16(), problem["detail"].as_str()),
        (400, Some("Target parameter is missing"))
    );
    let (status, problem) = service.get("/probe?module=nope&target=a").await;
    assert_eq!(
        (status.as_u16(), problem["detail"].as_str()),
        (400, Some("Unknown module \"nope\""))
    );
    let known: Vec<&str> = problem["modules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    assert_eq!(
        known,
        [
            "grpc",
            "grpc_plain",
            "http_2xx",
            "http_post_2xx",
            "icmp",
            "tcp_connect"
        ]
    );
    let (_, figures) = service.get("/metrics").await;
    assert!(
        figures
            .as_str()
            .unwrap()
            .contains("\nblackbox_module_unknown_total 1\n"),
        "{figures}"
    );
    for timeout in ["abc", "-1", "NaN", "inf"] {
        let request = service.request(Method::GET, "/probe?target=127.0.0.1:1");
        let (status, problem) = answer(request.header("X-Prometheus-Scrape-Timeout-Seconds", timeout)).await;
        assert_eq!(status, 400, "{timeout}: {problem}");
    }
    let request = service.request(Method::GET, "/probe?target=127.0.0.1:1");
    let (status, _) = answer(request.header("Sec-Fetch-Site", "cross-site")).await;
    assert_eq!(status, 403);
}

#[tokio::test]
async fn a_target_that_is_none_is_a_probe_that_fails() {
    let service = Service::start("").await;
    for target in [
        "%00",
        "%0d%0aHost:%20x",
        "http://",
        "http://%22%22/",
        "::::",
        "http://a:b:c/",
        "http://[::1",
        "..",
        "%f0%9f%8e%89",
    ] {
        let own = probed(&service, &format!("module=http_2xx&target={target}")).await;
        assert_eq!(own["probe_success"], 0.0, "{target}");
    }
    for module in ["tcp_connect", "icmp", "grpc_plain"] {
        for target in [
            "%00",
            "http://ann:hunter2@a/",
            "[::1]",
            ":1",
            "a:b",
            "nobody.invalid",
        ] {
            let own = probed(&service, &format!("module={module}&target={target}")).await;
            assert_eq!(own["probe_success"], 0.0, "{module} {target}");
        }
    }
}

#[tokio::test]
async fn a_probe_ends_before_the_scrape_does() {
    let service = Service::start("").await;
    let silent = FaultServer::start(Fault::Silent).await;
    let dripping = FaultServer::start(Fault::Drip).await;
    for server in [&silent, &dripping] {
        let target = server.address();
        let request = service.request(Method::GET, &format!("/probe?target={target}"));
        let request = request.header("X-Prometheus-Scrape-Timeout-Seconds", "1.5");
        let text = request.send().await.unwrap().text().await.unwrap();
        let value = |name: &str| -> f64 {
            let line = text
                .lines()
                .find(|line| line.starts_with(&format!("{name} ")))
                .unwrap();
            line.rsplit_once(' ').unwrap().1.parse().unwrap()
        };
        assert_eq!(value("probe_success"), 0.0);
        assert_eq!(value("probe_timeout_seconds"), 1.0);
        let took = value("probe_duration_seconds");
        assert!((1.0..1.4).contains(&took), "{took}");
    }
}

#[tokio::test]
async fn probes_have_places_of_their_own_and_a_budget() {
    let service = Service::start("limits: {concurrentRequests: 4}").await;
    let silent = FaultServer::start(Fault::Silent).await;
    let address = silent.address().to_owned();
    let hang = |service: &Service| {
        let url = service.url(&format!("/probe?target={address}"));
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        tokio::spawn(async move {
            let ask = || client.get(&url).timeout(Duration::from_secs(60)).send();
            // One that comes while the question below has the last place is refused, and asks again.
            while ask().await.is_ok_and(|answer| answer.status() == 503) {}
        })
    };
    let hanging = [hang(&service), hang(&service)];
    let refused = crate::peers::wait_for("a probe too many", async || {
        let request = service.request(Method::GET, "/probe?target=127.0.0.1:1");
        let response = request.send().await.unwrap();
        (response.status() == 503).then_some(response.text().await.unwrap())
    });
    let refused = refused.await;
    assert!(refused.contains("2 probes are under way"), "{refused}");
    let (status, _) = service.get("/api/v1/runs").await;
    assert_eq!(status, 200, "others are answered");
    hanging.iter().for_each(tokio::task::JoinHandle::abort);

    let service = Service::start("probing: {budget: {perTarget: {requestsPerSecond: 1}}}").await;
    let site = Site::http().await;
    let ask = async || {
        let request = service.request(Method::GET, &format!("/probe?target=127.0.0.1:{}", site.port));
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(
        [ask().await, ask().await],
        [200, 503],
        "one a second, whichever probe asks"
    );
}

#[tokio::test]
async fn a_pause_holds_for_probes_too() {
    let service = Service::start("").await;
    let site = Site::http().await;
    let (status, _) = service
        .post("/api/v1/probing/pause", &serde_json::json!({}))
        .await;
    assert_eq!(status, 200);
    let (status, problem) = service
        .get(&format!("/probe?target=127.0.0.1:{}", site.port))
        .await;
    assert_eq!(status, 503, "{problem}");
    let (status, _) = service
        .post("/api/v1/probing/resume", &serde_json::json!({}))
        .await;
    assert_eq!(status, 200);
    let own = probed(&service, &format!("target=127.0.0.1:{}", site.port)).await;
    assert_eq!(own["probe_success"], 1.0);
}

const SECRETS: &str = "modules:
  basic: {prober: http, http: {basic_auth: {username: ann, password: hunter2}}}
  bearer: {prober: http, http: {authorization: {credentials: hunter2}}}
  token: {prober: http, http: {bearer_token: hunter2}}
  file: {prober: http, http: {authorization: {type: Token, credentials_file: secret}}}
  header: {prober: http, http: {headers: {X-Key: hunter2}}}
  later: {prober: http, http: {http_headers: {X-Key: {secrets: [hunter2]}}}}
  target: {prober: http}
";

#[tokio::test]
async fn secrets_are_sent_and_not_shown() {
    let files = Files::empty();
    files.write("blackbox.yml", SECRETS.as_bytes());
    files.write("secret", b"hunter2\n");
    let service = Service::start_in(files, "probing: {modules: blackbox.yml}").await;
    let site = Site::http().await;
    for (module, sent) in [
        ("basic", "authorization: Basic YW5uOmh1bnRlcjI="),
        ("bearer", "authorization: Bearer hunter2"),
        ("token", "authorization: Bearer hunter2"),
        ("file", "authorization: Token hunter2"),
        ("header", "x-key: hunter2"),
        ("later", "x-key: hunter2"),
        ("target", "authorization: Basic YW5uOmh1bnRlcjI="),
    ] {
        let user = if module == "target" { "ann:hunter2@" } else { "" };
        let target = format!("http://{user}127.0.0.1:{}/echo", site.port);
        let own = probed(&service, &format!("module={module}&target={target}")).await;
        let without = own["probe_http_uncompressed_body_length"];
        assert_eq!(own["probe_success"], 1.0, "{module}");
        // The echo is as long as what was sent.
        let bare = format!(
            "GET /echo HTTP/1.1\r\nhost: 127.0.0.1:{}\r\n{sent}\r\n",
            site.port
        )
        .len();
        assert!(without >= bare as f64, "{module}: {without} of at least {bare}");
        let (_, debug) = service
            .get(&format!("/probe?module={module}&target={target}&debug=true"))
            .await;
        let debug = debug.as_str().unwrap();
        assert!(
            debug.contains("Logs for the probe:\n")
                && debug.contains("Module configuration:\nprober: http\n"),
            "{debug}"
        );
        assert!(
            !debug.contains("hunter2") && !debug.contains("aHVudGVy"),
            "{debug}"
        );
    }
    let said = service.running().said();
    assert!(!format!("{said:?}").contains("hunter2"));
}
