use super::Subject;
use super::samples::{at, beginning, delivery, run};
use crate::engine::ports::{Beginning, Begun, Delivery, DeliveryEvent, DeliveryState, StoreError};

pub(in crate::store) async fn changes_only_how_a_delivery_stands(subject: &dyn Subject) {
    let store = subject.again().await;
    let first = delivery("d1", "r1", "a", 20);
    let begun = Beginning {
        deliveries: vec![first.clone(), delivery("d2", "r1", "a", 20)],
        ..beginning(run("r1"))
    };
    assert_eq!(store.begin(&begun).await, Ok(Begun::New));
    let changed = Delivery {
        state: DeliveryState::GivenUp,
        attempts: u32::MAX,
        next_at: at(70),
        since: at(60),
        last_error: "the receiver answered 500 \u{1F426}".to_owned(),
        ended_at: Some(at(80)),
        ..first.clone()
    };
    let forged = Delivery {
        body: "{}".into(),
        hook: "b".to_owned(),
        run: "r9".to_owned(),
        event: DeliveryEvent::RunFinished,
        created_at: at(0),
        ..changed.clone()
    };
    assert_eq!(store.update_delivery(&forged).await, Ok(()));
    let store = subject.again().await;
    assert_eq!(
        store.delivery("d1").await,
        Ok(Some(changed)),
        "the message stays as it is"
    );
    assert_eq!(
        store.delivery("d2").await,
        Ok(Some(delivery("d2", "r1", "a", 20)))
    );
    assert_eq!(store.update_delivery(&first).await, Ok(()));
    let store = subject.again().await;
    assert_eq!(store.delivery("d1").await, Ok(Some(first.clone())));
    let unknown = Delivery {
        id: "nobody".to_owned(),
        ..first
    };
    assert_eq!(
        store.update_delivery(&unknown).await,
        Err(StoreError::Unknown("nobody".to_owned()))
    );
}

pub(in crate::store) async fn finds_and_lists(subject: &dyn Subject) {
    let store = subject.again().await;
    for (run_id, ids) in [("r1", ["d1", "d4"]), ("r2", ["d2", "d3"])] {
        let begun = Beginning {
            deliveries: ids.map(|id| delivery(id, run_id, "a", 20)).into(),
            ..beginning(run(run_id))
        };
        assert_eq!(store.begin(&begun).await, Ok(Begun::New));
    }
    let given_up = Delivery {
        state: DeliveryState::GivenUp,
        ..delivery("d2", "r2", "a", 20)
    };
    assert_eq!(store.update_delivery(&given_up).await, Ok(()));
    let store = subject.again().await;
    assert_eq!(store.delivery("d2").await, Ok(Some(given_up)));
    assert_eq!(store.delivery("d5").await, Ok(None));
    let cases: [(_, _, _, &[&str]); 7] = [
        (None, None, 9, &["d4", "d3", "d2", "d1"]),
        (None, None, 3, &["d4", "d3", "d2"]),
        (None, Some("d2"), 3, &["d1"]),
        (None, Some("d1"), 3, &[]),
        (Some(DeliveryState::Pending), Some("d4"), 9, &["d3", "d1"]),
        (Some(DeliveryState::GivenUp), None, 9, &["d2"]),
        (Some(DeliveryState::Delivered), None, 9, &[]),
    ];
    for (state, before, limit, expected) in cases {
        let found = store.deliveries(state, before, limit).await.unwrap();
        let ids: Vec<&str> = found.iter().map(|delivery| delivery.id.as_str()).collect();
        assert_eq!(ids, expected, "{state:?} before {before:?}");
    }
}
