use std::sync::Arc;

use futures::future::join_all;
use serin_judge::verdict::Verdict;

use super::Subject;
use super::samples::{at, begin, finish, records, report, run};
use crate::engine::ports::{Ended, StoreError};

pub(in crate::store) async fn gives_one_once(subject: &dyn Subject) {
    let store = subject.again().await;
    begin(&*store, run("r1")).await;
    let finishing = |verdict| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { (verdict, store.finish("r1", &finish("r1", verdict, 20)).await) })
    };
    let verdicts = [Verdict::Promote, Verdict::Rollback, Verdict::Inconclusive].repeat(5);
    let answers = join_all(verdicts.into_iter().map(finishing)).await;
    let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
    let won: Vec<Verdict> = answers
        .iter()
        .filter(|(_, answer)| answer.is_ok())
        .map(|(verdict, _)| *verdict)
        .collect();
    assert_eq!(won.len(), 1, "a verdict is given once: {answers:?}");
    let ended = || Err(StoreError::Ended("r1".to_owned()));
    let store = subject.again().await;
    assert_eq!(
        store.finish("r1", &finish("r1", Verdict::Rollback, 30)).await,
        ended()
    );
    assert_eq!(
        store.append("r1", 0, &records()).await,
        ended(),
        "nothing comes after it"
    );
    assert_eq!(
        store
            .finish("nobody", &finish("nobody", Verdict::Promote, 1))
            .await,
        Err(StoreError::Unknown("nobody".to_owned()))
    );
    let report = report("r1", won[0], 20);
    let stored = store.load("r1").await.unwrap().unwrap();
    let (ended, text) = stored.ended.unwrap();
    assert_eq!(ended, Ended::from(&*report));
    let kept: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(kept, serde_json::to_value(&*report).unwrap());
    assert!(stored.records.is_empty());
}

pub(in crate::store) async fn remembers_when_it_was_first_told(subject: &dyn Subject) {
    let store = subject.again().await;
    begin(&*store, run("r1")).await;
    assert_eq!(store.answered("r1", at(40)).await, Ok(at(40)));
    let store = subject.again().await;
    assert_eq!(
        store.answered("r1", at(50)).await,
        Ok(at(40)),
        "the first time counts"
    );
    assert_eq!(store.answered("r1", at(30)).await, Ok(at(40)));
    assert_eq!(
        store.answered("nobody", at(30)).await,
        Err(StoreError::Unknown("nobody".to_owned()))
    );
    let store = subject.again().await;
    assert_eq!(store.load("r1").await.unwrap().unwrap().answered_at, Some(at(40)));
    let listed = store.list(&Default::default(), None, 9).await.unwrap();
    assert_eq!(listed[0].answered_at, Some(at(40)));
}

pub(in crate::store) async fn can_be_written_and_closed(subject: &dyn Subject) {
    let store = subject.again().await;
    assert_eq!(store.check().await, Ok(()));
    begin(&*store, run("r1")).await;
    store.close().await;
    let store = subject.again().await;
    assert_eq!(store.check().await, Ok(()));
    assert_eq!(
        store.active().await,
        Ok(vec!["r1".to_owned()]),
        "a check leaves nothing behind"
    );
}
