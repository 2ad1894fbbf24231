//! The API of runs.

use reqwest::Method;
use serde_json::{Value, json};

use super::rig::{QUICK, Service, WithJson as _, answer, says};

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
        let unanswered = good.hold().await;
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
        drop(unanswered);
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
    let service = Service::start("").await;
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
}

#[tokio::test]
async fn refusals_name_what_there_is_and_where_the_mistake_stands() {
    let service = Service::start("limits: {activeRuns: 1}").await;
    let (_, unknown) = service.post("/api/v1/runs", &json!({"analysis": "none"})).await;
    assert_eq!(unknown["analyses"], json!(["endless", "quick"]));
    let (_, broken) = service
        .post(
            "/api/v1/runs",
            &json!({"yaml": QUICK.replace("result == 1", "result =="), "args": {"url": "http://x"}}),
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
