//! The run loop on a paused clock: hours pass in milliseconds, and nothing is ever late.

mod metrics;
mod windows;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use serin_judge::analysis::plan::{Dialect, Metric, OnFailure, Plan, Provider};
use serin_judge::condition::{Condition, Value};
use serin_judge::time::Timestamp;
use serin_judge::verdict::{RunIdentity, RunReport};

use crate::engine::clock::TimerClock;
use crate::engine::ports::{
    Beginning, Begun, Clock, Finish, Journal, Measure, MeasureError, Population, Reading, Record, StoreError,
};
use crate::engine::{Engine, Instruments, RunFailure};

pub(super) const ZERO: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

/// Keeps everything, in the order it came.
#[derive(Default)]
pub(super) struct Notebook {
    pub(super) records: Mutex<Vec<Record>>,
    pub(super) reports: Mutex<Vec<Arc<RunReport>>>,
    /// Fails from this many records on.
    pub(super) full_at: Option<usize>,
}

#[async_trait]
impl Journal for Notebook {
    async fn begin(&self, _beginning: &Beginning) -> Result<Begun, StoreError> {
        Ok(Begun::New)
    }

    async fn append(&self, _id: &str, known: u64, records: &[Record]) -> Result<(), StoreError> {
        let mut kept = self.records.lock().unwrap();
        assert_eq!(u64::try_from(kept.len()), Ok(known));
        kept.extend_from_slice(records);
        match self.full_at {
            Some(limit) if kept.len() >= limit => Err(StoreError::Broken("no space left".to_owned())),
            _ => Ok(()),
        }
    }

    async fn finish(&self, _id: &str, finish: &Finish) -> Result<(), StoreError> {
        self.reports.lock().unwrap().push(Arc::clone(&finish.report));
        Ok(())
    }
}

/// Answers from a script, each answer after its delay; the last one repeats.
pub(super) struct Script {
    answers: Mutex<VecDeque<Result<f64, &'static str>>>,
    takes: Duration,
    pub(super) asked_at: Mutex<Vec<Duration>>,
}

impl Script {
    pub(super) fn new(answers: &[Result<f64, &'static str>], takes: Duration) -> Arc<Self> {
        let answers = Mutex::new(answers.iter().copied().collect());
        Arc::new(Self {
            answers,
            takes,
            asked_at: Mutex::default(),
        })
    }
}

#[async_trait]
impl Measure for Script {
    async fn measure(&self, now: Timestamp) -> Result<Reading, MeasureError> {
        self.asked_at.lock().unwrap().push(now.since(ZERO));
        tokio::time::sleep(self.takes).await;
        let mut answers = self.answers.lock().unwrap();
        let answer = if answers.len() > 1 {
            answers.pop_front()
        } else {
            answers.front().copied()
        };
        match answer.unwrap() {
            Ok(value) => {
                let (value, text) = (Value::Float(value), value.to_string());
                Ok(Reading {
                    value,
                    text,
                    metadata: std::collections::BTreeMap::default(),
                    phase: None,
                })
            }
            Err(message) => Err(MeasureError {
                message: message.to_owned(),
            }),
        }
    }
}

pub(super) fn metric(name: &str, interval: u64, count: u32) -> Metric {
    Metric {
        name: name.to_owned(),
        interval: (interval > 0).then(|| Duration::from_secs(interval)),
        initial_delay: Duration::ZERO,
        count: (count > 0).then_some(count),
        success: Some(Condition::compile("result >= 0.95").unwrap()),
        failure: None,
        failure_limit: Some(0),
        inconclusive_limit: 0,
        consecutive_error_limit: 4,
        consecutive_success_limit: 0,
        dry_run: false,
        retention: 10,
        failing_for: Duration::ZERO,
        on_failure: OnFailure::Rollback,
        guard: false,
        provider: Provider::Unavailable {
            kind: "script".to_owned(),
        },
    }
}

pub(super) fn plan(dialect: Dialect, metrics: Vec<Metric>) -> Arc<Plan> {
    Arc::new(Plan {
        dialect,
        metrics,
        ..Plan::empty("checkout")
    })
}

pub(super) struct Ended {
    pub(super) result: Result<Arc<RunReport>, RunFailure>,
    pub(super) store: Arc<Notebook>,
    pub(super) lasted: Duration,
}

/// Runs to the end on simulated time; with `stop_after` somebody stops it then.
pub(super) async fn run(
    plan: Arc<Plan>,
    metrics: Vec<Arc<Script>>,
    comparisons: Vec<Box<dyn Population>>,
    store: Notebook,
    stop_after: Option<Duration>,
) -> Ended {
    let clock: Arc<dyn Clock> = Arc::new(TimerClock::new(ZERO));
    let store = Arc::new(store);
    let metrics = metrics
        .into_iter()
        .map(|script| script as Arc<dyn Measure>)
        .collect();
    let engine = Engine::new(Arc::clone(&clock), Arc::clone(&store) as Arc<dyn Journal>);
    let (handle, run) = engine.run(plan, RunIdentity::default(), Instruments { metrics, comparisons });
    let stopping = async {
        match stop_after {
            Some(after) => tokio::time::sleep(after).await,
            None => std::future::pending().await,
        }
        handle.stop();
        std::future::pending::<()>().await;
    };
    let result = tokio::select! { result = run => result, () = stopping => unreachable!() };
    Ended {
        result,
        store,
        lasted: clock.now().since(ZERO),
    }
}
