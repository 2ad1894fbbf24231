//! `serin probe` as a user runs it, against servers of this machine.

mod analyses;
mod budgets;
mod classes;
mod documents;
mod faults;
mod imports;
mod live;
mod outputs;
mod paces;
mod secrets;
mod services;
mod sides;
mod signals;
mod teardown;

use std::time::Duration;

use serde_json::Value;

use crate::binary::{Ended, Files, run};
use crate::peers::shop::{Manners, Shop};

/// Processes start slowly on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// Logs in, makes an order, looks at it; removes it whatever happened.
const CHECKOUT: &str = r#"apiVersion: serin.dev/v1
kind: Journey
metadata: {name: checkout}
spec:
  steps:
  - name: login
    request: {method: POST, url: /login, json: {user: ann}}
    captures: {token: {jsonpath: $.token}}
    assert: [{status: 200}]
  - name: order
    request: {method: POST, url: /orders, json: {item: 1}, auth: {bearer: "{{token}}"}}
    captures: {id: {jsonpath: $.id}}
    creates: "order {{run.tag}}"
    assert: [{status: 201}]
  - name: items
    request: {url: /items}
    assert:
    - {jsonpath: $.items, count: {min: 3}}
    - {header: Content-Type, startsWith: application/json}
  finally:
    steps:
    - name: remove
      request: {method: DELETE, url: "/orders/{{run.tag}}"}
      removes: "order {{run.tag}}"
"#;

/// A shop without faults.
async fn shop() -> Shop {
    Shop::open(Manners {
        version: "v1",
        token: "tok-1",
        ..Manners::default()
    })
    .await
}

async fn probe(arguments: &[&str]) -> Ended {
    let arguments = ["probe"].iter().chain(arguments);
    run(arguments, PATIENCE).await
}

/// The result as JSON, after this exit code.
async fn probed(code: i32, arguments: &[&str]) -> Value {
    let ended = probe(&[arguments, &["--output", "json"]].concat()).await;
    assert_eq!(ended.code, Some(code), "{ended:?}");
    ended.json()
}

/// The only journey's only side.
fn arm(result: &Value) -> &Value {
    assert_eq!(result["journeys"].as_array().map(Vec::len), Some(1), "{result}");
    let arms = result["journeys"][0]["arms"].as_array().unwrap();
    assert_eq!(arms.len(), 1, "{result}");
    &arms[0]
}

/// A step of a side.
fn step<'a>(arm: &'a Value, name: &str) -> &'a Value {
    let steps = arm["steps"].as_array().unwrap();
    let found = steps.iter().find(|step| step["name"] == name);
    found.unwrap_or_else(|| panic!("no step {name}: {arm}"))
}

fn files(text: &str) -> (Files, String) {
    Files::one(text)
}
