//! JUnit, a page, an interval log, and what is seen meanwhile.

use super::{CHECKOUT, Manners, Shop, files, probe, shop};
use crate::binary::run;
use crate::peers::faults::{Fault, FaultServer};

#[tokio::test]
async fn junit_has_a_suite_a_side_and_a_case_a_step() {
    let good = shop().await;
    let bad = Shop::open(Manners {
        version: "v2",
        token: "t",
        order_status: Some(503),
        ..Manners::default()
    })
    .await;
    let (_files, path) = files(CHECKOUT);
    let sides = [
        "--stable",
        good.address(),
        "--canary",
        bad.address(),
        "--output",
        "junit",
    ];
    let ended = probe(&[&[path.as_str()][..], &sides].concat()).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    for expected in [
        "<testsuite name=\"checkout.stable\" tests=\"4\" failures=\"0\"",
        "<testsuite name=\"checkout.canary\" tests=\"4\" failures=\"1\"",
        "<testcase classname=\"checkout.canary\" name=\"order\"><failure message=\"1 of 1 failed: 1 status_mismatch&#10;",
        "<testcase classname=\"checkout.canary\" name=\"items\"><skipped",
    ] {
        assert!(ended.stdout.contains(expected), "{expected}: {}", ended.stdout);
    }
}

#[tokio::test]
async fn a_page_needs_nothing_else_and_says_everything() {
    let (stable, canary) = tokio::join!(shop(), shop());
    let (_files, path) = files(&CHECKOUT.replace("name: checkout", "name: '<b>checkout</b>'"));
    for arguments in [
        &["--target", stable.address(), "--rate", "40", "--for", "1s"][..],
        &[
            "--stable",
            stable.address(),
            "--canary",
            canary.address(),
            "--rate",
            "40",
            "--for",
            "1s",
        ],
    ] {
        let ended = probe(&[&[path.as_str(), "--output", "html"], arguments].concat()).await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let page = &ended.stdout;
        assert!(
            page.starts_with("<!doctype html>") && page.ends_with("</html>\n"),
            "{page}"
        );
        for expected in ["passed", "login", "p99.9", "<svg", "&lt;b&gt;checkout&lt;/b&gt;"] {
            assert!(page.contains(expected), "{expected}");
        }
        for bad in ["<b>", "<script", "http-equiv", "src=", "<link"] {
            assert!(!page.contains(bad), "{bad}");
        }
    }
}

#[tokio::test]
async fn an_interval_log_is_read_by_compare() {
    let slow = Manners {
        takes: std::time::Duration::from_millis(80),
        version: "v1",
        ..Manners::default()
    };
    let (quick, slow) = tokio::join!(shop(), Shop::open(slow));
    let folder = crate::binary::Files::empty();
    let mut logs = Vec::new();
    for (name, shop) in [("quick.hlog", &quick), ("slow.hlog", &slow)] {
        let url = format!("{}/items", shop.address());
        let ended = probe(&[&url, "--rate", "40", "--for", "2s", "--output", "hdr"]).await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let (tags, others): (Vec<&str>, Vec<&str>) =
            ended.stdout.lines().partition(|line| line.starts_with("Tag="));
        assert!(
            tags.len() >= 2 && tags.iter().all(|line| line.contains("/items/stable/passed,")),
            "{tags:?}"
        );
        assert!(
            others.iter().all(|line| line.starts_with(['#', '"'])),
            "{others:?}"
        );
        logs.push(folder.write(name, ended.stdout.as_bytes()));
    }
    let compared = run(
        ["compare", &logs[0], &logs[1], "--output", "json"],
        super::PATIENCE,
    )
    .await;
    assert_eq!(compared.code, Some(0), "{compared:?}");
    let found = compared.json();
    assert_eq!(found["result"], "regression", "{found}");
    // 80 ms are 80 ms: the log says that it counts in microseconds.
    let median = found["b"]["quantiles"][0]["value"].as_f64();
    assert!(
        median.is_some_and(|median| (80.0..2000.0).contains(&median)),
        "{found}"
    );
    assert_eq!(found["remarks"], serde_json::json!([]), "{found}");
}

#[tokio::test]
async fn progress_goes_to_standard_error_and_results_to_standard_output() {
    let server = FaultServer::start(Fault::Silent).await;
    let ended = probe(&[server.address(), "--rate", "2", "--for", "6s", "--output", "json"]).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(
        ended.stderr.contains("under way") && !ended.stderr.contains('\u{1b}'),
        "{}",
        ended.stderr
    );
    assert_eq!(ended.json()["outcome"], "failed");
}
