use std::sync::Arc;

use futures::future::join_all;
use serin_judge::time::Timestamp;

use super::address;
use crate::engine::ports::{
    Beginning, Begun, Delivery, DeliveryEvent, DeliveryState, Journal, Record, RunRecord, RunRequest,
    SourceText, Store, StoreError,
};
use crate::store::SqliteStore;

fn beginning(id: &str, delivery: &str) -> Beginning {
    let at = Timestamp::from_micros(5);
    let source = SourceText {
        name: "a.yaml".to_owned(),
        text: "kind: Analysis".to_owned(),
    };
    Beginning {
        run: RunRecord {
            id: id.to_owned(),
            started_at: at,
            request: RunRequest {
                sources: [source].into(),
                ..RunRequest::default()
            },
            ..RunRecord::default()
        },
        key: None,
        deliveries: vec![Delivery {
            id: delivery.to_owned(),
            run: id.to_owned(),
            hook: "a".to_owned(),
            event: DeliveryEvent::RunStarted,
            created_at: at,
            body: "{}".into(),
            state: DeliveryState::Pending,
            attempts: 0,
            next_at: at,
            since: at,
            last_error: String::new(),
            ended_at: None,
        }],
    }
}

async fn bundles(store: &SqliteStore) -> i64 {
    let count = sqlx::query_scalar("SELECT count(*) FROM bundle").fetch_one(&store.readers);
    count.await.unwrap()
}

#[tokio::test]
async fn equal_documents_are_kept_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&address(folder.path())).await.unwrap();
    for id in ["r1", "r2", "r3"] {
        assert_eq!(store.begin(&beginning(id, id)).await, Ok(Begun::New));
    }
    assert_eq!(bundles(&store).await, 1);
    let ended = "UPDATE run SET ended_at = 1, verdict = 'promote' WHERE id <> 'r3'";
    let _ended = store
        .writer
        .write("ending runs", move |connection| {
            Box::pin(async move { Ok(sqlx::query(ended).execute(connection).await?) })
        })
        .await
        .unwrap();
    assert_eq!(
        store
            .prune(Timestamp::from_micros(9), Timestamp::default(), 9)
            .await,
        Ok(2)
    );
    assert_eq!(bundles(&store).await, 1, "r3 has them");
    let _ended = store
        .writer
        .write("ending the last run", move |connection| {
            Box::pin(async move {
                Ok(sqlx::query("UPDATE run SET ended_at = 1")
                    .execute(connection)
                    .await?)
            })
        })
        .await
        .unwrap();
    assert_eq!(
        store
            .prune(Timestamp::from_micros(9), Timestamp::default(), 9)
            .await,
        Ok(1)
    );
    assert_eq!(bundles(&store).await, 0);
}

/// Fails in the database and not by a rule: two deliveries of one id.
#[tokio::test]
async fn what_fails_takes_nobody_elses_changes_along() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SqliteStore::open(&address(folder.path())).await.unwrap());
    assert_eq!(store.begin(&beginning("r0", "d0")).await, Ok(Begun::New));
    let begin = |number: usize| {
        let store = Arc::clone(&store);
        let delivery = if number.is_multiple_of(3) { 0 } else { number };
        let beginning = beginning(&format!("r{number:03}"), &format!("d{delivery}"));
        tokio::spawn(async move { store.begin(&beginning).await })
    };
    let answers = join_all((1..=300).map(begin)).await;
    for (number, answer) in (1..=300_usize).zip(answers) {
        match answer.unwrap() {
            Ok(Begun::New) => assert!(!number.is_multiple_of(3), "{number}"),
            Err(StoreError::Broken(message)) => {
                assert!(number.is_multiple_of(3), "{number}: {message}");
                assert!(
                    message.contains("beginning of run r") && message.contains("delivery.id"),
                    "{message}"
                );
            }
            other => panic!("{number}: {other:?}"),
        }
    }
    let begun = store.active().await.unwrap();
    assert_eq!(begun.len(), 201, "what failed left nothing behind");
    assert!(
        begun
            .iter()
            .skip(1)
            .all(|id| !id[1..].parse::<usize>().unwrap().is_multiple_of(3))
    );
}

#[tokio::test]
async fn what_was_begun_when_it_is_closed_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SqliteStore::open(&address(folder.path())).await.unwrap());
    assert_eq!(store.begin(&beginning("r1", "d1")).await, Ok(Begun::New));
    let append = {
        let store = Arc::clone(&store);
        let records = [Record::Stop {
            at: Timestamp::from_micros(6),
        }];
        tokio::spawn(async move { store.append("r1", 0, &records).await })
    };
    tokio::task::yield_now().await;
    store.close().await;
    let kept = append.await.unwrap();
    let store = SqliteStore::open(&address(folder.path())).await.unwrap();
    let records = store.load("r1").await.unwrap().unwrap().records;
    assert_eq!(kept, Ok(()), "it was in the queue");
    assert_eq!(records.len(), 1);
}
