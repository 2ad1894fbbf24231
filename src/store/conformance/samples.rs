//! What the rules are tried with.

use std::sync::Arc;

use serin_judge::analysis::plan::Plan;
use serin_judge::counter::Counts;
use serin_judge::time::Timestamp;
use serin_judge::verdict::{
    Data, Flags, Look, Measurement, Override, RunIdentity, RunReport, RunState, Side, Unread, Verdict, Window,
};

use crate::engine::ports::{
    Beginning, Begun, Delivery, DeliveryEvent, DeliveryState, Finish, Record, RunRecord, RunRequest,
    SourceText, Store,
};

/// So many microseconds after an instant of no importance.
pub(super) fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000 + micros)
}

/// A run on its own, begun at `at(7)`.
pub(super) fn run(id: &str) -> RunRecord {
    RunRecord {
        id: id.to_owned(),
        analysis: "checkout".to_owned(),
        attempt: 1,
        labels: [("team".to_owned(), "Kasse \"Süd\" \u{0}".to_owned())].into(),
        config_hash: "sha256:00".to_owned(),
        started_at: at(7),
        request: RunRequest {
            files: vec![crate::engine::ports::KeptFile {
                document: "a.yaml".to_owned(),
                path: "users.csv".to_owned(),
                base64: "dXNlcg==".to_owned(),
            }],
            sources: sources("kind: Analysis"),
            analysis: Some("checkout".to_owned()),
            args: [("canary".to_owned(), "NaN".to_owned())].into(),
            hooks: Some(vec!["rollouts".to_owned()]),
        },
        ..RunRecord::default()
    }
}

pub(super) fn sources(text: &str) -> Arc<[SourceText]> {
    let source = |name: &str, text: &str| SourceText {
        name: name.to_owned(),
        text: text.to_owned(),
    };
    [source("a.yaml", text), source("b.yaml", "")].into()
}

/// An attempt of a stage of a release.
pub(super) fn attempt_of(id: &str, release: &str, stage: &str, attempt: u32) -> RunRecord {
    RunRecord {
        release: release.to_owned(),
        stage: stage.to_owned(),
        attempt,
        ..run(id)
    }
}

pub(super) fn beginning(run: RunRecord) -> Beginning {
    Beginning {
        run,
        ..Beginning::default()
    }
}

/// Has a run begin.
pub(super) async fn begin(store: &dyn Store, run: RunRecord) {
    assert_eq!(store.begin(&beginning(run)).await, Ok(Begun::New));
}

/// A pending delivery, created and to be tried at `at(micros)`.
pub(super) fn delivery(id: &str, run: &str, hook: &str, micros: i64) -> Delivery {
    Delivery {
        id: id.to_owned(),
        run: run.to_owned(),
        hook: hook.to_owned(),
        event: DeliveryEvent::RunStarted,
        created_at: at(micros),
        body: format!("{{\"of\": \"{id} ü\"}}").into(),
        state: DeliveryState::Pending,
        attempts: 0,
        next_at: at(micros),
        since: at(micros),
        last_error: String::new(),
        ended_at: None,
    }
}

/// The report of a run that ended at `at(micros)`.
pub(super) fn report(id: &str, verdict: Verdict, micros: i64) -> Arc<RunReport> {
    let state = RunState::new(Arc::new(Plan::empty("checkout")), at(7));
    let identity = RunIdentity {
        id: id.to_owned(),
        ..RunIdentity::default()
    };
    let report = state.report(&identity, at(micros));
    Arc::new(RunReport {
        verdict,
        finished_at: Some(at(micros)),
        ..report
    })
}

pub(super) fn finish(id: &str, verdict: Verdict, micros: i64) -> Finish {
    Finish {
        expires_at: None,
        report: report(id, verdict, micros),
        deliveries: Vec::new(),
    }
}

/// One of each kind, with numbers and texts that are easily spoilt.
pub(super) fn records() -> Vec<Record> {
    let mut odd = Measurement::error("timed out".to_owned(), at(2), at(3));
    odd.value = "NaN".to_owned();
    let mut long = odd.clone();
    long.value = "[0.1, -0.0, 1e400, \"\u{0}\\\"\u{1F426}\"]".to_owned();
    long.metadata = [("resolved".to_owned(), "'; DROP TABLE run; --".to_owned())].into();
    vec![
        Record::Begun { metric: 2, at: at(1) },
        Record::Measurements {
            measurements: vec![(3, odd), (0, long)],
        },
        look(4),
        Record::Tick { at: at(5) },
        Record::Resumed { at: at(6) },
        Record::Stop { at: at(7) },
        Record::Override(Override {
            verdict: Verdict::Promote,
            author: "ada".to_owned(),
            reason: String::new(),
            at: at(8),
        }),
    ]
}

/// The windows that ended at `at(micros)`.
pub(super) fn look(micros: i64) -> Record {
    let window = |side, data| Window {
        comparison: "errors".into(),
        side,
        target: "pod-1".into(),
        start: at(micros - 10),
        end: at(micros),
        data,
        flags: Flags {
            partial: true,
            history: false,
            ..Flags::default()
        },
    };
    Record::Look {
        look: Look {
            at: at(micros),
            windows: vec![
                window(Side::Stable, Data::Series(0.1 + 0.2)),
                window(Side::Canary, Data::Series(-1.797_693_134_862_315_7e308)),
                window(
                    Side::Canary,
                    Data::Errors(Counts {
                        total: u64::MAX,
                        bad: 1,
                    }),
                ),
            ],
        },
        unread: vec![Unread {
            comparison: 1,
            message: "refused".to_owned(),
            is_final: false,
        }],
    }
}
