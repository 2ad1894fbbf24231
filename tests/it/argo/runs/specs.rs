//! Analyses with random limits, and what their servers answer.

use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Map, Value, json};

use crate::argo::stub::{Reply, Stub};

/// One run.
pub(super) struct Spec {
    pub(super) name: String,
    metrics: Vec<Metric>,
    dry: Vec<String>,
}

struct Metric {
    name: String,
    fields: Fields,
    json_path: &'static str,
    answers: Vec<Reply>,
}

/// How the metrics of a run are spread over time. Both count in whole seconds, but begin at different parts of one, so
/// metrics of different intervals must not fall due at the same second again and again: which one comes first may decide.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rhythm {
    /// One metric, any interval.
    Alone,
    /// Two metrics every two seconds, the second one a second later. A retry after ten seconds keeps to that.
    Alternating,
    /// All every two seconds, so all at once again and again.
    Abreast,
    /// All at once, and only once.
    Together,
}

/// An error is tried again after ten seconds, and nobody wants to wait for many.
const ERRORS_MAX: usize = 2;

impl Spec {
    pub(super) fn random(name: String, rng: &mut StdRng) -> Self {
        let (rhythm, count) = match rng.random_range(0..10) {
            0..5 => (Rhythm::Alone, 1),
            5..7 => (Rhythm::Alternating, 2),
            7 => (Rhythm::Abreast, rng.random_range(2..4)),
            _ => (Rhythm::Together, rng.random_range(2..4)),
        };
        let metrics: Vec<Metric> = (0..count)
            .map(|index| Metric::random(index, rhythm, rng))
            .collect();
        let dry = metrics
            .iter()
            .filter(|_| rng.random_bool(0.15))
            .map(|metric| metric.name.clone())
            .collect();
        Self { name, metrics, dry }
    }

    /// The `spec` of an AnalysisRun or an AnalysisTemplate.
    pub(super) fn document(&self, stub: &Stub, asker: &str) -> Value {
        let metrics: Vec<Value> = self
            .metrics
            .iter()
            .map(|metric| {
                let mut fields = metric.fields.clone();
                let web = json!({"url": stub.url(&self.path(metric), asker), "jsonPath": metric.json_path});
                fields.insert("name".into(), json!(metric.name));
                fields.insert("provider".into(), json!({"web": web}));
                Value::Object(fields)
            })
            .collect();
        let dry: Vec<Value> = self.dry.iter().map(|name| json!({"metricName": name})).collect();
        json!({
            "metrics": metrics,
            "dryRun": dry,
            "args": [{"name": "two", "value": "2"}],
        })
    }

    pub(super) fn scripts(&self) -> Vec<(String, Vec<Reply>)> {
        let scripts = self.metrics.iter();
        scripts
            .map(|metric| (self.path(metric), metric.answers.clone()))
            .collect()
    }

    fn path(&self, metric: &Metric) -> String {
        format!("/{}/{}", self.name, metric.name)
    }
}

impl Metric {
    fn random(index: usize, rhythm: Rhythm, rng: &mut StdRng) -> Self {
        let mut fields = Fields::new();
        let mut set = |name: &str, value: Value| set(&mut fields, name, value);
        let (mut failure_limit, mut success_limit, mut inconclusive_limit) = (0, 0, 0);
        if rng.random_bool(0.4) {
            success_limit = rng.random_range(1..4);
            set("consecutiveSuccessLimit", json!(success_limit));
        }
        if rng.random_bool(0.5) {
            let lowest = if success_limit > 0 { -1 } else { 0 };
            failure_limit = rng.random_range(lowest..3);
            set("failureLimit", json!(failure_limit));
        }
        if rng.random_bool(0.5) {
            inconclusive_limit = rng.random_range(0..3);
            let templated = inconclusive_limit == 2 && rng.random_bool(0.5);
            let limit = if templated {
                json!("{{args.two}}")
            } else {
                json!(inconclusive_limit)
            };
            set("inconclusiveLimit", limit);
        }
        let error_limit = match rhythm {
            Rhythm::Together => 0,
            _ => rng.random_range(0..3),
        };
        if error_limit < 2 {
            set("consecutiveErrorLimit", json!(error_limit));
        }
        if rhythm != Rhythm::Together {
            // Argo's validation wants a count that the limits fit into.
            let least = (failure_limit.max(0) + success_limit)
                .max(inconclusive_limit)
                .max(1);
            let count = rng.random_range(least..least + 4);
            set(
                "count",
                if count == 2 {
                    json!("{{args.two}}")
                } else {
                    json!(count)
                },
            );
        }
        time(&mut fields, index, rhythm, rng);
        let json_path = ["{$}", "{$.v}"][rng.random_range(0..2)];
        let place = if json_path == "{$}" { "result.v" } else { "result" };
        ask(&mut fields, place, rng);
        Self {
            name: format!("metric-{index}"),
            fields,
            json_path,
            answers: answers(rng),
        }
    }
}

fn answers(rng: &mut StdRng) -> Vec<Reply> {
    // Some servers are well most of the time, some are not.
    let good = [0.9, 0.6, 0.3][rng.random_range(0..3)];
    let mut errors = 0;
    let count = rng.random_range(1..9);
    let mut answers = Vec::new();
    for _ in 0..count {
        let body = match rng.random_range(0..10) {
            _ if rng.random_bool(good) => Reply::ok(r#"{"v": 5}"#),
            0..=3 => Reply::ok(r#"{"v": -5}"#),
            4..=6 => Reply::ok(r#"{"v": 0}"#),
            7 => Reply::ok("<html>garbage</html>"),
            _ if errors == ERRORS_MAX => Reply::ok(r#"{"v": 0}"#),
            8 => {
                errors += 1;
                let status = [500, 503, 404][rng.random_range(0..3)];
                Reply::Body(status, b"{\"v\": 5}".to_vec())
            }
            _ => {
                errors += 1;
                let bodies = [
                    r#"{"v": "text"}"#,
                    r#"{"w": 1}"#,
                    "[]",
                    r#"{"v": null}"#,
                    r#"{"v": [1]}"#,
                ];
                Reply::ok(bodies[rng.random_range(0..bodies.len())])
            }
        };
        answers.push(body);
    }
    // What repeats for ever must not be an error, or the run takes a minute.
    answers.push(Reply::ok(
        [r#"{"v": 5}"#, r#"{"v": -5}"#, r#"{"v": 0}"#][rng.random_range(0..3)],
    ));
    answers
}

type Fields = Map<String, Value>;

fn set(fields: &mut Fields, name: &str, value: Value) {
    let _before = fields.insert(name.to_owned(), value);
}

fn time(fields: &mut Fields, index: usize, rhythm: Rhythm, rng: &mut StdRng) {
    match rhythm {
        Rhythm::Alone => {
            set(
                fields,
                "interval",
                json!(["1s", "2s", "3s", "1500ms"][rng.random_range(0..4)]),
            );
            if rng.random_bool(0.2) {
                set(fields, "initialDelay", json!("1s"));
            }
        }
        Rhythm::Alternating => {
            set(fields, "interval", json!("2s"));
            if index > 0 {
                set(fields, "initialDelay", json!("1s"));
            }
        }
        Rhythm::Abreast => set(fields, "interval", json!("2s")),
        Rhythm::Together => {}
    }
}

fn ask(fields: &mut Fields, place: &str, rng: &mut StdRng) {
    let conditions = rng.random_range(0..10);
    if conditions != 0 {
        set(fields, "successCondition", json!(format!("{place} > 0")));
    }
    if !(1..4).contains(&conditions) {
        set(fields, "failureCondition", json!(format!("{place} < 0")));
    }
}
