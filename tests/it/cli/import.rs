//! `serin import kayenta`.

use serde_json::{Value, json};

use crate::binary::{AT_ONCE, Files, run, run_with_input};

/// As Spinnaker exports one: Prometheus in all of its forms, other stores, and words that Kayenta does not know.
fn config() -> Value {
    json!({
        "id": "c1", "name": "planning-api", "description": "API", "configVersion": "1.0", "applications": ["planning"],
        "judge": {"name": "NetflixACAJudge-v1.0", "judgeConfigurations": {}},
        "templates": {"by-version": "version=\"${scope}\",zone=~\"${location}.*\""},
        "classifier": {"groupWeights": {"Errors": 50, "Latency": 30, "System": 20}, "scoreThresholds": {"pass": 95, "marginal": 75}},
        "metrics": [
            {"name": "errors", "groups": ["Errors"], "scopeName": "default",
             "query": {"type": "prometheus", "metricName": "request_errors", "labelBindings": ["code=~\"5..\""], "customFilterTemplate": "by-version", "groupByFields": ["zone"]},
             "analysisConfigurations": {"canary": {"direction": "increase", "critical": true, "nanStrategy": "replace", "effectSize": {"allowedIncrease": 1.1}}}},
            {"name": "p99 \"slow\": # all", "groups": ["Latency", "Errors"],
             "query": {"type": "prometheus", "customInlineTemplate": "PromQL:histogram_quantile(0.99, sum(rate(x_bucket{pod=~\"${scope}\"}[1m])) by (le))"},
             "analysisConfigurations": {"canary": {"direction": "increase", "outliers": {"strategy": "remove"}}}},
            {"name": "cpu", "groups": ["System"], "query": {"type": "stackdriver", "resourceType": "gce_instance", "metricType": "cpu", "crossSeriesReducer": "REDUCE_MEAN"},
             "analysisConfigurations": {"canary": {"direction": "sideways", "mustHaveData": true}}},
            {"name": "cpu2", "groups": ["System"], "query": {"type": "atlas", "q": "name,cpu,:eq,:avg"}}
        ]
    })
}

#[tokio::test]
async fn what_is_printed_is_valid_and_judged() {
    let files = Files::empty();
    let posted = json!({"canaryConfig": config(), "executionRequest": {"thresholds": {"pass": "90", "marginal": "60"}, "scopes": {}}});
    let mut unweighted = config();
    unweighted["classifier"] = json!({"groupWeights": {"Errors": 120, "Gone": 5}});
    for (place, (config, arguments)) in [
        (config(), &[][..]),
        (config(), &["--shadow", "--pass", "80", "--marginal", "70"]),
        (posted, &[]),
        (unweighted, &[]),
    ]
    .into_iter()
    .enumerate()
    {
        let input = files.write(&format!("config-{place}.json"), config.to_string().as_bytes());
        let ended = run([&["import", "kayenta", &input][..], arguments].concat(), AT_ONCE).await;
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
        let output = files.write(&format!("analysis-{place}.yaml"), ended.stdout.as_bytes());
        let valid = run(["validate", &output], AT_ONCE).await;
        assert_eq!(valid.code, Some(0), "{}\n{}", valid.all(), ended.stdout);
        assert!(
            valid
                .stdout
                .contains("Analysis planning-api\n0 errors, 0 warnings"),
            "{}",
            valid.stdout
        );
    }
}

#[tokio::test]
async fn an_imported_analysis_judges_recorded_windows() {
    let files = Files::empty();
    let mut config = config();
    config["metrics"] = json!([config["metrics"][0]]);
    config["classifier"] = json!({});
    let yaml = run_with_input(
        &["import", "kayenta", "-"],
        config.to_string().as_bytes(),
        AT_ONCE,
    )
    .await
    .stdout;
    let analysis = files.write("analysis.yaml", yaml.as_bytes());
    for (factor, code) in [(1.0, 0), (2.0, 1)] {
        let windows: String = (1..=60_u32)
            .map(|minute| {
                let at = format!("2026-05-04T{:02}:{:02}:00Z", 12 + minute / 60, minute % 60);
                let value = |by: u32| f64::from(100 + minute * by % 17);
                format!(
                    "{{\"at\":\"{at}\",\"seconds\":60,\"comparison\":\"errors\",\"canary\":{{\"value\":{}}},\"stable\":{{\"value\":{}}}}}\n",
                    factor * value(5),
                    value(7)
                )
            })
            .collect();
        let windows = files.write("windows.ndjson", windows.as_bytes());
        let arguments = [
            "compare",
            "--windows",
            &windows,
            "--analysis",
            &analysis,
            "--output",
            "json",
            "--arg",
            "canary=v2",
            "--arg",
            "stable=v1",
            "--arg",
            "location=eu",
        ];
        let ended = run(arguments, AT_ONCE).await;
        assert_eq!(ended.code, Some(code), "{ended:?}\n{yaml}");
        assert_eq!(ended.json()["kayenta"]["role"], "judge");
    }
}

#[tokio::test]
async fn what_is_no_configuration_is_refused() {
    let files = Files::empty();
    let whole = config().to_string();
    let missing = files.folder().join("missing.json").display().to_string();
    for (file, expected) in [
        (
            files.write("cut.json", &whole.as_bytes()[..whole.len() / 2]),
            "no JSON document",
        ),
        (files.write("empty.json", b""), "no JSON document"),
        (
            files.write("other.json", b"{\"kind\": \"Analysis\"}"),
            "no canary configuration",
        ),
        (files.write("bytes.json", &[0xff, 0xfe]), "UTF-8"),
        (missing, "No such file"),
    ] {
        let ended = run(["import", "kayenta", &file], AT_ONCE).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
        assert!(
            ended.stderr.starts_with(&format!("error: {file}: ")) && ended.stderr.contains(expected),
            "{ended:?}"
        );
    }
}
