//! The gate's attempts, on a paused clock.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::future::join_all;
use serin::controllers::argo::{Argument, Gate, GateAnswer, GateError, GatePorts, GateQuestion};
use serin::engine::ports::{Analyses, KnownAnalysis};
use serin::engine::{Runs, StartError};
use serin_judge::verdict::Verdict;

use super::rig::{FIVE, World, order};

const REPEAT_FOR: Duration = Duration::from_secs(60);
/// `five` takes forty seconds.
const A_RUN: Duration = Duration::from_secs(45);

/// `five` alone, with an argument that it does not need.
struct Five(Arc<KnownAnalysis>);

impl Analyses for Five {
    fn get(&self, name: &str) -> Option<Arc<KnownAnalysis>> {
        (name == "five").then(|| Arc::clone(&self.0))
    }

    fn names(&self) -> Vec<String> {
        vec!["five".to_owned()]
    }
}

fn gate(world: &World, runs: &Runs) -> Gate {
    let text = FIVE.replace("spec:", "spec:\n  args: [{name: side, value: a}]");
    let order = order(&text);
    let known = KnownAnalysis {
        name: "five".to_owned(),
        sources: order.sources,
        documents: order.documents,
    };
    let ports = GatePorts {
        runs: runs.clone(),
        store: Arc::clone(&world.store) as _,
        analyses: Arc::new(Five(Arc::new(known))),
        clock: Arc::clone(&world.clock) as _,
    };
    Gate::new(ports, REPEAT_FOR)
}

fn question(stage: &str) -> GateQuestion {
    GateQuestion {
        analysis: "five".to_owned(),
        release: "planning-api/7f9c6d".to_owned(),
        stage: Some(stage.to_owned()),
        ..GateQuestion::default()
    }
}

fn with_side(stage: &str, side: &str) -> GateQuestion {
    GateQuestion {
        args: [("side".to_owned(), Argument(side.to_owned()))].into(),
        ..question(stage)
    }
}

fn told(answer: &GateAnswer) -> (Verdict, u32) {
    (answer.verdict, answer.attempt)
}

#[tokio::test(start_paused = true)]
async fn a_verdict_is_repeated_from_its_first_answer_on_and_then_the_next_attempt_begins() {
    let world = World::new();
    let gate = gate(&world, &world.process());
    let ask = async || told(&gate.answer(&question("10")).await.unwrap());
    assert_eq!(ask().await, (Verdict::Continue, 1));
    world.pass(A_RUN).await;
    // Nobody has asked since it ended: that nobody was told yet keeps it for as long as that takes.
    world.pass(Duration::from_secs(3600)).await;
    assert_eq!(ask().await, (Verdict::Promote, 1));
    world.pass(REPEAT_FOR - Duration::from_secs(1)).await;
    assert_eq!(ask().await, (Verdict::Promote, 1));
    world.pass(Duration::from_secs(1)).await;
    assert_eq!(ask().await, (Verdict::Continue, 2));
    let first = GateQuestion {
        attempt: Some(1),
        ..question("10")
    };
    assert_eq!(told(&gate.answer(&first).await.unwrap()), (Verdict::Promote, 1));
    world.pass(A_RUN).await;
    assert_eq!(ask().await, (Verdict::Promote, 2));
    // Another stage counts for itself.
    assert_eq!(
        told(&gate.answer(&question("30")).await.unwrap()),
        (Verdict::Continue, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn when_it_was_answered_survives_the_process() {
    let world = World::new();
    let runs = world.process();
    let gate_before = gate(&world, &runs);
    let _first = gate_before.answer(&question("10")).await.unwrap();
    world.pass(A_RUN).await;
    assert_eq!(
        told(&gate_before.answer(&question("10")).await.unwrap()),
        (Verdict::Promote, 1)
    );
    world.pass(Duration::from_secs(40)).await;
    runs.shutdown().await;
    let gate = gate(&world, &world.process());
    assert_eq!(
        told(&gate.answer(&question("10")).await.unwrap()),
        (Verdict::Promote, 1)
    );
    world.pass(Duration::from_secs(20)).await;
    assert_eq!(
        told(&gate.answer(&question("10")).await.unwrap()),
        (Verdict::Continue, 2)
    );
}

#[tokio::test(start_paused = true)]
async fn other_args_are_another_question() {
    let world = World::new();
    let gate = gate(&world, &world.process());
    let first = gate.answer(&with_side("10", "a")).await.unwrap();
    let other = gate.answer(&with_side("10", "b")).await.unwrap_err();
    assert!(
        matches!(&other, GateError::OtherArgs { run, attempt: 1 } if *run == first.run),
        "{other:?}"
    );
    let fewer = gate.answer(&question("10")).await.unwrap_err();
    assert!(matches!(fewer, GateError::OtherArgs { .. }), "{fewer:?}");
    world.pass(A_RUN).await;
    // What has ended does not stand in the way, and its verdict is no answer to this.
    assert_eq!(
        told(&gate.answer(&with_side("10", "b")).await.unwrap()),
        (Verdict::Continue, 2)
    );
    let by_number = GateQuestion {
        attempt: Some(1),
        ..with_side("10", "b")
    };
    assert!(matches!(
        gate.answer(&by_number).await,
        Err(GateError::OtherArgs { attempt: 1, .. })
    ));
}

#[tokio::test(start_paused = true)]
async fn many_first_questions_at_once_start_one_run() {
    let world = World::new();
    let runs = world.process();
    let gate = gate(&world, &runs);
    let first = question("10");
    let answers = join_all((0..50).map(|_| gate.answer(&first))).await;
    let ids: Vec<String> = answers.into_iter().map(|answer| answer.unwrap().run).collect();
    assert!(ids.iter().all(|id| *id == ids[0]));
    assert_eq!(runs.figures().begun, 1);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_known_is_no_answer() {
    let world = World::new();
    let runs = world.process();
    let before = gate(&world, &runs);
    let run = before.answer(&question("10")).await.unwrap().run;
    runs.shutdown().await;
    assert!(matches!(
        before.answer(&question("10")).await,
        Err(GateError::Unknowable { .. })
    ));
    assert!(matches!(
        before.answer(&question("30")).await,
        Err(GateError::Start(StartError::Closing))
    ));
    // The next process cannot make its plan any more.
    world.refuses.store(true, Ordering::SeqCst);
    let runs = world.process();
    let resumed = runs.resume().await.unwrap();
    assert_eq!(resumed.stranded.len(), 1);
    let stranded = gate(&world, &runs);
    let error = stranded.answer(&question("10")).await.unwrap_err();
    assert!(
        matches!(&error, GateError::Unknowable { run: stuck, why } if *stuck == run && why.contains("no address")),
        "{error:?}"
    );
    // The one after that can.
    world.refuses.store(false, Ordering::SeqCst);
    let runs = world.process();
    assert_eq!(runs.resume().await.unwrap().going_on, 1);
    let going_on = gate(&world, &runs);
    assert_eq!(
        told(&going_on.answer(&question("10")).await.unwrap()),
        (Verdict::Continue, 1)
    );
    world.pass(A_RUN).await;
    assert_eq!(going_on.answer(&question("10")).await.unwrap().run, run);
}

#[tokio::test(start_paused = true)]
async fn questions_that_are_wrong() {
    let world = World::new();
    let gate = gate(&world, &world.process());
    let unknown = GateQuestion {
        analysis: "six".to_owned(),
        ..question("10")
    };
    let error = gate.answer(&unknown).await.unwrap_err();
    assert!(
        matches!(&error, GateError::UnknownAnalysis { names, .. } if names == &["five"]),
        "{error:?}"
    );
    let nothing = GateQuestion {
        release: " ".to_owned(),
        ..question("10")
    };
    assert!(matches!(gate.answer(&nothing).await, Err(GateError::Question(_))));
    let third = GateQuestion {
        attempt: Some(3),
        ..question("10")
    };
    assert_eq!(told(&gate.answer(&third).await.unwrap()), (Verdict::Continue, 3));
    let second = GateQuestion {
        attempt: Some(2),
        ..question("10")
    };
    assert!(matches!(
        gate.answer(&second).await,
        Err(GateError::NoSuchAttempt { wanted: 2, newest: 3 })
    ));
    // One that begins tells of itself to whoever comes without a number.
    assert_eq!(
        told(&gate.answer(&question("10")).await.unwrap()),
        (Verdict::Continue, 3)
    );
}
