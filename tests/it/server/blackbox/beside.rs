//! Beside blackbox_exporter 0.23.0, with the same module file and the same targets: the same series with the same values.
//!
//! Wanted differences, all of them told in docs/probes.md:
//! - `probe_timeout_seconds` and `probe_tls_cipher_info` are of later versions, as the label `serialnumber` of
//!   `probe_ssl_last_chain_info` is;
//! - `probe_icmp_reply_hop_limit` is there only where the socket tells it;
//! - over gRPC the exporter tells nothing of when the trusted chain ends.

use super::{Metrics, probed, told};
use crate::binary::Files;
use crate::peers::exporter::Exporter;
use crate::peers::health::HealthServer;
use crate::peers::nsd::Nsd;
use crate::peers::site::{Authority, Site};
use crate::server::rig::Service;

const LATER: [&str; 2] = ["probe_timeout_seconds", "probe_tls_cipher_info"];

/// Series that the exporter of 0.23.0 could have told, as it would have named them.
fn as_of_0_23(own: Metrics, theirs: &Metrics) -> Metrics {
    let is_known = |series: &String| !LATER.iter().any(|later| series.starts_with(later));
    let own = own.into_iter().filter(|(series, _)| is_known(series));
    let mut own: Metrics = own
        .map(|(series, value)| match series.split_once(",serialnumber=\"") {
            Some((before, rest)) => {
                let (_, after) = rest.split_once('"').unwrap();
                (format!("{before}{after}"), value)
            }
            None => (series, value),
        })
        .collect();
    let hops = "probe_icmp_reply_hop_limit";
    if !own.contains_key(hops) && let Some(value) = theirs.get(hops) {
        own.insert(hops.to_owned(), *value);
    }
    let trusted = "probe_ssl_last_chain_expiry_timestamp_seconds";
    if theirs.contains_key("probe_grpc_ssl") {
        own.remove(trusted);
    }
    own
}

fn is_duration(series: &str) -> bool {
    series.contains("duration_seconds") || series.contains("lookup_time_seconds")
}

/// Both were asked the same.
async fn compare(service: &Service, exporter: &Exporter, query: &str) -> Metrics {
    let (own, theirs) = tokio::join!(probed(service, query), told(&exporter.address, query));
    let whole = own["probe_duration_seconds"];
    let alike = as_of_0_23(own.clone(), &theirs);
    let names = |metrics: &Metrics| metrics.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&alike), names(&theirs), "{query}");
    for (series, theirs) in theirs {
        let own = alike[&series];
        if is_duration(&series) {
            assert!((0.0..=whole + 0.001).contains(&own), "{query}: {series} {own} of {whole}");
            assert!(own > 0.0 || theirs == 0.0, "{query}: {series} is 0 here and {theirs} there");
        } else {
            // rel: seconds since 1970 are written with nine digits there.
            assert!((own - theirs).abs() <= theirs.abs() * 1e-9, "{query}: {series} is {own} here, {theirs} there");
        }
    }
    own
}

async fn both(modules: &str, authority: &Authority) -> (Service, Exporter) {
    let files = Files::empty();
    files.write("blackbox.yml", modules.as_bytes());
    files.write("roots.pem", authority.roots.as_bytes());
    files.write("password", b"hunter2\n");
    let exporter = Exporter::start(&files).await;
    let service = Service::start_in(files, "probing: {modules: blackbox.yml}").await;
    (service, exporter)
}

const HTTP: &str = r#"modules:
  http_2xx: {prober: http}
  post: {prober: http, http: {method: POST, body: hi, headers: {X-A: b, Host: shop.test}, basic_auth: {username: u, password_file: password}}}
  trusted: {prober: http, http: {tls_config: {ca_file: roots.pem}}}
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
        ("trusted", format!("https://127.0.0.1:{}/redirect/2", secure.port), 1.0),
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
    let own = compare(&service, &exporter, &format!("module=trusted&hostname=localhost&target=https://127.0.0.1:{}/", secure.port)).await;
    assert_eq!(own["probe_success"], 1.0);
    let own = compare(&service, &exporter, &format!("module=trusted&hostname=other.test&target={https}/")).await;
    assert_eq!(own["probe_success"], 0.0, "the certificate is not of that name");
}

const TCP: &str = r#"modules:
  tcp_connect: {prober: tcp}
  tls: {prober: tcp, tcp: {tls: true, tls_config: {ca_file: roots.pem}}}
  untrusted: {prober: tcp, tcp: {tls: true}}
  banner: {prober: tcp, tcp: {query_response: [{expect: "^220 (\\S+) ready v([0-9.]+)$", send: "EHLO ${1} $2"}, {expect: "^250-EHLO mail.test 1.2$"}, {send: QUIT}, {expect: "^221"}]}}
  never: {prober: tcp, timeout: 500ms, tcp: {query_response: [{expect: "^999"}]}}
  closed: {prober: tcp, tcp: {query_response: [{send: QUIT}, {expect: "^999"}]}}
  starttls: {prober: tcp, timeout: 3s, tcp: {query_response: [{expect: "^220", send: EHLO x}, {expect: "^250 STARTTLS"}, {send: STARTTLS}, {expect: "^220"}, {starttls: true}, {send: EHLO y}, {expect: "^250 "}, {send: QUIT}, {expect: "^221"}], tls_config: {ca_file: roots.pem, server_name: localhost}}}
"#;

#[tokio::test]
async fn talks_come_to_the_same_as_with_the_exporter() {
    let authority = Authority::new();
    let (service, exporter) = both(TCP, &authority).await;
    let (mail, secure) = (Site::mail(&authority).await, Site::https(&authority).await);
    let (mail_at, secure_at) = (format!("127.0.0.1:{}", mail.port), format!("localhost:{}", secure.port));
    for (module, target, success) in [
        ("tcp_connect", mail_at.as_str(), 1.0),
        ("tcp_connect", "127.0.0.1:1", 0.0),
        ("tcp_connect", "127.0.0.1", 0.0),
        ("tcp_connect", "nobody.invalid:80", 0.0),
        ("tls", &secure_at, 1.0),
        ("tls", &mail_at, 0.0),
        ("untrusted", &secure_at, 0.0),
        ("banner", &mail_at, 1.0),
        ("never", &mail_at, 0.0),
        ("closed", &mail_at, 0.0),
        ("starttls", &mail_at, 1.0),
    ] {
        let own = compare(&service, &exporter, &format!("module={module}&target={target}")).await;
        assert_eq!(own["probe_success"], success, "{module} {target}");
    }
}

const DNS: &str = r#"modules:
  soa: {prober: dns, dns: {query_name: shop.test, query_type: SOA}}
  tcp: {prober: dns, dns: {query_name: shop.test, query_type: A, transport_protocol: tcp}}
  mx: {prober: dns, dns: {query_name: shop.test, query_type: MX, validate_answer_rrs: {fail_if_not_matches_regexp: ["shop.test.\t300\tIN\tMX\t10 mail.shop.test."]}}}
  txt: {prober: dns, dns: {query_name: shop.test, query_type: TXT, validate_answer_rrs: {fail_if_not_matches_regexp: ["^shop.test.\t300\tIN\tTXT\t\"v=spf1 \" \"-all\"$"]}}}
  srv: {prober: dns, dns: {query_name: _sip._tcp.shop.test, query_type: SRV, validate_answer_rrs: {fail_if_not_matches_regexp: ["SRV\t1 2 5060 ns.shop.test."]}}}
  nobody: {prober: dns, dns: {query_name: nobody.shop.test, query_type: A}}
  nobody_well: {prober: dns, dns: {query_name: nobody.shop.test, query_type: A, valid_rcodes: [NXDOMAIN], validate_authority_rrs: {fail_if_none_matches_regexp: [SOA]}}}
  fits: {prober: dns, dns: {query_name: shop.test, query_type: A, validate_answer_rrs: {fail_if_matches_regexp: ["10.0.0.1"]}}}
  all: {prober: dns, dns: {query_name: shop.test, query_type: A, validate_answer_rrs: {fail_if_all_match_regexp: ["10.0.0.1"]}}}
  not_all: {prober: dns, dns: {query_name: shop.test, query_type: A, validate_answer_rrs: {fail_if_all_match_regexp: ["10.9"]}}}
  none: {prober: dns, dns: {query_name: shop.test, query_type: A, validate_answer_rrs: {fail_if_none_matches_regexp: ["10.9"]}}}
  more: {prober: dns, dns: {query_name: shop.test, query_type: NS, validate_additional_rrs: {fail_if_none_matches_regexp: ["10.0.0.53"]}}}
  foreign: {prober: dns, dns: {query_name: example.com, query_type: A}}
"#;

#[tokio::test]
async fn questions_to_name_servers_come_to_the_same_as_with_the_exporter() {
    let authority = Authority::new();
    let (service, exporter) = both(DNS, &authority).await;
    let nsd = Nsd::start().await;
    for (module, success) in [
        ("soa", 1.0),
        ("tcp", 1.0),
        ("mx", 1.0),
        ("txt", 1.0),
        ("srv", 1.0),
        ("nobody", 0.0),
        ("nobody_well", 1.0),
        ("fits", 0.0),
        ("all", 1.0),
        ("not_all", 0.0),
        ("none", 0.0),
        ("more", 1.0),
        ("foreign", 0.0),
    ] {
        let own = compare(&service, &exporter, &format!("module={module}&target={}", nsd.address)).await;
        assert_eq!(own["probe_success"], success, "{module}");
    }
    let own = compare(&service, &exporter, "module=tcp&target=127.0.0.1:1").await;
    assert_eq!(own["probe_dns_query_succeeded"], 0.0);
}

const GRPC: &str = "modules:
  plain: {prober: grpc, grpc: {}}
  shop: {prober: grpc, grpc: {service: shop}}
  billing: {prober: grpc, grpc: {service: billing}}
  search: {prober: grpc, grpc: {service: search}}
  nobody: {prober: grpc, grpc: {service: nobody}}
  secure: {prober: grpc, grpc: {tls: true, tls_config: {ca_file: roots.pem}}}
";

#[tokio::test]
async fn health_services_come_to_the_same_as_with_the_exporter() {
    let authority = Authority::new();
    let (service, exporter) = both(GRPC, &authority).await;
    let certificate = service.files.write("certificate.pem", authority.certificate.as_bytes());
    let key = service.files.write("key.pem", authority.key.as_bytes());
    let plain = HealthServer::start(&[]).await;
    let secure = HealthServer::start(&["--tls", &certificate, &key]).await;
    let without = HealthServer::start(&["--none"]).await;
    for (module, server, success) in [
        ("plain", &plain, 1.0),
        ("shop", &plain, 1.0),
        ("billing", &plain, 0.0),
        ("search", &plain, 0.0),
        ("nobody", &plain, 0.0),
        ("plain", &without, 0.0),
        ("secure", &secure, 1.0),
        ("secure", &plain, 0.0),
    ] {
        let target = format!("localhost:{}", server.port());
        let own = compare(&service, &exporter, &format!("module={module}&target={target}")).await;
        assert_eq!(own["probe_success"], success, "{module} {target}");
    }
}

#[tokio::test]
async fn echoes_come_to_the_same_as_with_the_exporter() {
    let modules = "modules:\n  icmp: {prober: icmp, timeout: 2s}\n  large: {prober: icmp, timeout: 2s, icmp: {payload_size: 900, ttl: 7}}\n";
    let (service, exporter) = both(modules, &Authority::new()).await;
    for query in ["module=icmp&target=127.0.0.1", "module=large&target=localhost", "module=icmp&target=nobody.invalid"] {
        let _own = compare(&service, &exporter, query).await;
    }
}
