use cookie_store::CookieStore;
use serin_judge::analysis::plan::journey::FailureClass;
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc::unbounded_channel;

use super::peers::{Raw, ok, read_request};
use super::{client, get, late};
use http::HeaderValue;

const LOGIN: &str = "HTTP/1.1 302 Found\r\nset-cookie: session=abc; HttpOnly\r\nset-cookie: other=1; Path=/deep\r\n\
                     set-cookie: foreign=1; Domain=example.com\r\nlocation: /\r\ncontent-length: 0\r\n\r\n";

/// Sends who has no session to itself with one.
async fn with_sessions() -> (Raw, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let (tell, told) = unbounded_channel();
    let server = Raw::start(move |_, mut stream| {
        let tell = tell.clone();
        async move {
            while let Some(request) = read_request(&mut stream).await {
                let answer = if request.contains("session=abc") {
                    ok("in")
                } else {
                    LOGIN.to_owned()
                };
                tell.send(request).unwrap();
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        }
    })
    .await;
    (server, told)
}

#[tokio::test]
async fn cookies_are_kept_and_sent_where_they_belong() {
    let (server, mut told) = with_sessions().await;
    let client = client();
    let mut store = CookieStore::default();
    let mut request = get(server.url("/"));
    request.redirects_max = 3;
    request
        .headers
        .to_mut()
        .insert("cookie", HeaderValue::from_static("own=1"));
    // The same address twice is no circle once it has set a cookie.
    let exchange = client.send(&request, Some(&mut store), late()).await;
    assert_eq!(exchange.outcome.unwrap().body, "in");
    assert!(told.recv().await.unwrap().contains("cookie: own=1\r\n"));
    assert!(
        told.recv()
            .await
            .unwrap()
            .contains("cookie: own=1; session=abc\r\n")
    );

    request.headers.to_mut().clear();
    request.uri = server.url("/deep").parse().unwrap();
    client.send(&request, Some(&mut store), late()).await;
    let deep = told.recv().await.unwrap();
    let cookies = deep
        .lines()
        .find_map(|line| line.strip_prefix("cookie: "))
        .unwrap();
    let mut cookies: Vec<&str> = cookies.split("; ").collect();
    cookies.sort_unstable();
    assert_eq!(cookies, ["other=1", "session=abc"]);
}

#[tokio::test]
async fn without_a_store_there_are_no_cookies() {
    let (server, mut told) = with_sessions().await;
    let mut request = get(server.url("/"));
    request.redirects_max = 3;
    let exchange = client().send(&request, None, late()).await;
    assert_eq!(exchange.outcome.unwrap_err().class, FailureClass::Redirect);
    assert!(!told.recv().await.unwrap().contains("cookie"));
}

#[tokio::test]
async fn another_origin_does_not_get_them() {
    let (server, _told) = with_sessions().await;
    let (tell, mut told) = unbounded_channel();
    let other = Raw::start(move |_, mut stream| {
        let tell = tell.clone();
        async move {
            tell.send(read_request(&mut stream).await.unwrap()).unwrap();
            stream.write_all(ok("").as_bytes()).await.unwrap();
        }
    })
    .await;
    let client = client();
    let mut store = CookieStore::default();
    let mut request = get(server.url("/"));
    request.redirects_max = 3;
    client
        .send(&request, Some(&mut store), late())
        .await
        .outcome
        .unwrap();
    // Cookies know no ports (RFC 6265, section 8.5), so it takes another host.
    let settings = crate::engine::ports::ClientSettings {
        connect_to: vec![("other.test:80".to_owned(), other.address)],
        ..Default::default()
    };
    let request = get("http://other.test/");
    let client = super::client_with(&settings);
    client
        .send(&request, Some(&mut store), late())
        .await
        .outcome
        .unwrap();
    let seen = told.recv().await.unwrap();
    assert!(
        seen.contains("host: other.test\r\n") && !seen.contains("cookie"),
        "{seen}"
    );
}
