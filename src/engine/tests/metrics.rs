use std::sync::Arc;
use std::time::Duration;

use serin_judge::analysis::plan::{Dialect, Metric, Provider};
use serin_judge::verdict::{Phase, Reason, RunIdentity, Verdict};

use super::{Notebook, Script, ZERO, metric, plan, run};
use crate::engine::ports::StoreError;
use crate::engine::{RunFailure, replay};

const TWO: Duration = Duration::from_secs(2);

fn seconds(script: &Script) -> Vec<u64> {
    script
        .asked_at
        .lock()
        .unwrap()
        .iter()
        .map(Duration::as_secs)
        .collect()
}

#[tokio::test(start_paused = true)]
async fn intervals_count_from_the_end_of_a_measurement() {
    let script = Script::new(&[Ok(0.99)], TWO);
    let ended = run(
        plan(Dialect::Argo, vec![metric("success-rate", 60, 4)]),
        vec![Arc::clone(&script)],
        Vec::new(),
        Notebook::default(),
        None,
    )
    .await;
    assert_eq!(seconds(&script), [0, 62, 124, 186]);
    let report = ended.result.unwrap();
    assert_eq!(
        (report.verdict, ended.lasted),
        (Verdict::Promote, Duration::from_secs(188))
    );
    assert_eq!(report.metrics[0].counters.successful, 4);
    assert_eq!(
        ended.store.reports.lock().unwrap().len(),
        1,
        "the verdict is stored, once"
    );
}

#[tokio::test(start_paused = true)]
async fn an_error_is_tried_again_after_ten_seconds_and_five_in_a_row_end_the_run() {
    let script = Script::new(&[Ok(0.99), Err("connection refused")], Duration::ZERO);
    let ended = run(
        plan(Dialect::Argo, vec![metric("success-rate", 60, 5)]),
        vec![Arc::clone(&script)],
        Vec::new(),
        Notebook::default(),
        None,
    )
    .await;
    assert_eq!(seconds(&script), [0, 60, 70, 80, 90, 100]);
    let report = ended.result.unwrap();
    assert_eq!(
        (report.verdict, report.reasons.as_slice()),
        (Verdict::Inconclusive, [Reason::ProviderError].as_slice())
    );
    assert_eq!(
        report.metrics[0].counters.count, 1,
        "errors do not use up the count"
    );
}

#[tokio::test(start_paused = true)]
async fn argo_looks_at_answers_when_all_are_there() {
    let quick = Script::new(&[Ok(0.1)], Duration::ZERO);
    let slow = Script::new(&[Ok(0.99)], Duration::from_secs(7));
    let plan = plan(Dialect::Argo, vec![metric("quick", 0, 0), metric("slow", 0, 0)]);
    let ended = run(plan, vec![quick, slow], Vec::new(), Notebook::default(), None).await;
    let report = ended.result.unwrap();
    assert_eq!((report.verdict, ended.lasted.as_secs()), (Verdict::Rollback, 7));
    assert_eq!(
        report.metrics[1].counters.successful, 1,
        "the slow one has been heard"
    );
}

#[tokio::test(start_paused = true)]
async fn serins_own_metrics_do_not_wait_for_one_another() {
    let quick = Script::new(&[Ok(0.1)], Duration::ZERO);
    let slow = Script::new(&[Ok(0.99)], Duration::from_secs(7));
    let plan = plan(Dialect::Serin, vec![metric("quick", 0, 0), metric("slow", 0, 0)]);
    let ended = run(plan, vec![quick, slow], Vec::new(), Notebook::default(), None).await;
    assert_eq!(ended.result.unwrap().reasons, [Reason::MetricFailed]);
    assert_eq!(ended.lasted, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_passes_without_any_data() {
    let never = Script::new(&[Ok(0.99)], Duration::from_secs(100_000));
    let plan = plan(Dialect::Serin, vec![metric("m", 10, 5)]);
    let ended = run(plan, vec![never], Vec::new(), Notebook::default(), None).await;
    let report = ended.result.unwrap();
    assert_eq!(report.reasons, [Reason::MissingData, Reason::DeadlineReached]);
    assert_eq!(ended.lasted, Duration::from_secs(1800));
}

#[tokio::test(start_paused = true)]
async fn a_stopped_run_reports_what_it_has() {
    let script = Script::new(&[Ok(0.99)], TWO);
    let plan = plan(Dialect::Serin, vec![metric("m", 10, 500)]);
    let ended = run(
        plan,
        vec![script],
        Vec::new(),
        Notebook::default(),
        Some(Duration::from_secs(30)),
    )
    .await;
    let report = ended.result.unwrap();
    assert_eq!(
        (report.verdict, report.reasons.as_slice()),
        (Verdict::Inconclusive, [Reason::Stopped].as_slice())
    );
    assert_eq!(report.metrics[0].counters.successful, 3);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_ends_the_run_without_a_verdict() {
    let script = Script::new(&[Ok(0.1)], Duration::ZERO);
    let store = Notebook {
        full_at: Some(1),
        ..Notebook::default()
    };
    let ended = run(
        plan(Dialect::Argo, vec![metric("m", 0, 0)]),
        vec![script],
        Vec::new(),
        store,
        None,
    )
    .await;
    let failure = ended.result.unwrap_err();
    assert!(
        matches!(failure, RunFailure::Store(StoreError::Broken(_))),
        "{failure}"
    );
    assert!(
        ended.store.reports.lock().unwrap().is_empty(),
        "what is not stored is not acted on"
    );
}

#[tokio::test(start_paused = true)]
async fn stored_records_replay_to_the_same_report() {
    let script = Script::new(&[Ok(0.99), Err("timed out"), Ok(0.97), Ok(0.2)], TWO);
    let plan = plan(Dialect::Serin, vec![metric("m", 10, 20)]);
    let ended = run(
        Arc::clone(&plan),
        vec![script],
        Vec::new(),
        Notebook::default(),
        None,
    )
    .await;
    let state = replay(plan, ZERO, &ended.store.records.lock().unwrap()).unwrap();
    let again = state.report(&RunIdentity::default(), ZERO + ended.lasted);
    let json = |report| serde_json::to_string(report).unwrap();
    assert_eq!(json(&again), json(&*ended.result.unwrap()));
}

fn job(name: &str) -> Metric {
    Metric {
        provider: Provider::Unavailable {
            kind: "job".to_owned(),
        },
        ..metric(name, 0, 0)
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_keeps_nobody_waiting() {
    let load = Script::new(&[Ok(0.99)], Duration::from_secs(300));
    let rate = Script::new(&[Ok(0.99)], TWO);
    let plan = plan(Dialect::Argo, vec![job("load"), metric("rate", 60, 3)]);
    let ended = run(
        plan,
        vec![load, Arc::clone(&rate)],
        Vec::new(),
        Notebook::default(),
        None,
    )
    .await;
    assert_eq!(seconds(&rate), [0, 62, 124]);
    assert_eq!(ended.result.unwrap().verdict, Verdict::Promote);
    assert_eq!(ended.lasted, Duration::from_secs(300));
}

#[tokio::test(start_paused = true)]
async fn a_failure_ends_a_job_and_replays_to_the_same_report() {
    let load = Script::new(&[Ok(0.99)], Duration::from_secs(300));
    let rate = Script::new(&[Ok(0.99), Ok(0.1)], TWO);
    let plan = plan(Dialect::Argo, vec![job("load"), metric("rate", 60, 3)]);
    let ended = run(
        Arc::clone(&plan),
        vec![load, rate],
        Vec::new(),
        Notebook::default(),
        None,
    )
    .await;
    let report = ended.result.unwrap();
    assert_eq!(
        (report.verdict, ended.lasted),
        (Verdict::Rollback, Duration::from_secs(64))
    );
    let measurement = &report.metrics[0].measurements[0];
    assert_eq!(
        (
            measurement.phase,
            measurement.message.as_str(),
            measurement.started_at
        ),
        (Phase::Inconclusive, "Metric Terminated", ZERO)
    );
    let state = replay(plan, ZERO, &ended.store.records.lock().unwrap()).unwrap();
    let again = state.report(&RunIdentity::default(), ZERO + ended.lasted);
    assert_eq!(
        serde_json::to_string(&again).unwrap(),
        serde_json::to_string(&*report).unwrap()
    );
}

/// The third one is due while the second one is waited for: nothing may begin, and nobody may spin.
#[tokio::test(start_paused = true)]
async fn what_becomes_due_while_argo_waits_begins_after_it() {
    let slow = Script::new(&[Ok(0.99)], Duration::from_secs(50));
    let delayed = Script::new(&[Ok(0.99)], Duration::ZERO);
    let mut late = metric("late", 0, 0);
    late.initial_delay = Duration::from_secs(3);
    let plan = plan(Dialect::Argo, vec![metric("slow", 0, 0), late]);
    let ended = run(
        plan,
        vec![slow, Arc::clone(&delayed)],
        Vec::new(),
        Notebook::default(),
        None,
    )
    .await;
    // Argo counts delays from when it has written down the start of the run: after the first measurements.
    assert_eq!(seconds(&delayed), [53]);
    assert_eq!(ended.result.unwrap().verdict, Verdict::Promote);
}
