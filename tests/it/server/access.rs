//! Who may call.

use std::fmt::Write as _;

use reqwest::Method;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::rig::{QUICK, Service, WithJson as _, answer, says};
use crate::binary::{AT_ONCE, Files, run, serin, start};

fn digest(token: &str) -> String {
    Sha256::digest(token).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

fn tokens() -> String {
    let token =
        |name: &str, role: &str| format!("{{name: {name}, sha256: '{}', roles: [{role}]}}", digest(name));
    format!(
        "tokens: [{}, {}, {}]",
        token("reader", "read"),
        token("runner", "run"),
        token("admin", "admin")
    )
}

#[tokio::test]
async fn each_route_asks_for_its_role() {
    let service = Service::start(&tokens()).await;
    let good = says("1").await;
    let (_, described) = service.get("/openapi.json").await;
    let ranks = ["read", "run", "admin"];
    let tokens = ["reader", "runner", "admin"];
    for (path, methods) in described["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let needed = operation["security"][0]["token"][0].as_str();
            let needed = needed.map(|role| ranks.iter().position(|rank| *rank == role).unwrap());
            let address = path.replace("{id}", "nobody");
            let request = |token: Option<&str>| {
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                let request = service.request(method, &address);
                token.map_or(request.try_clone().unwrap(), |token| request.bearer_auth(token))
            };
            for (rank, token) in tokens.iter().enumerate() {
                let status = request(Some(token)).send().await.unwrap().status();
                let is_refused = status == 403;
                assert_eq!(
                    is_refused,
                    needed.is_some_and(|needed| needed > rank),
                    "{method} {path} {token}: {status}"
                );
                assert_ne!(status, 401, "{method} {path} {token}");
            }
            for wrong in [None, Some("READER"), Some("reader2"), Some("")] {
                let status = request(wrong).send().await.unwrap().status();
                assert_eq!(
                    status == 401,
                    needed.is_some(),
                    "{method} {path} {wrong:?}: {status}"
                );
            }
        }
    }
    let (status, problem) = service.get("/api/v1/runs").await;
    assert_eq!(
        (status.as_u16(), &problem["type"]),
        (401, &json!("urn:serin:problem:not-authenticated"))
    );
    let asked = service.request(Method::GET, "/").send().await.unwrap();
    let schemes: Vec<&str> = asked
        .headers()
        .get_all("www-authenticate")
        .iter()
        .map(|value| value.to_str().unwrap())
        .collect();
    assert!(
        schemes[0] == "Bearer" && schemes[1].starts_with("Basic realm="),
        "{schemes:?}"
    );
    let page = service
        .request(Method::GET, "/")
        .basic_auth("anybody", Some("reader"))
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), 200);
    let order = json!({"analysis": "quick", "args": {"url": good.address()}});
    let (status, _) = answer(
        service
            .request(Method::POST, "/api/v1/runs")
            .bearer_auth("runner")
            .with_json(&order),
    )
    .await;
    assert_eq!(status, 201);
}

#[tokio::test]
async fn a_document_from_outside_may_not_take_secrets_along() {
    let service = Service::start(&tokens()).await;
    let greedy = QUICK
        .replace(
            "{web: {",
            "{web: {headers: [{key: a, value: '{{args.secret}}'}], ",
        )
        .replace(
            "args: [{name: url}]",
            "args: [{name: url}, {name: secret, valueFrom: {secretKeyRef: {name: serin, key: token}}}]",
        );
    let bearer = "apiVersion: serin.dev/v1\nkind: Analysis\nmetadata: {name: a}\nspec:\n  metrics:\n  - {name: m, interval: 1s, count: 1, \
                  successCondition: result == 1, provider: {prometheus: {address: 'http://127.0.0.1:1', query: up, bearer: {env: HOME}}}}\n";
    for yaml in [greedy.as_str(), bearer] {
        let order = json!({"yaml": yaml, "args": {"url": "http://127.0.0.1:1"}});
        let (status, problem) = answer(
            service
                .request(Method::POST, "/api/v1/runs")
                .bearer_auth("runner")
                .with_json(&order),
        )
        .await;
        assert_eq!(status, 403, "{problem}");
        assert!(
            problem["detail"]
                .as_str()
                .unwrap()
                .contains("secrets of this Serin"),
            "{problem}"
        );
        let (status, _) = answer(
            service
                .request(Method::POST, "/api/v1/runs")
                .bearer_auth("admin")
                .with_json(&order),
        )
        .await;
        assert_ne!(status, 403);
    }
}

#[tokio::test]
async fn other_machines_are_served_with_tokens_only() {
    let files = Files::empty();
    let config = |spec: &str| {
        let text = format!("apiVersion: serin.dev/v1\nkind: Config\nspec:\n  {spec}\n");
        files.write("serin.yaml", text.as_bytes())
    };
    let refused = run(["serve", "--config", &config("listen: 0.0.0.0:0")], AT_ONCE).await;
    assert_eq!(refused.code, Some(2), "{refused:?}");
    for expected in [
        "serin.yaml:4:11",
        "which other machines can reach, and no `tokens`",
        "^",
        "need a token",
    ] {
        assert!(
            refused.stderr.contains(expected),
            "{expected}: {}",
            refused.stderr
        );
    }
    let refused = run(
        ["serve", "--config", &config("{}"), "--listen", "0.0.0.0:0"],
        AT_ONCE,
    )
    .await;
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(
        refused.stderr.contains("--listen 0.0.0.0:0") && refused.stderr.contains("tokens"),
        "{}",
        refused.stderr
    );
    let running = start(serin([
        "serve",
        "--config",
        &config(&tokens()),
        "--listen",
        "0.0.0.0:0",
    ]));
    running.says("listens on http://0.0.0.0:").await;
}

#[tokio::test]
async fn a_browser_cannot_be_made_to_call_by_another_site() {
    let service = Service::start("publicUrl: 'https://serin.example.com'").await;
    let ask = async |name: &'static str, value: &str, method: Method| {
        let request = service
            .request(method, "/api/v1/validate")
            .header(name, value)
            .with_json(&json!({"yaml": QUICK}));
        answer(request).await.0.as_u16()
    };
    assert_eq!(ask("host", "rebound.example.org", Method::POST).await, 403);
    assert_eq!(ask("host", "serin.example.com", Method::POST).await, 200);
    assert_eq!(
        ask("origin", "https://elsewhere.example.org", Method::POST).await,
        403
    );
    assert_eq!(
        ask("origin", "https://serin.example.com", Method::POST).await,
        200
    );
}
