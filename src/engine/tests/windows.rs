use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serin_judge::analysis::plan::{
    Comparison, ComparisonKind, Dialect, Metric, Plan, Policy, Population as Source, Tolerance, Weight,
};
use serin_judge::time::Timestamp;
use serin_judge::verdict::{Counts, Data, Flags, Reason, RunIdentity, Side, Verdict, Window};

use super::{Notebook, Script, ZERO, metric, plan, run};
use crate::engine::ports::{Population, PopulationError, Record};
use crate::engine::{RunFailure, replay};

/// Requests a second and errors a thousand requests of each side, exactly; broken from some second on.
struct Steady {
    canary_errors: u64,
    stable_errors: u64,
    stable_errors_later: Option<(u64, u64)>,
    breaks_at: Option<u64>,
    refuses: bool,
    takes: Duration,
    last: Timestamp,
}

impl Steady {
    fn new(canary_errors: u64, stable_errors: u64) -> Self {
        Self {
            canary_errors,
            stable_errors,
            stable_errors_later: None,
            breaks_at: None,
            refuses: false,
            takes: Duration::ZERO,
            last: ZERO,
        }
    }

    fn window(&self, side: Side, end: Timestamp, per_second: u64, errors: u64) -> Window {
        let total = end.since(self.last).as_secs() * per_second;
        Window {
            comparison: "error-rate".into(),
            side,
            target: "pod-1".into(),
            start: self.last,
            end,
            data: Data::Errors(Counts {
                total,
                bad: total * errors / 1000,
            }),
            flags: Flags::default(),
        }
    }
}

#[async_trait]
impl Population for Steady {
    async fn open(&mut self, now: Timestamp, _window: Duration) -> Result<(), PopulationError> {
        self.last = now;
        if self.refuses {
            Err(PopulationError::Refused("windows are too short".to_owned()))
        } else {
            Ok(())
        }
    }

    async fn close(&mut self, end: Timestamp) -> Result<Vec<Window>, PopulationError> {
        tokio::time::sleep(self.takes).await;
        let second = end.since(ZERO).as_secs();
        if self.breaks_at.is_some_and(|at| second > at) {
            return Err(PopulationError::Unavailable("connection refused".to_owned()));
        }
        let later = self
            .stable_errors_later
            .filter(|(at, _)| second > *at)
            .map(|(_, errors)| errors);
        let canary = self.window(Side::Canary, end, 100, later.unwrap_or(self.canary_errors));
        let stable = self.window(Side::Stable, end, 900, later.unwrap_or(self.stable_errors));
        self.last = end;
        Ok(vec![canary, stable])
    }
}

fn compared(metrics: Vec<Metric>) -> Arc<Plan> {
    let comparison = Comparison {
        name: "error-rate".to_owned(),
        kind: ComparisonKind::Errors,
        population: Source::Recorded,
        tolerance: Tolerance {
            promote: 2.5,
            promote_absolute: 0.01,
            ..Tolerance::default()
        },
        required: true,
        weight: Weight::Critical,
        traffic_split: None,
    };
    let mut plan = Arc::unwrap_or_clone(plan(Dialect::Serin, metrics));
    plan.comparisons = vec![comparison];
    plan.policy = Policy {
        window: Duration::from_secs(5),
        burn_in: Duration::from_secs(10),
        minimum_duration: Duration::from_secs(30),
        deadline: Duration::from_secs(600),
        ..Policy::default()
    };
    Arc::new(plan)
}

async fn judged(population: Steady) -> super::Ended {
    run(
        compared(Vec::new()),
        Vec::new(),
        vec![Box::new(population)],
        Notebook::default(),
        None,
    )
    .await
}

#[tokio::test(start_paused = true)]
async fn a_canary_like_stable_is_promoted_and_a_worse_one_rolled_back() {
    let report = judged(Steady::new(4, 5)).await.result.unwrap();
    assert_eq!(
        (report.verdict, report.reasons[0]),
        (Verdict::Promote, Reason::NonInferiorityShown)
    );
    let report = judged(Steady::new(40, 5)).await.result.unwrap();
    assert_eq!(
        (report.verdict, report.reasons[0]),
        (Verdict::Rollback, Reason::RegressionDetected)
    );
    assert!(
        report.summary.starts_with("The canary should be rolled back: "),
        "{}",
        report.summary
    );
}

#[tokio::test(start_paused = true)]
async fn windows_end_on_the_plan_even_when_closing_them_is_slow() {
    let population = Steady {
        takes: Duration::from_secs(12),
        breaks_at: Some(60),
        ..Steady::new(4, 5)
    };
    let ended = judged(population).await;
    let records = ended.store.records.lock().unwrap();
    let ends: Vec<u64> = records
        .iter()
        .filter_map(|record| match record {
            Record::Look { look, .. } => Some(look.at.since(ZERO).as_secs()),
            _ => None,
        })
        .collect();
    // Each closing takes 12 s, so two ends of three pass meanwhile; the windows are longer instead.
    assert_eq!(ends[..4], [5, 15, 25, 40]);
}

#[tokio::test(start_paused = true)]
async fn the_window_that_ends_with_the_deadline_is_waited_for_but_not_without_end() {
    for (takes, last_end, lasted) in [(1, 60, 61), (3600, 5, 65)] {
        let population = Steady {
            takes: Duration::from_secs(takes),
            ..Steady::new(20, 20)
        };
        let mut plan = Arc::unwrap_or_clone(compared(Vec::new()));
        plan.policy.deadline = Duration::from_secs(60);
        plan.policy.minimum_duration = Duration::from_secs(60);
        plan.policy.minimum_requests = 1_000_000;
        let ended = run(
            Arc::new(plan),
            Vec::new(),
            vec![Box::new(population)],
            Notebook::default(),
            None,
        )
        .await;
        let report = ended.result.unwrap();
        assert_eq!(report.verdict, Verdict::Inconclusive, "{}", report.summary);
        assert_eq!(ended.lasted, Duration::from_secs(lasted));
        let records = ended.store.records.lock().unwrap();
        let last = records.iter().rev().find_map(|record| match record {
            Record::Look { look, .. } => Some(look.at.since(ZERO).as_secs()),
            _ => None,
        });
        assert_eq!(last, (takes == 1).then_some(last_end), "closing takes {takes} s");
    }
}

#[tokio::test(start_paused = true)]
async fn a_source_that_breaks_in_the_middle_is_no_verdict_about_the_release() {
    let ended = judged(Steady {
        breaks_at: Some(20),
        ..Steady::new(4, 5)
    })
    .await;
    let report = ended.result.unwrap();
    assert_eq!(
        (report.verdict, report.reasons[0]),
        (Verdict::Inconclusive, Reason::ProviderError)
    );
    assert_eq!(ended.lasted, Duration::from_secs(45), "five windows in a row");
    assert!(
        report.summary.contains("connection refused"),
        "{}",
        report.summary
    );
}

#[tokio::test(start_paused = true)]
async fn a_source_that_cannot_give_such_windows_is_a_mistake_in_the_document() {
    let ended = judged(Steady {
        refuses: true,
        ..Steady::new(4, 5)
    })
    .await;
    assert!(
        matches!(ended.result.unwrap_err(), RunFailure::Refused(reason) if reason == "windows are too short")
    );
}

#[tokio::test(start_paused = true)]
async fn a_fault_of_both_sides_suspends_guard_and_promotion() {
    // From second 20 on 30 % of both sides fail, and the guard sees the canary's part of it.
    let healthy = vec![Ok(0.99); 21];
    let answers: Vec<_> = healthy.into_iter().chain([Ok(0.7)]).collect();
    let guard = Metric {
        guard: true,
        ..metric("canary-health", 1, 0)
    };
    let population = Steady {
        stable_errors_later: Some((20, 300)),
        ..Steady::new(4, 5)
    };
    let script = Script::new(&answers, Duration::ZERO);
    let ended = run(
        compared(vec![guard]),
        vec![script],
        vec![Box::new(population)],
        Notebook::default(),
        None,
    )
    .await;
    let report = ended.result.unwrap();
    assert_eq!(
        (report.verdict, report.reasons[0]),
        (Verdict::Inconclusive, Reason::StableUnhealthy)
    );
    assert_eq!(ended.lasted, Duration::from_secs(600));
    assert_eq!(report.metrics[0].counters.failed, 0);
    assert_eq!(
        report.metrics[0].measurements[0].message,
        "does not count: stable is unhealthy too"
    );
}

#[tokio::test(start_paused = true)]
async fn a_guard_acts_while_stable_is_well() {
    let guard = Metric {
        guard: true,
        ..metric("canary-health", 1, 0)
    };
    let script = Script::new(&[Ok(0.99), Ok(0.99), Ok(0.7)], Duration::ZERO);
    let population = Box::new(Steady::new(4, 5));
    let ended = run(
        compared(vec![guard]),
        vec![script],
        vec![population],
        Notebook::default(),
        None,
    )
    .await;
    let report = ended.result.unwrap();
    assert_eq!(
        (report.verdict, report.reasons[0]),
        (Verdict::Rollback, Reason::SloGuard)
    );
    assert_eq!(
        ended.lasted,
        Duration::from_secs(5),
        "at the first look that ends half a window later"
    );
}

#[tokio::test(start_paused = true)]
async fn stored_windows_replay_to_the_same_report() {
    for errors in [4, 9, 40] {
        let ended = judged(Steady::new(errors, 5)).await;
        let state = replay(compared(Vec::new()), ZERO, &ended.store.records.lock().unwrap()).unwrap();
        let json = |report| serde_json::to_string(report).unwrap();
        let again = state.report(&RunIdentity::default(), ZERO + ended.lasted);
        assert_eq!(
            json(&again),
            json(&*ended.result.unwrap()),
            "{errors} errors in a thousand"
        );
    }
}
