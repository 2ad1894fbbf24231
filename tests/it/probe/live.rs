//! What somebody sees at a terminal while journeys are driven.

use tokio::process::Command;

use super::{CHECKOUT, PATIENCE, files, shop};
use crate::binary::start;

#[tokio::test]
async fn the_verdict_comes_first_then_each_step() {
    let shop = shop().await;
    let (_files, path) = files(CHECKOUT);
    let serin = env!("CARGO_BIN_EXE_serin");
    let command = format!(
        "{serin} probe {path} --target {} --rate 20 --for 3s",
        shop.address()
    );
    // A terminal of its own, from util-linux.
    let mut script = Command::new("script");
    script
        .args(["-qefc", &command, "/dev/null"])
        .envs([("TERM", "xterm"), ("NO_COLOR", "1")]);
    let ended = start(script).end(PATIENCE).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report = ended
        .stdout
        .find("PASSED checkout")
        .unwrap_or_else(|| panic!("{ended:?}"));
    let (live, report) = ended.stdout.split_at(report);
    assert!(live.contains('\u{1b}'), "drawn in place: {live:?}");
    // The last picture of some: figures come with the first window.
    let picture = live.rfind("passing").unwrap_or_else(|| panic!("{live:?}"));
    let picture = &live[picture..];
    let places: Vec<usize> = [
        "passing",
        " runs ended, 0 failed",
        "checkout",
        "p99.9",
        "login",
        "order",
        "items",
        "remove",
    ]
    .iter()
    .map(|text| {
        picture
            .find(text)
            .unwrap_or_else(|| panic!("{text}: {picture:?}"))
    })
    .collect();
    assert!(places.is_sorted(), "{places:?}: {picture:?}");
    let places: Vec<usize> = ["PASSED", "login", "items", "remove"]
        .iter()
        .map(|text| report.find(text).unwrap_or_else(|| panic!("{text}: {report:?}")))
        .collect();
    assert!(places.is_sorted(), "{places:?}: {report:?}");
}
