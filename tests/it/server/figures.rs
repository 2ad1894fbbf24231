//! Health, figures, logs.

use reqwest::Method;
use serde_json::Value;

use super::rig::{Service, answer, says};

#[tokio::test]
async fn health_and_figures() {
    let (service, good) = (
        Service::start("log: {format: json, level: debug}").await,
        says("1").await,
    );
    for path in ["/livez", "/readyz"] {
        let (status, text) = answer(service.request(Method::GET, path)).await;
        assert_eq!((status.as_u16(), text.as_str()), (200, Some("ok\n")), "{path}");
    }
    let id = service.run("quick", &good).await;
    service.ended(&id).await;
    let (_, text) = service.get("/metrics").await;
    let text = text.as_str().unwrap();
    for line in [
        "serin_http_requests_total{method=\"POST\",route=\"/api/v1/runs\",status=\"201\"} 1",
        "serin_runs_begun_total 1",
        "serin_runs_active 0",
        "serin_verdicts_total{verdict=\"promote\"} 1",
        "serin_measurements_total{phase=\"Successful\"} 2",
        "serin_analysis_files 2",
        "serin_analysis_files_broken 0",
        "serin_build_info{version=\"0.1.0\"} 1",
        "serin_store_errors_total 0",
        "# UNIT serin_http_request_duration_seconds seconds",
        "# EOF",
    ] {
        assert!(
            text.lines().any(|found| found == line),
            "{line} is not in:\n{text}"
        );
    }
    for named in [
        "serin_store_write_duration_seconds_bucket{le=\"0.001\",operation=\"append\"}",
        "process_resident_memory_bytes ",
    ] {
        assert!(text.contains(named), "{named} is not in:\n{text}");
    }
    service.running().says("a request was answered").await;
    let (_, log) = service.running().said();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    let begun = lines
        .iter()
        .find(|line| line["message"] == "a run begins")
        .unwrap();
    assert_eq!(
        (&begun["run"], &begun["level"], &begun["analysis"]),
        (&Value::from(id), &"INFO".into(), &"quick".into())
    );
}
