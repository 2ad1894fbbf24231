//! `serin plan`.

mod history;

use serde_json::Value;

use crate::binary::{AT_ONCE, Ended, Files, run};

const ANALYSIS: &str = "apiVersion: serin.dev/v1
kind: Analysis
metadata: {name: api-canary}
spec:
  comparisons:
  - name: error-rate
    errors: {scrape: {canary: 'http://c/metrics', stable: 'http://s/metrics', bad: b, total: t}}
";

async fn planned(document: &str, arguments: &[&str]) -> Ended {
    let (_files, path) = Files::one(document);
    run([&["plan", &path][..], arguments].concat(), AT_ONCE).await
}

async fn json(arguments: &[&str]) -> Value {
    let ended = planned(ANALYSIS, &[arguments, &["--output", "json"]].concat()).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended.json()
}

#[tokio::test]
async fn the_outlook_has_times_effects_and_what_would_help() {
    let usual = ["--rps", "200", "--canary-weight", "5%"];
    let found = json(&usual).await;
    let comparison = &found["comparisons"][0];
    let detectable = comparison["detectable"].as_f64().unwrap();
    assert!((1.2..4.0).contains(&detectable), "{found}");
    let effects = comparison["effects"].as_array().unwrap();
    let probability = |place: usize| effects[place]["rollbackProbability"].as_f64().unwrap();
    assert!(
        probability(0) < 0.01 && probability(effects.len() - 1) > 0.99,
        "{found}"
    );
    assert!(effects[8]["rollbackAfter"].is_string() && effects[0]["rollbackAfter"].is_null());
    let yearly = found["falseRollbacksPerYear"].as_f64().unwrap();
    assert!((yearly - 5.218).abs() < 0.01, "{yearly}");
    assert!(found["levers"].as_array().unwrap().len() >= 2, "{found}");
    let more = json(&["--rps", "2000", "--canary-weight", "5%"]).await;
    assert!(more["comparisons"][0]["detectable"].as_f64().unwrap() < detectable);
    let often = json(&[&usual[..], &["--deploys-per-week", "100"]].concat()).await;
    assert!((often["falseRollbacksPerYear"].as_f64().unwrap() - 10.0 * yearly).abs() < 1e-6);
    let human = planned(ANALYSIS, &usual).await;
    assert_eq!(human.code, Some(0), "{human:?}");
    for part in [
        "api-canary: 200 requests a second",
        "false rollbacks a year",
        "error-rate",
        "x10",
        "####",
        "what would shorten it",
    ] {
        assert!(human.stdout.contains(part), "{part}: {}", human.stdout);
    }
    assert!(
        human.stdout.lines().all(|line| line.chars().count() <= 100),
        "{}",
        human.stdout
    );
}

const LATENCIES: &str = "
  - name: request-latency
    latency: {scrape: {canary: 'http://c/metrics', stable: 'http://s/metrics', histogram: h_seconds}}
";

#[tokio::test]
async fn latencies_have_times_over_slow_downs() {
    let both = format!("{ANALYSIS}{}", LATENCIES.trim_start_matches('\n'));
    let usual = ["--rps", "200", "--canary-weight", "5%", "--output", "json"];
    let ended = planned(&both, &usual).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let found = ended.json();
    let latency = &found["comparisons"][1];
    assert_eq!(
        (&latency["kind"], &latency["errorRate"]),
        (&"latency".into(), &Value::Null)
    );
    let detectable = latency["detectable"].as_f64().unwrap();
    assert!((1.06..1.4).contains(&detectable), "{latency}");
    let effects = latency["effects"].as_array().unwrap();
    assert_eq!((&effects[4]["effect"], effects.len()), (&1.2.into(), 9));
    assert!(effects[0]["promotionAfter"].is_string() && effects[0]["rollbackAfter"].is_null());
    let seconds = |place: usize| {
        let text = effects[place]["rollbackAfter"].as_str().unwrap();
        serin_judge::analysis::duration::parse(text).unwrap()
    };
    assert!(seconds(8) < seconds(6) && seconds(6) <= seconds(5), "{latency}");
    let remarks = found["remarks"].to_string();
    assert!(remarks.contains("--p99-over-p50"), "{remarks}");
    // The wider its latencies, the less of a slow-down shows.
    let wide = planned(&both, &[&usual[..], &["--p99-over-p50", "20"]].concat())
        .await
        .json();
    assert!(wide["comparisons"][1]["detectable"].as_f64().unwrap() > detectable);
    assert_eq!(
        wide["comparisons"][0]["detectable"],
        found["comparisons"][0]["detectable"]
    );
    let human = planned(&both, &usual[..4]).await.stdout;
    for part in ["times stable's rate", "times as slow as stable", "x1.15"] {
        assert!(human.contains(part), "{part}: {human}");
    }
    assert!(human.lines().all(|line| line.chars().count() <= 100), "{human}");
}

#[tokio::test]
async fn recorded_windows_tell_traffic_rate_and_noise() {
    let line = |step: u64, history: &str| {
        let at = format!(
            "2026-05-04T{:02}:{:02}:{:02}Z",
            10 + step / 360,
            step / 6 % 60,
            step % 6 * 10
        );
        // Failures come in bursts on the canary's side.
        let bad = if (step / 6).is_multiple_of(4) { 16 } else { 2 };
        format!(
            "{{\"at\":\"{at}\",\"seconds\":10,\"comparison\":\"error-rate\"{history},\"canary\":{{\"total\":1000,\"bad\":{bad}}},\
             \"stable\":{{\"total\":9000,\"bad\":{}}}}}\n",
            45 + step % 3
        )
    };
    let files = Files::empty();
    let history: String = (1..=600).map(|step| line(step, ",\"history\":true")).collect();
    let history = files.write("history.ndjson", history.as_bytes());
    let found = json(&["--windows", &history, "--canary-weight", "0.1"]).await;
    assert_eq!(found["requestsPerSecond"], 1000.0);
    let errors = &found["comparisons"][0];
    assert!(
        (errors["errorRate"].as_f64().unwrap() - 0.00515).abs() < 2e-4,
        "{found}"
    );
    assert!(errors["measuredDispersion"].as_f64().unwrap() > 2.0, "{found}");
    let plain: String = (1..=60).map(|step| line(step, "")).collect();
    let plain = files.write("plain.ndjson", plain.as_bytes());
    let found = json(&["--windows", &plain, "--canary-weight", "0.1", "--rps", "50"]).await;
    assert_eq!(
        (
            &found["requestsPerSecond"],
            &found["comparisons"][0]["measuredDispersion"]
        ),
        (&50.0.into(), &Value::Null)
    );
    assert!(
        found["remarks"][0].as_str().unwrap().contains("history"),
        "{found}"
    );
    let other = files.write("other.ndjson", b"{\"at\":\"2026-05-04T10:00:00Z\",\"seconds\":10,\"comparison\":\"x\",\"stable\":{\"total\":1,\"bad\":0}}\n");
    let broken = files.write("broken.ndjson", b"{\n");
    for (file, expected) in [(&other, "no windows with requests"), (&broken, "line 1: ")] {
        let ended = planned(ANALYSIS, &["--windows", file, "--canary-weight", "5%"]).await;
        assert!(
            ended.code == Some(2) && ended.stderr.contains(expected),
            "{ended:?}"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_planned_is_refused() {
    let metrics = ANALYSIS[..ANALYSIS.find("  comparisons").unwrap()].to_owned()
        + "  metrics: [{name: m, successCondition: 'true', provider: {web: {url: 'http://a/'}}}]\n";
    let usual = ["--rps", "200", "--canary-weight", "5%"];
    for (document, arguments, expected) in [
        (ANALYSIS, &["--canary-weight", "5%"][..], "--rps"),
        (ANALYSIS, &["--rps", "200"], "--canary-weight"),
        (
            ANALYSIS,
            &["--rps", "0", "--canary-weight", "5%"],
            "a number above 0",
        ),
        (
            ANALYSIS,
            &["--rps", "200", "--canary-weight", "100%"],
            "a share above 0 and below 1",
        ),
        (
            ANALYSIS,
            &["--rps", "NaN", "--canary-weight", "5%"],
            "a number above 0",
        ),
        (metrics.as_str(), &usual, "no comparison of errors or latencies"),
        (
            ANALYSIS,
            &["--rps", "9", "--canary-weight", "5%", "--p99-over-p50", "1"],
            "a number from 1.01 to 1000",
        ),
        (
            ANALYSIS,
            &["--history", "sqlite://nowhere.db"],
            "there is no store `nowhere.db`",
        ),
        (
            ANALYSIS,
            &["--history", "postgres://db/serin"],
            "the store's address `postgres://db/serin` cannot be used",
        ),
        (
            ANALYSIS,
            &["--history", "sqlite://a.db", "--windows", "b"],
            "cannot be used with",
        ),
        ("kind: Nothing\n", &usual, "error"),
        ("", &usual, "error"),
    ] {
        let ended = planned(document, arguments).await;
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(2), ""),
            "{arguments:?}: {ended:?}"
        );
        assert!(ended.stderr.contains(expected), "{expected}: {}", ended.stderr);
    }
}
