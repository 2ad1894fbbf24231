//! The API over HTTP, with no other traffic: each endpoint good and bad.

use axum::body::Bytes;
use axum::http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use serin_judge::time::Timestamp;

use crate::demo::{Behaviour, Event, Fault, System, SystemOptions};
use serin_judge::verdict::Side;

/// A system without traffic or errors, and somebody who calls it.
struct Caller {
    system: System,
    base: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Caller {
    async fn start() -> Self {
        let options = SystemOptions {
            rate: 0.0,
            event_log_limit: 1_000,
            baseline: Behaviour {
                error_ratio: 0.0,
                latency_median: std::time::Duration::from_millis(1),
                latency_spread: 0.0,
                ..Behaviour::HEALTHY
            },
            ..SystemOptions::new(1, Timestamp::parse("2026-03-01T10:00:00Z").unwrap())
        };
        let system = System::start(options).await.unwrap();
        Self {
            base: system.base_urls(Side::Stable).remove(0),
            system,
            client: Client::builder(TokioExecutor::new()).build_http(),
        }
    }

    async fn call(&self, method: &str, url: &str, token: Option<&str>, body: &str) -> (u16, String, Bytes) {
        let url = if url.starts_with("http") {
            url.to_owned()
        } else {
            format!("{}{url}", self.base)
        };
        let mut request = Request::builder().method(method).uri(url);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(Full::from(body.to_owned())).unwrap();
        let response = self.client.request(request).await.unwrap();
        let status = response.status().as_u16();
        let kind = response.headers().get("content-type");
        let kind = kind
            .map(|value| value.to_str().unwrap().to_owned())
            .unwrap_or_default();
        (
            status,
            kind,
            response.into_body().collect().await.unwrap().to_bytes(),
        )
    }

    async fn post(&self, path: &str, token: Option<&str>, body: &Value) -> (u16, Value) {
        let (status, _, body) = self.call("POST", path, token, &body.to_string()).await;
        (status, serde_json::from_slice(&body).unwrap())
    }

    async fn text(&self, url: &str) -> String {
        let (status, _, body) = self.call("GET", url, None, "").await;
        assert_eq!(status, 200);
        String::from_utf8(body.to_vec()).unwrap()
    }

    /// A registered user's token.
    async fn token(&self, email: &str) -> String {
        let user = json!({"email": email, "password": "SmokeTest123!", "full_name": "Smoke Test User"});
        let (status, answer) = self.post(REGISTER, None, &user).await;
        assert_eq!((status, &answer["status"]), (201, &json!("success")));
        let (status, answer) = self.post(LOGIN, None, &user).await;
        assert_eq!(status, 200);
        answer["access_token"].as_str().unwrap().to_owned()
    }
}

const REGISTER: &str = "/api/v1/auth/register";
const LOGIN: &str = "/api/v1/auth/login";
const PROFILES: &str = "/api/v1/financial-profiles";
const SIMULATIONS: &str = "/api/v1/simulations/monte-carlo";
const EXPORT: &str = "/api/v1/export/pdf";

fn profile() -> Value {
    json!({"age": 30, "annual_income": 75_000, "current_savings": 25_000, "risk_tolerance": "moderate"})
}

fn simulation(profile_id: &str) -> Value {
    json!({"profile_id": profile_id, "goal_amount": 500_000, "years_to_goal": 20, "monthly_contribution": 2_000})
}

/// `value` with `key` replaced, or removed by null.
fn with(mut value: Value, key: &str, replacement: Value) -> Value {
    let fields = value.as_object_mut().unwrap();
    fields.remove(key);
    if !replacement.is_null() {
        fields.insert(key.to_owned(), replacement);
    }
    value
}

#[tokio::test]
async fn the_critical_path_ends_with_a_document() {
    let caller = Caller::start().await;
    let token = caller.token("smoketest@example.com").await;
    let token = Some(token.as_str());
    let (status, answer) = caller.post(PROFILES, token, &profile()).await;
    assert_eq!(status, 201);
    let profile_id = answer["id"].as_str().unwrap();
    let (status, answer) = caller.post(SIMULATIONS, token, &simulation(profile_id)).await;
    assert_eq!(status, 200);
    let probability = answer["result"]["success_probability"].as_f64().unwrap();
    assert!((0.5..=1.0).contains(&probability), "{answer}");
    let export = json!({"simulation_id": answer["simulation_id"], "template": "detailed_plan"});
    let (status, answer) = caller.post(EXPORT, token, &export).await;
    assert_eq!(status, 200);
    // Another instance of the other side has the same records.
    let url = caller.system.base_urls(Side::Canary).remove(1) + answer["download_url"].as_str().unwrap();
    let (status, kind, document) = caller.call("GET", &url, None, "").await;
    assert_eq!((status, kind.as_str()), (200, "application/pdf"));
    assert!(document.starts_with(b"%PDF-1.4") && document.ends_with(b"%%EOF\n"));
    caller.system.stop().await;
}

#[tokio::test]
async fn bad_registrations_and_logins_are_refused() {
    let caller = Caller::start().await;
    let user = json!({"email": "a@example.com", "password": "SmokeTest123!", "full_name": "A"});
    assert_eq!(caller.post(REGISTER, None, &user).await.0, 201);
    let cases = [
        ("taken", REGISTER, user.clone(), 409),
        (
            "no email",
            REGISTER,
            with(user.clone(), "email", Value::Null),
            400,
        ),
        (
            "bad email",
            REGISTER,
            with(user.clone(), "email", json!("a.example.com")),
            400,
        ),
        (
            "short password",
            REGISTER,
            with(user.clone(), "password", json!("short")),
            400,
        ),
        (
            "no name",
            REGISTER,
            with(user.clone(), "full_name", json!(" ")),
            400,
        ),
        ("wrong type", REGISTER, with(user.clone(), "email", json!(1)), 400),
        (
            "wrong password",
            LOGIN,
            with(user.clone(), "password", json!("SmokeTest124!")),
            401,
        ),
        (
            "unknown user",
            LOGIN,
            with(user.clone(), "email", json!("b@example.com")),
            401,
        ),
        ("no password", LOGIN, with(user, "password", Value::Null), 400),
    ];
    for (name, path, body, expected) in cases {
        let (status, answer) = caller.post(path, None, &body).await;
        assert_eq!(
            (status, &answer["status"]),
            (expected, &json!("error")),
            "{name}: {answer}"
        );
    }
    assert_eq!(caller.call("POST", LOGIN, None, "{").await.0, 400);
    assert_eq!(caller.call("GET", LOGIN, None, "").await.0, 405);
    assert_eq!(caller.call("POST", LOGIN, None, &" ".repeat(20_000)).await.0, 413);
    assert_eq!(caller.call("GET", "/api/v1/nothing", None, "").await.0, 404);
    caller.system.stop().await;
}

/// A caller, and the tokens of two users.
async fn two_users() -> (Caller, String, String) {
    let caller = Caller::start().await;
    let (token, other) = (
        caller.token("a@example.com").await,
        caller.token("b@example.com").await,
    );
    (caller, token, other)
}

/// Posts each body and expects the code that stands beside it.
async fn refused(caller: &Caller, path: &str, cases: &[(&str, Option<&str>, Value, u16)]) {
    for (name, token, body, expected) in cases {
        let (status, answer) = caller.post(path, *token, body).await;
        assert_eq!(status, *expected, "{name}: {answer}");
        assert_eq!(answer["status"], "error", "{name}");
    }
}

#[tokio::test]
async fn bad_profiles_are_refused() {
    let (caller, token, _) = two_users().await;
    let token = Some(token.as_str());
    let wrong = |key, value| with(profile(), key, value);
    let cases = [
        ("no token", None, profile(), 401),
        ("wrong token", Some("nobody"), profile(), 401),
        ("too young", token, wrong("age", json!(3)), 400),
        ("negative income", token, wrong("annual_income", json!(-1)), 400),
        (
            "negative savings",
            token,
            wrong("current_savings", json!(-1)),
            400,
        ),
        ("unknown risk", token, wrong("risk_tolerance", json!("wild")), 400),
        ("no age", token, wrong("age", Value::Null), 400),
    ];
    refused(&caller, PROFILES, &cases).await;
    caller.system.stop().await;
}

#[tokio::test]
async fn bad_simulations_and_exports_are_refused() {
    let (caller, token, other) = two_users().await;
    let (token, other) = (Some(token.as_str()), Some(other.as_str()));
    let (_, answer) = caller.post(PROFILES, token, &profile()).await;
    let good = simulation(answer["id"].as_str().unwrap());
    let wrong = |key, value| with(good.clone(), key, value);
    let cases = [
        ("no token", None, good.clone(), 401),
        ("unknown profile", token, wrong("profile_id", json!("x")), 404),
        ("somebody else's profile", other, good.clone(), 404),
        ("no goal", token, wrong("goal_amount", json!(0)), 400),
        ("too many years", token, wrong("years_to_goal", json!(61)), 400),
        ("taken out", token, wrong("monthly_contribution", json!(-1)), 400),
    ];
    refused(&caller, SIMULATIONS, &cases).await;
    let (_, answer) = caller.post(SIMULATIONS, token, &good).await;
    let good = json!({"simulation_id": answer["simulation_id"], "template": "summary"});
    let wrong = |key, value| with(good.clone(), key, value);
    let cases = [
        ("no token", None, good.clone(), 401),
        ("somebody else's simulation", other, good.clone(), 404),
        (
            "unknown simulation",
            token,
            wrong("simulation_id", json!("x")),
            404,
        ),
        ("unknown template", token, wrong("template", json!("x")), 400),
    ];
    refused(&caller, EXPORT, &cases).await;
    let (status, ..) = caller.call("GET", "/api/v1/export/files/x.pdf", None, "").await;
    assert_eq!(status, 404);
    caller.system.stop().await;
}

#[tokio::test]
async fn metrics_show_what_was_answered() {
    let mut caller = Caller::start().await;
    let url = caller.system.metrics_urls(Side::Stable).remove(0);
    caller.token("a@example.com").await;
    caller.post(PROFILES, None, &profile()).await;
    caller.call("GET", "/nothing", None, "").await;
    let text = caller.text(&url).await;
    let common = "track=\"stable\",pod=\"stable-1\"";
    for line in [
        format!("http_requests_total{{{common},method=\"POST\",route=\"{REGISTER}\",code=\"201\"}} 1"),
        format!("http_requests_total{{{common},method=\"POST\",route=\"{LOGIN}\",code=\"200\"}} 1"),
        format!("http_requests_total{{{common},method=\"POST\",route=\"{PROFILES}\",code=\"401\"}} 1"),
        format!("http_requests_total{{{common},method=\"GET\",route=\"unknown\",code=\"404\"}} 1"),
        format!("http_request_duration_seconds_bucket{{{common},le=\"+Inf\"}} 4"),
        // To the microsecond what the behaviour says, whatever else this machine was doing.
        format!("http_request_duration_seconds_bucket{{{common},le=\"0.001\"}} 4"),
        format!("http_request_duration_seconds_count{{{common}}} 4"),
        format!("http_requests_in_flight{{{common}}} 0"),
    ] {
        assert!(
            text.lines().any(|found| found == line),
            "{line} is not in\n{text}"
        );
    }
    let started = text
        .lines()
        .find_map(|line| line.strip_prefix("process_start_time_seconds{"))
        .unwrap();
    let started: f64 = started.split_once("} ").unwrap().1.parse().unwrap();
    let wanted = Timestamp::parse("2026-03-01T10:00:00Z").unwrap().as_seconds();
    assert!((wanted..wanted + 60.0).contains(&started), "{started}");
    caller.system.restart_instance(Side::Stable, 0).await.unwrap();
    let text = caller.text(&url).await;
    assert!(
        !text.contains("http_requests_total{")
            && text.contains("_seconds_count{track=\"stable\",pod=\"stable-1\"} 0")
    );
    let log = caller.system.event_log(Side::Stable, 0).unwrap();
    let kinds: Vec<bool> = log
        .events
        .iter()
        .map(|event| matches!(event, Event::Request { .. }))
        .collect();
    assert_eq!(kinds, [false, true, true, true, true, false, false, false]);
    assert_eq!(log.events[5..], [Event::Scrape, Event::Started, Event::Scrape]);
    caller.system.stop().await;
}

#[tokio::test]
async fn health_follows_recent_errors_and_is_not_disturbed_itself() {
    let caller = Caller::start().await;
    let url = caller.system.health_urls(Side::Canary).remove(0);
    let health: Value = serde_json::from_str(&caller.text(&url).await).unwrap();
    assert_eq!(
        (&health["status"], &health["version"]),
        (&json!("healthy"), &json!("1.4.2"))
    );
    let broken = Behaviour {
        error_ratio: 1.0,
        ..Behaviour::HEALTHY
    };
    caller
        .system
        .set_instance_behaviour(Side::Canary, 0, broken)
        .unwrap();
    let login = caller.system.base_urls(Side::Canary).remove(0) + LOGIN;
    let calls = (0..100).map(|_| caller.call("POST", &login, None, "{}"));
    for (status, _, body) in futures::future::join_all(calls).await {
        assert!(matches!(status, 500 | 503), "{status}");
        assert!(serde_json::from_slice::<Value>(&body).is_ok());
    }
    let health: Value = serde_json::from_str(&caller.text(&url).await).unwrap();
    assert_eq!(health["status"], "degraded", "{health}");
    assert_eq!(health["checks"]["requests"]["recent_error_ratio"], 1.0);
    caller.system.apply(Fault::None);
    assert_eq!(caller.call("POST", &login, None, "{}").await.0, 400);
    caller.system.stop().await;
}
