use serin_judge::verdict::Verdict;

use super::Subject;
use super::samples::{at, begin, beginning, delivery, finish, look, records, run, sources};
use crate::engine::ports::{Beginning, Begun, Finish, IdempotencyKey, Record, RunRecord, Store, StoreError};

fn keyed(id: &str) -> Beginning {
    Beginning {
        key: Some(IdempotencyKey {
            key: format!("key of {id}"),
            body_hash: "h".to_owned(),
        }),
        deliveries: vec![delivery(&format!("d-{id}"), id, "a", 10)],
        ..beginning(run(id))
    }
}

/// An ended run with eight records, two of them looks.
async fn ended(store: &dyn Store, id: &str, micros: i64) {
    assert_eq!(store.begin(&keyed(id)).await, Ok(Begun::New));
    store.append(id, 0, &records()).await.unwrap();
    store.append(id, 7, &[look(9)]).await.unwrap();
    store
        .finish(id, &finish(id, Verdict::Promote, micros))
        .await
        .unwrap();
}

async fn looks(store: &dyn Store, id: &str) -> usize {
    let stored = store.load(id).await.unwrap().unwrap();
    let looks = stored
        .records
        .iter()
        .filter(|record| matches!(record, Record::Look { .. }));
    looks.count()
}

pub(in crate::store) async fn forgets_old_runs_with_all_that_is_theirs(subject: &dyn Subject) {
    let store = subject.again().await;
    ended(&*store, "old", 100).await;
    ended(&*store, "young", 200).await;
    let active = RunRecord {
        started_at: at(1),
        ..run("active")
    };
    begin(&*store, active).await;
    store.append("active", 0, &records()).await.unwrap();
    assert_eq!(
        store.prune(at(100), at(0), 9).await,
        Ok(0),
        "what falls at the instant stays"
    );
    let store = subject.again().await;
    assert_eq!(store.prune(at(200), at(0), 9).await, Ok(1));
    let store = subject.again().await;
    assert!(store.load("old").await.unwrap().is_none());
    assert_eq!(store.delivery("d-old").await, Ok(None));
    assert_eq!(
        store.append("old", 8, &records()).await,
        Err(StoreError::Unknown("old".to_owned()))
    );
    assert_eq!(looks(&*store, "young").await, 2);
    assert_eq!(
        store.load("active").await.unwrap().unwrap().records,
        records(),
        "it has no end"
    );
    assert_eq!(
        store.begin(&keyed("old")).await,
        Ok(Begun::New),
        "its id and key are free"
    );
    let stored = store.load("old").await.unwrap().unwrap();
    assert!(stored.records.is_empty() && stored.ended.is_none());
    assert_eq!(
        stored.run.request.sources,
        sources("kind: Analysis"),
        "others have the same documents"
    );
}

pub(in crate::store) async fn forgets_old_windows_and_keeps_the_rest(subject: &dyn Subject) {
    let store = subject.again().await;
    ended(&*store, "old", 100).await;
    ended(&*store, "young", 200).await;
    assert_eq!(store.prune(at(0), at(150), 9).await, Ok(2));
    let store = subject.again().await;
    let stored = store.load("old").await.unwrap().unwrap();
    let mut rest = records();
    rest.remove(2);
    assert_eq!(stored.records, rest, "in order, without windows");
    assert!(stored.ended.is_some() && stored.deliveries.len() == 1);
    assert_eq!(looks(&*store, "young").await, 2);
    assert_eq!(store.prune(at(0), at(150), 9).await, Ok(0), "it is done");
}

pub(in crate::store) async fn forgets_no_more_than_it_is_told(subject: &dyn Subject) {
    let store = subject.again().await;
    for id in ["r1", "r2", "r3"] {
        ended(&*store, id, 100).await;
    }
    for (limit, gone) in [(0, 0), (2, 2), (1, 1), (9, 3), (9, 0)] {
        let store = subject.again().await;
        assert_eq!(
            store.prune(at(0), at(150), limit).await,
            Ok(gone),
            "windows, {limit} at most"
        );
    }
    for (limit, gone) in [(2, 2), (2, 1), (2, 0)] {
        let store = subject.again().await;
        assert_eq!(
            store.prune(at(150), at(150), limit).await,
            Ok(gone),
            "runs, {limit} at most"
        );
    }
}

pub(in crate::store) async fn forgets_runs_whose_time_to_live_is_over(subject: &dyn Subject) {
    let store = subject.again().await;
    for (id, expires_at) in [
        ("r1", Some(150)),
        ("r2", Some(250)),
        ("r3", None),
        ("r4", Some(150)),
    ] {
        assert_eq!(store.begin(&keyed(id)).await, Ok(Begun::New));
        let finish = Finish {
            expires_at: expires_at.map(at),
            ..finish(id, Verdict::Promote, 100)
        };
        store.finish(id, &finish).await.unwrap();
    }
    for (now, limit, gone) in [(149, 9, 0), (150, 1, 1), (150, 9, 1), (150, 9, 0)] {
        let store = subject.again().await;
        assert_eq!(
            store.expire(at(now), limit).await,
            Ok(gone),
            "at {now}, {limit} at most"
        );
    }
    let store = subject.again().await;
    let mut left = Vec::new();
    for id in ["r1", "r2", "r3", "r4"] {
        left.extend(store.load(id).await.unwrap().map(|_| id));
    }
    assert_eq!(left, ["r2", "r3"]);
}
