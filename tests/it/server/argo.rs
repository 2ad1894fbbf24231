//! The gate for Argo, asked by Serin's own Argo engine with the ready-made templates, and by Argo's own web provider.

use std::sync::atomic::Ordering;
use std::time::Duration;

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::rig::{QUICK, Service, WithJson as _, says, says_until};
use crate::argo::oracle;
use crate::binary::{Ended, Files, repository, run};
use crate::peers::scripted::Scripted;
use crate::peers::wait_for;

/// A gate's run ends after some seconds; a busy machine takes its time.
const PATIENCE: Duration = Duration::from_secs(90);

/// A ready-made template that asks twice a second for an analysis which asks `answers`.
fn template(name: &str, answers: &Scripted) -> String {
    let text = std::fs::read_to_string(repository(&format!("analyses/argo/{name}.yaml"))).unwrap();
    let hurried = text
        .replace("interval: 10s", "interval: 1s")
        .replace("inconclusiveLimit: 186", "inconclusiveLimit: 20");
    let asking = hurried.replace("args: {}", &format!("args: {{url: '{}'}}", answers.address()));
    assert!(asking != hurried && hurried != text);
    asking
}

/// Runs the template with Serin's Argo engine against the service.
async fn asked(service: &Service, name: &str, answers: &Scripted, analysis: &str, release: &str) -> Ended {
    let (files, path) = Files::one(&template(name, answers));
    let token = files.write("token", b"t0ken");
    let args = [
        ("analysis", analysis),
        ("release", release),
        ("serin-url", &service.url("")),
    ];
    let args = args.map(|(name, value)| format!("{name}={value}"));
    let secret = format!("serin-gate/token=@{token}");
    let command = [
        "run", &path, "--arg", &args[0], "--arg", &args[1], "--arg", &args[2], "--secret", &secret,
        "--output", "json",
    ];
    run(command, PATIENCE).await
}

fn values(ended: &Ended) -> Vec<Value> {
    let json = ended.json();
    let measurements = json["metrics"][0]["measurements"].as_array().unwrap().iter();
    measurements
        .map(|one| serde_json::from_str(one["value"].as_str().unwrap_or_default()).unwrap_or_default())
        .collect()
}

#[tokio::test]
async fn the_stage_template_waits_for_each_verdict() {
    let service = Service::start("").await;
    let cases = [
        ("1", Some(0), "promote", "Successful"),
        ("2", Some(1), "rollback", "Failed"),
        ("3", Some(3), "inconclusive", "Inconclusive"),
        ("oops", Some(3), "inconclusive", "Inconclusive"),
    ];
    let judged = cases.map(|(answer, code, verdict, phase)| {
        let service = &service;
        async move {
            let answers = says(answer).await;
            let ended = asked(
                service,
                "serin-gate-stage",
                &answers,
                "quick",
                &format!("api/{answer}"),
            )
            .await;
            assert_eq!(ended.code, code, "{answer}: {}", ended.all());
            assert_eq!(ended.json()["phase"], phase);
            let values = values(&ended);
            // Two measurements take a second, so it was asked in between.
            assert!(
                verdict == "inconclusive" || values[0]["verdict"] == "continue",
                "{values:?}"
            );
            assert_eq!(values.last().unwrap()["verdict"], verdict, "{values:?}");
            // One attempt answers all of it.
            assert!(
                values
                    .iter()
                    .all(|value| value["run"] == values[0]["run"] && value["attempt"] == 1),
                "{values:?}"
            );
        }
    });
    futures::future::join_all(judged).await;
}

#[tokio::test]
async fn the_background_template_goes_on_rolls_back_and_pauses() {
    let service = Service::start("").await;
    let (turning, switch) = says_until("1", "2").await;
    let (neither, bad) = (says("3").await, says("2").await);
    let (paused, rolled_back) = tokio::join!(
        asked(&service, "serin-gate-background", &neither, "quick", "api/3"),
        asked(&service, "serin-gate-background", &bad, "quick", "api/2"),
    );
    assert_eq!(
        (paused.code, rolled_back.code),
        (Some(3), Some(1)),
        "{} {}",
        paused.all(),
        rolled_back.all()
    );
    // It goes on through `promote` too, and into the next attempt.
    let quick = Service::start("gates: {repeatFor: 1s}").await;
    let watching = asked(&quick, "serin-gate-background", &turning, "quick", "api/1");
    let turn = async {
        wait_for("the second attempt", async || {
            let (_, list) = quick.get("/api/v1/runs?release=api/1").await;
            (list["runs"].as_array().unwrap().len() >= 2).then_some(())
        })
        .await;
        switch.store(true, Ordering::SeqCst);
    };
    let (ended, ()) = tokio::join!(watching, turn);
    assert_eq!(ended.code, Some(1), "{}", ended.all());
    let values = values(&ended);
    assert!(
        values.iter().any(|value| value["verdict"] == "promote"),
        "{values:?}"
    );
    assert!(
        values.last().unwrap()["attempt"].as_u64().unwrap() >= 2,
        "{values:?}"
    );
}

#[tokio::test]
async fn a_restart_in_between_costs_no_attempt() {
    let mut service = Service::start("").await;
    let good = Scripted::start(|_| (200, "application/json", "{\"answer\":1}".to_owned())).await;
    let slow = QUICK.replace("count: 2", "count: 6");
    service.files.write("analyses/quick.yaml", slow.as_bytes());
    wait_for("the slower analysis", async || {
        let (_, list) = service.get("/api/v1/analyses").await;
        (list["broken"] == json!([])).then_some(())
    })
    .await;
    let service_url = service.url("");
    let watched = {
        let (files, path) = Files::one(&template("serin-gate-stage", &good));
        let token = files.write("token", b"t0ken");
        let url = format!("serin-url={service_url}");
        async move {
            let secret = format!("serin-gate/token=@{token}");
            let command = [
                "run",
                &path,
                "--arg",
                "analysis=quick",
                "--arg",
                "release=api/1",
                "--arg",
                &url,
                "--secret",
                &secret,
                "--output",
                "json",
            ];
            let ended = run(command, PATIENCE).await;
            drop(files);
            ended
        }
    };
    let restart = async {
        wait_for("the first measurement", async || (good.asked() > 0).then_some(())).await;
        service.kill().await;
        service.start_again().await;
    };
    let (ended, ()) = tokio::join!(watched, restart);
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    let (_, list) = service.get("/api/v1/runs").await;
    let runs = list["runs"].as_array().unwrap();
    assert_eq!(
        (runs.len(), &runs[0]["verdict"]),
        (1, &json!("promote")),
        "{list}"
    );
}

#[tokio::test]
async fn a_retried_rollout_with_the_same_hash_is_judged_anew() {
    let service = Service::start("gates: {repeatFor: 1s}").await;
    let (answers, switch) = says_until("2", "1").await;
    let first = asked(&service, "serin-gate-stage", &answers, "quick", "api/1").await;
    assert_eq!(first.code, Some(1), "{}", first.all());
    switch.store(true, Ordering::SeqCst);
    // Within `repeatFor` the old verdict is repeated; the retry comes later.
    wait_for("the time for repetitions is over", async || {
        let body = json!({"analysis": "quick", "release": "api/1", "args": {"url": answers.address()}});
        let (_, answer) = service.post("/gates/argo", &body).await;
        (answer["attempt"] == 2).then_some(())
    })
    .await;
    let second = asked(&service, "serin-gate-stage", &answers, "quick", "api/1").await;
    assert_eq!(second.code, Some(0), "{}", second.all());
    assert!(
        values(&second).iter().all(|value| value["attempt"] == 2),
        "{:?}",
        values(&second)
    );
}

/// What is no answer is never 2xx, and never a redirect.
#[tokio::test]
async fn nothing_but_its_object_is_ever_answered_with_success() {
    let service = Service::start("").await;
    let good = says("1").await;
    let ask = async |body: Value| service.post("/gates/argo", &body).await;
    let args = json!({"url": good.address()});
    let (status, answer) = ask(json!({"analysis": "endless", "release": "api/1", "args": args})).await;
    assert_eq!(status, 200);
    let members: Vec<&String> = answer.as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        ["verdict", "phase", "reasons", "summary", "run", "attempt", "url"]
    );
    assert_eq!(
        answer["url"],
        service.url(&format!("/runs/{}", answer["run"].as_str().unwrap()))
    );
    let cases = [
        (json!({"analysis": "none", "release": "api/1"}), 404),
        (
            json!({"analysis": "endless", "release": "api/1", "args": {"url": "http://elsewhere"}}),
            409,
        ),
        (json!({"analysis": "endless", "release": ""}), 400),
        (
            json!({"analysis": "endless", "release": "api/1", "attempt": 0}),
            400,
        ),
        (json!({"analysis": "endless"}), 400),
        (json!({"analysis": "endless", "release": "api/2"}), 422),
        (
            json!({"analysis": "endless", "release": "api/1", "args": args, "extra": 1}),
            400,
        ),
        (json!(null), 400),
        (json!("endless"), 400),
    ];
    for (body, expected) in cases {
        let (status, problem) = ask(body.clone()).await;
        assert_eq!(status, expected, "{body}: {problem}");
    }
    let (_, unknown) = ask(json!({"analysis": "none", "release": "api/1"})).await;
    assert_eq!(unknown["analyses"], json!(["endless", "quick"]));
    for path in ["/gates/argo/", "/gates", "/gates/argo?x=y/"] {
        let response = service
            .request(Method::POST, path)
            .with_json(&json!({}))
            .send()
            .await
            .unwrap();
        assert!(
            response.status().is_client_error(),
            "{path}: {}",
            response.status()
        );
    }
    // An attempt by its number.
    let (status, same) =
        ask(json!({"analysis": "endless", "release": "api/1", "attempt": 1, "args": args})).await;
    assert_eq!((status.as_u16(), &same["run"]), (200, &answer["run"]));
    let (status, third) =
        ask(json!({"analysis": "endless", "release": "api/1", "attempt": 3, "args": args})).await;
    assert_eq!((status.as_u16(), &third["attempt"]), (200, &json!(3)));
    let (status, gap) =
        ask(json!({"analysis": "endless", "release": "api/1", "attempt": 2, "args": args})).await;
    assert_eq!(status, 409, "{gap}");
    assert!(
        gap["detail"].as_str().unwrap().contains("the newest is 3"),
        "{gap}"
    );
}

/// What Argo's provider measured.
#[derive(Debug, Deserialize)]
struct Measured {
    phase: String,
    value: String,
    message: String,
}

#[tokio::test]
async fn argos_own_provider_measures_the_same() {
    let service = Service::start("").await;
    let mut asked = Vec::new();
    for (answer, expected) in [("1", "Successful"), ("2", "Failed"), ("3", "Inconclusive")] {
        let answers = says(answer).await;
        let release = format!("api/{answer}");
        let body = json!({"analysis": "quick", "release": release, "args": {"url": answers.address()}});
        let final_answer = wait_for("the verdict", async || {
            let (_, answer) = service.post("/gates/argo", &body).await;
            (answer["verdict"] != "continue").then_some(answer)
        })
        .await;
        asked.push((body, expected, final_answer));
    }
    let (status, _) = service
        .post("/gates/argo", &json!({"analysis": "none", "release": "r"}))
        .await;
    assert_eq!(status, 404);
    asked.push((json!({"analysis": "none", "release": "r"}), "Error", json!(null)));
    let metric = |body: &Value| {
        json!({
            "name": "verdict",
            "successCondition": "result.verdict == \"promote\"",
            "failureCondition": "result.verdict == \"rollback\"",
            "provider": {"web": {"method": "POST", "url": service.url("/gates/argo"), "jsonPath": "{$}", "jsonBody": body}},
        })
    };
    let metrics: Vec<Value> = asked.iter().map(|(body, ..)| metric(body)).collect();
    let measured: Vec<Measured> = oracle::ask("measure", &metrics).await;
    for ((body, expected, answer), measured) in asked.iter().zip(measured) {
        assert_eq!(measured.phase, *expected, "{body}: {measured:?}");
        match *expected {
            "Error" => assert!(measured.message.contains("404"), "{measured:?}"),
            _ => {
                let value: Value = serde_json::from_str(&measured.value).unwrap();
                assert_eq!(&value, answer);
            }
        }
    }
}
