use std::sync::Arc;

use futures::future::join_all;

use super::Subject;
use super::samples::{at, begin, look, records, run};
use crate::engine::ports::{Record, StoreError};

pub(in crate::store) async fn keeps_them_in_order_as_they_are(subject: &dyn Subject) {
    let store = subject.again().await;
    begin(&*store, run("r1")).await;
    begin(&*store, run("r2")).await;
    for (known, record) in (0..).zip(records()) {
        let store = subject.again().await;
        assert_eq!(store.append("r1", known, &[record]).await, Ok(()));
    }
    let store = subject.again().await;
    assert_eq!(store.append("r2", 0, &records()).await, Ok(()));
    assert_eq!(
        store.append("r2", 7, &[]).await,
        Ok(()),
        "nothing learned is no error"
    );
    assert_eq!(store.append("r2", 7, &[look(9), look(8)]).await, Ok(()));
    let store = subject.again().await;
    assert_eq!(store.load("r1").await.unwrap().unwrap().records, records());
    let mut all = records();
    all.extend([look(9), look(8)]);
    assert_eq!(store.load("r2").await.unwrap().unwrap().records, all);
}

pub(in crate::store) async fn refuses_who_does_not_know_them_all(subject: &dyn Subject) {
    let store = subject.again().await;
    begin(&*store, run("r1")).await;
    let unknown = Err(StoreError::Unknown("nobody".to_owned()));
    assert_eq!(store.append("nobody", 0, &records()).await, unknown);
    let overtaken = || Err(StoreError::Overtaken("r1".to_owned()));
    assert_eq!(
        store.append("r1", 1, &records()).await,
        overtaken(),
        "it has none yet"
    );
    assert_eq!(store.append("r1", 0, &records()).await, Ok(()));
    let store = subject.again().await;
    for known in [0, 6, 8, u64::MAX] {
        assert_eq!(
            store.append("r1", known, &records()).await,
            overtaken(),
            "{known} of 7"
        );
    }
    assert_eq!(store.load("r1").await.unwrap().unwrap().records, records());
}

pub(in crate::store) async fn one_of_many_drivers_wins(subject: &dyn Subject) {
    let store = subject.again().await;
    begin(&*store, run("r1")).await;
    let append = |number: i64| {
        let store = Arc::clone(&store);
        let records = [Record::Tick { at: at(number) }, Record::Stop { at: at(number) }];
        tokio::spawn(async move { (records.clone(), store.append("r1", 0, &records).await) })
    };
    let answers = join_all((0..16).map(append)).await;
    let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|(_, answer)| answer.is_ok());
    assert_eq!(won.len(), 1);
    for (_, answer) in lost {
        assert_eq!(answer, Err(StoreError::Overtaken("r1".to_owned())));
    }
    let stored = subject.again().await.load("r1").await.unwrap().unwrap();
    assert_eq!(stored.records, won[0].0);
}
