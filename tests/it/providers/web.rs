use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::Redirect;
use axum::routing::{any, get};
use serde_json::json;
use serin_judge::analysis::plan::{Provider, Secret, WebRequest};
use serin_judge::condition::Value;

use super::{reading, web_request};
use crate::peers::faults::{Fault, FaultServer, reply};

/// Argo's own cases, and those where Serin says Error on purpose.
#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn bodies_and_paths() {
    let object = r#"{"b":true,"a":1,"d":null,"c":[1,2]}"#;
    for (status, body, path, expected) in [
        (
            "200 OK",
            object,
            "{$}",
            Ok(r#"{"a":1,"b":true,"c":[1,2],"d":null}"#),
        ),
        ("200 OK", object, "{$.c[1]}", Ok("2")),
        ("201 Created", "{}", "{$}", Ok("{}")),
        (
            "200 OK",
            "null",
            "{$}",
            Err("the whole body of the 2xx answer is `null`"),
        ),
        ("200 OK", " null\n", "{$.a}", Err("is `null`, which is no data")),
        ("200 OK", r#""true""#, "{$}", Ok(r#""true""#)),
        ("200 OK", object, "{$.d}", Ok("null")),
        (
            "200 OK",
            object,
            "{$.e}",
            Err("Could not find JSONPath in body: e is not found"),
        ),
        ("200 OK", object, "$.a", Ok("\"$.a\"")),
        (
            "300 Multiple Choices",
            "{}",
            "{$}",
            Err("received non 2xx response code: 300"),
        ),
        (
            "400 Bad Request",
            "{}",
            "{$}",
            Err("received non 2xx response code: 400"),
        ),
        (
            "503 Service Unavailable",
            "{}",
            "{$}",
            Err("received non 2xx response code: 503"),
        ),
        ("204 No Content", "", "{$}", Err("is not JSON")),
        ("200 OK", "", "{$}", Err("is not JSON")),
        (
            "200 OK",
            "<html>Sign in</html>",
            "{$}",
            Err("`<html>Sign in</html>`"),
        ),
        ("200 OK", "{} {}", "{$}", Err("trailing characters")),
        ("200 OK", "NaN", "{$}", Err("is not JSON")),
        ("200 OK", "1e999", "{$}", Err("number out of range")),
        ("200 OK", "\u{feff}{}", "{$}", Err("is not JSON")),
    ] {
        let server = FaultServer::start(reply(status, "text/html", body)).await;
        let request = WebRequest {
            json_path: path.into(),
            ..web_request(server.address())
        };
        let seen = reading(&Provider::Web(request)).await.map(|reading| reading.text);
        match expected {
            Ok(text) => assert_eq!(seen.as_deref(), Ok(text), "{status} {body} {path}"),
            Err(text) => {
                let error = seen.unwrap_err().message;
                assert!(error.contains(text), "{status} {body} {path}: {error}");
            }
        }
    }
}

#[tokio::test]
async fn null_is_nil() {
    let server = FaultServer::start(reply("200 OK", "application/json", r#"{"d": null}"#)).await;
    let request = WebRequest {
        json_path: "{$.d}".into(),
        ..web_request(server.address())
    };
    assert_eq!(reading(&Provider::Web(request)).await.unwrap().value, Value::Nil);
}

type Seen = Arc<Mutex<Vec<(Method, HeaderMap, Bytes)>>>;

async fn record(
    State(seen): State<Seen>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> axum::Json<serde_json::Value> {
    seen.lock().unwrap().push((method, headers, body));
    axum::Json(json!({"ok": true}))
}

#[tokio::test]
async fn what_is_sent() {
    let seen = Seen::default();
    let router = Router::new()
        .route("/", any(record))
        .route("/moved", get(|| async { Redirect::temporary("/") }))
        .with_state(seen.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let header = |name: &str, value: &str| (name.to_owned(), Secret::Value(value.to_owned()));

    let request = WebRequest {
        method: "POST".into(),
        json_body: Some(json!({"b": [1], "a": "x"})),
        headers: vec![
            header("Content-Type", "text/plain"),
            header("X-A", "1"),
            header("x-a", "2"),
            header("Host", "elsewhere"),
        ],
        ..web_request(&address)
    };
    assert_eq!(
        reading(&Provider::Web(request)).await.unwrap().text,
        r#"{"ok":true}"#
    );
    let request = WebRequest {
        method: "PUT".into(),
        body: Some("raw {".into()),
        ..web_request(&address)
    };
    assert!(reading(&Provider::Web(request)).await.is_ok());
    assert!(
        reading(&Provider::Web(web_request(&format!("{address}/moved"))))
            .await
            .is_ok()
    );

    let seen = seen.lock().unwrap();
    let (method, headers, body) = &seen[0];
    assert_eq!(
        (method, &headers["content-type"], &headers["x-a"]),
        (
            &Method::POST,
            &"application/json".parse().unwrap(),
            &"2".parse().unwrap()
        )
    );
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(body).unwrap(),
        json!({"a": "x", "b": [1]})
    );
    assert!(!body.contains(&b' ') && headers["host"] != "elsewhere");
    let (method, headers, body) = &seen[1];
    assert_eq!(
        (method, headers.get("content-type"), &body[..]),
        (&Method::PUT, None, &b"raw {"[..])
    );
    assert_eq!(seen.len(), 3, "the redirect was followed");
}

#[tokio::test]
async fn what_is_refused_without_a_request() {
    let server = FaultServer::start(Fault::Silent).await;
    let with = |change: fn(&mut WebRequest)| {
        let mut request = web_request(server.address());
        change(&mut request);
        Provider::Web(request)
    };
    for (provider, expected) in [
        (
            with(|request| request.body = Some("a".into())),
            "the method is GET",
        ),
        (
            with(|request| request.json_body = Some(json!({}))),
            "the method is GET",
        ),
        (
            with(|request| {
                (request.method, request.body, request.json_body) =
                    ("POST".into(), Some("a".into()), Some(json!(1)))
            }),
            "either body or jsonBody",
        ),
        (
            with(|request| request.url = "bad://url.com".into()),
            "unsupported protocol scheme",
        ),
        (with(|request| request.method = "G T".into()), "no HTTP method"),
        (
            with(|request| request.headers = vec![("X".into(), Secret::File("/no/such/file".into()))]),
            "/no/such/file",
        ),
    ] {
        let error = reading(&provider).await.unwrap_err().message;
        assert!(error.contains(expected), "{error}");
    }
}

/// Headers may hold secrets under any name, and reqwest takes out but a few.
#[tokio::test]
async fn headers_do_not_go_to_another_host() {
    let seen = Seen::default();
    let elsewhere = Router::new().route("/", any(record)).with_state(seen.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, elsewhere).await.unwrap() });
    let there = format!("{target}/?token=hunter2");
    let asked = Router::new().route("/", any(move || async move { Redirect::temporary(&there) }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, asked).await.unwrap() });
    let with = |name: &str| {
        Provider::Web(WebRequest {
            headers: vec![(name.to_owned(), Secret::Value("hunter3".into()))],
            ..web_request(&address)
        })
    };
    let error = reading(&with("X-Api-Key")).await.unwrap_err().message;
    assert!(
        error.contains("a redirect to another host") && error.contains(&target),
        "{error}"
    );
    assert!(!error.contains("hunter"), "{error}");
    assert!(seen.lock().unwrap().is_empty(), "nothing was sent there");

    assert!(reading(&with("Accept")).await.is_ok());
    assert!(reading(&Provider::Web(web_request(&address))).await.is_ok());
    assert_eq!(seen.lock().unwrap().len(), 2);
}
