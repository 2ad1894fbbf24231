//! Following a run.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;

use super::rig::{Service, says, says_until};

/// Reads events until the stream ends or enough have come.
async fn events(service: &Service, id: &str, enough: usize) -> Vec<(String, Value)> {
    let mut response = service
        .request(Method::GET, &format!("/api/v1/runs/{id}/events"))
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let (mut text, mut events) = (String::new(), Vec::new());
    while events.len() < enough {
        let Some(chunk) = tokio::time::timeout(Duration::from_secs(20), response.chunk())
            .await
            .unwrap()
            .unwrap()
        else {
            break;
        };
        text.push_str(std::str::from_utf8(&chunk).unwrap());
        while let Some((event, rest)) = text.split_once("\n\n") {
            let field = |name: &str| {
                event
                    .lines()
                    .find_map(|line| line.strip_prefix(name))
                    .map(str::trim)
            };
            if let Some(name) = field("event:") {
                events.push((
                    name.to_owned(),
                    serde_json::from_str(field("data:").unwrap()).unwrap(),
                ));
            }
            text = rest.to_owned();
        }
    }
    events
}

#[tokio::test]
async fn a_run_is_followed_to_its_end() {
    let (service, good) = (Service::start("").await, says("1").await);
    let id = service.run("quick", &good).await;
    let events = events(&service, &id, 100).await;
    let (last, runs) = events.split_last().unwrap();
    assert_eq!(last.0, "end");
    assert!(
        runs.len() >= 2 && runs.iter().all(|(name, _)| name == "run"),
        "{events:?}"
    );
    assert_eq!(runs[0].1["verdict"], "continue");
    assert_eq!(runs.last().unwrap().1["verdict"], "promote");
    // Who comes later gets the end at once.
    let late = super::events::events(&service, &id, 100).await;
    assert_eq!(late.len(), 2);
    assert_eq!(
        (late[0].1["verdict"].as_str(), late[1].0.as_str()),
        (Some("promote"), "end")
    );
}

#[tokio::test]
async fn streams_are_bounded_and_end_with_the_process() {
    let mut service = Service::start("limits: {eventStreams: 1}").await;
    let (answers, _switch) = says_until("1", "2").await;
    let id = service.run("endless", &answers).await;
    let path = format!("/api/v1/runs/{id}/events");
    let mut open = service.request(Method::GET, &path).send().await.unwrap();
    let _first = open.chunk().await.unwrap().unwrap();
    let (status, problem) = service.get(&path).await;
    assert_eq!(status, 503);
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("limits.eventStreams"),
        "{problem}"
    );
    let ended = service.stop().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let rest = tokio::time::timeout(Duration::from_secs(5), async {
        while open.chunk().await.is_ok_and(|chunk| chunk.is_some()) {}
    });
    rest.await.unwrap();
}
