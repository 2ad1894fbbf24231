//! A service in a folder of its own, and somebody who asks it.

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::binary::{AT_ONCE, Ended, Files, Running, serin, start};
use crate::peers::scripted::Scripted;
use crate::peers::wait_for;

/// Asks an address each second until it has answered twice; the answer decides: 1 is good, 2 is bad, anything else is
/// neither, and what is no number breaks.
pub(super) const QUICK: &str = "apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: quick}
spec:
  args: [{name: url}]
  metrics:
  - name: answer
    interval: 1s
    count: 2
    consecutiveErrorLimit: 0
    successCondition: result == 1
    failureCondition: result == 2
    provider: {web: {url: '{{args.url}}', jsonPath: '{$.answer}'}}
";

/// Never ends by itself.
pub(super) const ENDLESS: &str = "apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: endless}
spec:
  args: [{name: url}]
  metrics:
  - name: answer
    interval: 1s
    successCondition: result == 1
    provider: {web: {url: '{{args.url}}', jsonPath: '{$.answer}'}}
";

/// A service, in a folder that survives it.
pub(super) struct Service {
    pub(super) files: Files,
    pub(super) address: String,
    running: Option<Running>,
    client: Client,
}

impl Service {
    /// With these settings beside the usual ones (a free port), and the analyses `quick` and `endless`.
    pub(super) async fn start(spec: &str) -> Self {
        let files = Files::empty();
        files.write("analyses/quick.yaml", QUICK.as_bytes());
        files.write("analyses/endless.yaml", ENDLESS.as_bytes());
        Self::start_in(files, spec).await
    }

    pub(super) async fn start_in(files: Files, spec: &str) -> Self {
        let config =
            format!("apiVersion: serin.dev/v1\nkind: Config\nspec: {{listen: '127.0.0.1:0', {spec}}}\n");
        files.write("serin.yaml", config.as_bytes());
        serin::providers::http::install_tls();
        let mut service = Self {
            files,
            address: "127.0.0.1:0".to_owned(),
            running: None,
            client: Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
        };
        service.start_again().await;
        service
    }

    /// On the same folder and, once it has one, the same address.
    pub(super) async fn start_again(&mut self) {
        let config = self.files.folder().join("serin.yaml");
        let mut command = serin(["serve", "--config"]);
        command.arg(config).arg("--listen").arg(&self.address);
        let running = start(command);
        let address = wait_for("the service says where it listens", async || {
            let (said, _) = running.said();
            let (_, rest) = said.split_once("listens on http://")?;
            rest.split_once(' ').map(|(address, _)| address.to_owned())
        })
        .await;
        self.address = address;
        self.running = Some(running);
    }

    pub(super) fn running(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    /// Tells it to end, and waits until it has.
    pub(super) async fn stop(&mut self) -> Ended {
        let running = self.running.take().unwrap();
        running.signal("TERM").await;
        running.end(AT_ONCE).await
    }

    /// Ends it where it is.
    pub(super) async fn kill(&mut self) {
        let running = self.running.take().unwrap();
        running.signal("KILL").await;
        let _ended = running.end(AT_ONCE).await;
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, self.url(path))
            .timeout(Duration::from_secs(30))
    }

    pub(super) async fn get(&self, path: &str) -> (StatusCode, Value) {
        answer(self.request(Method::GET, path)).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        answer(self.request(Method::POST, path).with_json(body)).await
    }

    /// Starts a run of a known analysis that asks this server.
    pub(super) async fn run(&self, analysis: &str, answers: &Scripted) -> String {
        let (status, run) = self
            .post(
                "/api/v1/runs",
                &json!({"analysis": analysis, "args": {"url": answers.address()}}),
            )
            .await;
        assert_eq!(status, 201, "{run}");
        run["id"].as_str().unwrap().to_owned()
    }

    /// Waits for the verdict.
    pub(super) async fn ended(&self, id: &str) -> Value {
        wait_for("the run has its verdict", async || {
            let (status, run) = self.get(&format!("/api/v1/runs/{id}")).await;
            (status == 200 && run["verdict"] != "continue").then_some(run)
        })
        .await
    }
}

/// Status and body; a body that is no JSON is a text.
pub(super) async fn answer(request: RequestBuilder) -> (StatusCode, Value) {
    let response = request.send().await.unwrap();
    let status = response.status();
    let media = response
        .headers()
        .get("content-type")
        .map(|media| media.to_str().unwrap().to_owned());
    let text = response.text().await.unwrap();
    let is_problem = media.as_deref() == Some("application/problem+json");
    assert_eq!(
        status.is_client_error() || status.is_server_error(),
        is_problem,
        "{status} {media:?} {text}"
    );
    let value = serde_json::from_str(&text).unwrap_or(Value::String(text));
    if is_problem {
        assert_eq!(value["status"], status.as_u16(), "{value}");
        for member in ["type", "title", "detail"] {
            assert!(!value[member].as_str().unwrap().is_empty(), "{value}");
        }
    }
    (status, value)
}

/// Always the same answer.
pub(super) async fn says(answer: &str) -> Scripted {
    Scripted::json(&[&format!("{{\"answer\":{answer}}}")]).await
}

/// One that begins with the first and goes over to the second when it is told to.
pub(super) async fn says_until(
    first: &'static str,
    second: &'static str,
) -> (Scripted, std::sync::Arc<std::sync::atomic::AtomicBool>) {
    let switch = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let seen = std::sync::Arc::clone(&switch);
    let scripted = Scripted::start(move |_| {
        let answer = if seen.load(std::sync::atomic::Ordering::SeqCst) {
            second
        } else {
            first
        };
        (200, "application/json", format!("{{\"answer\":{answer}}}"))
    })
    .await;
    (scripted, switch)
}

/// reqwest's own is a feature that nothing else here needs.
pub(super) trait WithJson {
    fn with_json(self, body: &Value) -> Self;
}

impl WithJson for RequestBuilder {
    fn with_json(self, body: &Value) -> Self {
        self.header("content-type", "application/json")
            .body(body.to_string())
    }
}
