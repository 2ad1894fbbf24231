//! What one run does.

use serin_judge::analysis::plan::journey::{FailureClass, Pause, Repeat, Retry};
use serin_judge::analysis::{Documents, Inputs, Source};
use serin_judge::condition::Condition;
use serin_judge::journey::{RunOutcome, RunResult, StepOutcome};

use super::*;
use crate::engine::ports::{Scripted, ScriptedProbe};

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

async fn run(steps: Vec<Step>, probe: &ScriptedProbe) -> RunResult {
    let (_, totals) = all(&once(journey(steps, vec![])), probe).await;
    totals.arms[0].newest.clone().unwrap()
}

fn outcomes(run: &RunResult) -> Vec<StepOutcome> {
    run.steps.iter().map(|step| step.outcome).collect()
}

#[tokio::test(start_paused = true)]
async fn a_failed_step_leaves_the_rest_out() {
    let probe = ScriptedProbe::new(|seen| match seen.request.uri.path() {
        "/b" => Scripted::failure(FailureClass::Reset),
        _ => Scripted::ok(""),
    });
    let failing = run(vec![get("/a"), get("/b"), get("/c")], &probe).await;
    assert_eq!(failing.outcome, RunOutcome::Failed);
    assert_eq!(
        outcomes(&failing),
        [
            StepOutcome::Passed,
            StepOutcome::Failed(FailureClass::Reset),
            StepOutcome::Skipped
        ]
    );
    let [failure, left_out] = [1, 2].map(|step| failing.steps[step].failure.as_ref().unwrap());
    assert!(
        failure.message.contains("\"b\"") && failure.phase.is_some(),
        "{failure:?}"
    );
    assert_eq!(left_out.class, FailureClass::SkippedDependency);
    assert!(left_out.message.contains("\"b\" failed"), "{left_out:?}");
    assert_eq!(probe.asked(), 2);

    let going_on = Step {
        continue_on_failure: true,
        ..get("/b")
    };
    let failing = run(vec![get("/a"), going_on, get("/c")], &probe).await;
    assert_eq!(failing.outcome, RunOutcome::Failed);
    assert_eq!(failing.steps[2].outcome, StepOutcome::Passed);
}

#[tokio::test(start_paused = true)]
async fn only_what_is_asked_for_is_tried_again() {
    let retry = |on: Vec<FailureClass>| Step {
        retry: Some(Retry {
            attempts: 2,
            pause: millis(200),
            on,
        }),
        ..get("/a")
    };
    let flaky = || {
        ScriptedProbe::new(|seen| match seen.number {
            0 | 1 => Scripted::failure(FailureClass::Reset).after(millis(10)),
            _ => Scripted::ok("").after(millis(10)),
        })
    };
    for (on, passes) in [
        (vec![FailureClass::Reset], true),
        (vec![], true),
        (vec![FailureClass::ConnectRefused], false),
    ] {
        let tried = run(vec![retry(on)], &flaky()).await;
        let step = &tried.steps[0];
        assert_eq!(
            (step.outcome == StepOutcome::Passed, step.attempts),
            (passes, if passes { 3 } else { 1 })
        );
        let expected = if passes { 30 } else { 10 };
        assert_eq!(
            step.service.as_millis(),
            expected,
            "attempts count, pauses do not"
        );
    }
    let always = ScriptedProbe::new(|_| Scripted::failure(FailureClass::Reset));
    let tried = run(vec![retry(vec![])], &always).await;
    assert_eq!((tried.steps[0].attempts, tried.outcome), (3, RunOutcome::Failed));
}

#[tokio::test(start_paused = true)]
async fn steps_are_repeated_until_something_holds() {
    let repeated = |until: Option<&str>| Step {
        repeat: Some(Repeat {
            times: 5,
            until: until.map(|text| Condition::of_answer(text).unwrap()),
            pause: millis(1000),
        }),
        ..get("/job")
    };
    let job = || {
        ScriptedProbe::new(|seen| {
            Scripted::ok(if seen.number < 2 {
                r#"{"s": "busy"}"#
            } else {
                r#"{"s": "done"}"#
            })
            .after(millis(5))
        })
    };
    for (until, passes, asked) in [
        (Some("result.body.s == \"done\""), true, 3),
        (Some("result.body.s == \"gone\""), false, 5),
        (None, true, 5),
    ] {
        let probe = job();
        let done = run(vec![repeated(until)], &probe).await;
        let step = &done.steps[0];
        assert_eq!(
            (done.outcome == RunOutcome::Passed, probe.asked()),
            (passes, asked),
            "{until:?}: {step:?}"
        );
        assert_eq!(
            (u64::from(step.attempts), step.service.as_millis()),
            (asked, u128::from(asked) * 5)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn steps_at_the_same_time_take_as_long_as_the_longest() {
    let probe = ScriptedProbe::new(|seen| match seen.request.uri.path() {
        "/slow" => Scripted::ok("").after(millis(300)),
        "/bad" => Scripted::failure(FailureClass::Reset),
        _ => Scripted::ok("").after(millis(100)),
    });
    let page = parallel("page", vec![get("/slow"), get("/quick"), get("/quicker")]);
    let good = run(vec![get("/first"), page, get("/last")], &probe).await;
    assert_eq!(good.outcome, RunOutcome::Passed);
    let page = good.steps.iter().find(|step| step.step == 1).unwrap();
    assert_eq!((page.service.as_millis(), page.attempts), (300, 0));
    assert_eq!(good.steps.len(), 6);
    assert_eq!(good.finished_at.since(good.started_at).as_millis(), 500);

    let page = parallel("page", vec![get("/slow"), get("/bad")]);
    let bad = run(vec![page, get("/last")], &probe).await;
    let by_place = |place: usize| bad.steps.iter().find(|step| step.step == place).unwrap().outcome;
    let reset = StepOutcome::Failed(FailureClass::Reset);
    assert_eq!(
        [0, 1, 2, 3].map(by_place),
        [reset, StepOutcome::Passed, reset, StepOutcome::Skipped]
    );
}

#[tokio::test(start_paused = true)]
async fn cookies_live_as_long_as_a_run() {
    let probe = ScriptedProbe::new(|seen| {
        let answer = Scripted::status(match (seen.request.uri.path(), seen.cookies.as_str()) {
            ("/login", "")
            | ("/a", "session=1")
            | ("/b", "session=1; page=2")
            | ("/b", "page=2; session=1") => http::StatusCode::OK,
            _ => http::StatusCode::FORBIDDEN,
        });
        match seen.request.uri.path() {
            "/login" => answer.header("set-cookie", "session=1; Path=/"),
            "/a" => answer.header("set-cookie", "page=2; Path=/"),
            _ => answer,
        }
    });
    let steps = || vec![get("/login"), parallel("page", vec![get("/a")]), get("/b")];
    let order = at_rate(journey(steps(), vec![]), 1.0, 3);
    let (_, totals) = all(&order, &probe).await;
    assert_eq!(totals.arms[0].runs.passed, 3, "{:?}", totals.arms[0].examples);
    let mut without = journey(steps(), vec![]);
    without.http.cookies = false;
    let (_, totals) = all(&once(without), &probe).await;
    assert_eq!(totals.arms[0].runs.failed, 1);
}

#[tokio::test(start_paused = true)]
async fn think_time_is_no_latency_of_a_step() {
    let thinking = Step {
        think: Some(Pause {
            min: millis(1000),
            max: millis(3000),
        }),
        ..get("/a")
    };
    let probe = ScriptedProbe::new(|_| Scripted::ok("").after(millis(10)));
    let order = at_rate(journey(vec![thinking], vec![]), 1.0, 20);
    let (_, totals) = all(&order, &probe).await;
    let arm = &totals.arms[0];
    assert!(arm.steps[0].warm.response.longest().unwrap() < millis(15));
    let [least, most] = arm.times.response.quantiles([0.0, 1.0]).map(Option::unwrap);
    assert!(
        least >= millis(1010) && most <= millis(3020) && most - least > millis(500),
        "{least:?} {most:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_outlives_its_time() {
    let hanging = ScriptedProbe::new(|_| Scripted::ok("").after(Duration::from_secs(3600)));
    let step = run(vec![get("/a")], &hanging).await.steps.remove(0);
    assert_eq!(step.outcome, StepOutcome::Failed(FailureClass::TtfbTimeout));
    assert_eq!(step.service.as_millis(), 2000);

    let slow = ScriptedProbe::new(|_| Scripted::ok("").after(millis(1500)));
    let mut short = journey(vec![get("/a"), get("/b")], vec![]);
    short.timeout = millis(2500);
    let (_, totals) = all(&once(short), &slow).await;
    let run = totals.arms[0].newest.clone().unwrap();
    assert_eq!(
        outcomes(&run),
        [
            StepOutcome::Passed,
            StepOutcome::Failed(FailureClass::JourneyTimeout)
        ]
    );
    assert_eq!(run.finished_at.since(run.started_at).as_millis(), 2500);
    assert_eq!(totals.arms[0].steps[1].timeouts(), 1);

    let resting = Step {
        think: Some(Pause {
            min: Duration::from_secs(100),
            max: Duration::from_secs(100),
        }),
        ..get("/a")
    };
    let run = self::run(vec![resting], &slow).await;
    assert_eq!(
        outcomes(&run),
        [StepOutcome::Failed(FailureClass::JourneyTimeout)]
    );
}

#[tokio::test(start_paused = true)]
async fn runs_over_cold_connections_have_clients_of_their_own() {
    for (connections, made) in [(Connections::Warm, 0), (Connections::Cold, 5)] {
        let probe = ScriptedProbe::new(|_| Scripted::ok(""));
        let mut journey = journey(vec![get("/a"), get("/b")], vec![]);
        journey.connections = connections;
        let (_, totals) = all(&at_rate(journey, 1.0, 5), &probe).await;
        assert_eq!((totals.arms[0].runs.passed, probe.made()), (5, made));
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_captured_is_known_to_later_steps_and_shown_nowhere() {
    const SECRET: &str = "canary-of-a-secret-93b1";
    let probe = ScriptedProbe::new(|seen| {
        let sent = seen.request.headers.get("authorization");
        let sent = sent
            .and_then(|sent| sent.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        match seen.request.uri.path() {
            "/login" => Scripted::ok(format!(r#"{{"token": "{SECRET}"}}"#)),
            // A server that repeats what it was sent.
            _ => Scripted::ok(format!("you sent {sent}")),
        }
    });
    let document = r#"
apiVersion: serin.dev/v1
kind: Journey
metadata: {name: secretive}
spec:
  steps:
  - name: login
    request: {method: POST, url: /login}
    captures: {token: {jsonpath: $.token}}
    creates: "session {{token}}"
  - name: look
    request: {method: GET, url: "/look", auth: {bearer: "{{token}}"}}
    assert: [{body: true, equals: "something else"}]
  finally:
    steps:
    - name: logout
      request: {method: POST, url: "/logout", auth: {bearer: "{{token}}"}}
      assert: [{status: 204}]
      removes: "session {{token}}"
"#;
    let (documents, _) = Documents::read(vec![Source::new("journey.yaml", document)]);
    let (journey, _) = documents.journey(None, &Inputs::default()).unwrap();
    let (_, totals) = all(&once(journey), &probe).await;
    let run = totals.arms[0].newest.as_ref().unwrap();
    assert_eq!(run.outcome, RunOutcome::Failed);
    assert_eq!(run.leaks.len(), 1, "{run:?}");
    let shown = format!("{run:?}");
    assert!(
        shown.contains("you sent Bearer *****") && !shown.contains(SECRET),
        "{shown}"
    );
}
