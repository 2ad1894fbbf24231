//! `serin run --output analysisrun`: the object that Argo's controller would have made, and runs that go on from one.

use serde_json::{Value, json};

use crate::binary::{AT_ONCE, Ended, Files, run, serin, start};
use crate::peers::scripted::Scripted;

const CANARY: &str = "c4n4ry-s3cret-Zq9";

fn template(address: &str) -> String {
    format!(
        r#"apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {{name: orders}}
spec:
  args:
  - {{name: service, value: shop}}
  - {{name: token, valueFrom: {{secretKeyRef: {{name: api, key: token}}}}}}
  metrics:
  - name: orders
    interval: 1s
    count: 2
    successCondition: result.state == "{{{{args.service}}}}"
    provider:
      web: {{url: "{address}/orders", headers: [{{key: Authorization, value: "Bearer {{{{args.token}}}}"}}]}}
  - name: shadow
    failureCondition: result.state != "nothing"
    provider:
      web: {{url: "{address}/shadow"}}
  dryRun: [{{metricName: shadow}}]
"#
    )
}

/// Whole seconds, as Kubernetes writes them.
fn is_kubernetes_time(time: &Value) -> bool {
    let text = time.as_str().unwrap();
    text.len() == "2026-01-01T00:00:00Z".len() && text.ends_with('Z')
}

/// The head and the spec: placeholders stay, the secret is only named.
fn as_argo_makes_it(object: &Value) {
    assert_eq!(
        (&object["kind"], &object["metadata"]["name"]),
        (&"AnalysisRun".into(), &"orders".into())
    );
    let spec = &object["spec"];
    assert_eq!(spec["args"][0], json!({"name": "service", "value": "shop"}));
    assert_eq!(
        spec["args"][1],
        json!({"name": "token", "valueFrom": {"secretKeyRef": {"name": "api", "key": "token"}}})
    );
    assert_eq!(
        spec["metrics"][0]["successCondition"],
        "result.state == \"{{args.service}}\""
    );
    assert_eq!(spec["dryRun"], json!([{"metricName": "shadow"}]));
}

fn as_argo_writes_it(object: &Value) -> &Value {
    let status = &object["status"];
    assert_eq!(
        (&status["phase"], status.get("message")),
        (&"Successful".into(), None)
    );
    assert_eq!(status["runSummary"], json!({"count": 1, "successful": 1}));
    assert_eq!(status["dryRunSummary"], json!({"count": 1, "failed": 1}));
    let [orders, shadow] = status["metricResults"].as_array().unwrap().as_slice() else {
        panic!("{status}")
    };
    assert_eq!(
        (
            &orders["count"],
            &orders["consecutiveSuccess"],
            orders.get("failed")
        ),
        (&2.into(), &2.into(), None)
    );
    assert_eq!(orders["measurements"][0]["value"], r#"{"state":"shop"}"#);
    assert_eq!(
        (&shadow["dryRun"], &shadow["phase"]),
        (&true.into(), &"Failed".into())
    );
    assert_eq!(
        shadow["message"],
        "Metric assessed Failed due to failed (1) > failureLimit (0)"
    );
    let measurement = &orders["measurements"][1];
    for time in [
        &status["startedAt"],
        &status["completedAt"],
        &measurement["finishedAt"],
    ] {
        assert!(is_kubernetes_time(time), "{time}");
    }
    status
}

#[tokio::test]
async fn a_run_is_printed_as_argo_writes_it_and_read_again() {
    let server = Scripted::json(&[r#"{"state": "shop"}"#]).await;
    let files = Files::empty();
    let path = files.write("orders.yaml", template(server.address()).as_bytes());
    let _secret = files.write("secrets/api/token", format!("{CANARY}\n").as_bytes());
    let folder = files.folder().join("secrets").to_str().unwrap().to_owned();
    let ended = run(
        ["run", &path, "--secrets", &folder, "--output", "analysisrun"],
        AT_ONCE,
    )
    .await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!ended.all().contains(CANARY), "{ended:?}");
    let bearers = server.header("authorization");
    assert!(bearers.contains(&format!("Bearer {CANARY}")), "{bearers:?}");

    let object = ended.json();
    as_argo_makes_it(&object);
    let status = as_argo_writes_it(&object);

    let asked = server.header("host").len();
    let printed = files.write("printed.json", ended.stdout.as_bytes());
    let again = run(
        ["run", &printed, "--secrets", &folder, "--output", "analysisrun"],
        AT_ONCE,
    )
    .await;
    assert_eq!(
        (again.code, &again.json()["status"]),
        (Some(0), status),
        "{again:?}"
    );
    assert_eq!(
        server.header("host").len(),
        asked,
        "a run that has ended asks nobody"
    );
}

#[tokio::test]
async fn a_run_goes_on_from_its_status() {
    let server = Scripted::json(&[r#"{"ok": false}"#]).await;
    let document = format!(
        r#"apiVersion: argoproj.io/v1alpha1
kind: AnalysisRun
metadata: {{name: half}}
spec:
  metrics:
  - {{name: m, interval: 1s, failureLimit: 3, count: 8, successCondition: result.ok, provider: {{web: {{url: "{}/"}}}}}}
status:
  phase: Running
  startedAt: "2026-01-01T00:00:00Z"
  metricResults:
  - name: m
    phase: Running
    count: 3
    failed: 3
    measurements: [{{phase: Failed, startedAt: "2026-01-01T00:00:00Z", finishedAt: "2026-01-01T00:00:00Z", value: "x"}}]
"#,
        server.address()
    );
    let (_files, path) = Files::one(&document);
    let ended = run(["run", &path, "--output", "analysisrun"], AT_ONCE).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let status = &ended.json()["status"];
    assert_eq!(
        status["message"],
        "Metric \"m\" assessed Failed due to failed (4) > failureLimit (3)"
    );
    assert_eq!(
        status["metricResults"][0]["measurements"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(status["startedAt"], "2026-01-01T00:00:00Z");
}

#[tokio::test]
async fn an_analysis_of_serins_own_is_no_analysis_run() {
    let text = "apiVersion: serin.dev/v1\nkind: Analysis\nmetadata: {name: a}\nspec:\n  metrics: \
                [{name: m, provider: {web: {url: 'http://127.0.0.1:1/'}}}]\n";
    let (_files, path) = Files::one(text);
    let ended = run(["run", &path, "--output", "analysisrun"], AT_ONCE).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
}

async fn with_secret(arguments: &[&str], variable: Option<&str>) -> Ended {
    let server = Scripted::json(&[&format!(r#"{{"state": "{CANARY}"}}"#)]).await;
    let files = Files::empty();
    let path = files.write("orders.yaml", template(server.address()).as_bytes());
    let mut command = serin(["run", &path].into_iter().chain(arguments.iter().copied()));
    command.env("SERIN_LOG", "trace").env_remove("SHOP_TOKEN");
    if let Some(value) = variable {
        command.env("SHOP_TOKEN", value);
    }
    start(command).end(AT_ONCE).await
}

#[tokio::test]
async fn secrets_come_from_variables_and_are_never_shown() {
    for output in ["human", "json", "junit", "analysisrun"] {
        let arguments = ["--secret", "api/token=env:SHOP_TOKEN", "--output", output];
        let ended = with_secret(&arguments, Some(CANARY)).await;
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(!ended.all().contains(CANARY), "{ended:?}");
        assert!(
            output == "junit" || ended.stdout.contains("*****"),
            "the value is shown: {ended:?}"
        );
        let ended = with_secret(&arguments, None).await;
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stderr.contains("`SHOP_TOKEN` is not set"), "{ended:?}");
    }
    let ended = with_secret(&[], None).await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    for said in ["secrets \"api\" not found", "--secret api/token=@FILE"] {
        assert!(ended.stderr.contains(said), "{ended:?}");
    }
}
