use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::Value;
use serin::engine::ports::{DeliveryEvent, IdempotencyKey, Store};
use serin::engine::{CommandError, RunOrder, RunView, Runs, StartError};
use serin_judge::verdict::{Override, Verdict};

use super::rig::{COMPARED, FIVE, World, ZERO, of_release, order};

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

async fn ended(runs: &Runs, id: &str) -> RunView {
    if let Some(mut reports) = runs.watch(id) {
        let _ended = reports
            .wait_for(|report| report.as_ref().is_some_and(|report| report.finished_at.is_some()))
            .await;
    }
    runs.get(id).await.unwrap().unwrap()
}

fn events(view: &RunView) -> Vec<(String, DeliveryEvent)> {
    let deliveries = view.deliveries.iter();
    deliveries.map(|one| (one.hook.clone(), one.event)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_run_ends_in_the_store_with_what_it_causes() {
    let world = World::new();
    let runs = world.process();
    let mut wanted = order(FIVE);
    wanted.labels = BTreeMap::from([("team".to_owned(), "planning".to_owned())]);
    let started = runs.start(wanted).await.unwrap();
    assert!(started.is_new);
    let early = runs.get(&started.id).await.unwrap().unwrap();
    assert_eq!(early.report["verdict"], "continue");
    let view = ended(&runs, &started.id).await;
    assert_eq!(view.report["verdict"], "promote");
    assert_eq!(view.report["labels"]["team"], "planning");
    assert_eq!(
        view.report["url"],
        format!("http://serin.example/runs/{}", started.id)
    );
    let all = |event| ("all".to_owned(), event);
    let finished = DeliveryEvent::RunFinished;
    assert_eq!(
        events(&view),
        [
            all(DeliveryEvent::RunStarted),
            all(finished),
            ("ends".to_owned(), finished)
        ]
    );
    let last: Value = serde_json::from_str(&view.deliveries[2].body).unwrap();
    assert_eq!(last["type"], "run.finished");
    assert_eq!(last["data"]["run"]["verdict"], "promote");
    assert_eq!(view.report["deliveries"][2]["state"], "pending");
    assert_eq!((runs.figures().active, runs.figures().ended), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn metrics_go_on_where_they_were() {
    let world = World::new();
    let first = world.process();
    let id = first.start(order(FIVE)).await.unwrap().id;
    world.pass(seconds(15)).await;
    first.shutdown().await;
    world.pass(seconds(100)).await;
    let second = world.process();
    assert_eq!(second.resume().await.unwrap().going_on, 1);
    let view = ended(&second, &id).await;
    assert_eq!(view.report["metrics"][0]["count"], 5);
    assert_eq!(view.report["verdict"], "promote");
    let asked: Vec<u64> = world
        .asked
        .lock()
        .unwrap()
        .iter()
        .map(Duration::as_secs)
        .collect();
    assert_eq!(
        asked,
        [0, 10, 115, 125, 135],
        "the third was due while nobody was there"
    );
    assert_eq!(view.deliveries.len(), 3, "the beginning is told once");
    assert_eq!(
        second.resume().await.unwrap().going_on,
        0,
        "there is nothing left to do"
    );
}

#[tokio::test(start_paused = true)]
async fn windows_of_a_downtime_are_left_out_and_counted() {
    let world = World::new();
    let first = world.process();
    let id = first.start(order(COMPARED)).await.unwrap().id;
    world.pass(seconds(65)).await;
    first.shutdown().await;
    world.pass(seconds(120)).await;
    let second = world.process();
    let _resumed = second.resume().await.unwrap();
    let view = ended(&second, &id).await;
    assert_eq!(view.report["verdict"], "inconclusive");
    assert_eq!(
        view.ended.unwrap().at.since(ZERO),
        seconds(600),
        "the deadline is not moved"
    );
    // Windows that end at 70 to 180 were lost, and the one to 190 was half over at 185.
    assert_eq!(view.report["discardedWindows"], 13);
    let opened: Vec<u64> = world
        .opened
        .lock()
        .unwrap()
        .iter()
        .map(Duration::as_secs)
        .collect();
    assert_eq!(opened, [0, 190], "counting begins anew with a whole window");
    let stored = world.store.load(&id).await.unwrap().unwrap();
    let looks = stored.records.iter().filter_map(|record| match record {
        serin::engine::ports::Record::Look { look, .. } => Some(look),
        _ => None,
    });
    let windows: Vec<_> = looks.flat_map(|look| &look.windows).collect();
    assert_eq!(windows.len(), 2 * (6 + 41));
    assert!(
        windows
            .iter()
            .all(|window| window.end.since(window.start) == seconds(10))
    );
}

#[tokio::test(start_paused = true)]
async fn a_deadline_passes_while_nobody_is_there() {
    let world = World::new();
    let first = world.process();
    let id = first.start(order(COMPARED)).await.unwrap().id;
    world.pass(seconds(65)).await;
    first.shutdown().await;
    world.pass(seconds(3600)).await;
    let second = world.process();
    let _resumed = second.resume().await.unwrap();
    let view = ended(&second, &id).await;
    assert_eq!(view.report["verdict"], "inconclusive");
    assert_eq!(view.ended.unwrap().at.since(ZERO), seconds(3665));
}

#[tokio::test(start_paused = true)]
async fn an_operator_decides_once() {
    let world = World::new();
    let runs = world.process();
    let id = runs.start(order(COMPARED)).await.unwrap().id;
    world.pass(seconds(30)).await;
    let decided = |verdict| Override {
        verdict,
        author: "ada".to_owned(),
        reason: "known incident".to_owned(),
        at: ZERO + seconds(30),
    };
    runs.decide(&id, decided(Verdict::Promote)).await.unwrap();
    let view = ended(&runs, &id).await;
    assert_eq!(view.report["verdict"], "promote");
    assert_eq!(view.report["reasons"][0], "overridden");
    assert_eq!(view.report["phase"], "Successful");
    assert_eq!(view.report["overrides"][0]["author"], "ada");
    let again = runs.decide(&id, decided(Verdict::Rollback)).await;
    assert_eq!(again, Err(CommandError::Ended(id.clone())));
    assert_eq!(runs.stop(&id).await, Ok(()), "it has ended, as was wanted");
    assert_eq!(
        runs.stop("none").await,
        Err(CommandError::Unknown("none".to_owned()))
    );
    assert_eq!(ended(&runs, &id).await.report["verdict"], "promote");
}

#[tokio::test(start_paused = true)]
async fn a_stopped_run_says_so() {
    let world = World::new();
    let runs = world.process();
    let id = runs.start(order(FIVE)).await.unwrap().id;
    world.pass(seconds(12)).await;
    runs.stop(&id).await.unwrap();
    let view = ended(&runs, &id).await;
    assert_eq!(
        (&view.report["verdict"], &view.report["reasons"][0]),
        (&"inconclusive".into(), &"stopped".into())
    );
    assert_eq!(events(&view).last().unwrap().1, DeliveryEvent::RunFinished);
}

#[tokio::test(start_paused = true)]
async fn attempts_and_stages_of_a_release() {
    let world = World::new();
    let runs = world.process();
    let mut ids = Vec::new();
    for (stage, attempt) in [("10", 1), ("10", 2), ("30", 1)] {
        let started = runs.start(of_release(FIVE, stage)).await.unwrap();
        assert_eq!(started.attempt, attempt, "stage {stage}");
        ids.push(started.id);
    }
    let third = runs.get(&ids[2]).await.unwrap().unwrap();
    assert_eq!(
        events(&third).iter().map(|(_, event)| *event).collect::<Vec<_>>(),
        [DeliveryEvent::RunStarted, DeliveryEvent::RunStage]
    );
    let second = runs.get(&ids[1]).await.unwrap().unwrap();
    assert_eq!(events(&second).len(), 1);
    let _ended = ended(&runs, &ids[0]).await;
    let doubled = RunOrder {
        attempt: Some(2),
        ..of_release(FIVE, "10")
    };
    assert!(matches!(runs.start(doubled).await, Err(StartError::AttemptExists(id)) if id == ids[1]));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_begun() {
    let world = World::new();
    let runs = world.process();
    let keyed = |body_hash: &str| RunOrder {
        key: Some(IdempotencyKey {
            key: "k".to_owned(),
            body_hash: body_hash.to_owned(),
        }),
        ..order(FIVE)
    };
    let first = runs.start(keyed("one")).await.unwrap();
    let same = runs.start(keyed("one")).await.unwrap();
    assert_eq!((same.id.as_str(), same.is_new), (first.id.as_str(), false));
    assert!(matches!(runs.start(keyed("two")).await, Err(StartError::KeyReused(id)) if id == first.id));
    let unknown = RunOrder {
        hooks: Some(vec!["nobody".to_owned()]),
        ..order(FIVE)
    };
    let refused = runs.start(unknown).await.unwrap_err().to_string();
    assert_eq!(refused, "no hook is called nobody; there are: all, ends");
    let argument = FIVE.replace(
        "web: {url: \"http://127.0.0.1:1/\"}",
        "web: {url: \"{{args.url}}\"}",
    );
    assert!(matches!(
        runs.start(order(&argument)).await,
        Err(StartError::Invalid(_))
    ));
    for _ in 0..2 {
        let _started = runs.start(order(FIVE)).await.unwrap();
    }
    assert!(matches!(
        runs.start(order(FIVE)).await,
        Err(StartError::TooManyRuns { limit: 3 })
    ));
    let same = runs.start(keyed("one")).await.unwrap();
    assert_eq!((same.id.as_str(), same.is_new), (first.id.as_str(), false));
    runs.shutdown().await;
    assert!(matches!(runs.start(order(FIVE)).await, Err(StartError::Closing)));
}

#[tokio::test(start_paused = true)]
async fn many_at_once_are_no_more_than_the_limit() {
    let world = World::new();
    let runs = world.process();
    let started = futures::future::join_all((0..20).map(|_| runs.start(order(FIVE)))).await;
    assert_eq!(started.iter().filter(|started| started.is_ok()).count(), 3);
    runs.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_plan_cannot_be_made_waits_for_a_better_start() {
    let world = World::new();
    let first = world.process();
    let id = first.start(order(FIVE)).await.unwrap().id;
    world.pass(seconds(15)).await;
    first.shutdown().await;
    world.refuses.store(true, Ordering::SeqCst);
    let second = world.process();
    let resumed = second.resume().await.unwrap();
    assert_eq!(
        resumed.stranded,
        [(id.clone(), "prometheus: no address".to_owned())]
    );
    let view = second.get(&id).await.unwrap().unwrap();
    assert_eq!(view.report["verdict"], "continue");
    assert!(
        view.report["summary"]
            .as_str()
            .unwrap()
            .contains("prometheus: no address")
    );
    assert!(matches!(second.stop(&id).await, Err(CommandError::Stranded(_))));
    second.shutdown().await;
    world.refuses.store(false, Ordering::SeqCst);
    let third = world.process();
    assert_eq!(third.resume().await.unwrap().going_on, 1);
    assert_eq!(ended(&third, &id).await.report["verdict"], "promote");
}
