//! Many runs at once on the real engine: what they cost, and how late their measurements are.
//!
//! `SCALE_RUNS=100,1000` chooses how many (default 100, 1,000, 5,000, 10,000 and 20,000), `SCALE_INTERVAL` the seconds
//! between measurements of each run (10), `SCALE_SECONDS` how long is measured (40).
//! `SCALE_STORE=memory` leaves the disk out. Sources answer at once; the
//! rest is as in `serin serve`: one metric a run, every measurement stored before it counts.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench that prints a table"
)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use serin::engine::clock::SystemClock;
use serin::engine::ports::{Clock, Instrumentation, Measure, MeasureError, Reading, SourceText, Store};
use serin::engine::{Instruments, Outbox, RunLimits, RunOrder, Runs};
use serin::store::{MemoryStore, SqliteStore};
use serin_judge::analysis::plan::Plan;
use serin_judge::analysis::{Documents, Source};
use serin_judge::condition::Value;
use serin_judge::time::Timestamp;

fn main() {
    let numbers = std::env::var("SCALE_RUNS").unwrap_or_else(|_| "100,1000,5000,10000,20000".to_owned());
    let number =
        |name: &str, otherwise: u64| std::env::var(name).map_or(otherwise, |text| text.parse().unwrap());
    let interval = Duration::from_secs(number("SCALE_INTERVAL", 10));
    let seconds = Duration::from_secs(number("SCALE_SECONDS", 40));
    // `cargo bench` hands its own options on; `cargo test` only wants to know whether this can be built.
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    println!("each run measures once in {interval:?}; {seconds:?} are measured");
    println!(
        "{:>8} {:>10} {:>10} {:>12} {:>12} {:>12} {:>10}",
        "runs", "cores", "memory", "late p50", "late p99", "late max", "measured"
    );
    for runs in numbers.split(',').map(|text| text.trim().parse().unwrap()) {
        let row = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(measure(runs, interval, seconds));
        println!("{row}");
    }
}

/// Answers at once and writes down how late it was asked.
struct Asked {
    clock: Arc<dyn Clock>,
    interval: Duration,
    last: Mutex<Option<Timestamp>>,
    lateness: Arc<Mutex<Vec<Duration>>>,
}

#[async_trait]
impl Measure for Asked {
    async fn measure(&self, now: Timestamp) -> Result<Reading, MeasureError> {
        let last = self.last.lock().unwrap().replace(self.clock.now());
        if let Some(last) = last {
            self.lateness
                .lock()
                .unwrap()
                .push(now.since(last + self.interval));
        }
        Ok(Reading {
            value: Value::Float(0.99),
            text: "0.99".to_owned(),
            metadata: BTreeMap::new(),
            phase: None,
        })
    }
}

struct Sources {
    clock: Arc<dyn Clock>,
    interval: Duration,
    lateness: Arc<Mutex<Vec<Duration>>>,
}

impl Instrumentation for Sources {
    fn instruments(&self, plan: &Plan) -> Result<Instruments, String> {
        let one = |_| {
            Arc::new(Asked {
                clock: Arc::clone(&self.clock),
                interval: self.interval,
                last: Mutex::new(None),
                lateness: Arc::clone(&self.lateness),
            }) as Arc<dyn Measure>
        };
        Ok(Instruments {
            metrics: plan.metrics.iter().map(one).collect(),
            comparisons: Vec::new(),
        })
    }

    fn secrets(&self, _named: &[(String, String)]) -> BTreeMap<String, String> {
        BTreeMap::new()
    }
}

fn order(interval: Duration) -> RunOrder {
    let text = format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: AnalysisTemplate\nmetadata: {{name: scale}}\nspec:\n  metrics:\n  - name: success-rate\n    \
         interval: {}s\n    successCondition: result >= 0.95\n    provider: {{web: {{url: \"http://127.0.0.1:1/\"}}}}\n",
        interval.as_secs()
    );
    let (documents, _) = Documents::read(vec![Source::new("scale.yaml", &text)]);
    RunOrder {
        sources: Arc::new([SourceText {
            name: "scale.yaml".to_owned(),
            text,
        }]),
        documents: Arc::new(documents),
        ..RunOrder::default()
    }
}

async fn measure(count: usize, interval: Duration, seconds: Duration) -> String {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let lateness: Arc<Mutex<Vec<Duration>>> = Arc::default();
    let folder = tempfile::tempdir().unwrap();
    let store: Arc<dyn Store> = if std::env::var("SCALE_STORE").is_ok_and(|store| store == "memory") {
        Arc::new(MemoryStore::default())
    } else {
        let url = format!("sqlite://{}", folder.path().join("scale.db").display());
        Arc::new(SqliteStore::open(&url).await.unwrap())
    };
    let limits = RunLimits {
        active_runs: count,
        measurements_per_metric: 1000,
    };
    let sources = Sources {
        clock: Arc::clone(&clock),
        interval,
        lateness: Arc::clone(&lateness),
    };
    let runs = Runs::new(
        Arc::clone(&clock),
        store,
        Arc::new(Outbox::default()),
        Arc::new(sources),
        limits,
        String::new(),
    );
    // Spread over one interval, as runs of different releases are.
    let order = order(interval);
    let begin = clock.now();
    for number in 0..count {
        let part = interval.mul_f64(number as f64 / count as f64);
        clock.sleep_until(begin + part).await;
        let _started = runs.start(order.clone()).await.unwrap();
    }
    clock.sleep_until(begin + 2 * interval).await;
    lateness.lock().unwrap().clear();
    let (cpu, from) = (cpu_seconds(), clock.now());
    clock.sleep_until(from + seconds).await;
    let (cpu, took) = (cpu_seconds() - cpu, clock.now().since(from).as_secs_f64());
    let mut late = std::mem::take(&mut *lateness.lock().unwrap());
    late.sort_unstable();
    let at = |per_mille: usize| late[(late.len() - 1) * per_mille / 1000];
    let row = format!(
        "{count:>8} {:>10.3} {:>7.0} MB {:>12} {:>12} {:>12} {:>10}",
        cpu / took,
        memory_megabytes(),
        format!("{:.1?}", at(500)),
        format!("{:.1?}", at(990)),
        format!("{:.1?}", at(1000)),
        late.len()
    );
    runs.shutdown().await;
    row
}

/// Of this process, all threads.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // After the name in parentheses, which may hold spaces, come the fields from the third on.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks = |at: usize| fields[at - 3].parse::<f64>().unwrap();
    // Linux counts in hundredths of a second wherever Rust runs.
    (ticks(14) + ticks(15)) / 100.0
}

/// What this process holds now.
fn memory_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}
