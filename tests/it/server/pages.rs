//! The pages, as Chromium shows them.

use serde_json::json;

use super::rig::{Service, says};
use crate::peers::chromium::look;

#[tokio::test]
async fn pages_are_readable_in_every_width_and_light_without_errors_of_accessibility() {
    let (service, good, bad) = (Service::start("").await, says("1").await, says("2").await);
    let promoted = service.run("quick", &good).await;
    let rolled_back = service.run("quick", &bad).await;
    let active = service.run("endless", &good).await;
    let _ended = (service.ended(&promoted).await, service.ended(&rolled_back).await);
    let page = |id: &str| service.url(&format!("/runs/{id}"));
    let pages = [
        service.url("/"),
        page(&promoted),
        page(&rolled_back),
        page(&active),
    ];
    let seen = look(&pages.each_ref().map(String::as_str)).await;
    assert_eq!(seen.len(), 4 * 7);
    for look in &seen {
        assert_eq!(look["failed"], json!([]), "{look}");
        if look["script"] == true {
            assert_eq!(look["violations"], json!([]), "{look}");
            assert!(look["overflow"].as_i64().unwrap() <= 0, "{look}");
        }
    }
    for (look, words) in seen.chunks(7).zip([
        ["Runs", "quick", "rollback"],
        ["PROMOTE", "quick", "2 successful"],
        ["ROLLBACK", "What decided", "result == 2"],
        ["STILL JUDGING", "endless", "Measurements"],
    ]) {
        for (seen, word) in look.iter().flat_map(|seen| words.map(|word| (seen, word))) {
            let text = seen["text"].as_str().unwrap();
            assert!(
                text.contains(word),
                "{word} with script {}: {text}",
                seen["script"]
            );
        }
    }
}

#[tokio::test]
async fn the_page_of_a_run_follows_it() {
    let (service, good) = (Service::start("").await, says("1").await);
    let id = service.run("endless", &good).await;
    let page = service.url(&format!("/runs/{id}"));
    let arguments = ["--until", "inconclusive", &page];
    let looking = look(&arguments);
    let stopping = async {
        // The page has been opened when somebody follows the run.
        crate::peers::wait_for("somebody follows the run", async || {
            let figures = service
                .request(reqwest::Method::GET, "/metrics")
                .send()
                .await
                .unwrap()
                .text()
                .await
                .unwrap();
            figures
                .lines()
                .any(|line| line.contains("route=\"/runs/{id}\""))
                .then_some(())
        })
        .await;
        let (status, _run) = service.post(&format!("/api/v1/runs/{id}/stop"), &json!({})).await;
        assert_eq!(status, 200);
    };
    let (seen, ()) = tokio::join!(looking, stopping);
    assert_eq!(seen[1]["after"], "INCONCLUSIVE", "{seen:?}");
    assert_eq!(seen[1]["title"], "inconclusive: endless");
}
