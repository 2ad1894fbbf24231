use std::time::Duration;

use axum::extract::RawForm;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value as Document, json};
use serin::config::Settings;
use serin_judge::analysis::plan::{
    PrometheusAccess, PrometheusQuery, Provider, RangeQuery, Secret, WebRequest,
};
use serin_judge::condition::Value;

use super::{TIMEOUT, access, measure, prometheus_query, reading, web_request};
use crate::peers::now;
use crate::peers::prometheus::Prometheus;
use crate::peers::tls::TlsServer;

#[tokio::test]
async fn a_real_prometheus_answers_with_all_types() {
    let prometheus = Prometheus::start("200ms", &[]).await;
    let ask = async |query: &str| reading(&prometheus_query(prometheus.address(), query, TIMEOUT)).await;
    for (query, value, text) in [
        ("scalar(vector(10))", Value::Float(10.0), "10"),
        ("1.5", Value::Float(1.5), "1.5"),
        ("1e30", Value::Float(1e30), "1000000000000000000000000000000"),
        ("1 / 0", Value::Float(f64::INFINITY), "+Inf"),
        ("-1 / 0", Value::Float(f64::NEG_INFINITY), "-Inf"),
        ("vector(0.95)", Value::Floats([0.95].into()), "[0.95]"),
        ("no_such_series", Value::Floats([].into()), "[]"),
        (
            "sort(label_replace(vector(10),\"a\",\"1\",\"\",\"\") or vector(11))",
            Value::Floats([10.0, 11.0].into()),
            "[10,11]",
        ),
    ] {
        let reading = ask(query)
            .await
            .unwrap_or_else(|error| panic!("{query}: {error}"));
        assert_eq!((&reading.value, reading.text.as_str()), (&value, text), "{query}");
        assert_eq!(reading.metadata["ResolvedPrometheusQuery"], query);
    }
    assert_eq!(ask("0 / 0").await.unwrap().text, "NaN");
    assert_eq!(ask("vector(0 / 0)").await.unwrap().text, "[NaN]");
    assert_eq!(
        ask("\"text\"").await.unwrap_err().message,
        "Prometheus metric type not supported"
    );
    let error = ask("up{").await.unwrap_err().message;
    assert!(
        error.contains("bad_data")
            && error.contains("parse error")
            && error.contains("a retry does not help"),
        "{error}"
    );
    let error = ask("label_replace(vector(1),\"a\",\"1\",\"\",\"\") + on() group_left() (vector(1) or label_replace(vector(1),\"b\",\"1\",\"\",\"\"))").await;
    assert!(error.unwrap_err().message.contains("execution"));
}

#[tokio::test]
async fn a_matrix_is_all_samples_of_all_series() {
    let mut prometheus = Prometheus::start("200ms", &[]).await;
    // Without targets there are no series, but a subquery makes a matrix of anything.
    let query = prometheus_query(prometheus.address(), "vector(3)[2s:1s]", TIMEOUT);
    let reading = reading(&query).await.unwrap();
    assert!(
        ["[3,3]", "[3,3,3]"].contains(&reading.text.as_str()),
        "{}",
        reading.text
    );
    prometheus.kill();
    let error = super::reading(&query).await.unwrap_err().message;
    assert!(
        error.contains("no connection") && error.contains("a retry may help"),
        "{error}"
    );
}

#[tokio::test]
async fn a_range_query_gives_all_its_steps() {
    let prometheus = Prometheus::start("200ms", &[]).await;
    let range = RangeQuery {
        start: "date(\"2023-08-14 00:00:00\", \"2006-01-02 15:04:05\", \"UTC\") - duration(\"2m\")".into(),
        end: "date(\"2023-08-14 00:00:00\", \"2006-01-02 15:04:05\", \"UTC\")".into(),
        step: Duration::from_secs(60),
    };
    let access = access(prometheus.address(), TIMEOUT);
    let query = |query: &str| {
        Provider::Prometheus(PrometheusQuery {
            access: access.clone(),
            query: query.into(),
            range: Some(range.clone()),
        })
    };
    let first = 1_691_971_080;
    let times = reading(&query("time()")).await.unwrap();
    assert_eq!(times.text, format!("[{},{},{}]", first, first + 60, first + 120));
    assert_eq!(
        reading(&query(
            "vector(1) or label_replace(vector(2), \"a\", \"1\", \"\", \"\")"
        ))
        .await
        .unwrap()
        .text
        .len(),
        "[1,1,1,2,2,2]".len()
    );
    assert_eq!(reading(&query("no_such_series")).await.unwrap().text, "[]");
}

/// Answers like a Prometheus with what it was asked.
async fn echo(method: Method, headers: HeaderMap, RawForm(form): RawForm) -> (StatusCode, Json<Document>) {
    if method == Method::POST && headers.get("x-get-only").is_some() {
        return (StatusCode::METHOD_NOT_ALLOWED, Json(json!("POST is not allowed")));
    }
    let header = |name: &str| {
        headers
            .get(name)
            .map_or("none", |value| value.to_str().unwrap())
            .to_owned()
    };
    let infos = [
        method.to_string(),
        header("authorization"),
        header("x-tenant"),
        String::from_utf8(form.to_vec()).unwrap(),
    ];
    let data = json!({"resultType": "scalar", "result": [1.5, "1"]});
    (
        StatusCode::OK,
        Json(json!({"status": "success", "data": data, "warnings": infos})),
    )
}

async fn echo_server() -> String {
    let router = Router::new()
        .route("/prefix/api/v1/query", get(echo).post(echo))
        .route("/prefix/api/v1/query_range", get(echo).post(echo));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/prefix/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

#[tokio::test]
async fn how_a_query_is_sent() {
    let address = echo_server().await;
    let mut query = PrometheusQuery {
        access: access(&address, TIMEOUT),
        query: "up + 1".into(),
        range: None,
    };
    query.access.bearer = Some(Secret::Value("t0ken".into()));
    query.access.headers = vec![("X-Tenant".into(), Secret::Value("team".into()))];
    let at = serin_judge::time::Timestamp::from_micros(1_700_000_000_123_999);
    let sent = async |query: &PrometheusQuery| {
        let reading = measure(&Provider::Prometheus(query.clone()))
            .measure(at)
            .await
            .unwrap();
        reading.metadata["warnings"].clone()
    };
    assert_eq!(
        sent(&query).await,
        r#""POST", "Bearer t0ken", "team", "query=up+%2B+1&time=1700000000.123""#
    );
    query
        .access
        .headers
        .push(("X-Get-Only".into(), Secret::Value("1".into())));
    assert!(
        sent(&query)
            .await
            .starts_with(r#""GET", "Bearer t0ken", "team", "query=up+%2B+1&time="#)
    );
    query.access.bearer = None;
    query.access.basic = Some((
        Secret::Value("Aladdin".into()),
        Secret::Value("open sesame".into()),
    ));
    assert!(sent(&query).await.contains("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
}

#[tokio::test]
async fn the_services_headers_go_to_its_own_address_only() {
    let (own, other) = (echo_server().await, echo_server().await);
    let settings = Settings {
        prometheus_access: PrometheusAccess {
            headers: vec![("Authorization".into(), Secret::Value("Bearer service".into()))],
            ..access(&own, TIMEOUT)
        },
        ..Settings::default()
    };
    for (address, expected) in [(None, true), (Some(own), true), (Some(other), false)] {
        let mut access = access("", TIMEOUT);
        access.address.clone_from(&address);
        let provider = Provider::Prometheus(PrometheusQuery {
            access,
            query: "1".into(),
            range: None,
        });
        let measure =
            serin::config::measure(&provider, &settings, &serin::config::secrets::EnvironmentAndFiles);
        let warnings = measure.measure(now()).await.unwrap().metadata["warnings"].clone();
        assert_eq!(
            warnings.contains("Bearer service"),
            expected,
            "{address:?}: {warnings}"
        );
    }
}

#[tokio::test]
async fn a_range_that_is_no_time_is_an_error_without_a_request() {
    let range = RangeQuery {
        start: "hello".into(),
        end: "now()".into(),
        step: Duration::from_secs(60),
    };
    let access = access("http://127.0.0.1:1", TIMEOUT);
    let provider = Provider::Prometheus(PrometheusQuery {
        access,
        query: "up".into(),
        range: Some(range),
    });
    let error = reading(&provider).await.unwrap_err().message;
    assert!(
        error.contains("hello") && !error.contains("no connection"),
        "{error}"
    );
}

#[tokio::test]
async fn what_cannot_be_built_is_an_error_of_each_measurement() {
    let with = |change: fn(&mut PrometheusQuery)| {
        let mut query = PrometheusQuery {
            access: access("http://h", TIMEOUT),
            query: "up".into(),
            range: None,
        };
        change(&mut query);
        Provider::Prometheus(query)
    };
    for (provider, expected) in [
        (
            with(|query| query.access.address = None),
            "SERIN_PROMETHEUS_ADDRESS",
        ),
        (
            with(|query| query.access.address = Some("h:9090".into())),
            "`http://host:port`",
        ),
        (
            with(|query| query.access.bearer = Some(Secret::Env("SERIN_NO_SUCH_VARIABLE".into()))),
            "`SERIN_NO_SUCH_VARIABLE` is not set",
        ),
        (
            with(|query| query.access.ca = Some("/no/such/ca.pem".into())),
            "/no/such/ca.pem",
        ),
        (
            Provider::Unavailable {
                kind: "datadog".into(),
            },
            "`datadog` is not part of this build; the providers are: prometheus",
        ),
    ] {
        let error = reading(&provider).await.unwrap_err().message;
        assert!(error.contains(expected), "{provider:?}: {error}");
    }
}

#[tokio::test]
async fn certificates_are_verified_unless_told_otherwise() {
    let server =
        TlsServer::start(r#"{"status":"success","data":{"resultType":"scalar","result":[1,"2"]}}"#).await;
    let with = |ca: Option<String>, insecure: bool| {
        let access = PrometheusAccess {
            ca,
            insecure,
            ..access(server.address(), TIMEOUT)
        };
        Provider::Prometheus(PrometheusQuery {
            access,
            query: "2".into(),
            range: None,
        })
    };
    let error = reading(&with(None, false)).await.unwrap_err().message;
    assert!(error.contains("certificate"), "{error}");
    assert_eq!(
        reading(&with(Some(server.roots()), false)).await.unwrap().text,
        "2"
    );
    assert_eq!(reading(&with(None, true)).await.unwrap().text, "2");

    let insecure = WebRequest {
        insecure: true,
        json_path: "{.data.result[1]}".into(),
        ..web_request(server.address())
    };
    assert_eq!(reading(&Provider::Web(insecure)).await.unwrap().text, r#""2""#);
    assert!(
        reading(&Provider::Web(web_request(server.address())))
            .await
            .is_err()
    );
}
