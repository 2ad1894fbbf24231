use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use super::service::Service;

/// How often each caller asks.
const POLL_INTERVAL: Duration = Duration::from_millis(100);
/// A caller that has no verdict by then never will.
const POLLS_MAX: usize = 3000;

/// What callers were told of one order, with each answer kept once.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    pub(super) runs: Vec<String>,
    pub(super) verdicts: Vec<String>,
}

/// All orders, and what their callers were told.
pub(super) struct Ledger {
    client: Client,
    service: String,
    good: String,
    bad: String,
    next: AtomicUsize,
    is_closed: AtomicBool,
    /// By the order's release.
    told: Mutex<BTreeMap<String, Told>>,
}

impl Ledger {
    pub(super) fn new(service: &Service, good: &str, bad: &str) -> Self {
        serin::providers::http::install_tls();
        Self {
            client: Client::builder()
                .no_proxy()
                .timeout(Duration::from_secs(10))
                .build()
                .unwrap(),
            service: service.address(),
            good: good.to_owned(),
            bad: bad.to_owned(),
            next: AtomicUsize::new(0),
            is_closed: AtomicBool::new(false),
            told: Mutex::default(),
        }
    }

    /// No order is placed any more; those that are placed go on to their verdicts.
    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
    }

    pub(super) fn told(&self) -> BTreeMap<String, Told> {
        self.told.lock().unwrap().clone()
    }

    /// Asks the service; `None` when it was not there to answer, or says that it cannot know.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        key: &str,
        body: Option<&Value>,
    ) -> Option<(StatusCode, Value)> {
        let mut request = self.client.request(method, format!("{}{path}", self.service));
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .header("idempotency-key", key)
                .body(body.to_string());
        }
        let response = request.send().await.ok()?;
        let status = response.status();
        let body = response.text().await.ok()?;
        if status == StatusCode::SERVICE_UNAVAILABLE {
            return None;
        }
        Some((
            status,
            serde_json::from_str(&body).unwrap_or_else(|_| panic!("{status} {body:?}")),
        ))
    }

    fn note(&self, release: &str, run: &Value, verdict: &Value) -> bool {
        let mut told = self.told.lock().unwrap();
        let told = told.entry(release.to_owned()).or_default();
        let note = |list: &mut Vec<String>, value: &Value| {
            let text = value.as_str().unwrap().to_owned();
            if !list.contains(&text) {
                list.push(text);
            }
        };
        note(&mut told.runs, run);
        let is_final = verdict != "continue";
        if is_final {
            note(&mut told.verdicts, verdict);
        }
        is_final
    }
}

/// What this order has to come to: even ones are good.
pub(super) fn expected(release: &str) -> &'static str {
    let number: usize = release.trim_start_matches("app/").parse().unwrap();
    if number.is_multiple_of(2) {
        "promote"
    } else {
        "rollback"
    }
}

/// A caller that places one order after the other, and follows each to its verdict.
pub(super) struct Orders {
    ledger: Arc<Ledger>,
}

impl Orders {
    pub(super) fn new(ledger: &Arc<Ledger>) -> Self {
        Self {
            ledger: Arc::clone(ledger),
        }
    }

    pub(super) async fn place_until_closed(self) {
        while !self.ledger.is_closed.load(Ordering::SeqCst) {
            let number = self.ledger.next.fetch_add(1, Ordering::SeqCst);
            let release = format!("app/{number}");
            let url = if expected(&release) == "promote" {
                &self.ledger.good
            } else {
                &self.ledger.bad
            };
            let question =
                json!({"analysis": "three", "release": release, "stage": "10", "args": {"url": url}});
            // Half of them ask as Argo does, the others as a pipeline does.
            if number % 4 < 2 {
                self.ask_the_gate(&release, &question).await;
            } else {
                self.start_and_follow(&release, &question).await;
            }
        }
    }

    async fn ask_the_gate(&self, release: &str, question: &Value) {
        for _ in 0..POLLS_MAX {
            if let Some((status, answer)) = self
                .ledger
                .ask(Method::POST, "/gates/argo", "", Some(question))
                .await
            {
                assert_eq!(status, 200, "{release}: {answer}");
                assert_eq!(answer["attempt"], 1, "{release}: {answer}");
                if self.ledger.note(release, &answer["run"], &answer["verdict"]) {
                    return;
                }
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        panic!("{release} has no verdict");
    }

    async fn start_and_follow(&self, release: &str, order: &Value) {
        let mut run: Option<String> = None;
        for _ in 0..POLLS_MAX {
            let asked = match &run {
                None => {
                    self.ledger
                        .ask(Method::POST, "/api/v1/runs", release, Some(order))
                        .await
                }
                Some(id) => {
                    self.ledger
                        .ask(Method::GET, &format!("/api/v1/runs/{id}"), "", None)
                        .await
                }
            };
            if let Some((status, answer)) = asked {
                assert!(status.is_success(), "{release}, run {run:?}: {status} {answer}");
                run = Some(answer["id"].as_str().unwrap().to_owned());
                if self.ledger.note(release, &answer["id"], &answer["verdict"]) {
                    return;
                }
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        panic!("{release} has no verdict");
    }
}
