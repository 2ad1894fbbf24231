//! Runs on a paused clock, with sources that answer by script and a store that outlives them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use serin::engine::clock::TimerClock;
use serin::engine::ports::{
    Clock, DeliveryEvent, Instrumentation, Measure, MeasureError, Population, PopulationError, Reading,
    SourceText, Store,
};
use serin::engine::{Instruments, Outbox, RunLimits, RunOrder, Runs};
use serin::store::MemoryStore;
use serin_judge::analysis::plan::Plan;
use serin_judge::analysis::{Documents, Source};
use serin_judge::condition::Value;
use serin_judge::time::Timestamp;
use serin_judge::verdict::{Counts, Data, Flags, Side, Window};

pub(super) const ZERO: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

/// Five good answers, ten seconds apart.
pub(super) const FIVE: &str = r#"
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: five}
spec:
  metrics:
  - name: success-rate
    interval: 10s
    count: 5
    successCondition: result >= 0.95
    provider: {web: {url: "http://127.0.0.1:1/"}}
"#;

/// Compares errors in windows of ten seconds for ten minutes.
pub(super) const COMPARED: &str = r#"
apiVersion: serin.dev/v1
kind: Analysis
metadata: {name: compared}
spec:
  comparisons:
  - name: error-rate
    errors:
      scrape: {canary: ["http://127.0.0.1:1/metrics"], stable: ["http://127.0.0.1:2/metrics"], bad: bad_total, total: all_total}
  verdict: {window: 10s, burnIn: 30s, minimumDuration: 1m, deadline: 10m, dispersion: 1}
"#;

/// What all processes of a test share: the world outside of them.
pub(super) struct World {
    pub(super) clock: Arc<TimerClock>,
    pub(super) store: Arc<MemoryStore>,
    pub(super) asked: Arc<Mutex<Vec<Duration>>>,
    pub(super) opened: Arc<Mutex<Vec<Duration>>>,
    pub(super) refuses: Arc<AtomicBool>,
}

impl World {
    pub(super) fn new() -> Self {
        Self {
            clock: Arc::new(TimerClock::new(ZERO)),
            store: Arc::default(),
            asked: Arc::default(),
            opened: Arc::default(),
            refuses: Arc::default(),
        }
    }

    /// One process; the one before has to have ended.
    pub(super) fn process(&self) -> Runs {
        let outbox = Outbox::new(BTreeMap::from([
            (
                "all".to_owned(),
                vec![
                    DeliveryEvent::RunStarted,
                    DeliveryEvent::RunStage,
                    DeliveryEvent::RunFinished,
                ],
            ),
            ("ends".to_owned(), vec![DeliveryEvent::RunFinished]),
        ]));
        let limits = RunLimits {
            active_runs: 3,
            measurements_per_metric: 100,
        };
        Runs::new(
            Arc::clone(&self.clock) as Arc<dyn Clock>,
            Arc::clone(&self.store) as Arc<dyn Store>,
            Arc::new(outbox),
            Arc::new(Sources {
                clock: Arc::clone(&self.clock),
                asked: Arc::clone(&self.asked),
                opened: Arc::clone(&self.opened),
                refuses: Arc::clone(&self.refuses),
            }),
            limits,
            "http://serin.example/".to_owned(),
        )
    }

    pub(super) async fn pass(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

pub(super) fn order(text: &str) -> RunOrder {
    let (documents, diagnostics) = Documents::read(vec![Source::new("analysis.yaml", text)]);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    RunOrder {
        sources: Arc::new([SourceText {
            name: "analysis.yaml".to_owned(),
            text: text.to_owned(),
        }]),
        documents: Arc::new(documents),
        ..RunOrder::default()
    }
}

pub(super) fn of_release(text: &str, stage: &str) -> RunOrder {
    RunOrder {
        release: "planning-api/7f9c6d".to_owned(),
        stage: stage.to_owned(),
        ..order(text)
    }
}

struct Sources {
    clock: Arc<TimerClock>,
    asked: Arc<Mutex<Vec<Duration>>>,
    opened: Arc<Mutex<Vec<Duration>>>,
    refuses: Arc<AtomicBool>,
}

impl Instrumentation for Sources {
    fn instruments(&self, plan: &Plan) -> Result<Instruments, String> {
        if self.refuses.load(Ordering::SeqCst) {
            return Err("prometheus: no address".to_owned());
        }
        let measure = || {
            Arc::new(Good {
                asked: Arc::clone(&self.asked),
            }) as Arc<dyn Measure>
        };
        let population = |name: &str| {
            Box::new(Steady {
                comparison: name.to_owned(),
                clock: Arc::clone(&self.clock),
                opened: Arc::clone(&self.opened),
                from: None,
            }) as Box<dyn Population>
        };
        Ok(Instruments {
            metrics: plan.metrics.iter().map(|_| measure()).collect(),
            comparisons: plan.comparisons.iter().map(|one| population(&one.name)).collect(),
        })
    }

    fn secrets(&self, _named: &[(String, String)]) -> BTreeMap<String, String> {
        BTreeMap::new()
    }
}

/// Always 0.99.
struct Good {
    asked: Arc<Mutex<Vec<Duration>>>,
}

#[async_trait]
impl Measure for Good {
    async fn measure(&self, now: Timestamp) -> Result<Reading, MeasureError> {
        self.asked.lock().unwrap().push(now.since(ZERO));
        Ok(Reading {
            value: Value::Float(0.99),
            text: "0.99".to_owned(),
            metadata: BTreeMap::new(),
            phase: None,
        })
    }
}

/// Both sides with so few requests that nothing is decided before the deadline.
struct Steady {
    comparison: String,
    clock: Arc<TimerClock>,
    opened: Arc<Mutex<Vec<Duration>>>,
    from: Option<Timestamp>,
}

#[async_trait]
impl Population for Steady {
    async fn open(&mut self, _now: Timestamp, _window: Duration) -> Result<(), PopulationError> {
        let now = self.clock.now();
        self.opened.lock().unwrap().push(now.since(ZERO));
        self.from = Some(now);
        Ok(())
    }

    async fn close(&mut self, end: Timestamp) -> Result<Vec<Window>, PopulationError> {
        let start = self.from.replace(end).unwrap();
        let window = |side| Window {
            comparison: self.comparison.as_str().into(),
            side,
            target: "".into(),
            start,
            end,
            data: Data::Errors(Counts { total: 10, bad: 0 }),
            flags: Flags::default(),
        };
        Ok(vec![window(Side::Canary), window(Side::Stable)])
    }
}
