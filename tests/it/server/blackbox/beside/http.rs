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

#[tokio::test]
async fn requests_come_to_the_same_as_with_the_exporter() {
    let authority = Authority::new();
    let (service, exporter) = both(HTTP, &authority).await;
    let (plain, secure) = (Site::http().await, Site::https(&authority).await);
    let http = format!("127.0.0.1:{}", plain.port);
    let https = format!("https://localhost:{}", secure.port);
    for (module, target, success) in [
        ("http_2xx", format!("{http}/"), 1.0),
        ("http_2xx", http.clone(), 1.0),
        ("http_2xx", format!("http://{http}/missing"), 0.0),
        ("http_2xx", format!("http://{http}/empty"), 1.0),
        ("http_2xx", format!("http://{http}/chunked"), 1.0),
        ("http_2xx", format!("http://{http}/gzip"), 1.0),
        ("http_2xx", format!("http://{http}/dated"), 1.0),
        ("http_2xx", format!("http://{http}/redirect/3"), 1.0),
        ("http_2xx", format!("http://{http}/redirect/10"), 1.0),
        ("http_2xx", format!("http://{http}/redirect/12"), 0.0),
        ("http_2xx", "http://127.0.0.1:1/".to_owned(), 0.0),
        ("http_2xx", "http://nobody.invalid/".to_owned(), 0.0),
        ("http_2xx", "http://[::1]:1/".to_owned(), 0.0),
        ("http_2xx", "a%20b".to_owned(), 0.0),
        ("http_2xx", format!("http://localhost:{}/", plain.port), 1.0),
        ("post", format!("{http}/"), 1.0),
        ("stays", format!("{http}/redirect/1"), 0.0),
        ("stays_well", format!("{http}/redirect/1"), 1.0),
        ("said", format!("{http}/"), 1.0),
        ("unsaid", format!("{http}/"), 0.0),
        ("unsaid", format!("{http}/missing"), 0.0),
        ("missing", format!("{http}/missing"), 1.0),
        ("missing", format!("{http}/"), 0.0),
        ("old", format!("{http}/"), 0.0),
        ("headers", format!("{http}/two"), 1.0),
        ("headers", format!("{http}/"), 0.0),
        ("header_one", format!("{http}/two"), 0.0),
        ("header_one", format!("{http}/"), 1.0),
        ("gzip", format!("{http}/gzip"), 1.0),
        ("gzip", format!("{http}/"), 0.0),
        ("short", format!("{http}/"), 0.0),
        ("ip4", format!("http://localhost:{}/", plain.port), 1.0),
        ("ip6", format!("{http}/"), 0.0),
        ("quick", format!("{http}/hang"), 0.0),
        ("only_tls", format!("{http}/"), 0.0),
        ("trusted", format!("{https}/"), 1.0),
        (
            "trusted",
            format!("https://127.0.0.1:{}/redirect/2", secure.port),
            1.0,
        ),
        ("http_2xx", format!("{https}/"), 0.0),
        ("insecure", format!("{https}/missing"), 0.0),
        ("insecure", format!("https://127.0.0.1:{}/", secure.port), 1.0),
        ("renamed", format!("{https}/"), 0.0),
        ("no_tls", format!("{https}/"), 0.0),
        ("http_2xx", format!("https://{http}/"), 0.0),
    ] {
        let own = compare(&service, &exporter, &format!("module={module}&target={target}")).await;
        assert_eq!(own["probe_success"], success, "{module} {target}");
    }
    let known = Site::https_for_known(&authority).await;
    for (module, success) in [("certified", 1.0), ("trusted", 0.0)] {
        let query = format!("module={module}&target=https://localhost:{}/", known.port);
        let own = compare(&service, &exporter, &query).await;
        assert_eq!(own["probe_success"], success, "{module}");
    }
    let own = compare(
        &service,
        &exporter,
        &format!(
            "module=trusted&hostname=localhost&target=https://127.0.0.1:{}/",
            secure.port
        ),
    )
    .await;
    assert_eq!(own["probe_success"], 1.0);
    let own = compare(
        &service,
        &exporter,
        &format!("module=trusted&hostname=other.test&target={https}/"),
    )
    .await;
    assert_eq!(own["probe_success"], 0.0, "the certificate is not of that name");
}
