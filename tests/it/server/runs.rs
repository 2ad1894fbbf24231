//! The API of runs.

use reqwest::Method;
use serde_json::{Value, json};

use super::rig::{QUICK, Service, WithJson as _, answer, says};
use crate::peers::wait_for;

#[tokio::test]
async fn a_run_is_started_by_name_by_document_and_by_yaml() {
    let (service, good) = (Service::start("").await, says("1").await);
    let document = json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisTemplate", "metadata": {"name": "inline"},
        "spec": {"args": [{"name": "url"}], "metrics": [{
            "name": "answer", "interval": "1s", "count": 1, "successCondition": "result == 1",
            "provider": {"web": {"url": "{{args.url}}", "jsonPath": "{$.answer}"}},
        }]},
    });
    let args = json!({"url": good.address()});
    let orders = [
        (
            "quick",
            json!({"analysis": "quick", "args": args, "release": "api/1", "stage": "10", "labels": {"team": "a"}}),
        ),
        ("inline", json!({"analysis": document, "args": args})),
        ("quick", json!({"yaml": QUICK, "args": args})),
        (
            "quick",
            json!({"yaml": format!("{QUICK}---\n{}", QUICK.replace("quick", "other")), "analysis": "quick", "args": args}),
        ),
    ];
    let (_, described) = service.get("/openapi.json").await;
    for (name, order) in orders {
        let response = service
            .request(Method::POST, "/api/v1/runs")
            .with_json(&order)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 201);
        let location = response.headers()["location"].to_str().unwrap().to_owned();
        let run: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert_eq!(location, format!("/api/v1/runs/{}", run["id"].as_str().unwrap()));
        assert_eq!(
            (&run["analysis"], &run["verdict"], &run["attempt"]),
            (&json!(name), &json!("continue"), &json!(1))
        );
        let ended = service.ended(run["id"].as_str().unwrap()).await;
        assert_eq!(
            (&ended["verdict"], &ended["reasons"]),
            (&json!("promote"), &json!(["metrics_successful"]))
        );
        assert_eq!(
            ended["url"],
            service.url(&format!("/runs/{}", run["id"].as_str().unwrap()))
        );
        let known = &described["components"]["schemas"]["Run"];
        for member in ended.as_object().unwrap().keys() {
            assert!(
                known["properties"].get(member).is_some(),
                "{member} is not described"
            );
        }
        for member in known["required"].as_array().unwrap() {
            assert!(
                ended.get(member.as_str().unwrap()).is_some(),
                "{member} is missing"
            );
        }
    }
    let (_, labelled) = service.get("/api/v1/runs?release=api/1").await;
    assert_eq!(labelled["runs"][0]["labels"], json!({"team": "a"}));
    assert_eq!(
        (&labelled["runs"][0]["stage"], &labelled["runs"][0]["summary"]),
        (&json!("10"), &json!("Every metric ended Successful."))
    );
}

#[tokio::test]
async fn what_cannot_be_started_says_why() {
    let service = Service::start("limits: {activeRuns: 1}").await;
    let cases = [
        (
            json!({"analysis": "none"}),
            404,
            "no analysis is called `none`; there are: endless, quick",
        ),
        (json!({"analysis": "quick"}), 422, "1 error"),
        (json!({"yaml": "kind: ["}), 422, "error"),
        (
            json!({"yaml": "apiVersion: serin.dev/v1\nkind: Config\nspec: {}\n"}),
            422,
            "error",
        ),
        (
            json!({"analysis": "quick", "args": {"url": "http://x"}, "hooks": ["nobody"]}),
            422,
            "no hook is called nobody",
        ),
        (
            json!({"analysis": "quick", "args": {"url": ["http://x"]}}),
            400,
            "a list is no value of an argument",
        ),
        (
            json!({"analysis": "quick", "arg": {}}),
            400,
            "unknown field `arg`",
        ),
        (
            json!({"analysis": "quick", "args": {"url": "http://x"}, "stage": "10"}),
            400,
            "`stage` without `release`",
        ),
        (json!({}), 400, "`analysis` with a name or a document, or `yaml`"),
        (json!([1]), 400, "body"),
    ];
    for (body, status, expected) in cases {
        let (found, problem) = service.post("/api/v1/runs", &body).await;
        assert_eq!(found, status, "{body}: {problem}");
        assert!(
            problem["detail"].as_str().unwrap().contains(expected),
            "{body}: {problem}"
        );
    }
    let (_, unknown) = service.post("/api/v1/runs", &json!({"analysis": "none"})).await;
    assert_eq!(unknown["analyses"], json!(["endless", "quick"]));
    let (_, broken) = service
        .post(
            "/api/v1/runs",
            &json!({"yaml": QUICK.replace("result == 1", "result ==")}),
        )
        .await;
    let mistake = &broken["errors"][0];
    assert_eq!(
        (&mistake["file"], &mistake["line"], &mistake["column"]),
        (&json!("yaml"), &json!(11), &json!(23)),
        "{broken}"
    );
    assert!(mistake["found"].is_string() && mistake["expected"].is_string());
    let (_, none) = service.get("/api/v1/runs").await;
    assert_eq!(none, json!({"runs": [], "next": null}));

    let good = says("1").await;
    let _running = service.run("endless", &good).await;
    let (status, full) = service
        .post(
            "/api/v1/runs",
            &json!({"analysis": "quick", "args": {"url": "http://x"}}),
        )
        .await;
    assert_eq!(status, 503);
    assert!(
        full["detail"].as_str().unwrap().contains("limits.activeRuns"),
        "{full}"
    );
}

#[tokio::test]
async fn the_same_key_with_the_same_body_is_the_same_run() {
    let (service, good) = (Service::start("").await, says("1").await);
    let ask = async |key: &str, release: &str| {
        let body = json!({"analysis": "quick", "args": {"url": good.address()}, "release": release});
        let request = service
            .request(Method::POST, "/api/v1/runs")
            .header("idempotency-key", key);
        answer(request.with_json(&body)).await
    };
    let (status, first) = ask("k1", "a").await;
    assert_eq!(status, 201);
    let (status, again) = ask("k1", "a").await;
    assert_eq!((status.as_u16(), &again["id"]), (200, &first["id"]));
    let (status, other_body) = ask("k1", "b").await;
    assert_eq!((status.as_u16(), &other_body["run"]), (409, &first["id"]));
    let (status, other_key) = ask("k2", "a").await;
    assert_eq!((status.as_u16(), &other_key["attempt"]), (201, &json!(2)));
    let (status, _) = ask("", "a").await;
    assert_eq!(status, 400);
    let (status, _) = ask(&"k".repeat(256), "a").await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn runs_are_listed_newest_first_page_by_page_and_by_what_is_wanted() {
    let (service, good, bad) = (Service::start("").await, says("1").await, says("2").await);
    let mut started = Vec::new();
    for (release, answers) in [("a", &good), ("a", &bad), ("b", &good), ("b", &bad), ("c", &good)] {
        let body = json!({"analysis": "quick", "args": {"url": answers.address()}, "release": release});
        let (_, run) = service.post("/api/v1/runs", &body).await;
        started.push(run["id"].as_str().unwrap().to_owned());
    }
    for id in &started {
        service.ended(id).await;
    }
    let ids = |list: &Value| -> Vec<String> {
        let runs = list["runs"].as_array().unwrap().iter();
        runs.map(|run| run["id"].as_str().unwrap().to_owned()).collect()
    };
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let (status, page) = service
            .get(&format!("/api/v1/runs?limit=2&cursor={cursor}"))
            .await;
        assert_eq!(status, 200);
        found.extend(ids(&page));
        match page["next"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    started.reverse();
    assert_eq!(found, started);
    let count = async |query: &str| ids(&service.get(&format!("/api/v1/runs?{query}")).await.1).len();
    assert_eq!(count("release=b").await, 2);
    assert_eq!(count("verdict=rollback").await, 2);
    assert_eq!(count("verdict=rollback&release=c").await, 0);
    assert_eq!(count("analysis=endless").await, 0);
    assert_eq!(count("verdict=continue").await, 0);
    for wrong in ["limit=0", "limit=501", "limit=x", "cursor=x", "verdict=good"] {
        let (status, problem) = service.get(&format!("/api/v1/runs?{wrong}")).await;
        assert_eq!(
            (status.as_u16(), &problem["type"]),
            (400, &json!("urn:serin:problem:malformed-parameter")),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn runs_are_stopped_and_decided_once() {
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
