use std::time::Duration;

use http::{HeaderMap, StatusCode, Version};
use serde_json::{Map, Value, json};

use super::prober;
use crate::analysis::plan::journey::{Failure, FailureClass, Protocol, TlsMode};
use crate::blackbox::http::{Seen, Target};
use crate::blackbox::{Prober, Report, Sounded, TlsSettings};
use crate::journey::{Answer, Certificate, Hop, NameAttribute, Phases, TlsFacts, TlsSession};

fn failure(class: FailureClass) -> Failure {
    Failure {
        class,
        phase: None,
        message: "as told".to_owned(),
    }
}

fn answer(status: u16, body: &str) -> Answer {
    Answer {
        status: StatusCode::from_u16(status).unwrap(),
        version: Version::HTTP_11,
        headers: HeaderMap::new(),
        body_bytes: body.len() as u64,
        body: body.to_owned().into(),
        url: "http://a.test/".parse().unwrap(),
        address: None,
        redirects: 0,
        duration: Duration::ZERO,
        tls: None,
    }
}

fn hop(status: Option<u16>) -> Hop {
    let ms = |ms| Some(Duration::from_millis(ms));
    Hop {
        status,
        phases: Phases {
            dns: ms(1),
            connect: ms(2),
            tls: ms(4),
            send: ms(8),
            first_byte: ms(16),
            body: ms(32),
        },
        reused: false,
        server: Vec::new(),
    }
}

/// What a module of `http` makes of an answer.
fn of_http(keys: &str, seen: &Seen<'_>) -> Report {
    let Prober::Http(http) = prober(&format!("prober: http, http: {{{keys}}}")) else {
        panic!("{keys}");
    };
    let target = Target::parse("http://a.test/").unwrap();
    let question = http
        .question(&target, None, &|_| Err("no files".to_owned()))
        .unwrap();
    let mut report = Report::new();
    crate::blackbox::http::Http::begin(&mut report);
    http.judge(&question, seen, &mut report);
    report
}

#[test]
fn parts_are_summed_over_redirects_and_the_transfer_is_the_last_ones() {
    let hops = [hop(Some(302)), hop(Some(302)), hop(Some(200))];
    let whole = answer(200, "");
    let report = of_http(
        "",
        &Seen {
            hops: &hops,
            answer: Some(&whole),
            failure: None,
        },
    );
    for (phase, seconds) in [
        ("resolve", 0.003),
        ("connect", 0.006),
        ("tls", 0.012),
        ("processing", 0.072),
        ("transfer", 0.032),
    ] {
        let told = report
            .gauges
            .get("probe_http_duration_seconds", &[("phase", phase)])
            .unwrap();
        assert!((told - seconds).abs() < 1e-12, "{phase}: {told}");
    }
    assert_eq!(report.gauges.get("probe_http_redirects", &[]), Some(2.0));
    assert!(report.success);
}

#[test]
fn an_answer_that_breaks_is_told_as_far_as_it_came_and_fails() {
    let (cut, broken) = (answer(200, ""), failure(FailureClass::BodyTimeout));
    let seen = Seen {
        hops: &[hop(Some(200))],
        answer: Some(&cut),
        failure: Some(&broken),
    };
    for (keys, due_to_regex) in [("", 0.0), ("fail_if_body_matches_regexp: [x]", 1.0)] {
        let report = of_http(keys, &seen);
        assert!(!report.success);
        assert_eq!(report.gauges.get("probe_http_status_code", &[]), Some(200.0));
        assert_eq!(
            report.gauges.get("probe_failed_due_to_regex", &[]),
            Some(due_to_regex),
            "{keys}"
        );
    }
    let nothing = of_http(
        "",
        &Seen {
            hops: &[hop(None)],
            answer: None,
            failure: Some(&broken),
        },
    );
    assert_eq!(nothing.gauges.get("probe_http_status_code", &[]), Some(0.0));
    assert!(!nothing.success);
}

#[test]
fn lengths_are_those_that_gos_client_tells() {
    let length = |answer: &Answer, keys: &str| {
        let report = of_http(
            keys,
            &Seen {
                hops: &[],
                answer: Some(answer),
                failure: None,
            },
        );
        report.gauges.get("probe_http_content_length", &[]).unwrap()
    };
    let with = |status, name: &'static str, value: &'static str| {
        let mut answer = answer(status, "");
        answer.headers.insert(name, value.parse().unwrap());
        answer
    };
    assert_eq!(length(&with(200, "content-length", "7"), ""), 7.0);
    assert_eq!(length(&with(200, "transfer-encoding", "chunked"), ""), -1.0);
    assert_eq!(length(&with(304, "content-length", "7"), ""), 0.0);
    assert_eq!(length(&with(200, "content-length", "7"), "method: HEAD"), 7.0);
    let mut second = answer(200, "");
    second.version = Version::HTTP_2;
    assert_eq!(length(&second, ""), 0.0);
}

/// What a module makes of facts.
fn sounded(prober: &Prober, facts: Value, failure: Option<&Failure>, tls: Option<&TlsFacts>) -> Report {
    let nothing = Map::new();
    let phases = hop(None).phases;
    let sounded = Sounded {
        phases: &phases,
        facts: facts.as_object().unwrap_or(&nothing),
        tls,
        failure,
    };
    let mut report = Report::new();
    prober.begin(&mut report);
    prober.judge(&sounded, &mut report);
    report
}

#[test]
fn what_a_handshake_shows_is_told() {
    let name = |value: &str| {
        vec![NameAttribute {
            oid: "2.5.4.3".to_owned(),
            value: value.to_owned(),
        }]
    };
    let leaf = Certificate {
        subject: name("a.test"),
        issuer: name("Root"),
        dns_names: vec!["a.test".to_owned(), "b.test".to_owned()],
        not_after: 2_000_000_000,
        serial: "0a".to_owned(),
        sha256: "ff".to_owned(),
    };
    let session = TlsSession {
        cipher: Some("TLS_AES_128_GCM_SHA256".to_owned()),
        chain: vec![
            leaf.clone(),
            Certificate {
                not_after: 1_900_000_000,
                ..leaf
            },
        ],
        trusted_until: None,
    };
    let facts = TlsFacts {
        version: "TLSv1.3",
        days_left: 1,
        session: Some(session.into()),
    };
    let report = sounded(
        &prober("prober: tcp, tcp: {tls: true}"),
        json!({}),
        None,
        Some(&facts),
    );
    let text = report.gauges.to_string();
    for line in [
        "probe_ssl_earliest_cert_expiry 1900000000\n",
        // Go's zero time, where no chain was verified.
        "probe_ssl_last_chain_expiry_timestamp_seconds -62135596800\n",
        "probe_ssl_last_chain_info{fingerprint_sha256=\"ff\",issuer=\"CN=Root\",serialnumber=\"0a\",subject=\"CN=a.test\",subjectalternative=\"a.test,b.test\"} 1\n",
        "probe_tls_version_info{version=\"TLS 1.3\"} 1\n",
        "probe_tls_cipher_info{cipher=\"TLS_AES_128_GCM_SHA256\"} 1\n",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
}

#[test]
fn calls_that_nobody_answered_have_the_codes_of_grpc() {
    let grpc = prober("prober: grpc, grpc: {service: shop}");
    for (facts, class, code) in [
        (json!({}), FailureClass::ConnectRefused, 14.0),
        (json!({}), FailureClass::TtfbTimeout, 4.0),
        (json!({"code": 5}), FailureClass::AssertFailed, 5.0),
        (
            json!({"code": 0, "services": {"shop": "NOT_SERVING"}}),
            FailureClass::Unhealthy,
            0.0,
        ),
    ] {
        let serving = facts["services"]["shop"] == "NOT_SERVING";
        let report = sounded(&grpc, facts, Some(&failure(class)), None);
        assert_eq!(report.gauges.get("probe_grpc_status_code", &[]), Some(code));
        let told = report.gauges.get(
            "probe_grpc_healthcheck_response",
            &[("serving_status", "NOT_SERVING")],
        );
        assert_eq!(told, Some(f64::from(u8::from(serving))));
        assert!(!report.success);
    }
}

#[test]
fn a_code_that_is_valid_is_no_failure() {
    let dns = prober("prober: dns, dns: {query_name: a.test, query_type: SOA, valid_rcodes: [NXDOMAIN]}");
    let facts =
        json!({"rcode": "NXDOMAIN", "answers": [], "authority": [{"name": "a.test."}], "additional": []});
    let report = sounded(&dns, facts, Some(&failure(FailureClass::DnsNxdomain)), None);
    assert!(report.success);
    assert_eq!(report.gauges.get("probe_dns_authority_rrs", &[]), Some(1.0));
    assert_eq!(report.gauges.get("probe_dns_serial", &[]), Some(0.0));
    let silent = sounded(&dns, json!({}), Some(&failure(FailureClass::TtfbTimeout)), None);
    assert_eq!(silent.gauges.get("probe_dns_query_succeeded", &[]), Some(0.0));
    assert!(!silent.success);
}

#[test]
fn an_expectation_is_to_blame_only_where_nothing_fitted() {
    let tcp = prober("prober: tcp, tcp: {query_response: [{expect: a}]}");
    for (facts, class, expected) in [
        (json!({"unmatched": true}), FailureClass::AssertFailed, 1.0),
        (json!({}), FailureClass::TtfbTimeout, 0.0),
    ] {
        let report = sounded(&tcp, facts, Some(&failure(class)), None);
        assert_eq!(
            report.gauges.get("probe_failed_due_to_regex", &[]),
            Some(expected)
        );
    }
    let Prober::Tcp(tcp) = tcp else { panic!("{tcp:?}") };
    let security = TlsSettings::default().security(TlsMode::Off, "a.test", (None, None));
    let Protocol::Tcp(asked) = tcp.probe(security).protocol else {
        panic!("no talk")
    };
    assert_eq!(asked.dialogue.len(), 1);
}
