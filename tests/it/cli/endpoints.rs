//! `/metrics` endpoints that misbehave, seen by a whole run: never a promotion, in time, and it says what was seen.

use std::fmt::Write as _;
use std::time::Duration;

use futures::future::join_all;

use crate::binary::{Ended, Files, run};
use crate::peers::app::App;
use crate::peers::faults::{Fault, FaultServer, reply};
use crate::peers::scripted::Scripted;

/// The deadline of the analysis, and what a busy machine takes on top.
const PATIENCE: Duration = Duration::from_secs(60);

const ANALYSIS: &str = r#"apiVersion: serin.dev/v1
kind: Analysis
metadata: {name: scraped}
spec:
  args: [{name: canary}, {name: stable}]
  comparisons:
  - name: error-rate
    errors:
      scrape:
        canary: "{{args.canary}}"
        stable: "{{args.stable}}"
        bad: 'http_requests_total{code="500"}'
        total: http_requests_total
        timeout: 1s
    tolerance: {promote: 100, promoteAbsolute: 0.9}
  verdict: {window: 1s, burnIn: 1s, minimumDuration: 2s, minimumRequests: 1, dispersion: 1, deadline: 15s}
"#;

async fn judged(canary: &str, stable: &str) -> Ended {
    run_document(ANALYSIS, canary, stable).await
}

async fn run_document(text: &str, canary: &str, stable: &str) -> Ended {
    let (_files, path) = Files::one(text);
    let (canary, stable) = (format!("canary={canary}"), format!("stable={stable}"));
    run(["run", &path, "--arg", &canary, "--arg", &stable], PATIENCE).await
}

/// Counters that grow by 100 good requests with each read.
async fn healthy() -> Scripted {
    counters(|read| vec![("200", (100 * (read + 1)).to_string())]).await
}

/// Counters with these codes and values.
async fn counters(values: impl Fn(usize) -> Vec<(&'static str, String)> + Send + Sync + 'static) -> Scripted {
    Scripted::start(move |read| {
        let mut text = "# TYPE http_requests_total counter\n".to_owned();
        for (code, value) in values(read) {
            writeln!(text, "http_requests_total{{code=\"{code}\"}} {value}").unwrap();
        }
        (200, "text/plain; version=0.0.4", text)
    })
    .await
}

#[tokio::test]
async fn the_same_analysis_promotes_when_both_sides_are_well() {
    let (canary, stable) = (healthy().await, healthy().await);
    let ended = judged(canary.address(), stable.address()).await;
    assert_eq!(
        ended.code,
        Some(0),
        "the other tests would show nothing otherwise: {ended:?}"
    );
}

/// What both sides' endpoints do, and what the user reads.
#[tokio::test]
async fn broken_endpoints_of_both_sides_end_the_run_as_broken() {
    let text = "http_requests_total{code=\"200\"} 5\n";
    let cases = [
        (Fault::Endless, "larger than the limit"),
        (Fault::Cut(text.to_owned()), "broke off"),
        (Fault::Drip, "1s"),
        (Fault::Silent, "1s"),
        (Fault::Reset, "reset"),
        (
            reply("500 Internal Server Error", "text/plain", "oops"),
            "HTTP status 500",
        ),
        (reply("200 OK", "text/html", "<html>Sign in</html>"), "line 1"),
        (
            reply("200 OK", "text/plain", "http_requests_total{code=\"200\""),
            "line 1",
        ),
        (
            reply("200 OK", "text/plain", "http_requests_total{code=\"200\"} five\n"),
            "line 1",
        ),
    ];
    let runs = cases.map(|(fault, expected)| async move {
        let (canary, stable) = (
            FaultServer::start(fault.clone()).await,
            FaultServer::start(fault.clone()).await,
        );
        let ended = judged(canary.address(), stable.address()).await;
        assert_eq!(ended.code, Some(4), "{fault:?}: {ended:?}");
        for expected in [
            "INCONCLUSIVE",
            "reasons: provider_error",
            "in a row",
            expected,
            canary.address(),
        ] {
            let stdout = ended.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(
                stdout.contains(expected),
                "{fault:?}, {expected}: {}",
                ended.stdout
            );
        }
    });
    join_all(runs).await;
}

#[tokio::test]
async fn addresses_that_cannot_be_reached_end_the_run_as_broken() {
    let mut gone = App::start().await;
    gone.stop().await;
    for (canary, stable, code, expected) in [
        (
            "http://no-such-host.invalid:9100/metrics",
            "http://neither.invalid/metrics",
            4,
            "no-such-host.invalid",
        ),
        (
            &gone.metrics_url(),
            "http://127.0.0.1:1/metrics",
            4,
            "no connection",
        ),
        (
            "10.0.0.7:9100/metrics",
            "http://127.0.0.1:1/metrics",
            2,
            "10.0.0.7:9100/metrics",
        ),
        (
            "http://127.0.0.1:1/metrics",
            "http://127.0.0.1:1/metrics",
            2,
            "on both sides",
        ),
        ("", "http://127.0.0.1:1/metrics", 2, "address"),
    ] {
        let ended = judged(canary, stable).await;
        assert_eq!(ended.code, Some(code), "{canary}: {ended:?}");
        // A report is wrapped, wherever an address of some length lets a line end.
        let all = ended.all().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            all.contains(expected) && all.contains(if code == 2 { "error" } else { "provider_error" }),
            "{all}"
        );
    }
}

/// The canary's endpoint answers, and what it says cannot be counted.
#[tokio::test]
async fn counters_that_cannot_be_end_the_run_as_broken() {
    type Values = fn(usize) -> Vec<(&'static str, String)>;
    // Not even an analysis that promotes when in doubt promotes without data.
    let hopeful = ANALYSIS.replace("deadline: 15s", "deadline: 15s, onInconclusive: promote");
    assert_ne!(hopeful, ANALYSIS);
    let cases: [(&str, Values, &str); 5] = [
        ("NaN", |_| vec![("200", "NaN".to_owned())], "NaN"),
        ("infinite", |_| vec![("200", "+Inf".to_owned())], "inf"),
        ("negative", |_| vec![("200", "-5".to_owned())], "-5"),
        ("beyond 2^53", |_| vec![("200", "1e300".to_owned())], "1e300"),
        (
            "one series with two values",
            |read| vec![("200", "1".to_owned()), ("200", (2 + read).to_string())],
            "http_requests_total",
        ),
    ];
    let hopeful = &hopeful;
    let runs = cases.map(|(name, values, seen)| async move {
        let (canary, stable) = (counters(values).await, healthy().await);
        let ended = run_document(hopeful, canary.address(), stable.address()).await;
        assert_eq!(ended.code, Some(4), "{name}: {ended:?}");
        assert!(
            ended.stdout.contains("reasons: provider_error"),
            "{name}: {}",
            ended.stdout
        );
        let all = ended.all().to_lowercase();
        assert!(
            all.contains(&seen.to_lowercase()),
            "{name}: what was seen is not said: {all}"
        );
    });
    join_all(runs).await;
}

#[tokio::test]
async fn a_counter_of_requests_that_is_not_there_is_missing_data_and_never_promoted() {
    // Too few requests would promote here.
    let hopeful = ANALYSIS.replace("deadline: 15s", "deadline: 8s, onInconclusive: promote");
    let mistyped = hopeful.replace("total: http_requests_total", "total: http_request_total");
    let mislabelled = hopeful.replace(
        "total: http_requests_total",
        "total: 'http_requests_total{status=\"200\"}'",
    );
    assert!(hopeful != ANALYSIS && mistyped != hopeful && mislabelled != hopeful);
    let missing = "reasons: missing_data, deadline_reached";
    let no_baseline = "reasons: no_baseline, deadline_reached";
    let cases = [
        ("canary", &hopeful, false, true, missing),
        ("stable", &hopeful, true, false, no_baseline),
        ("both", &hopeful, false, false, missing),
        ("mistyped", &mistyped, true, true, missing),
        ("no such label", &mislabelled, true, true, missing),
    ];
    let runs = cases.map(|(name, document, canary, stable, expected)| async move {
        let side = async |has_counter: bool| {
            if has_counter {
                healthy().await
            } else {
                counters(|_| vec![]).await
            }
        };
        let (canary, stable) = (side(canary).await, side(stable).await);
        let ended = run_document(document, canary.address(), stable.address()).await;
        assert_eq!(ended.code, Some(3), "{name}: {ended:?}");
        assert!(ended.stdout.contains(expected), "{name}: {}", ended.stdout);
        // Where neither side has it, the name may be wrong.
        let is_of_both = !matches!(name, "canary" | "stable");
        let said: Vec<&str> = ended.stdout.split_whitespace().collect();
        let asks = said.join(" ").contains("named right");
        assert_eq!(asks, is_of_both, "{name}: {}", ended.stdout);
    });
    join_all(runs).await;
}

#[tokio::test]
async fn errors_without_a_counter_of_requests_are_missing_data() {
    let document = ANALYSIS
        .replace("total: http_requests_total", "total: http_request_total")
        .replace("deadline: 15s", "deadline: 8s, onInconclusive: promote");
    let failing = async || counters(|read| vec![("500", (10 * read).to_string())]).await;
    let (canary, stable) = (failing().await, failing().await);
    let ended = run_document(&document, canary.address(), stable.address()).await;
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.stdout.contains("reasons: missing_data"), "{}", ended.stdout);
}

#[tokio::test]
async fn a_counter_that_goes_back_again_and_again_promotes_nobody() {
    let canary = counters(|read| vec![("200", (1_000_000 - 1_000 * read).to_string())]).await;
    let stable = healthy().await;
    let ended = judged(canary.address(), stable.address()).await;
    assert!(matches!(ended.code, Some(3 | 4)), "{ended:?}");
    assert!(
        ended
            .stdout
            .contains("some requests of some windows may be missing"),
        "{}",
        ended.stdout
    );
}
