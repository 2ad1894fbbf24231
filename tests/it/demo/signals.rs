//! Ctrl-C and SIGTERM in the middle of an act: a partial report and the signal's exit code.

use super::{demo, report, stage};
use crate::binary::{AT_ONCE, start};

#[tokio::test]
async fn an_interrupted_act_reports_what_it_has() {
    for (signal, code, arguments) in [
        ("INT", 130, &["--fault", "shared"][..]),
        ("TERM", 143, &["--fault", "shared"]),
        ("INT", 130, &[]),
    ] {
        let _stage = stage().await;
        let running = start(demo(arguments));
        running.says("error-rate: canary").await;
        running.signal(signal).await;
        let ended = running.end(AT_ONCE).await;
        assert_eq!(ended.code, Some(code), "{ended:?}");
        let report = report(&ended.stdout, "INCONCLUSIVE");
        assert!(report.contains("reasons: stopped"), "{report}");
        assert!(report.contains("error-rate (errors): undecided"), "{report}");
        assert!(
            !ended.stdout.contains("Act 2"),
            "the second act is not played: {report}"
        );
    }
}

#[tokio::test]
async fn an_interrupted_act_is_still_one_json_document() {
    let _stage = stage().await;
    let running = start(demo(&["--fault", "shared", "--output", "json"]));
    running.handles(15).await;
    running.signal("TERM").await;
    let ended = running.end(AT_ONCE).await;
    assert_eq!(ended.code, Some(143), "{ended:?}");
    assert_eq!(ended.json()["reasons"], serde_json::json!(["stopped"]));
}
