//! The end under load.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::rig::{Service, WithJson as _, says};

/// Every answer before the end is whole, no run that was told of is lost, and the end comes in time.
#[tokio::test]
async fn sigterm_under_load_loses_nothing_that_was_told() {
    let (mut service, good) = (Service::start("").await, says("1").await);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let is_over = Arc::new(AtomicBool::new(false));
    let mut askers = JoinSet::new();
    for asker in 0..8 {
        let (client, is_over) = (client.clone(), Arc::clone(&is_over));
        let (runs, gate, url) = (
            service.url("/api/v1/runs"),
            service.url("/gates/argo"),
            good.address().to_owned(),
        );
        askers.spawn(async move {
            let mut told = Vec::new();
            for number in 0.. {
                let release = format!("r/{asker}/{number}");
                let body = json!({"analysis": "endless", "args": {"url": url}, "release": release});
                let address = if number % 2 == 0 { &runs } else { &gate };
                let Ok(response) = client.post(address).with_json(&body).send().await else {
                    break;
                };
                let status = response.status().as_u16();
                let text = response.text().await;
                let answer = text.map(|text| {
                    serde_json::from_str::<Value>(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
                });
                match (status, answer) {
                    (200 | 201, Ok(answer)) => {
                        let id = answer["id"]
                            .as_str()
                            .or(answer["run"].as_str())
                            .unwrap()
                            .to_owned();
                        told.push(id);
                    }
                    (503, Ok(problem)) => assert_eq!(problem["type"], "urn:serin:problem:unavailable"),
                    (status, body) => panic!("{status}: {body:?}"),
                }
                if is_over.load(Ordering::SeqCst) {
                    break;
                }
            }
            told
        });
    }
    service.running().says("r/7/3").await;
    let ended = service.stop().await;
    is_over.store(true, Ordering::SeqCst);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(!ended.stderr.contains("ERROR"), "{}", ended.stderr);
    let told: Vec<String> = askers.join_all().await.into_iter().flatten().collect();
    assert!(told.len() > 20, "{}", told.len());
    service.start_again().await;
    for id in told {
        let (status, run) = service.get(&format!("/api/v1/runs/{id}")).await;
        assert_eq!(
            (status.as_u16(), &run["verdict"]),
            (200, &json!("continue")),
            "{id}"
        );
    }
}
