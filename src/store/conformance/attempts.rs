use super::Subject;
use super::samples::{attempt_of, begin};
use crate::engine::ports::{Attempt, RunRecord};

fn of(analysis: &str, release: &str, stage: &str) -> Attempt {
    Attempt {
        analysis: analysis.to_owned(),
        release: release.to_owned(),
        stage: stage.to_owned(),
    }
}

pub(in crate::store) async fn finds_attempts(subject: &dyn Subject) {
    let store = subject.again().await;
    for (id, stage, attempt) in [("r2", "10", 2), ("r10", "10", 10), ("r1", "10", 1), ("r3", "", 3)] {
        begin(&*store, attempt_of(id, "app/1", stage, attempt)).await;
    }
    let store = subject.again().await;
    let cases = [
        (of("checkout", "app/1", "10"), None, Some("r10")),
        (of("checkout", "app/1", "10"), Some(2), Some("r2")),
        (of("checkout", "app/1", "10"), Some(3), None),
        (of("checkout", "app/1", ""), None, Some("r3")),
        (of("checkout", "app/2", "10"), None, None),
        (of("other", "app/1", "10"), Some(1), None),
    ];
    for (attempt, number, expected) in cases {
        let found = store.attempt(&attempt, number).await.unwrap();
        let id = found.as_ref().map(|summary| summary.run.id.as_str());
        assert_eq!(id, expected, "{attempt:?} {number:?}");
    }
    let found = store
        .attempt(&of("checkout", "app/1", "10"), Some(1))
        .await
        .unwrap()
        .unwrap();
    assert!(found.run.request.sources.is_empty(), "it is a summary");
    assert_eq!(found.run.stage, "10");
}

pub(in crate::store) async fn knows_of_other_stages(subject: &dyn Subject) {
    let store = subject.again().await;
    begin(&*store, attempt_of("r1", "app/1", "10", 1)).await;
    begin(&*store, attempt_of("r2", "app/1", "10", 2)).await;
    let other = RunRecord {
        analysis: "other".to_owned(),
        ..attempt_of("r3", "app/1", "20", 1)
    };
    begin(&*store, other).await;
    let store = subject.again().await;
    let cases = [
        (of("checkout", "app/1", "10"), false),
        (of("checkout", "app/1", "20"), true),
        (of("checkout", "app/1", ""), true),
        (of("checkout", "app/2", "10"), false),
        (of("other", "app/1", "10"), true),
    ];
    for (attempt, expected) in cases {
        assert_eq!(store.has_other_stage(&attempt).await, Ok(expected), "{attempt:?}");
    }
}
