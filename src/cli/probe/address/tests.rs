use serin_judge::analysis::plan::journey::{Action, Protocol, TlsMode};

use super::*;

#[test]
fn a_url_is_a_journey_of_one_step() {
    let (journey, warnings) = journey("https://shop.example.com:8443/a/{{x}}?q={{y}}&n=1")
        .unwrap()
        .unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    assert_eq!(journey.target.as_deref(), Some("https://shop.example.com:8443"));
    assert_eq!(journey.steps.len(), 1);
    assert_eq!(journey.steps[0].name, "/a/%7B%7Bx%7D%7D");
    assert_eq!(journey.warm_up, 0);
    let refused = super::journey("http://ann:s3cret@shop/").unwrap_err();
    assert!(!refused.contains("s3cret"), "{refused}");
    assert!(super::journey("http://").is_err());
}

/// Protocol, address and TLS of a probe.
fn probe(url: &str) -> (Protocol<String>, Option<String>, TlsMode) {
    let (journey, warnings) = journey(url)
        .unwrap()
        .unwrap_or_else(|report| panic!("{url}: {report:?}"));
    assert!(warnings.is_empty(), "{url}: {warnings:?}");
    assert!(!journey.needs_target(), "{url}");
    let Action::Probe(probe) = &journey.steps[0].action else {
        panic!("{url} is no probe");
    };
    let text = |credential: &serin_judge::analysis::plan::journey::Credential| match credential {
        serin_judge::analysis::plan::journey::Credential::Template(text) => {
            Ok::<_, ()>(text.constant().unwrap().to_owned())
        }
        serin_judge::analysis::plan::journey::Credential::Secret(_) => Err(()),
    };
    let probe = probe.try_map(text).unwrap();
    (probe.protocol, probe.address, probe.security.mode)
}

#[test]
fn schemes_are_probes() {
    for (url, protocol, address, mode) in [
        ("tcp://shop.test:22", "tcp", Some("shop.test:22"), TlsMode::Off),
        ("tcp://[::1]:22", "tcp", Some("[::1]:22"), TlsMode::Off),
        ("tls://shop.test", "tls", Some("shop.test"), TlsMode::Direct),
        ("dns://9.9.9.9/shop.test", "dns", Some("9.9.9.9"), TlsMode::Off),
        ("dns:///shop.test", "dns", None, TlsMode::Off),
        (
            "postgres://ann@db.test:6000/shop",
            "postgres",
            Some("db.test:6000"),
            TlsMode::Prefer,
        ),
        ("redis://cache.test/3", "redis", Some("cache.test"), TlsMode::Off),
        (
            "rediss://cache.test",
            "redis",
            Some("cache.test"),
            TlsMode::Direct,
        ),
        (
            "grpc://shop.test:50051/shop.Orders",
            "grpc",
            Some("shop.test:50051"),
            TlsMode::Off,
        ),
        (
            "grpcs://shop.test:50051",
            "grpc",
            Some("shop.test:50051"),
            TlsMode::Direct,
        ),
        (
            "smtp://mail.test:2525",
            "smtp",
            Some("mail.test:2525"),
            TlsMode::Off,
        ),
        ("smtps://mail.test", "smtp", Some("mail.test"), TlsMode::Direct),
        ("icmp://10.0.0.1", "icmp", Some("10.0.0.1"), TlsMode::Off),
        ("icmp://[::1]", "icmp", Some("::1"), TlsMode::Off),
    ] {
        let (seen, at, tls) = probe(url);
        assert_eq!(
            (seen.name(), at.as_deref(), tls),
            (protocol, address, mode),
            "{url}"
        );
    }
}

#[test]
fn what_stands_behind_a_host_belongs_to_its_protocol() {
    let (Protocol::Dns(dns), ..) = probe("dns://9.9.9.9:5353/_sip._tcp.shop.test?type=srv&transport=tcp")
    else {
        panic!();
    };
    assert_eq!(
        (dns.name.as_str(), format!("{:?} {:?}", dns.record, dns.transport)),
        ("_sip._tcp.shop.test", "Srv Tcp".to_owned())
    );
    let (Protocol::Postgres(postgres), ..) = probe("postgres://ann%40shop@db.test/orders%20new") else {
        panic!();
    };
    assert_eq!(
        (postgres.user.as_str(), postgres.database.as_deref()),
        ("ann@shop", Some("orders new"))
    );
    let (Protocol::Grpc(grpc), ..) = probe("grpc://shop.test:50051/shop.Orders") else {
        panic!();
    };
    assert_eq!(grpc.services, ["shop.Orders"]);
}

#[test]
fn urls_that_say_too_much_are_refused() {
    for (url, said) in [
        ("postgres://ann:s3cret@db.test/shop", "credentials"),
        ("redis://ann:s3cret@cache.test", "credentials"),
        ("redis://s3cret@cache.test", "credentials"),
        ("postgres://db.test/shop", "has no user"),
        ("dns://9.9.9.9", "has no name"),
        ("dns://9.9.9.9/shop.test?class=CH", "the option `class`"),
        ("tcp://shop.test:22/path", "has a path"),
        ("tls://shop.test?x=1", "has a query"),
        ("tcp://", "has no host"),
        ("grpc://shop.test:1/{{x}}", "has a placeholder"),
    ] {
        let refused = journey(url).unwrap_err();
        assert!(
            refused.contains(said) && !refused.contains("s3cret"),
            "{url}: {refused}"
        );
    }
    // What documents refuse is refused here too.
    for url in ["dns://9.9.9.9/shop.test?type=WKS", "redis://cache.test/first"] {
        assert!(journey(url).unwrap().is_err(), "{url}");
    }
    assert!(is_url("tls://shop.test") && !is_url("ftp://shop.test") && !is_url("journeys/shop.yaml"));
}
