use super::{both, compare};
use crate::peers::site::{Authority, Site};

const HTTP: &str = r#"modules:
  http_2xx: {prober: http}
  post: {prober: http, http: {method: POST, body: hi, headers: {X-A: b, Host: shop.test}, basic_auth: {username: u, password_file: password}}}
  trusted: {prober: http, http: {tls_config: {ca_file: roots.pem}}}
  certified: {prober: http, http: {tls_config: {ca_file: roots.pem, cert_file: certificate.pem, key_file: key.pem, min_version: TLS12}}}
  insecure: {prober: http, http: {tls_config: {insecure_skip_verify: true}}}
  renamed: {prober: http, http: {tls_config: {ca_file: roots.pem, server_name: other.test}}}
  no_tls: {prober: http, http: {fail_if_ssl: true, tls_config: {ca_file: roots.pem}}}
  only_tls: {prober: http, http: {fail_if_not_ssl: true}}
  stays: {prober: http, http: {follow_redirects: false}}
  stays_well: {prober: http, http: {follow_redirects: false, valid_status_codes: [302]}}
  said: {prober: http, http: {fail_if_body_not_matches_regexp: ["^hel+o$"], fail_if_body_matches_regexp: [bye]}}
  unsaid: {prober: http, http: {fail_if_body_matches_regexp: [hello]}}
  missing: {prober: http, http: {valid_status_codes: [404, 410]}}
  old: {prober: http, http: {valid_http_versions: ["HTTP/2.0"]}}
  headers: {prober: http, http: {fail_if_header_not_matches: [{header: x-kind, regexp: two}], fail_if_header_matches: [{header: x-kind, regexp: three}]}}
  header_one: {prober: http, http: {fail_if_header_matches: [{header: X-Kind, regexp: one, allow_missing: true}]}}
  gzip: {prober: http, http: {compression: gzip}}
  short: {prober: http, http: {body_size_limit: 3B}}
  ip4: {prober: http, http: {preferred_ip_protocol: ip4}}
  ip6: {prober: http, http: {preferred_ip_protocol: ip6, ip_protocol_fallback: false}}
  quick: {prober: http, timeout: 500ms}
"#;

/// Module, target, whether it succeeds. `PLAIN` and `SECURE` are the ports of the site.
const CASES: [(&str, &str, f64); 35] = [
    ("http_2xx", "127.0.0.1:PLAIN/", 1.0),
    ("http_2xx", "127.0.0.1:PLAIN", 1.0),
    ("http_2xx", "http://127.0.0.1:PLAIN/missing", 0.0),
    ("http_2xx", "http://127.0.0.1:PLAIN/empty", 1.0),
    ("http_2xx", "http://127.0.0.1:PLAIN/chunked", 1.0),
    ("http_2xx", "http://127.0.0.1:PLAIN/gzip", 1.0),
    ("http_2xx", "http://127.0.0.1:PLAIN/dated", 1.0),
    ("http_2xx", "http://127.0.0.1:PLAIN/redirect/3", 1.0),
    ("http_2xx", "http://127.0.0.1:PLAIN/redirect/10", 1.0),
    ("http_2xx", "http://127.0.0.1:PLAIN/redirect/12", 0.0),
    ("http_2xx", "http://127.0.0.1:1/", 0.0),
    ("http_2xx", "http://nobody.invalid/", 0.0),
    ("http_2xx", "http://[::1]:1/", 0.0),
    ("http_2xx", "a%20b", 0.0),
    ("http_2xx", "http://localhost:PLAIN/", 1.0),
    ("post", "127.0.0.1:PLAIN/", 1.0),
    ("stays", "127.0.0.1:PLAIN/redirect/1", 0.0),
    ("stays_well", "127.0.0.1:PLAIN/redirect/1", 1.0),
    ("said", "127.0.0.1:PLAIN/", 1.0),
    ("unsaid", "127.0.0.1:PLAIN/", 0.0),
    ("unsaid", "127.0.0.1:PLAIN/missing", 0.0),
    ("missing", "127.0.0.1:PLAIN/missing", 1.0),
    ("missing", "127.0.0.1:PLAIN/", 0.0),
    ("old", "127.0.0.1:PLAIN/", 0.0),
    ("headers", "127.0.0.1:PLAIN/two", 1.0),
    ("headers", "127.0.0.1:PLAIN/", 0.0),
    ("header_one", "127.0.0.1:PLAIN/two", 0.0),
    ("header_one", "127.0.0.1:PLAIN/", 1.0),
    ("gzip", "127.0.0.1:PLAIN/gzip", 1.0),
    ("gzip", "127.0.0.1:PLAIN/", 0.0),
    ("short", "127.0.0.1:PLAIN/", 0.0),
    ("ip4", "http://localhost:PLAIN/", 1.0),
    ("ip6", "127.0.0.1:PLAIN/", 0.0),
    ("quick", "127.0.0.1:PLAIN/hang", 0.0),
    ("only_tls", "127.0.0.1:PLAIN/", 0.0),
];

/// The same over TLS; `KNOWN` is the port of the site for those who show a certificate.
const SECURE_CASES: [(&str, &str, f64); 12] = [
    ("trusted", "https://localhost:SECURE/", 1.0),
    ("trusted", "https://127.0.0.1:SECURE/redirect/2", 1.0),
    ("http_2xx", "https://localhost:SECURE/", 0.0),
    ("insecure", "https://localhost:SECURE/missing", 0.0),
    ("insecure", "https://127.0.0.1:SECURE/", 1.0),
    ("renamed", "https://localhost:SECURE/", 0.0),
    ("no_tls", "https://localhost:SECURE/", 0.0),
    ("http_2xx", "https://127.0.0.1:PLAIN/", 0.0),
    ("certified", "https://localhost:KNOWN/", 1.0),
    ("trusted", "https://localhost:KNOWN/", 0.0),
    ("trusted", "https://127.0.0.1:SECURE/&hostname=localhost", 1.0),
    ("trusted", "https://localhost:SECURE/&hostname=other.test", 0.0),
];

#[tokio::test]
async fn requests_come_to_the_same_as_with_the_exporter() {
    let authority = Authority::new();
    let (service, exporter) = both(HTTP, &authority).await;
    let (plain, secure) = (Site::http().await, Site::https(&authority).await);
    let known = Site::https_for_known(&authority).await;
    for (module, target, success) in CASES.into_iter().chain(SECURE_CASES) {
        let target = target
            .replace("PLAIN", &plain.port.to_string())
            .replace("SECURE", &secure.port.to_string())
            .replace("KNOWN", &known.port.to_string());
        let own = compare(&service, &exporter, &format!("module={module}&target={target}")).await;
        assert_eq!(own["probe_success"], success, "{module} {target}");
    }
}
