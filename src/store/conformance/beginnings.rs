use std::sync::Arc;

use futures::future::join_all;

use super::Subject;
use super::samples::{at, attempt_of, begin, beginning, delivery, run, sources};
use crate::engine::ports::{Beginning, Begun, IdempotencyKey, RunRecord, StoreError};

fn key(key: &str, body_hash: &str) -> IdempotencyKey {
    IdempotencyKey {
        key: key.to_owned(),
        body_hash: body_hash.to_owned(),
    }
}

pub(in crate::store) async fn keeps_what_a_run_begins_with(subject: &dyn Subject) {
    let store = subject.again().await;
    let whole = attempt_of("r1", "planning-api/7f9c6d", "10", u32::MAX);
    let deliveries = vec![
        delivery("d1", "r1", "rollouts", 7),
        delivery("d2", "r1", "chat", 7),
    ];
    let begun = Beginning {
        run: whole.clone(),
        key: None,
        deliveries: deliveries.clone(),
    };
    assert_eq!(store.begin(&begun).await, Ok(Begun::New));
    let other = RunRecord {
        request: crate::engine::ports::RunRequest {
            sources: sources("kind: Other"),
            ..whole.request.clone()
        },
        ..run("r2")
    };
    begin(&*store, other.clone()).await;
    let store = subject.again().await;
    let stored = store.load("r1").await.unwrap().unwrap();
    assert_eq!(stored.run, whole);
    assert_eq!(stored.deliveries, deliveries, "in the order they were given");
    assert!(stored.records.is_empty() && stored.ended.is_none() && stored.answered_at.is_none());
    let stored = store.load("r2").await.unwrap().unwrap();
    assert_eq!(stored.run, other, "each run has its own documents");
    assert!(
        store.load("r3").await.unwrap().is_none(),
        "an unknown run is no error"
    );
}

pub(in crate::store) async fn refuses_a_second_run_of_one_id(subject: &dyn Subject) {
    begin(&*subject.again().await, run("r1")).await;
    let store = subject.again().await;
    let again = Beginning {
        key: Some(key("k", "h")),
        deliveries: vec![delivery("d1", "r1", "rollouts", 7)],
        ..beginning(RunRecord {
            analysis: "other".to_owned(),
            started_at: at(9),
            ..run("r1")
        })
    };
    assert_eq!(
        store.begin(&again).await,
        Err(StoreError::Exists("r1".to_owned()))
    );
    let stored = store.load("r1").await.unwrap().unwrap();
    assert_eq!(
        (stored.run, stored.deliveries),
        (run("r1"), Vec::new()),
        "nothing is kept of it"
    );
    let fresh = Beginning {
        key: Some(key("k", "h")),
        ..beginning(run("r2"))
    };
    assert_eq!(store.begin(&fresh).await, Ok(Begun::New), "not even its key");
}

pub(in crate::store) async fn refuses_an_attempt_twice(subject: &dyn Subject) {
    let store = subject.again().await;
    begin(&*store, attempt_of("r1", "app/1", "10", 1)).await;
    let again = |id: &str| beginning(attempt_of(id, "app/1", "10", 1));
    assert_eq!(
        store.begin(&again("r2")).await,
        Err(StoreError::AttemptExists("r1".to_owned()))
    );
    let rightful = [
        attempt_of("r3", "app/1", "10", 2),
        attempt_of("r4", "app/1", "", 1),
        attempt_of("r5", "app/2", "10", 1),
        RunRecord {
            analysis: "other".to_owned(),
            ..attempt_of("r6", "app/1", "10", 1)
        },
        run("r7"),
        run("r8"),
    ];
    for other in rightful {
        begin(&*store, other).await;
    }
    assert_eq!(
        subject.again().await.begin(&again("r9")).await,
        Err(StoreError::AttemptExists("r1".to_owned()))
    );
}

pub(in crate::store) async fn one_key_is_one_request(subject: &dyn Subject) {
    let asked = |id: &str, hash: &str| Beginning {
        key: Some(key("k", hash)),
        deliveries: vec![delivery(&format!("d-{id}"), id, "rollouts", 7)],
        ..beginning(attempt_of(id, "app/1", "10", 1))
    };
    let store = subject.again().await;
    assert_eq!(store.begun_before(&key("k", "h")).await, Ok(None));
    assert_eq!(store.begin(&asked("r1", "h")).await, Ok(Begun::New));
    assert_eq!(
        store.begun_before(&key("k", "h")).await,
        Ok(Some("r1".to_owned()))
    );
    assert_eq!(
        store.begun_before(&key("k", "other")).await,
        Err(StoreError::KeyReused("r1".to_owned()))
    );
    let store = subject.again().await;
    assert_eq!(
        store.begin(&asked("r2", "h")).await,
        Ok(Begun::Before("r1".to_owned()))
    );
    assert_eq!(
        store.begin(&asked("r3", "other")).await,
        Err(StoreError::KeyReused("r1".to_owned()))
    );
    for id in ["r2", "r3"] {
        assert!(store.load(id).await.unwrap().is_none(), "{id} has not begun");
    }
    assert_eq!(store.deliveries(None, None, 10).await.unwrap().len(), 1);
    let refused = Beginning {
        key: Some(key("l", "h")),
        ..asked("r4", "h")
    };
    assert_eq!(
        store.begin(&refused).await,
        Err(StoreError::AttemptExists("r1".to_owned()))
    );
    let later = Beginning {
        key: Some(key("l", "other")),
        ..beginning(run("r5"))
    };
    assert_eq!(
        store.begin(&later).await,
        Ok(Begun::New),
        "a refused request leaves no key"
    );
}

/// Sixteen callers at once.
async fn all_at_once(
    subject: &dyn Subject,
    beginning: impl Fn(&str) -> Beginning,
) -> Vec<(String, Result<Begun, StoreError>)> {
    let store = subject.again().await;
    let begin = |number: usize| {
        let (store, id) = (Arc::clone(&store), format!("r{number}"));
        let beginning = beginning(&id);
        tokio::spawn(async move { (id, store.begin(&beginning).await) })
    };
    let ended = join_all((0..16).map(begin)).await;
    ended.into_iter().map(Result::unwrap).collect()
}

fn winner(answers: &[(String, Result<Begun, StoreError>)]) -> String {
    let won = answers.iter().filter(|(_, answer)| *answer == Ok(Begun::New));
    let won: Vec<&String> = won.map(|(id, _)| id).collect();
    assert_eq!(won.len(), 1, "exactly one wins: {answers:?}");
    won[0].clone()
}

pub(in crate::store) async fn one_of_many_wins_an_attempt(subject: &dyn Subject) {
    let answers = all_at_once(subject, |id| beginning(attempt_of(id, "app/1", "10", 1))).await;
    let winner = winner(&answers);
    for (id, answer) in answers.iter().filter(|(id, _)| *id != winner) {
        assert_eq!(*answer, Err(StoreError::AttemptExists(winner.clone())), "{id}");
    }
    assert_eq!(subject.again().await.active().await, Ok(vec![winner]));
}

pub(in crate::store) async fn one_of_many_wins_a_key(subject: &dyn Subject) {
    let answers = all_at_once(subject, |id| Beginning {
        key: Some(key("k", "h")),
        ..beginning(run(id))
    })
    .await;
    let winner = winner(&answers);
    for (id, answer) in answers.iter().filter(|(id, _)| *id != winner) {
        assert_eq!(*answer, Ok(Begun::Before(winner.clone())), "{id}");
    }
    assert_eq!(subject.again().await.active().await, Ok(vec![winner]));
}
