//! Retries, giving up, and sending again. The clock is paused.

use std::time::Duration;

use serin::engine::ports::{DeliverError, DeliveryState};

use super::world::{World, ZERO, delivery, fails, seconds, webhook};
use crate::peers::receiver::Receiver;

const HOUR: Duration = Duration::from_secs(3600);

/// Over HTTP, with a real receiver.
#[tokio::test(start_paused = true)]
async fn a_receiver_that_fails_for_an_hour_gets_the_message_afterwards() {
    let mut world = World::new();
    let clock = std::sync::Arc::clone(&world.clock);
    let receiver = Receiver::start(move |_| {
        let now = serin::engine::ports::Clock::now(&*clock).since(ZERO);
        let status = if now < HOUR { 500 } else { 204 };
        (status, Vec::new(), "out of order".to_owned())
    })
    .await;
    let deliver = webhook(receiver.address(), std::sync::Arc::clone(&world.clock) as _);
    world.receiver("a", std::sync::Arc::new(deliver), 24 * HOUR);
    let _process = world.process();
    world.begin("r1", &[delivery("d1", "r1", "a")]).await;
    world.end("r1", &[delivery("d2", "r1", "a")]).await;
    world.pass(HOUR).await;
    let failing = world.delivery("d1").await;
    assert_eq!(failing.state, DeliveryState::Pending);
    assert_eq!(failing.last_error, "the receiver answered 500: out of order");
    world.pass(seconds(600)).await;
    for id in ["d1", "d2"] {
        assert_eq!(world.delivery(id).await.state, DeliveryState::Delivered, "{id}");
    }
    let received = receiver.received();
    // 1 + 2 + ... + 128 s and then every 150 s, up to twice that by chance.
    assert!((18..=40).contains(&received.len()), "{} attempts", received.len());
    let (last, failed) = received.split_last().unwrap();
    assert_eq!(last.id(), "d2");
    assert!(
        failed
            .iter()
            .all(|one| one.id() == "d1" && one.body == *delivery("d1", "r1", "a").body)
    );
    let times: Vec<&str> = failed.iter().map(|one| one.header("webhook-timestamp")).collect();
    assert!(
        times.windows(2).all(|pair| pair[0] < pair[1]),
        "each attempt has its own time: {times:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_kept_to() {
    let mut world = World::new();
    let receiver = world.scripted("a", |_, before, _| {
        let retry_after = Some(seconds(100));
        let limited = DeliverError {
            message: "the receiver answered 429".to_owned(),
            retry_after,
            is_final: false,
        };
        (Duration::ZERO, if before < 3 { Err(limited) } else { Ok(()) })
    });
    let _process = world.process();
    world.begin("r1", &[delivery("d1", "r1", "a")]).await;
    world.pass(seconds(1000)).await;
    let times: Vec<u64> = receiver.log().iter().map(|(_, at)| at.as_secs()).collect();
    assert_eq!(times, [0, 100, 200, 300]);
}

#[tokio::test(start_paused = true)]
async fn given_up_visible_and_sent_again() {
    let mut world = World::new();
    let receiver = world.scripted("a", |delivery, _, now| {
        let is_well = delivery.id != "d1" || now > 5 * HOUR;
        (
            Duration::ZERO,
            if is_well {
                Ok(())
            } else {
                fails("the receiver answered 502")
            },
        )
    });
    world.receiver("a", std::sync::Arc::clone(&receiver) as _, HOUR);
    let process = world.process();
    world
        .begin("r1", &[delivery("d1", "r1", "a"), delivery("d2", "r1", "a")])
        .await;
    world.pass(HOUR - seconds(1)).await;
    assert!(!receiver.ids().contains(&"d2".to_owned()));
    world.pass(seconds(2)).await;
    let given_up = world.delivery("d1").await;
    assert_eq!(given_up.state, DeliveryState::GivenUp);
    assert_eq!(
        given_up.ended_at,
        Some(ZERO + HOUR),
        "the last attempt is made when the time is over"
    );
    assert_eq!(given_up.last_error, "the receiver answered 502");
    assert_eq!(
        receiver.ids().last().map(String::as_str),
        Some("d2"),
        "the next one goes on"
    );
    let attempts = receiver.ids().len();
    world.pass(HOUR).await;
    assert_eq!(receiver.ids().len(), attempts, "it is not tried any more");

    let again = process.dispatch.resend("d1").await.unwrap().unwrap();
    assert_eq!(
        (again.state, again.attempts),
        (DeliveryState::Pending, given_up.attempts)
    );
    assert_eq!((again.id.as_str(), &again.body), ("d1", &given_up.body));
    world.pass(seconds(1)).await;
    assert_eq!(receiver.ids().len(), attempts + 1, "at once");
    let waiting = world.delivery("d1").await;
    assert_eq!(
        (waiting.state, waiting.ended_at),
        (DeliveryState::Pending, None),
        "it has its time anew"
    );
    world.pass(HOUR).await;
    assert_eq!(world.delivery("d1").await.state, DeliveryState::GivenUp);
    world.pass(3 * HOUR).await;
    assert!(process.dispatch.resend("d1").await.unwrap().is_some());
    world.pass(seconds(1)).await;
    assert_eq!(world.delivery("d1").await.state, DeliveryState::Delivered);
    assert_eq!(process.dispatch.resend("nobody").await, Ok(None));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_help_is_not_tried_again() {
    let mut world = World::new();
    let receiver = world.scripted("a", |_, _, _| {
        let gone = DeliverError {
            message: "the receiver answered 410".to_owned(),
            retry_after: None,
            is_final: true,
        };
        (Duration::ZERO, Err(gone))
    });
    let _process = world.process();
    world.begin("r1", &[delivery("d1", "r1", "a")]).await;
    world.pass(HOUR).await;
    assert_eq!(receiver.ids(), ["d1"]);
    let given_up = world.delivery("d1").await;
    assert_eq!((given_up.state, given_up.attempts), (DeliveryState::GivenUp, 1));
}
