//! Runs that are stopped, decided, left alone by a process that ends, and looked at.

use reqwest::Method;
use serde_json::json;

use super::rig::{Service, WithJson as _, answer, says};
use crate::peers::wait_for;

#[tokio::test]
async fn a_run_is_stopped_once() {
    let (service, good) = (Service::start("").await, says("1").await);
    let stopped = service.run("endless", &good).await;
    let (status, run) = service
        .post(&format!("/api/v1/runs/{stopped}/stop"), &json!({}))
        .await;
    assert_eq!(
        (status.as_u16(), &run["reasons"]),
        (200, &json!(["stopped"])),
        "{run}"
    );
    let (status, again) = service
        .post(&format!("/api/v1/runs/{stopped}/stop"), &json!({}))
        .await;
    assert_eq!((status.as_u16(), &again["finishedAt"]), (200, &run["finishedAt"]));
}

#[tokio::test]
async fn an_operator_decides_once_and_says_why() {
    let (service, good) = (Service::start("").await, says("1").await);
    let decided = service.run("endless", &good).await;
    let path = format!("/api/v1/runs/{decided}/override");
    for (body, expected) in [
        (
            json!({"verdict": "continue", "author": "a", "reason": "r"}),
            "`verdict` is `continue`",
        ),
        (
            json!({"verdict": "promote", "author": " ", "reason": "r"}),
            "`author` is empty",
        ),
        (
            json!({"verdict": "promote", "author": "a", "reason": ""}),
            "`reason` is empty",
        ),
        (
            json!({"verdict": "promote", "author": "a"}),
            "missing field `reason`",
        ),
        (
            json!({"verdict": "go", "author": "a", "reason": "r"}),
            "unknown variant `go`",
        ),
    ] {
        let (status, problem) = service.post(&path, &body).await;
        assert_eq!(status, 400, "{body}");
        assert!(
            problem["detail"].as_str().unwrap().contains(expected),
            "{problem}"
        );
    }
    let body = json!({"verdict": "rollback", "author": "ann", "reason": "a customer called"});
    let (status, run) = service.post(&path, &body).await;
    assert_eq!(
        (status.as_u16(), &run["verdict"]),
        (200, &json!("rollback")),
        "{run}"
    );
    assert_eq!(run["reasons"][0], "overridden");
    assert_eq!(
        (&run["overrides"][0]["author"], &run["overrides"][0]["reason"]),
        (&json!("ann"), &json!("a customer called"))
    );
    let (status, late) = service.post(&path, &body).await;
    assert_eq!(
        (status.as_u16(), &late["type"]),
        (409, &json!("urn:serin:problem:run-ended"))
    );
}

#[tokio::test]
async fn runs_that_do_not_exist() {
    let service = Service::start("").await;
    let body = json!({"verdict": "rollback", "author": "ann", "reason": "a customer called"});
    for path in ["", "/stop", "/override", "/events", "/windows"] {
        let request = match path {
            "/stop" | "/override" => service
                .request(Method::POST, &format!("/api/v1/runs/nobody{path}"))
                .with_json(&body),
            _ => service.request(Method::GET, &format!("/api/v1/runs/nobody{path}")),
        };
        let (status, problem) = answer(request).await;
        assert_eq!(
            (status.as_u16(), &problem["type"]),
            (404, &json!("urn:serin:problem:unknown-run")),
            "{path}"
        );
    }
}

#[tokio::test]
async fn runs_go_on_after_the_process_was_killed_and_after_it_was_stopped() {
    let (mut service, good) = (Service::start("").await, says("1").await);
    let id = service.run("endless", &good).await;
    let measured = async |service: &Service, more_than: usize| {
        wait_for("measurements", async || {
            let (status, run) = service.get(&format!("/api/v1/runs/{id}")).await;
            let count = run["metrics"][0]["successful"].as_u64().unwrap_or_default();
            (status == 200 && count > more_than as u64).then_some(usize::try_from(count).unwrap())
        })
        .await
    };
    let before = measured(&service, 1).await;
    service.kill().await;
    service.start_again().await;
    let after = measured(&service, before).await;
    let ended = service.stop().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    service.start_again().await;
    assert!(
        service.running().said().0.contains("1 runs go on"),
        "{:?}",
        service.running().said()
    );
    let _goes_on = measured(&service, after).await;
    let (status, run) = service.post(&format!("/api/v1/runs/{id}/stop"), &json!({})).await;
    assert_eq!((status.as_u16(), &run["reasons"]), (200, &json!(["stopped"])));
}

#[tokio::test]
async fn pages_for_people_are_served_with_what_they_need() {
    let (service, good) = (Service::start("").await, says("1").await);
    let id = service.run("quick", &good).await;
    service.ended(&id).await;
    let fetch = async |path: &str| {
        let response = service.request(Method::GET, path).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        let headers = response.headers().clone();
        (headers, response.text().await.unwrap())
    };
    let (headers, list) = fetch("/?verdict=promote").await;
    assert!(
        headers["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("default-src 'none'")
    );
    assert!(list.contains(&format!("/runs/{id}")), "{list}");
    let (_, page) = fetch(&format!("/runs/{id}")).await;
    assert!(page.contains("promote") && page.contains("quick"), "{page}");
    for (path, media) in [
        ("/assets/style.css", "text/css"),
        ("/assets/live.js", "text/javascript"),
    ] {
        let (headers, text) = fetch(path).await;
        assert!(headers["content-type"].to_str().unwrap().starts_with(media) && !text.is_empty());
        assert!(page.contains(path), "{path}");
    }
    let (status, _) = service.get("/runs/nobody").await;
    assert_eq!(status, 404);
}
