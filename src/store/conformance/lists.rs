use serin_judge::verdict::Verdict;

use super::Subject;
use super::samples::{at, attempt_of, begin, finish, report, run};
use crate::engine::ports::{Cursor, Ended, RunFilter, RunRecord, RunSummary, Store};

fn started(id: &str, micros: i64) -> RunRecord {
    RunRecord {
        started_at: at(micros),
        ..run(id)
    }
}

async fn ids(store: &dyn Store, filter: &RunFilter) -> Vec<String> {
    let found = store.list(filter, None, 100).await.unwrap();
    found.into_iter().map(|summary| summary.run.id).collect()
}

pub(in crate::store) async fn finds_runs_without_a_verdict(subject: &dyn Subject) {
    let store = subject.again().await;
    for (id, micros) in [("late", 30), ("b", 20), ("a", 20), ("ended", 15), ("early", 10)] {
        begin(&*store, started(id, micros)).await;
    }
    store
        .finish("ended", &finish("ended", Verdict::Promote, 40))
        .await
        .unwrap();
    let active = subject.again().await.active().await;
    assert_eq!(active.unwrap(), ["early", "a", "b", "late"], "oldest first");
}

pub(in crate::store) async fn lists_what_passes_the_filter(subject: &dyn Subject) {
    let store = subject.again().await;
    begin(&*store, attempt_of("r1", "app/1", "10", 1)).await;
    begin(&*store, started("r2", 8)).await;
    let other = RunRecord {
        analysis: "other".to_owned(),
        started_at: at(9),
        ..attempt_of("r3", "app/1", "10", 1)
    };
    begin(&*store, other).await;
    store
        .finish("r1", &finish("r1", Verdict::Rollback, 40))
        .await
        .unwrap();
    store
        .finish("r3", &finish("r3", Verdict::Promote, 41))
        .await
        .unwrap();
    let store = subject.again().await;
    let analysis = |name: &str| RunFilter {
        analysis: Some(name.to_owned()),
        ..RunFilter::default()
    };
    let release = |name: &str| RunFilter {
        release: Some(name.to_owned()),
        ..RunFilter::default()
    };
    let verdict = |verdict| RunFilter {
        verdict: Some(verdict),
        ..RunFilter::default()
    };
    let cases = [
        (RunFilter::default(), vec!["r3", "r2", "r1"]),
        (analysis("checkout"), vec!["r2", "r1"]),
        (analysis("check"), vec![]),
        (release("app/1"), vec!["r3", "r1"]),
        (release(""), vec!["r2"]),
        (verdict(Verdict::Continue), vec!["r2"]),
        (verdict(Verdict::Rollback), vec!["r1"]),
        (verdict(Verdict::Inconclusive), vec![]),
        (
            RunFilter {
                verdict: Some(Verdict::Promote),
                ..analysis("checkout")
            },
            vec![],
        ),
    ];
    for (filter, expected) in cases {
        assert_eq!(ids(&*store, &filter).await, expected, "{filter:?}");
    }
    let mut expected = attempt_of("r1", "app/1", "10", 1);
    expected.request.sources = [].into();
    let found = store.list(&verdict(Verdict::Rollback), None, 1).await.unwrap();
    let whole = RunSummary {
        run: expected,
        ended: Some(Ended::from(&*report("r1", Verdict::Rollback, 40))),
        answered_at: None,
    };
    assert_eq!(found, [whole], "a summary has all but the documents");
}

pub(in crate::store) async fn goes_on_after_the_cursor_when_times_are_equal(subject: &dyn Subject) {
    let store = subject.again().await;
    for id in ["c", "a", "e", "b", "d"] {
        begin(&*store, started(id, 20)).await;
    }
    begin(&*store, started("z", 10)).await;
    begin(&*store, started("0", 30)).await;
    let mut found: Vec<String> = Vec::new();
    let mut cursor: Option<Cursor> = None;
    loop {
        let page = subject.again().await;
        let page = page
            .list(&RunFilter::default(), cursor.as_ref(), 2)
            .await
            .unwrap();
        assert!(page.len() <= 2);
        let Some(last) = page.last() else { break };
        cursor = Some(Cursor {
            started_at: last.run.started_at,
            id: last.run.id.clone(),
        });
        found.extend(page.into_iter().map(|summary| summary.run.id));
    }
    assert_eq!(found, ["0", "e", "d", "c", "b", "a", "z"]);
}
