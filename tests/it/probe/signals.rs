//! Ctrl-C and SIGTERM: teardown, a report, the signal's exit code.

use axum::http::Method;

use super::{CHECKOUT, Manners, Shop, files};
use crate::binary::{serin, start};
use crate::peers::wait_for;

async fn until(shop: &Shop, method: Method, path: &str) {
    wait_for(path, async || (shop.count(&method, path) > 0).then_some(())).await;
}

#[tokio::test]
async fn an_interrupted_run_tears_down_and_reports() {
    let text = CHECKOUT.replace("url: /items", "url: /hang");
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let shop = super::shop().await;
        let (_files, path) = files(&text);
        let running = start(serin([
            "probe",
            &path,
            "--target",
            shop.address(),
            "--output",
            "json",
        ]));
        until(&shop, Method::GET, "/hang").await;
        running.signal(signal).await;
        let ended = running.end(super::PATIENCE).await;
        assert_eq!(ended.code, Some(code), "{ended:?}");
        let result = ended.json();
        let arm = super::arm(&result);
        assert_eq!(arm["runs"]["cancelled"], 1, "{arm}");
        assert_eq!(super::step(arm, "items")["failures"]["cancelled"], 1, "{arm}");
        assert_eq!(super::step(arm, "remove")["passed"], 1, "{arm}");
        assert_eq!(shop.count(&Method::DELETE, "/orders/serin-"), 1);
    }
}

#[tokio::test]
async fn a_second_signal_cuts_teardown_and_says_what_is_left() {
    let teardown = "request: {url: /hang}\n      removes: \"order {{run.tag}}\"";
    let text = CHECKOUT.replace("url: /items", "url: /items?slow").replace(
        "request: {method: DELETE, url: \"/orders/{{run.tag}}\"}\n      removes: \"order {{run.tag}}\"",
        teardown,
    );
    assert!(text.contains(teardown));
    let shop = super::shop().await;
    let (_files, path) = files(&text);
    let running = start(serin(["probe", &path, "--target", shop.address()]));
    until(&shop, Method::GET, "/hang").await;
    running.signal("INT").await;
    running.signal("INT").await;
    let ended = running.end(super::PATIENCE).await;
    assert_eq!(ended.code, Some(130), "{ended:?}");
    assert!(
        ended.stdout.contains("test data that is left: 1") && ended.stdout.contains("order serin-"),
        "{ended:?}"
    );
}

#[tokio::test]
async fn runs_at_a_rate_end_when_they_are_told_to() {
    let shop = Shop::open(Manners {
        version: "v1",
        token: "t",
        ..Manners::default()
    })
    .await;
    let (_files, path) = files(CHECKOUT);
    let arguments = [
        "probe",
        &path,
        "--target",
        shop.address(),
        "--rate",
        "20",
        "--for",
        "10m",
        "--output",
        "json",
    ];
    let running = start(serin(arguments));
    wait_for("some orders", async || {
        (shop.count(&Method::DELETE, "/orders/") > 10).then_some(())
    })
    .await;
    running.signal("TERM").await;
    let ended = running.end(super::PATIENCE).await;
    assert_eq!(ended.code, Some(143), "{ended:?}");
    let result = ended.json();
    let runs = &super::arm(&result)["runs"];
    assert!(
        runs["passed"].as_u64().unwrap() > 10 && runs["failed"] == 0,
        "{runs}"
    );
    // Teardown runs whether or not the order had been made yet.
    assert!(
        shop.count(&Method::POST, "/orders") <= shop.count(&Method::DELETE, "/orders/"),
        "{runs}"
    );
}
