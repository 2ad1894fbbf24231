use super::{both, compare};
use crate::peers::health::HealthServer;
use crate::peers::nsd::Nsd;
use crate::peers::site::{Authority, Site};

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
    let (mail_at, secure_at) = (
        format!("127.0.0.1:{}", mail.port),
        format!("localhost:{}", secure.port),
    );
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
        let own = compare(
            &service,
            &exporter,
            &format!("module={module}&target={}", nsd.address),
        )
        .await;
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
    let path = |name: &str| service.files.folder().join(name).display().to_string();
    let (certificate, key) = (path("certificate.pem"), path("key.pem"));
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
    for query in [
        "module=icmp&target=127.0.0.1",
        "module=large&target=localhost",
        "module=icmp&target=nobody.invalid",
    ] {
        let _own = compare(&service, &exporter, query).await;
    }
}
