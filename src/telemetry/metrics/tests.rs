use super::*;

#[test]
fn what_was_counted_is_told_under_its_name() {
    let metrics = Metrics::new(Timestamp::from_micros(1_500_000));
    metrics.http(
        &Method::GET,
        "/api/v1/runs/{id}",
        StatusCode::OK,
        Duration::from_millis(3),
    );
    metrics.http(
        &Method::from_bytes(b"BREW").unwrap(),
        "none",
        StatusCode::NOT_FOUND,
        Duration::ZERO,
    );
    metrics.verdict(Verdict::Promote);
    metrics.measurement(Phase::Failed, Duration::from_millis(20));
    metrics.windows(4, Duration::from_secs(5));
    metrics.delivery_attempt("rollouts", false);
    metrics.delivery_given_up("rollouts");
    metrics.store_write("append", Duration::from_micros(700), true);
    let standing = Standing {
        runs_active: 3,
        runs_begun: 5,
        ..Standing::default()
    };
    let text = metrics.text(&standing).unwrap();
    for line in [
        "serin_http_requests_total{method=\"GET\",route=\"/api/v1/runs/{id}\",status=\"200\"} 1",
        "serin_http_requests_total{method=\"other\",route=\"none\",status=\"404\"} 1",
        "serin_http_request_duration_seconds_bucket{le=\"0.005\",route=\"/api/v1/runs/{id}\"} 1",
        "serin_verdicts_total{verdict=\"promote\"} 1",
        "serin_measurements_total{phase=\"Failed\"} 1",
        "serin_windows_total 4",
        "serin_window_lateness_seconds_sum 5.0",
        "serin_delivery_attempts_total{hook=\"rollouts\",outcome=\"failed\"} 1",
        "serin_deliveries_given_up_total{hook=\"rollouts\"} 1",
        "serin_store_errors_total 1",
        "serin_runs_active 3",
        "serin_runs_begun_total 5",
        "process_start_time_seconds 1.5",
    ] {
        assert!(
            text.lines().any(|found| found == line),
            "{line} is not in:\n{text}"
        );
    }
    assert!(text.ends_with("# EOF\n") && text.matches("# EOF").count() == 1);
}
