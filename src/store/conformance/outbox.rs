use serin_judge::verdict::Verdict;

use super::Subject;
use super::samples::{at, beginning, delivery, finish, run};
use crate::engine::ports::{
    Beginning, Begun, Delivery, DeliveryEvent, DeliveryState, Finish, Store, StoreError,
};

async fn begin(store: &dyn Store, id: &str, deliveries: &[Delivery]) {
    let beginning = Beginning {
        deliveries: deliveries.to_vec(),
        ..beginning(run(id))
    };
    assert_eq!(store.begin(&beginning).await, Ok(Begun::New));
}

async fn end(store: &dyn Store, id: &str, deliveries: &[Delivery]) {
    let finish = Finish {
        expires_at: None,
        deliveries: deliveries.to_vec(),
        ..finish(id, Verdict::Promote, 50)
    };
    assert_eq!(store.finish(id, &finish).await, Ok(()));
}

async fn due(store: &dyn Store, hook: &str, micros: i64, limit: usize) -> Vec<String> {
    let due = store.due_deliveries(hook, at(micros), limit).await.unwrap();
    due.into_iter().map(|delivery| delivery.id).collect()
}

pub(in crate::store) async fn gives_the_oldest_of_each_run(subject: &dyn Subject) {
    let store = subject.again().await;
    // The clock was set back before r1 ended: order is what counts, not what the clock said.
    begin(
        &*store,
        "r1",
        &[delivery("d1", "r1", "a", 20), delivery("d2", "r1", "b", 21)],
    )
    .await;
    begin(&*store, "r2", &[delivery("d3", "r2", "a", 15)]).await;
    end(
        &*store,
        "r1",
        &[delivery("d4", "r1", "a", 5), delivery("d5", "r1", "b", 5)],
    )
    .await;
    let store = subject.again().await;
    assert_eq!(due(&*store, "a", 14, 9).await, [""; 0], "d4 waits for d1");
    assert_eq!(due(&*store, "a", 15, 9).await, ["d3"], "at its time");
    assert_eq!(
        due(&*store, "a", 100, 9).await,
        ["d3", "d1"],
        "who waits longest is first"
    );
    assert_eq!(due(&*store, "a", 100, 1).await, ["d3"]);
    assert_eq!(due(&*store, "b", 100, 9).await, ["d2"]);
    assert_eq!(due(&*store, "c", 100, 9).await, [""; 0]);
    let tried = Delivery {
        attempts: 1,
        next_at: at(200),
        ..delivery("d1", "r1", "a", 20)
    };
    store.update_delivery(&tried).await.unwrap();
    assert_eq!(
        due(&*store, "a", 100, 9).await,
        ["d3"],
        "it holds d4 up while it waits"
    );
    for state in [DeliveryState::Delivered, DeliveryState::GivenUp] {
        let store = subject.again().await;
        let ended = Delivery {
            state,
            ended_at: Some(at(60)),
            ..tried.clone()
        };
        store.update_delivery(&ended).await.unwrap();
        assert_eq!(due(&*store, "a", 100, 9).await, ["d4", "d3"], "after {state:?}");
    }
}

pub(in crate::store) async fn says_when_the_next_is_due(subject: &dyn Subject) {
    let store = subject.again().await;
    assert_eq!(store.next_delivery_at("a", at(0)).await, Ok(None));
    begin(&*store, "r1", &[delivery("d1", "r1", "a", 20)]).await;
    begin(
        &*store,
        "r2",
        &[delivery("d2", "r2", "a", 30), delivery("d3", "r2", "b", 25)],
    )
    .await;
    end(&*store, "r1", &[delivery("d4", "r1", "a", 10)]).await;
    let store = subject.again().await;
    let cases = [(5, Some(20)), (19, Some(20)), (20, Some(30)), (30, None)];
    for (after, expected) in cases {
        let found = store.next_delivery_at("a", at(after)).await;
        assert_eq!(
            found,
            Ok(expected.map(at)),
            "after {after}: d4 has no time of its own"
        );
    }
    let delivered = Delivery {
        state: DeliveryState::Delivered,
        ..delivery("d1", "r1", "a", 20)
    };
    store.update_delivery(&delivered).await.unwrap();
    assert_eq!(store.next_delivery_at("a", at(5)).await, Ok(Some(at(10))));
}

pub(in crate::store) async fn keeps_what_a_verdict_causes_or_nothing(subject: &dyn Subject) {
    let store = subject.again().await;
    begin(&*store, "r1", &[]).await;
    let told = Delivery {
        event: DeliveryEvent::RunFinished,
        ..delivery("d1", "r1", "a", 50)
    };
    end(&*store, "r1", std::slice::from_ref(&told)).await;
    let again = Finish {
        expires_at: None,
        deliveries: vec![delivery("d2", "r1", "a", 51)],
        ..finish("r1", Verdict::Rollback, 51)
    };
    assert_eq!(
        store.finish("r1", &again).await,
        Err(StoreError::Ended("r1".to_owned()))
    );
    let store = subject.again().await;
    assert_eq!(
        store.load("r1").await.unwrap().unwrap().deliveries,
        std::slice::from_ref(&told)
    );
    assert_eq!(store.deliveries(None, None, 9).await, Ok(vec![told]));
}
