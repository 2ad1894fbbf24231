//! A secret is sent where it belongs and shown nowhere.

use std::time::Duration;

use crate::binary::{Files, serin, start};
use crate::peers::scripted::Scripted;

const CANARY: &str = "c4n4ry-s3cret-Zq9";
const PATIENCE: Duration = Duration::from_secs(30);

fn analysis(address: &str, headers: &str) -> String {
    format!(
        r#"apiVersion: serin.dev/v1
kind: Analysis
metadata: {{name: secretive}}
spec:
  metrics:
  - name: web
    count: 1
    consecutiveErrorLimit: 0
    successCondition: result.ok
    provider:
      web:
        url: "{address}/web"
        headers: [{{name: X-Token, value: {{env: SECRET_TOKEN}}}}]
  - name: prometheus
    count: 1
    consecutiveErrorLimit: 0
    successCondition: result[0] >= 0
    provider:
      prometheus: {{address: "{address}", query: up{headers}}}
"#
    )
}

/// What the server says; in its errors it repeats the secret, as servers do.
fn answers() -> Vec<(&'static str, String)> {
    let vector =
        r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"1"]}]}}"#;
    vec![
        ("good for Prometheus", vector.to_owned()),
        (
            "an error",
            format!(r#"{{"status":"error","errorType":"bad_data","error":"bad token {CANARY}"}}"#),
        ),
        ("no JSON", format!("<html>your token {CANARY} has expired</html>")),
        ("an echo", format!(r#"{{"ok": "{CANARY}"}}"#)),
        ("nothing", String::new()),
    ]
}

#[tokio::test]
async fn secrets_of_documents_and_of_settings_are_sent_and_never_shown() {
    let own_headers = ", headers: [{name: Authorization, value: {env: SECRET_BEARER}}]";
    for status in [200, 401, 500] {
        for (name, body) in answers() {
            let server = Scripted::start(move |_| (status, "application/json", body.clone())).await;
            let files = Files::empty();
            let own = files.write("own.yaml", analysis(server.address(), own_headers).as_bytes());
            let plain = files.write("plain.yaml", analysis(server.address(), "").as_bytes());
            let config = format!(
                "apiVersion: serin.dev/v1\nkind: Config\nspec:\n  providers:\n    prometheus:\n      \
                 address: \"{}\"\n      headers: [{{name: Authorization, value: {{env: SECRET_BEARER}}}}]\n",
                server.address()
            );
            let config = files.write("serin.yaml", config.as_bytes());
            for (output, arguments) in [
                ("human", vec!["run", &own]),
                ("json", vec!["run", &own]),
                ("junit", vec!["run", &plain, "--config", &config]),
                ("human", vec!["run", &plain, "--config", &config]),
            ] {
                let mut command = serin(arguments.into_iter().chain(["--output", output]));
                command
                    .env("SECRET_TOKEN", CANARY)
                    .env("SECRET_BEARER", format!("Bearer {CANARY}"))
                    .env("SERIN_LOG", "trace");
                let ended = start(command).end(PATIENCE).await;
                assert!(
                    !ended.all().contains(CANARY),
                    "{name}, {status}, {output}: {ended:?}"
                );
                assert!(
                    ended.code.is_some_and(|code| code != 0),
                    "{name}, {status}: {ended:?}"
                );
            }
            assert!(
                server.header("x-token").iter().any(|value| value == CANARY),
                "it was sent"
            );
            let bearers = server.header("authorization");
            assert!(
                bearers.iter().any(|value| *value == format!("Bearer {CANARY}")),
                "{bearers:?}"
            );
        }
    }
}

/// The web metric alone, with a condition whose error quotes the value.
fn quoting(address: &str) -> String {
    format!(
        r#"apiVersion: serin.dev/v1
kind: Analysis
metadata: {{name: quoting}}
spec:
  metrics:
  - name: web
    count: 1
    consecutiveErrorLimit: 0
    successCondition: asInt(result.token) > 0
    provider:
      web:
        url: "{address}/web"
        headers: [{{name: Authorization, value: {{env: SECRET_BEARER}}}}]
"#
    )
}

#[tokio::test]
async fn a_secret_that_a_condition_quotes_is_not_shown() {
    // The error quotes a text with its quotation marks escaped, and the value is written as Go writes JSON.
    for secret in [CANARY.to_owned(), format!("{CANARY}\"<&>")] {
        let body = serde_json::json!({ "token": format!("Bearer {secret}") }).to_string();
        let server = Scripted::start(move |_| (200, "application/json", body.clone())).await;
        let (_files, path) = Files::one(&quoting(server.address()));
        for output in ["human", "json", "junit"] {
            let mut command = serin(["run", &path, "--output", output]);
            command
                .env("SECRET_BEARER", format!("Bearer {secret}"))
                .env("SERIN_LOG", "trace");
            let ended = start(command).end(PATIENCE).await;
            assert_eq!(ended.code, Some(4), "{output}: {ended:?}");
            assert!(!ended.all().contains(CANARY), "{output}: {ended:?}");
            if output == "json" {
                let run = ended.json();
                let measurement = &run["metrics"][0]["measurements"][0];
                let message = measurement["message"].as_str().unwrap();
                assert!(message.contains("ParseInt: parsing \"*****\""), "{message}");
                assert_eq!(measurement["value"], r#"{"token":"*****"}"#);
            }
        }
    }
}

#[tokio::test]
async fn a_secret_that_is_not_there_is_named_and_its_neighbour_is_not_shown() {
    let server = Scripted::json(&[r#"{"ok": true}"#]).await;
    let headers = ", headers: [{name: Authorization, value: {env: SECRET_BEARER}}]";
    let (_files, path) = Files::one(&analysis(server.address(), headers));
    let mut command = serin(["run", &path]);
    command.env("SECRET_TOKEN", CANARY).env_remove("SECRET_BEARER");
    let ended = start(command).end(PATIENCE).await;
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert!(ended.stdout.contains("`SECRET_BEARER` is not set"), "{ended:?}");
    assert!(!ended.all().contains(CANARY), "{ended:?}");
}
