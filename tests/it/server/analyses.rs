//! Analyses from folders, read again on change.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::rig::{ENDLESS, QUICK, Service, says};
use crate::peers::wait_for;

async fn list(service: &Service, wanted: impl Fn(&Value) -> bool) -> Value {
    wait_for("the analyses are as wanted", async || {
        let (_, list) = service.get("/api/v1/analyses").await;
        wanted(&list).then_some(list)
    })
    .await
}

#[tokio::test]
async fn a_broken_file_keeps_the_last_good_state_and_says_so_everywhere() {
    let (service, good) = (Service::start("").await, says("1").await);
    service.files.write(
        "analyses/quick.yaml",
        QUICK.replace("result == 1", "result ==").as_bytes(),
    );
    let told = list(&service, |list| !list["broken"].as_array().unwrap().is_empty()).await;
    let broken = &told["broken"][0];
    assert_eq!(
        (&broken["outdated"], &broken["errors"][0]["line"]),
        (&json!(true), &json!(11)),
        "{told}"
    );
    assert!(broken["file"].as_str().unwrap().ends_with("analyses/quick.yaml"));
    assert_eq!(told["analyses"][1]["name"], "quick");
    let (_, figures) = service.get("/metrics").await;
    assert!(
        figures
            .as_str()
            .unwrap()
            .contains("serin_analysis_files_broken 1"),
        "{figures}"
    );
    service
        .running()
        .says("a file of analyses is broken, what it held before is used")
        .await;
    let id = service.run("quick", &good).await;
    assert_eq!(service.ended(&id).await["verdict"], "promote");

    service.files.write(
        "analyses/quick.yaml",
        QUICK.replace("count: 2", "count: 1").as_bytes(),
    );
    service.files.write(
        "analyses/more/other.yaml",
        ENDLESS.replace("endless", "other").as_bytes(),
    );
    let told = list(&service, |list| {
        list["broken"] == json!([]) && list["analyses"].as_array().unwrap().len() == 3
    })
    .await;
    assert_eq!(told["analyses"][1]["name"], "other");
    let id = service.run("quick", &good).await;
    assert_eq!(service.ended(&id).await["metrics"][0]["count"], 1);
    std::fs::remove_file(service.files.folder().join("analyses/more/other.yaml")).unwrap();
    list(&service, |list| list["analyses"].as_array().unwrap().len() == 2).await;
    let (status, _) = service.post("/api/v1/runs", &json!({"analysis": "other"})).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
