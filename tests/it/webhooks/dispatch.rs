//! Order, side by side, and processes that come and go. The clock is paused.

use std::collections::HashSet;
use std::time::Duration;

use serin::engine::ports::DeliveryState;

use super::world::{World, ZERO, delivery, fails, seconds};

#[tokio::test(start_paused = true)]
async fn deliveries_of_one_run_come_in_order_whatever_fails() {
    let mut world = World::new();
    // The first one fails for some time.
    let receiver = world.scripted("a", |delivery, _, now| {
        let answer = if delivery.id == "d1" && now < seconds(60) {
            fails("answered 500")
        } else {
            Ok(())
        };
        (Duration::ZERO, answer)
    });
    let other = world.scripted("b", |_, _, _| (Duration::ZERO, Ok(())));
    let _process = world.process();
    world
        .begin("r1", &[delivery("d1", "r1", "a"), delivery("d2", "r1", "b")])
        .await;
    world
        .end("r1", &[delivery("d3", "r1", "a"), delivery("d4", "r1", "b")])
        .await;
    world.begin("r2", &[delivery("d5", "r2", "a")]).await;
    world.pass(seconds(1)).await;
    assert_eq!(
        receiver.ids().iter().collect::<HashSet<_>>().len(),
        2,
        "d3 waits: {:?}",
        receiver.ids()
    );
    assert!(
        receiver.ids().contains(&"d5".to_owned()),
        "another run is not held up"
    );
    assert_eq!(other.ids(), ["d2", "d4"], "nor another receiver");
    world.pass(seconds(300)).await;
    let ids = receiver.ids();
    assert_eq!(ids.iter().filter(|id| *id == "d3").count(), 1);
    assert_eq!(ids.last().map(String::as_str), Some("d3"), "{ids:?}");
    let first = world.delivery("d1").await;
    assert_eq!(first.state, DeliveryState::Delivered);
    assert_eq!(
        usize::try_from(first.attempts).unwrap(),
        ids.iter().filter(|id| *id == "d1").count()
    );
    assert_eq!(first.last_error, "");
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_is_sent_at_once() {
    let mut world = World::new();
    let receiver = world.scripted("a", |_, _, _| (Duration::ZERO, Ok(())));
    let _process = world.process();
    world.pass(seconds(1000)).await;
    world.begin("r1", &[delivery("d1", "r1", "a")]).await;
    world.pass(Duration::from_millis(1)).await;
    assert_eq!(receiver.log(), [("d1".to_owned(), seconds(1000))]);
    let sent = world.delivery("d1").await;
    assert_eq!(sent.ended_at, Some(ZERO + seconds(1000)));
}

#[tokio::test(start_paused = true)]
async fn a_slow_receiver_keeps_only_its_own_waiting_and_gets_a_few_at_a_time() {
    let mut world = World::new();
    let slow = world.scripted("slow", |_, _, _| (seconds(15), fails("no answer within 15 s")));
    let fast = world.scripted("fast", |_, _, _| (Duration::ZERO, Ok(())));
    let _process = world.process();
    for number in 0..100 {
        let run = format!("r{number:02}");
        let to = |hook: &str| delivery(&format!("{hook}{number:02}"), &run, hook);
        world.begin(&run, &[to("slow"), to("fast")]).await;
    }
    world.pass(seconds(1)).await;
    assert_eq!(fast.ids().len(), 100);
    assert_eq!((slow.ids().len(), slow.most_under_way()), (16, 16));
    world.pass(seconds(120)).await;
    let tried: HashSet<String> = slow.ids().into_iter().collect();
    assert_eq!(tried.len(), 100, "every run has its turn before others have many");
    assert_eq!(slow.most_under_way(), 16);
}

#[tokio::test(start_paused = true)]
async fn pending_deliveries_survive_the_process_with_one_id() {
    let mut world = World::new();
    let receiver = world.scripted("a", |_, before, _| match before {
        // The process dies before it has written down what came of the first attempt.
        0 => (seconds(10), Ok(())),
        _ => (Duration::ZERO, Ok(())),
    });
    let process = world.process();
    world.begin("r1", &[delivery("d1", "r1", "a")]).await;
    world.pass(seconds(5)).await;
    process.kill().await;
    assert_eq!(
        world.delivery("d1").await,
        delivery("d1", "r1", "a"),
        "nothing is known of it"
    );
    let process = world.process();
    world.pass(seconds(1)).await;
    assert_eq!(receiver.ids(), ["d1", "d1"]);
    assert_eq!(world.delivery("d1").await.state, DeliveryState::Delivered);
    process.kill().await;
    let _process = world.process();
    world.pass(seconds(100)).await;
    assert_eq!(receiver.ids().len(), 2, "what arrived is not sent again");
}

#[tokio::test(start_paused = true)]
async fn a_process_that_stops_waits_a_little_for_what_is_under_way() {
    let mut world = World::new();
    let receiver = world.scripted("a", |delivery, _, _| {
        let takes = if delivery.id == "d1" {
            seconds(3)
        } else {
            seconds(3600)
        };
        (takes, Ok(()))
    });
    let process = world.process();
    world
        .begin("r1", &[delivery("d1", "r1", "a"), delivery("d3", "r1", "a")])
        .await;
    world.begin("r2", &[delivery("d2", "r2", "a")]).await;
    world.pass(seconds(1)).await;
    let stopping = tokio::time::Instant::now();
    process.stop().await;
    assert_eq!(stopping.elapsed(), seconds(5));
    assert_eq!(world.delivery("d1").await.state, DeliveryState::Delivered);
    assert_eq!(
        world.delivery("d2").await,
        delivery("d2", "r2", "a"),
        "it is sent again after the next start"
    );
    assert_eq!(receiver.ids(), ["d1", "d2"], "nothing new is begun");
}

#[tokio::test(start_paused = true)]
async fn deliveries_to_receivers_that_are_gone_say_so_and_wait() {
    let mut world = World::new();
    for number in 0..250 {
        let run = format!("r{number:03}");
        world
            .begin(&run, &[delivery(&format!("d{number:03}"), &run, "gone")])
            .await;
    }
    let process = world.process();
    world.pass(seconds(1)).await;
    for id in ["d000", "d123", "d249"] {
        let waiting = world.delivery(id).await;
        assert_eq!((waiting.state, waiting.attempts), (DeliveryState::Pending, 0));
        assert!(
            waiting.last_error.contains("no receiver of the name `gone`"),
            "{}",
            waiting.last_error
        );
    }
    process.stop().await;
    let back = world.scripted("gone", |_, _, _| (Duration::ZERO, Ok(())));
    let _process = world.process();
    world.pass(seconds(1)).await;
    assert_eq!(back.ids().len(), 250);
}
