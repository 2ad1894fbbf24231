use super::{Modules, Source, is_module_file, prober, read};
use crate::blackbox::{Content, Family, Prober};

#[test]
fn the_built_in_modules_are_there() {
    let names: Vec<String> = Modules::default().names().map(str::to_owned).collect();
    assert_eq!(
        names,
        [
            "grpc",
            "grpc_plain",
            "http_2xx",
            "http_post_2xx",
            "icmp",
            "tcp_connect"
        ]
    );
}

#[test]
fn module_files_are_told_from_documents() {
    for (text, expected) in [
        ("modules:\n  a: {}\n", true),
        ("# comment\n---\nmodules: {}\n", true),
        ("kind: Journey\nmodules: 1\n", false),
        ("apiVersion: serin.dev/v1\n", false),
        ("  modules:\n", false),
        ("modules_of: 1\n", false),
        ("", false),
    ] {
        assert_eq!(is_module_file(&Source::new("x.yml", text)), expected, "{text:?}");
    }
}

/// Every key of CONFIGURATION.md that Serin has.
const ALL: &str = r#"
modules:
  http:
    prober: http
    timeout: 5s
    http:
      valid_status_codes: [200, 204]
      valid_http_versions: ["HTTP/1.1"]
      method: POST
      headers: {Host: a.test, Accept-Encoding: "br;q=0.5, gzip"}
      body_size_limit: 10MB
      compression: gzip
      follow_redirects: no
      fail_if_ssl: false
      fail_if_not_ssl: true
      fail_if_body_matches_regexp: [a]
      fail_if_body_not_matches_regexp: [b]
      fail_if_header_matches: [{header: X-A, regexp: a}]
      fail_if_header_not_matches: [{header: X-B, regexp: b, allow_missing: yes}]
      tls_config: {insecure_skip_verify: true, ca_file: ca, cert_file: c, key_file: k, server_name: s, min_version: TLS10, max_version: TLS13}
      basic_auth: {username: u, password_file: p}
      proxy_url: ""
      no_proxy: x
      proxy_from_environment: false
      skip_resolve_phase_with_proxy: false
      enable_http2: false
      preferred_ip_protocol: ip4
      ip_protocol_fallback: false
      body_file: body
    tcp: {whatever: belongs to nobody}
  tcp: {prober: tcp, tcp: {query_response: [{expect: a, send: b, starttls: false}], tls: true, tls_config: {}}}
  dns: {prober: dns, dns: {query_name: a, query_type: A, query_class: IN, recursion_desired: false, transport_protocol: tcp, dns_over_tls: true, valid_rcodes: [NXDOMAIN], validate_answer_rrs: {fail_if_matches_regexp: [a], fail_if_all_match_regexp: [a], fail_if_not_matches_regexp: [a], fail_if_none_matches_regexp: [a]}, validate_authority_rrs: {}, validate_additional_rrs: {}}}
  grpc: {prober: grpc, grpc: {service: s, tls: true, tls_config: {}, metadata: {x-a: [b]}, preferred_ip_protocol: ip4}}
  icmp: {prober: icmp, icmp: {payload_size: 100, ttl: 5, dont_fragment: false}}
"#;

#[test]
fn every_key_has_its_place() {
    let modules = read(ALL).unwrap();
    let module = modules.get("http").unwrap();
    assert_eq!(module.timeout.unwrap().as_secs(), 5);
    let Prober::Http(http) = &module.prober else {
        panic!("{module:?}")
    };
    assert_eq!(http.valid_status_codes, [200, 204]);
    assert_eq!(http.body_bytes_max, Some(10 << 20));
    assert!(!http.follows_redirects && http.fails_if_not_tls && !http.http2 && http.tls.insecure);
    assert_eq!(
        (http.addressing.preferred, http.addressing.fallback),
        (Family::V4, false)
    );
    assert_eq!(http.tls.roots, Some(Content::File("ca".to_owned())));
    assert_eq!(
        http.tls.min_version, None,
        "nothing older than TLS 1.2 is spoken anyway"
    );
    assert!(http.header_rules[1].may_miss && !http.header_rules[1].fails_if_matches);
    let shown = &module.shown;
    assert!(
        shown.contains("    Host: a.test\n") && shown.contains("password_file: p\n"),
        "{shown}"
    );
}

/// What is wrong, and what is said of it.
const WRONG: [(&str, &str); 20] = [
    (
        "prober: http, http: {valid_status_codes: 200}",
        "`valid_status_codes`|no list",
    ),
    (
        "prober: http, http: {valid_status_codes: [2xx]}",
        "a whole number from 100 to 999",
    ),
    (
        "prober: http, http: {folow_redirects: true}",
        "did you mean `follow_redirects`?",
    ),
    (
        "prober: http, http: {body: a, body_file: b}",
        "both `body` and `body_file`",
    ),
    (
        "prober: http, http: {basic_auth: {}, bearer_token: x}",
        "more than one way to log in",
    ),
    (
        "prober: http, http: {compression: br}",
        "Brotli, which Serin does not have",
    ),
    (
        "prober: http, http: {compression: gzip, headers: {accept-encoding: 'gzip;q=0, br'}}",
        "an Accept-Encoding that refuses gzip",
    ),
    (
        "prober: http, http: {proxy_url: 'http://p'}",
        "proxies, which Serin does not have",
    ),
    (
        "prober: http, http: {fail_if_body_json_matches_cel: 'true'}",
        "CEL, which Serin does not have",
    ),
    ("prober: http, http: {body_size_limit: many}", "bytes with a unit"),
    ("prober: http, http: {headers: {'a b': c}}", "the header \"a b\""),
    (
        "prober: http, http: {fail_if_header_matches: [{regexp: a}]}",
        "the name of a header",
    ),
    (
        "prober: http, http: {tls_config: {max_version: TLS11}}",
        "TLS11, which Serin does not have",
    ),
    (
        "prober: http, http: {tls_config: {cert_file: a}}",
        "one of a certificate and its key",
    ),
    (
        "prober: tcp, tcp: {source_ip_address: 10.0.0.1}",
        "a source address, which Serin does not have",
    ),
    ("prober: dns, dns: {query_type: A}", "no `query_name`"),
    (
        "prober: dns, dns: {query_name: a, query_type: HINFO}",
        "records of the type \"HINFO\"",
    ),
    (
        "prober: dns, dns: {query_name: a, valid_rcodes: [NO]}",
        "the code \"NO\"",
    ),
    ("prober: icmp, icmp: {ttl: 256}", "a whole number from 0 to 255"),
    ("timeout: 5s", "no `prober` in module `a`"),
];

#[test]
fn mistakes_are_told_with_their_place() {
    for (keys, said) in WRONG {
        let told = read(&format!("modules:\n  a: {{{keys}}}\n")).unwrap_err();
        let is_said = said.split('|').any(|said| told.contains(said));
        assert!(
            is_said && told.contains("blackbox.yml:2:") && told.contains('^'),
            "{keys}: {told}"
        );
    }
    for text in [
        "",
        "- a",
        "modules: 1",
        "modules:\n  a:\n",
        "other: {}",
        "modules: {}\n---\nmodules: {}\n",
        "modules: [",
        "\u{0}",
    ] {
        assert!(read(text).is_err(), "{text:?}");
    }
}

/// With a mistake on the line of a secret.
const SECRETS: [&str; 9] = [
    "modules: {}\n---\nmodules: {a: {prober: http, http: {bearer_token: hunter2",
    "modules:\n  a: {prober: http, http: {basic_auth: {password: hunter2, x: y}}}",
    "modules:\n  a: {prober: http, http: {bearer_token: hunter2, x: y}}",
    "modules:\n  a: {prober: http, http: {authorization: {credentials: hunter2, x: y}}}",
    "modules:\n  a: {prober: http, http: {headers: {Authorization: hunter2}, x: y}}",
    "modules:\n  a: {prober: http, http: {http_headers: {a: {secrets: [hunter2]}}, x: y}}",
    "modules:\n  a: {prober: http, http: {oauth2: {client_secret: hunter2}}}",
    "modules:\n  a: {prober: http, http: {basic_auth: {password: hunter2",
    "modules:\n  a:\n    prober: http\n    http:\n      headers:\n        X: \"hunter2\\q\"",
];

#[test]
fn no_message_shows_a_secret() {
    for text in SECRETS {
        let told = read(text).unwrap_err();
        assert!(!told.contains("hunter2"), "{told}");
    }
    let good = prober(
        "prober: http, http: {basic_auth: {username: hunter2, password: hunter2}, headers: {X: hunter2}}",
    );
    assert!(!format!("{good:?}").contains("hunter2"));
}
