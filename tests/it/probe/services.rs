//! Steps that ask databases and gRPC servers, against real ones.

mod analyses;
mod grpc;
mod postgres;
mod redis;
mod secrets;

use serde_json::json;

use super::{arm, files, probed, step};
use crate::binary::Files;

/// Of which anything may be in a password.
const SPECIAL: &str = r##"!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~ äß€ #;{{ 100%"##;

/// A journey of one step `ask`, with what it asks and its other fields as lines of YAML.
fn journey(probe: &str, rest: &str) -> String {
    format!(
        "apiVersion: serin.dev/v1\nkind: Journey\nmetadata: {{name: one}}\nspec:\n  steps:\n  \
         - name: ask\n    {probe}\n    {rest}\n"
    )
}

/// All of `conditions` hold.
async fn holds(probe: &str, conditions: &[&str]) {
    let conditions: Vec<_> = conditions
        .iter()
        .map(|&condition| json!({"condition": condition}))
        .collect();
    let (_files, path) = files(&journey(probe, &format!("assert: {}", json!(conditions))));
    probed(0, &[&path]).await;
}

/// The step fails in this way; gives the message.
async fn fails(probe: &str, class: &str, phase: &str) -> String {
    fails_in(&journey(probe, "timeout: 20s"), class, phase).await
}

async fn fails_in(journey: &str, class: &str, phase: &str) -> String {
    let (_files, path) = files(journey);
    let result = probed(1, &[&path]).await;
    let step = step(arm(&result), "ask");
    assert_eq!(step["failures"], json!({class: 1}), "{step}");
    let failure = &step["examples"][0]["failure"];
    assert_eq!(
        (&failure["class"], &failure["phase"]),
        (&json!(class), &json!(phase)),
        "{failure}"
    );
    failure["message"].as_str().unwrap().to_owned()
}

/// A file that holds a secret, as documents name it.
fn secret(files: &Files, value: &str) -> String {
    let path = files.write("secret", value.as_bytes());
    format!("{{file: {path}}}")
}
