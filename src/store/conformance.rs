//! What every store has to do, as one check that each is put through.

use std::sync::Arc;

use serin_judge::time::Timestamp;
use serin_judge::verdict::{Look, Measurement, RunIdentity, RunState, Unread};

use crate::engine::ports::{Beginning, Begun, Finish, Record, RunRecord, Store, StoreError};

fn record(id: &str) -> RunRecord {
    RunRecord {
        id: id.to_owned(),
        analysis: "checkout".to_owned(),
        config_hash: "sha256:00".to_owned(),
        started_at: Timestamp::from_micros(1_000_001),
        ..RunRecord::default()
    }
}

fn beginning(id: &str) -> Beginning {
    Beginning {
        run: record(id),
        ..Beginning::default()
    }
}

fn records() -> Vec<Record> {
    let at = Timestamp::from_micros(2_000_003);
    let mut measurement = Measurement::error("timed out".to_owned(), at, at);
    measurement.value = "NaN".to_owned();
    vec![
        Record::Measurements {
            measurements: vec![(3, measurement)],
        },
        Record::Look {
            look: Look {
                at,
                windows: Vec::new(),
            },
            unread: vec![Unread {
                comparison: 1,
                message: "refused".to_owned(),
                is_final: false,
            }],
        },
        Record::Tick { at },
    ]
}

/// Puts a store through the whole conformance suite.
///
/// # Panics
/// When the store breaks a rule; the message names it.
pub(super) async fn check(store: &dyn Store) {
    keeps_records_in_order(store).await;
    refuses_what_is_unknown_or_double(store).await;
    gives_a_verdict_once(store).await;
}

async fn keeps_records_in_order(store: &dyn Store) {
    assert_eq!(store.begin(&beginning("order")).await, Ok(Begun::New));
    for (known, record) in (0..).zip(records()) {
        assert_eq!(store.append("order", known, &[record]).await, Ok(()));
    }
    let found = store.load("order").await.ok().flatten();
    let found = found.map(|stored| (stored.run, stored.records, stored.ended.is_none()));
    assert_eq!(
        found,
        Some((record("order"), records(), true)),
        "records come back as they went in"
    );
}

async fn refuses_what_is_unknown_or_double(store: &dyn Store) {
    assert_eq!(store.begin(&beginning("double")).await, Ok(Begun::New));
    assert_eq!(
        store.begin(&beginning("double")).await,
        Err(StoreError::Exists("double".to_owned()))
    );
    let unknown = || Err(StoreError::Unknown("nobody".to_owned()));
    assert_eq!(store.append("nobody", 0, &records()).await, unknown());
    assert!(
        matches!(store.load("nobody").await, Ok(None)),
        "an unknown run is no error"
    );
}

async fn gives_a_verdict_once(store: &dyn Store) {
    assert_eq!(store.begin(&beginning("once")).await, Ok(Begun::New));
    let plan = Arc::new(serin_judge::analysis::plan::Plan::empty("checkout"));
    let state = RunState::new(plan, Timestamp::from_micros(1_000_001));
    let report = Arc::new(state.report(&RunIdentity::default(), Timestamp::from_micros(5)));
    let finish = Finish {
        report: Arc::clone(&report),
        deliveries: Vec::new(),
    };
    assert_eq!(store.finish("once", &finish).await, Ok(()));
    let ended = || Err(StoreError::Ended("once".to_owned()));
    assert_eq!(
        store.finish("once", &finish).await,
        ended(),
        "a verdict is given once"
    );
    assert_eq!(
        store.append("once", 0, &records()).await,
        ended(),
        "nothing comes after the verdict"
    );
    let kept = store
        .load("once")
        .await
        .ok()
        .flatten()
        .and_then(|stored| stored.ended);
    assert_eq!(kept.map(|(ended, _)| ended.summary), Some(report.summary.clone()));
}
