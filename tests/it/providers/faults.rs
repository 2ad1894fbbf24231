//! Every provider against every fault: an Error that says what was seen, in time, in bounded memory.

use std::time::Duration;

use serin::engine::ports::PopulationError;
use serin_judge::analysis::plan::{
    Comparison, ComparisonKind, Population as Source, PrometheusQuery, Provider, Secret, Selection,
    Tolerance, WebRequest,
};

use super::{TIMEOUT, access, prometheus_query, reading, scrape_query, settings, web_request};
use crate::peers::faults::{Fault, FaultServer, reply};
use crate::peers::now;

const SHORT: Duration = Duration::from_millis(400);

fn all(address: &str, timeout: Duration) -> [Provider; 3] {
    [
        prometheus_query(address, "up", timeout),
        Provider::Web(WebRequest {
            timeout,
            ..web_request(address)
        }),
        scrape_query(&[format!("{address}/metrics")], "up", timeout),
    ]
}

#[tokio::test]
async fn every_provider_against_every_fault() {
    let html = "<html><body>Sign in, please</body></html>";
    let error = r#"{"status":"error","errorType":"internal","error":"no space left on device"}"#;
    // Fault; what prometheus, web and scrape say.
    let cases = [
        (
            reply("200 OK", "text/html", html),
            ["Sign in, please", "Sign in, please", "line 1"],
        ),
        (
            reply("500 Internal Server Error", "text/html", "oops"),
            ["server error: 500", "non 2xx response code: 500", "500"],
        ),
        (
            reply("404 Not Found", "text/html", "oops"),
            ["client error: 404", "non 2xx response code: 404", "404"],
        ),
        (
            reply("503 Service Unavailable", "application/json", error),
            ["no space left on device", "503", "503"],
        ),
        (
            Fault::Endless,
            [
                "larger than the limit",
                "larger than the limit",
                "larger than the limit",
            ],
        ),
        (
            Fault::Cut("{\"status\":\"succ".into()),
            ["broke off", "broke off", "broke off"],
        ),
        (
            reply("200 OK", "text/plain", "{\"status\":\"succ"),
            ["truncated", "not JSON", "cut off"],
        ),
        (Fault::Drip, ["timed out", "timed out", "timed out"]),
        (Fault::Silent, ["timed out", "timed out", "timed out"]),
        (Fault::Reset, ["reset", "reset", "reset"]),
        (Fault::Loop, ["redirect", "stopped after 10 redirects", "302"]),
        (
            Fault::Bytes("SSH-2.0-OpenSSH_9.2\r\n".into()),
            ["invalid HTTP", "invalid HTTP", "invalid HTTP"],
        ),
    ];
    let checks = cases.into_iter().map(|(fault, expected)| async move {
        let waits = matches!(fault, Fault::Drip | Fault::Silent);
        let server = FaultServer::start(fault.clone()).await;
        for (provider, expected) in all(server.address(), if waits { SHORT } else { TIMEOUT })
            .iter()
            .zip(expected)
        {
            let error = reading(provider).await.unwrap_err().message;
            assert!(error.contains(expected), "{fault:?} {provider:?}: {error}");
        }
    });
    let _ = futures::future::join_all(checks).await;
}

#[tokio::test]
async fn names_that_do_not_resolve() {
    for provider in all("http://serin-test.invalid:9090", TIMEOUT) {
        let error = reading(&provider).await.unwrap_err().message;
        assert!(
            error.contains("no connection") || error.contains("timed out"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn an_empty_vector_is_a_value_and_half_an_answer_is_none() {
    for (body, expected) in [
        (
            r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#,
            Ok("[]"),
        ),
        (
            r#"{"status":"success","data":{"resultType":"scalar","result":[1,"NaN"]},"infos":["i"]}"#,
            Ok("NaN"),
        ),
        (r#"{"status":"success"}"#, Err("no `data`")),
        (r#"{"status":"success","data":null}"#, Err("no `data`")),
        ("null", Err("not Prometheus' JSON")),
        ("[]", Err("not Prometheus' JSON")),
        ("", Err("not Prometheus' JSON")),
        (
            r#"{"status":"success","data":{"resultType":"vector","result":{}}}"#,
            Err("cannot be read"),
        ),
        (
            r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{}}]}}"#,
            Err("no value"),
        ),
        (
            r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"histogram":[1,{}]}]}}"#,
            Err("native histogram"),
        ),
        (
            r#"{"status":"success","data":{"resultType":"scalar","result":[1,"one"]}}"#,
            Err("`one`"),
        ),
        (
            r#"{"status":"success","data":{"resultType":"strings","result":[]}}"#,
            Err("type not supported"),
        ),
        (
            r#"{"status":"error","errorType":"timeout","error":"query timed out"}"#,
            Err("a retry may help"),
        ),
    ] {
        let server = FaultServer::start(reply("200 OK", "application/json", body)).await;
        let seen = reading(&prometheus_query(server.address(), "up", TIMEOUT))
            .await
            .map(|reading| reading.text);
        match expected {
            Ok(text) => assert_eq!(seen.as_deref(), Ok(text), "{body}"),
            Err(text) => {
                let error = seen.unwrap_err().message;
                assert!(error.contains(text), "{body}: {error}");
            }
        }
    }
}

#[tokio::test]
async fn secrets_that_a_server_repeats_are_not_shown() {
    let page = "<p>Authorization: Bearer hunter2-token, X-Key: hunter2-key, Basic dTpodW50ZXIyLXBhc3M=, hunter2-pass</p>";
    let server = FaultServer::start(reply("502 Bad Gateway", "text/html", page)).await;
    let secret = |text: &str| Secret::Value(text.to_owned());
    let with_user = server.address().replace("http://", "http://u:hunter2-pass@");
    let mut bearer = access(server.address(), TIMEOUT);
    bearer.bearer = Some(secret("hunter2-token"));
    bearer.headers = vec![("X-Key".into(), secret("hunter2-key"))];
    bearer.address = Some(with_user.clone());
    bearer.basic = None;
    let error = reading(&Provider::Prometheus(PrometheusQuery {
        access: bearer,
        query: "up".into(),
        range: None,
    }))
    .await;
    let error = error.unwrap_err().message;
    assert!(
        error.contains("*****") && !error.contains("hunter2-token") && !error.contains("hunter2-key"),
        "{error}"
    );
    assert!(!error.contains("hunter2-pass"), "{error}");

    let mut basic = access(server.address(), TIMEOUT);
    basic.basic = Some((secret("u"), secret("hunter2-pass")));
    let error = reading(&Provider::Prometheus(PrometheusQuery {
        access: basic,
        query: "up".into(),
        range: None,
    }))
    .await;
    let error = error.unwrap_err().message;
    assert!(
        !error.contains("hunter2-pass") && !error.contains("dTpodW50ZXIyLXBhc3M"),
        "{error}"
    );

    let page = FaultServer::start(reply("200 OK", "text/html", page)).await;
    let request = WebRequest {
        headers: vec![
            ("Authorization".into(), secret("Bearer hunter2-token")),
            ("X-Key".into(), secret("hunter2-key")),
        ],
        ..web_request(&format!(
            "{}/path?token=hunter2-query",
            page.address().replace("http://", "http://u:hunter2-pass@")
        ))
    };
    let error = reading(&Provider::Web(request)).await.unwrap_err().message;
    assert!(error.contains("*****"), "{error}");
    assert!(
        !["token", "key", "query", "pass"]
            .iter()
            .any(|part| error.contains(&format!("hunter2-{part}"))),
        "{error}"
    );

    let refused = scrape_query(
        &["http://u:hunter2-pass@127.0.0.1:1/metrics".into()],
        "up",
        TIMEOUT,
    );
    let error = reading(&refused).await.unwrap_err().message;
    assert!(!error.contains("hunter2"), "{error}");
}

#[tokio::test]
async fn populations_are_unavailable_or_refused() {
    let counters = r#"# TYPE http_requests_total counter
http_requests_total NaN
"#;
    for (fault, expected) in [
        (Fault::Reset, "reset"),
        (Fault::Endless, "larger than the limit"),
        (reply("200 OK", "text/html", "<html>"), "line 1"),
        (reply("200 OK", "text/plain", "a 1\na 2\n"), "already"),
        (reply("200 OK", "text/plain", counters), ""),
    ] {
        let (canary, stable) = (
            FaultServer::start(fault.clone()).await,
            FaultServer::start(fault.clone()).await,
        );
        let comparison = Comparison {
            name: "error-rate".into(),
            kind: ComparisonKind::Errors,
            population: Source::Scrape {
                canary: vec![canary.address().into()],
                stable: vec![stable.address().into()],
                control: Vec::new(),
                selection: Selection::Requests {
                    bad: "http_requests_total{code=~\"5..\"}".into(),
                    total: "http_requests_total".into(),
                },
                timeout: TIMEOUT,
            },
            tolerance: Tolerance::default(),
            required: true,
            weight: serin_judge::analysis::plan::Weight::default(),
            traffic_split: None,
        };
        let population = serin::config::population(
            &comparison,
            &settings(),
            &serin::config::secrets::EnvironmentAndFiles,
        );
        let mut population = population.unwrap();
        match population.open(now(), TIMEOUT).await {
            Err(PopulationError::Unavailable(text)) => assert!(text.contains(expected), "{fault:?}: {text}"),
            Err(error) => panic!("{fault:?}: {error}"),
            // A value that no counter has is no evidence: its windows are empty and marked.
            Ok(()) => {
                let windows = population.close(now()).await.unwrap();
                assert!(
                    windows
                        .iter()
                        .all(|window| window.counts().total == 0 && window.flags.partial),
                    "{windows:?}"
                );
            }
        }
    }
}
