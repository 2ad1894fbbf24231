use serin_judge::condition::Value;

use super::{TIMEOUT, reading, scrape_query};
use crate::peers::app::App;

#[tokio::test]
async fn values_come_in_order_of_addresses_and_series() {
    let (one, other) = (App::start().await, App::start().await);
    one.requests(200, 2).await;
    one.requests(500, 1).await;
    other.requests(200, 5).await;
    let addresses = [other.metrics_url(), one.metrics_url()];
    for (series, value, text) in [
        (
            "http_requests_total",
            Value::Floats([5.0, 2.0, 1.0].into()),
            "[5,2,1]",
        ),
        (
            "http_requests_total{code=~\"5..\"}",
            Value::Floats([1.0].into()),
            "[1]",
        ),
        ("no_such_series", Value::Floats([].into()), "[]"),
    ] {
        let reading = reading(&scrape_query(&addresses, series, TIMEOUT)).await.unwrap();
        assert_eq!((reading.value, reading.text.as_str()), (value, text), "{series}");
    }
}

#[tokio::test]
async fn one_address_that_cannot_be_read_is_an_error() {
    let (one, mut other) = (App::start().await, App::start().await);
    other.stop().await;
    let addresses = [one.metrics_url(), other.metrics_url()];
    let error = reading(&scrape_query(&addresses, "http_requests_total", TIMEOUT))
        .await
        .unwrap_err()
        .message;
    assert!(
        error.contains(&other.metrics_url()) && error.contains("no connection"),
        "{error}"
    );
    for (series, expected) in [("rate(a[1m])", "raw selector"), ("", "empty")] {
        let error = reading(&scrape_query(&addresses, series, TIMEOUT))
            .await
            .unwrap_err()
            .message;
        assert!(error.contains(expected), "{error}");
    }
}
