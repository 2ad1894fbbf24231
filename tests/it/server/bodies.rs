//! Bodies that cannot be taken.

use reqwest::Method;
use serde_json::json;

use super::rig::{QUICK, Service, WithJson as _, answer};

#[tokio::test]
async fn bodies_are_bounded_and_have_a_type() {
    let service = Service::start("limits: {bodyBytes: 2KiB}").await;
    let send = async |path: &str, media: Option<&str>, body: String| {
        let request = service.request(Method::POST, path).body(body);
        let request = media.map_or(request.try_clone().unwrap(), |media| {
            request.header("content-type", media)
        });
        answer(request).await
    };
    let large = json!({"yaml": "#".repeat(3000)}).to_string();
    for path in ["/api/v1/runs", "/api/v1/validate", "/gates/argo"] {
        let (status, problem) = send(path, Some("application/json"), large.clone()).await;
        assert_eq!(
            (status.as_u16(), &problem["type"]),
            (413, &json!("urn:serin:problem:body-too-large")),
            "{path}"
        );
        let (status, _) = send(path, Some("text/plain"), "{}".to_owned()).await;
        assert_eq!(status, 415, "{path}");
        let (status, problem) = send(path, Some("application/json"), "{\n \"analysis\": ".to_owned()).await;
        assert_eq!(status, 400, "{path}");
        assert_eq!(
            (&problem["errors"][0]["line"], &problem["errors"][0]["file"]),
            (&json!(2), &json!("body")),
            "{problem}"
        );
        let deep = format!("{}1{}", "[".repeat(900), "]".repeat(900));
        let (status, _) = send(path, Some("application/json"), deep).await;
        assert_eq!(status, 400, "{path}");
    }
    // As Argo sends a `body`: without a type.
    let (status, problem) = send(
        "/gates/argo",
        None,
        json!({"analysis": "none", "release": "r"}).to_string(),
    )
    .await;
    assert_eq!(status, 404, "{problem}");
}

#[tokio::test]
async fn documents_are_checked() {
    let service = Service::start("").await;
    let (status, good) = service.post("/api/v1/validate", &json!({"yaml": QUICK})).await;
    assert_eq!((status.as_u16(), &good["valid"]), (200, &json!(true)));
    assert_eq!(
        good["documents"],
        json!([{"kind": "AnalysisTemplate", "name": "quick"}])
    );
    let (status, known) = service
        .post("/api/v1/validate", &json!({"analysis": "quick"}))
        .await;
    assert_eq!((status.as_u16(), &known["valid"]), (200, &json!(true)));
    let broken = QUICK.replace("result == 1", "result == ");
    let raw = service
        .request(Method::POST, "/api/v1/validate")
        .header("content-type", "application/yaml");
    for request in [
        raw.body(broken.clone()),
        service
            .request(Method::POST, "/api/v1/validate")
            .with_json(&json!({"yaml": broken})),
    ] {
        let (status, problem) = answer(request).await;
        assert_eq!(
            (status.as_u16(), &problem["type"]),
            (422, &json!("urn:serin:problem:invalid-document"))
        );
        assert_eq!(problem["errors"][0]["line"], 11, "{problem}");
    }
    let (status, _) = service
        .post("/api/v1/validate", &json!({"analysis": "none"}))
        .await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn addresses_and_methods_that_do_not_exist() {
    let service = Service::start("").await;
    let (status, problem) = service.get("/api/v2/runs").await;
    assert_eq!(
        (status.as_u16(), &problem["type"]),
        (404, &json!("urn:serin:problem:no-such-route"))
    );
    let response = service
        .request(Method::DELETE, "/api/v1/runs")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (
            response.status().as_u16(),
            response.headers()["allow"].to_str().unwrap().contains("POST")
        ),
        (405, true)
    );
    let (status, problem) = answer(service.request(Method::GET, "/gates/argo")).await;
    assert_eq!(
        (status.as_u16(), &problem["type"]),
        (405, &json!("urn:serin:problem:method-not-allowed"))
    );
}
