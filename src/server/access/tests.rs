use axum::http::HeaderValue;

use super::*;

fn access(tokens: &[(&str, &str, Role)]) -> Access {
    let token = |(name, text, role): &(&str, &str, Role)| Token {
        name: (*name).to_owned(),
        sha256: Sha256::digest(text).into(),
        roles: vec![*role],
    };
    Access::new(tokens.iter().map(token).collect(), "https://Serin.example.com/x")
}

fn headers(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap()))
        .collect()
}

#[test]
fn roles_hold_those_below_them() {
    let access = access(&[("r", "one", Role::Read), ("a", "two", Role::Admin)]);
    let with = |token: &str, role| {
        let given = headers(&[(header::AUTHORIZATION, &format!("Bearer {token}"))]);
        access
            .check(&given, role)
            .map(|caller| (caller.name.to_string(), caller.is_admin))
    };
    assert_eq!(with("one", Role::Read).unwrap(), ("r".to_owned(), false));
    assert_eq!(with("two", Role::Run).unwrap(), ("a".to_owned(), true));
    assert!(
        with("one", Role::Run).is_err() && with("onE", Role::Read).is_err() && with("", Role::Read).is_err()
    );
    for wrong in ["Basic one", "Basic b25l", "Digest one", "one", "Bearer", "bearer"] {
        let given = headers(&[(header::AUTHORIZATION, wrong)]);
        assert!(access.check(&given, Role::Read).is_err(), "{wrong}");
    }
    assert!(access.check(&HeaderMap::new(), Role::Read).is_err());
    // `anybody:two`, as a browser sends it.
    let basic = headers(&[(header::AUTHORIZATION, "Basic YW55Ym9keTp0d28=")]);
    assert_eq!(&*access.check(&basic, Role::Read).unwrap().name, "a");
    let lower = headers(&[(header::AUTHORIZATION, "bearer  one ")]);
    assert!(access.check(&lower, Role::Read).is_ok());
}

#[test]
fn other_sites_cannot_make_a_browser_call() {
    let open = access(&[]);
    let ask = |host: &str, origin: Option<&str>, method: Method| {
        let mut pairs = vec![(header::HOST, host)];
        pairs.extend(origin.map(|origin| (header::ORIGIN, origin)));
        open.check_origin(&method, &headers(&pairs)).is_ok()
    };
    for host in [
        "localhost:7733",
        "127.0.0.1:7733",
        "[::1]:7733",
        "serin.example.com",
        "SERIN.example.com:443",
    ] {
        assert!(ask(host, None, Method::POST), "{host}");
    }
    assert!(!ask("rebound.example.org:7733", None, Method::GET));
    assert!(ask("localhost:1", Some("http://localhost:1"), Method::POST));
    assert!(ask(
        "localhost:1",
        Some("https://serin.example.com"),
        Method::POST
    ));
    assert!(!ask("localhost:1", Some("http://localhost:2"), Method::POST));
    assert!(!ask("localhost:1", Some("null"), Method::POST));
    assert!(ask("localhost:1", Some("https://elsewhere.org"), Method::GET));
    let closed = access(&[("r", "one", Role::Read)]);
    let host = headers(&[(header::HOST, "anything:1")]);
    assert!(closed.check_origin(&Method::POST, &host).is_ok());
}
