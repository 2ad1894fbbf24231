//! Journeys against servers that really listen.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serin::engine::clock::SystemClock;
use serin::engine::journeys::{
    Budgets, JourneyWindow, Lasts, Pace, ProbeOrder, Probing, Shards, Since, Target,
};
use serin::engine::ports::ClientSettings;
use serin::probes::{Names, Probes};
use serin_judge::analysis::plan::journey::{FailureClass, Journey, RequestPhase};
use serin_judge::analysis::{Documents, Inputs, Source};
use serin_judge::journey::{Arm, Credentials};

const JOURNEY: &str = r#"
apiVersion: serin.dev/v1
kind: Journey
metadata: {name: planning}
spec:
  schedule: {interval: 1s, maxInFlight: 1000}
  answeredBy: {header: x-version, canary: v2, stable: v1}
  steps:
  - name: login
    request: {method: POST, url: /login, json: {user: "{{run.tag}}"}}
    captures: {token: {jsonpath: $.token}}
    assert: [{status: 201}]
  - name: plans
    request: {method: GET, url: /plans, auth: {bearer: "{{token}}"}}
    assert:
    - {status: 200}
    - {jsonpath: $.items, count: {min: 1}}
"#;

/// Knows who logged in, and fails every `fails_every`th look at the plans.
async fn listening(version: &'static str, fails_every: usize) -> SocketAddr {
    let said = move |status: StatusCode, body: String| -> Response {
        let headers = [("x-version", version), ("content-type", "application/json")];
        (status, headers, body).into_response()
    };
    let looks = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let app = Router::new()
        .route(
            "/login",
            post(move |body: String| async move {
                let user: serde_json::Value = serde_json::from_str(&body).unwrap();
                let token = format!("token-of-{}", user["user"].as_str().unwrap());
                said(StatusCode::CREATED, format!(r#"{{"token": "{token}"}}"#))
            }),
        )
        .route(
            "/plans",
            get(move |headers: HeaderMap| async move {
                let known = headers.get("authorization").and_then(|value| value.to_str().ok());
                let is_known = known.is_some_and(|value| value.starts_with("Bearer token-of-serin-"));
                let look = looks.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                if !is_known {
                    said(StatusCode::UNAUTHORIZED, String::new())
                } else if look % fails_every == fails_every - 1 {
                    said(StatusCode::INTERNAL_SERVER_ERROR, String::new())
                } else {
                    said(StatusCode::OK, r#"{"items": [1]}"#.to_owned())
                }
            }),
        );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

fn journey() -> Journey {
    let (documents, _) = Documents::read(vec![Source::new("journey.yaml", JOURNEY)]);
    documents.journey(None, &Inputs::default()).unwrap().0
}

async fn probed(order: &ProbeOrder) -> JourneyWindow {
    let clock = Arc::new(SystemClock::new());
    let probe = Probes::new(clock.clone(), Names::system());
    let mut probing = Probing::start(order, &probe, &*clock).unwrap();
    let totals = tokio::time::timeout(Duration::from_secs(60), probing.ended()).await;
    totals.unwrap().all.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_canary_beside_stable_over_connections_that_are_kept() {
    let (stable, canary) = (listening("v1", usize::MAX).await, listening("v2", 4).await);
    let target = |arm, address: SocketAddr| Target {
        arm,
        url: format!("http://{address}"),
    };
    let mut order = ProbeOrder {
        journey: Arc::new(journey()),
        targets: vec![target(Arm::Stable, stable), target(Arm::Canary, canary)],
        client: ClientSettings::default(),
        credentials: Credentials::default(),
        pace: Pace::Rate(200.0),
        lasts: Lasts::Starts(200),
        window: Duration::from_millis(100),
        aligned_to: None,
        seed: 11,
        shards: Shards::Threads(NonZeroUsize::new(2).unwrap()),
        budgets: Budgets::default(),
        keeps_totals: true,
    };
    let totals = probed(&order).await;
    let [stable, canary] = [Arm::Stable, Arm::Canary].map(|arm| totals.arm(arm).unwrap());
    assert_eq!(
        (stable.runs.passed, stable.runs.failed),
        (200, 0),
        "{:?}",
        stable.examples
    );
    assert_eq!(
        (canary.runs.passed, canary.runs.failed),
        (150, 50),
        "{:?}",
        canary.examples
    );
    assert_eq!(canary.steps[1].failures[&FailureClass::StatusMismatch], 50);
    assert_eq!(totals.pairs[1].kept.len(), 200);
    let cold = stable.steps[0].cold.service.len() + stable.steps[1].cold.service.len();
    assert!((1..100).contains(&cold), "{cold} connections for 400 requests");
    let connects = stable.steps[0].phases[1].len();
    assert_eq!(
        connects,
        stable.steps[0].cold.service.len(),
        "{:?}",
        RequestPhase::Connect
    );
    assert!(
        stable.steps[0].durations(Since::Begun).longest()
            <= stable.steps[0].durations(Since::Planned).longest()
    );
    let text = format!("{:?}", canary.examples);
    assert!(
        !text.contains("token-of-"),
        "captured tokens are shown nowhere: {text}"
    );

    // The same server on both sides: whoever asks the canary gets stable.
    order.targets[1].url = order.targets[0].url.clone();
    order.lasts = Lasts::Starts(20);
    let totals = probed(&order).await;
    assert_eq!(totals.arm(Arm::Canary).unwrap().runs.wrong_side, 20);
    assert_eq!(totals.arm(Arm::Stable).unwrap().runs.passed, 20);
    assert!(totals.pairs.iter().all(|pairs| pairs.kept.is_empty()));
}
