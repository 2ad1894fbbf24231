//! Whole runs by Serin's engine beside Argo's own analysis controller, all at once, with the same scripted server.

mod specs;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::join_all;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::Deserialize;
use serde_json::{Value, json};
use serin::config::Settings;
use serin::engine::Engine;
use serin::engine::clock::SystemClock;
use serin::providers::web::Text;
use serin::store::MemoryStore;
use serin_judge::analysis::{Documents, Source};
use serin_judge::verdict::{MetricReport, RunIdentity, RunReport};

use self::specs::Spec;
use super::oracle;
use super::stub::Stub;

const SEED: u64 = 7_701;
const RUNS: usize = 200;
/// Argo's clock of whole seconds and a busy machine can order two measurements differently now and then. A difference of
/// meaning is there each time.
const ATTEMPTS: usize = 3;

/// What can be said of a run in the words of both.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    phase: String,
    /// Empty where Serin says something of its own: Argo has no words for a run that ended well.
    message: String,
    metrics: BTreeMap<String, MetricOutcome>,
}

#[derive(Debug, PartialEq, Eq)]
struct MetricOutcome {
    phase: String,
    /// count, successful, failed, inconclusive, error, consecutiveError, consecutiveSuccess
    counters: [u32; 7],
    /// Phase, value and message of each measurement that is kept.
    measurements: Vec<[String; 3]>,
}

/// Argo forgets a value on which a condition has failed; Serin keeps it, because it explains the failure.
fn taken_as(phase: String, value: String, message: String) -> [String; 3] {
    let value = if phase == "Error" { String::new() } else { value };
    [phase, value, message]
}

/// What Argo's controller wrote.
#[derive(Deserialize)]
struct Ended {
    name: String,
    status: Status,
}

#[derive(Deserialize)]
struct Status {
    phase: String,
    #[serde(default)]
    message: String,
    #[serde(default, rename = "metricResults")]
    metrics: Vec<MetricResult>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct MetricResult {
    name: String,
    phase: String,
    count: u32,
    successful: u32,
    failed: u32,
    inconclusive: u32,
    error: u32,
    consecutive_error: u32,
    consecutive_success: u32,
    measurements: Vec<Taken>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Taken {
    phase: String,
    value: String,
    message: String,
}

impl From<Status> for Outcome {
    fn from(status: Status) -> Self {
        let metrics = status.metrics.into_iter().map(|metric| {
            let counters = [
                metric.count,
                metric.successful,
                metric.failed,
                metric.inconclusive,
                metric.error,
                metric.consecutive_error,
                metric.consecutive_success,
            ];
            let measurements = metric.measurements.into_iter();
            let outcome = MetricOutcome {
                phase: metric.phase,
                counters,
                measurements: measurements
                    .map(|taken| taken_as(taken.phase, taken.value, taken.message))
                    .collect(),
            };
            (metric.name, outcome)
        });
        Self {
            phase: status.phase,
            message: status.message,
            metrics: metrics.collect(),
        }
    }
}

impl Outcome {
    fn of(report: &RunReport) -> Self {
        let summary = report.summary.trim_end_matches('.');
        let is_argos = summary.starts_with("Metric \"");
        Self {
            phase: format!("{:?}", report.phase),
            message: if is_argos {
                summary.to_owned()
            } else {
                String::new()
            },
            // Argo says nothing of a metric that never began.
            metrics: report
                .metrics
                .iter()
                .filter(|metric| !metric.measurements.is_empty())
                .map(|metric| (metric.name.clone(), MetricOutcome::of(metric)))
                .collect(),
        }
    }
}

impl MetricOutcome {
    fn of(metric: &MetricReport) -> Self {
        let counters = metric.counters;
        let measurements = metric.measurements.iter();
        Self {
            phase: format!("{:?}", metric.phase),
            counters: [
                counters.count,
                counters.successful,
                counters.failed,
                counters.inconclusive,
                counters.error,
                counters.consecutive_error,
                counters.consecutive_success,
            ],
            measurements: measurements
                .map(|taken| {
                    let (value, message) = (taken.value.clone(), taken.message.clone());
                    taken_as(format!("{:?}", taken.phase), value, message)
                })
                .collect(),
        }
    }
}

fn document(kind: &str, name: &str, spec: &Value) -> Value {
    json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": spec,
    })
}

async fn argo(specs: &[&Spec], stub: &Stub) -> Vec<Outcome> {
    let runs: Vec<Value> = specs
        .iter()
        .map(|spec| document("AnalysisRun", &spec.name, &spec.document(stub, "argo")))
        .collect();
    let ended: Vec<Ended> = oracle::ask("run", &runs).await;
    let mut outcomes: BTreeMap<String, Outcome> = ended
        .into_iter()
        .map(|ended| (ended.name, ended.status.into()))
        .collect();
    specs
        .iter()
        .map(|spec| outcomes.remove(&spec.name).unwrap())
        .collect()
}

async fn serin(spec: &Spec, stub: &Stub) -> Outcome {
    let document = document("AnalysisTemplate", &spec.name, &spec.document(stub, "serin"));
    let (documents, found) = Documents::read(vec![Source::new("run.json", &document.to_string())]);
    let (plan, _warnings) = documents
        .plan(None, &Default::default())
        .unwrap_or_else(|errors| panic!("{document}: {errors:?} {found:?}"));
    let settings = Settings {
        web_text: Text::Successful,
        ..Settings::default()
    };
    let instruments = serin::config::instruments(&plan, &settings).unwrap();
    let engine = Engine::new(Arc::new(SystemClock::new()), Arc::new(MemoryStore::default()));
    let identity = RunIdentity {
        id: spec.name.clone(),
        ..RunIdentity::default()
    };
    let (_handle, run) = engine.run(Arc::new(plan), identity, instruments);
    Outcome::of(&run.await.unwrap())
}

/// Those of the runs whose outcomes differ, with what differs.
async fn differing<'specs>(specs: &[&'specs Spec]) -> (Vec<&'specs Spec>, Vec<String>, Vec<Outcome>) {
    let stub = Stub::start(specs.iter().flat_map(|spec| spec.scripts())).await;
    let by_serin = join_all(specs.iter().map(|spec| serin(spec, &stub)));
    let (argo, serin) = tokio::join!(argo(specs, &stub), by_serin);
    let mut differing = (Vec::new(), Vec::new());
    for (spec, (argo, serin)) in specs.iter().zip(argo.iter().zip(&serin)) {
        if argo != serin {
            differing.0.push(*spec);
            differing.1.push(format!(
                "{}\n{:?}\n  Argo:  {argo:?}\n  Serin: {serin:?}",
                spec.document(&stub, "either"),
                spec.scripts()
            ));
        }
    }
    (differing.0, differing.1, argo)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_runs_end_as_in_argos_own_controller() {
    let mut rng = StdRng::seed_from_u64(SEED);
    let specs: Vec<Spec> = (0..RUNS)
        .map(|number| Spec::random(format!("run-{number}"), &mut rng))
        .collect();
    let mut left: Vec<&Spec> = specs.iter().collect();
    let mut texts = Vec::new();
    for attempt in 0..ATTEMPTS {
        let (differ, said, outcomes) = differing(&left).await;
        if attempt == 0 {
            every_phase_occurs(&outcomes);
        }
        (left, texts) = (differ, said);
        if left.is_empty() {
            return;
        }
    }
    panic!(
        "{} of {RUNS} runs differ {ATTEMPTS} times:\n{}",
        left.len(),
        texts.join("\n")
    );
}

/// Runs that all end in the same way would compare nothing.
#[expect(clippy::print_stdout, reason = "how the runs ended, for whoever looks")]
fn every_phase_occurs(outcomes: &[Outcome]) {
    let mut phases: BTreeMap<&str, usize> = BTreeMap::new();
    for outcome in outcomes {
        *phases.entry(&outcome.phase).or_default() += 1;
    }
    println!("{phases:?}");
    for phase in ["Successful", "Failed", "Inconclusive", "Error"] {
        assert!(
            phases.get(phase).is_some_and(|count| count * 20 >= RUNS),
            "{phase}: {phases:?}"
        );
    }
}
