//! What a service makes of module files.

use crate::binary::{AT_ONCE, Files, run, serin, start};
use crate::peers::site::{Authority, Site};
use crate::server::blackbox::probed;
use crate::server::rig::Service;

/// Module files that are refused, where, and what is said.
const BROKEN: [(&str, &str, &str); 8] = [
    (
        "modules:\n  a: {prober: htpp}\n",
        "blackbox.yml:2:15",
        "the prober \"htpp\"",
    ),
    (
        "modules:\n  a: {prober: http, http: {valid_status: [200]}}\n",
        "blackbox.yml:2:28",
        "unknown key `valid_status`",
    ),
    (
        "modules:\n  a:\n    prober: http\n    timeout: 5\n",
        "blackbox.yml:4:14",
        "missing unit",
    ),
    (
        "modules:\n  a: {prober: unix}\n",
        "blackbox.yml:2:15",
        "`prober` of module `a`: probes of `unix`, which Serin does not have",
    ),
    (
        "modules:\n  a: {prober: http, http: {oauth2: {client_id: x, client_secret: hunter2}}}\n",
        "blackbox.yml:2:28",
        "`oauth2` of module `a`",
    ),
    (
        "modules:\n  a: {prober: http, http: {basic_auth: {password: hunter2, nobody: x}}}\n",
        "blackbox.yml:2:60",
        "unknown key `nobody`",
    ),
    (
        "modules:\n  a: {prober: http, http: {basic_auth: {password: hunter2}\n",
        "blackbox.yml:",
        "error",
    ),
    (
        "modules:\n  a: {prober: tcp, tcp: {query_response: [{expect: '('}]}}\n",
        "blackbox.yml:2:",
        "no regular expression",
    ),
];

#[tokio::test]
async fn a_broken_module_file_is_shown_with_its_place() {
    for (text, place, said) in BROKEN {
        let files = Files::empty();
        files.write("blackbox.yml", text.as_bytes());
        let config = files.write(
            "serin.yaml",
            b"apiVersion: serin.dev/v1\nkind: Config\nspec: {listen: '127.0.0.1:0', probing: {modules: blackbox.yml}}\n",
        );
        let ended = start(serin(["serve", "--config", &config])).end(AT_ONCE).await;
        assert_ne!(ended.code, Some(0), "{text}");
        let validated = run(
            [
                "validate",
                &files.folder().join("blackbox.yml").display().to_string(),
            ],
            AT_ONCE,
        )
        .await;
        assert_eq!(validated.code, Some(1), "{}", validated.all());
        for shown in [ended.all(), validated.all()] {
            assert!(shown.contains(place) && shown.contains(said), "{text}: {shown}");
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }
    let files = Files::empty();
    let good = files.write("blackbox.yml", b"modules:\n  up: {prober: icmp}\n");
    let validated = run(["validate", &good, "--output", "json"], AT_ONCE).await;
    assert_eq!(
        validated.json()["documents"][0],
        serde_json::json!({"kind": "Module", "name": "up"})
    );
}

/// Keys of versions before and after 0.23.0.
const OTHER_VERSIONS: &str = r#"modules:
  older: {prober: http, http: {no_follow_redirects: true, valid_status_codes: [302]}}
  newer:
    prober: http
    http:
      http_headers: {X-A: {values: [b]}}
      accept_any_response: true
      tls_config: {min_version: TLS12, max_version: TLS13}
      enable_http3: false
  labelled:
    prober: tcp
    tcp:
      query_response:
      - expect: "^220 (?P<host>\\S+) ready v(\\d+)\\.(\\d+)$"
        labels: [{name: host, value: "${host}"}, {name: version, value: "$2/$3"}]
"#;

#[tokio::test]
async fn keys_of_other_versions_are_understood() {
    let files = Files::empty();
    files.write("blackbox.yml", OTHER_VERSIONS.as_bytes());
    let service = Service::start_in(files, "probing: {modules: blackbox.yml}").await;
    let (site, mail) = (Site::http().await, Site::mail(&Authority::new()).await);
    let own = probed(
        &service,
        &format!("module=older&target=127.0.0.1:{}/redirect/1", site.port),
    )
    .await;
    assert_eq!(
        (own["probe_success"], own["probe_http_status_code"]),
        (1.0, 302.0)
    );
    let own = probed(
        &service,
        &format!("module=newer&target=127.0.0.1:{}/missing", site.port),
    )
    .await;
    assert_eq!(
        (own["probe_success"], own["probe_http_status_code"]),
        (1.0, 404.0)
    );
    let own = probed(
        &service,
        &format!("module=labelled&target=127.0.0.1:{}", mail.port),
    )
    .await;
    assert_eq!(own["probe_expect_info{host=\"mail.test\",version=\"1/2\"}"], 1.0);
}

#[tokio::test]
async fn renewed_certificates_are_read_again() {
    let (first, second) = (Authority::new(), Authority::new());
    let files = Files::empty();
    files.write(
        "blackbox.yml",
        b"modules:\n  https: {prober: http, http: {tls_config: {ca_file: roots.pem}}}\n",
    );
    files.write("roots.pem", first.roots.as_bytes());
    let service = Service::start_in(files, "probing: {modules: blackbox.yml}").await;
    let (of_first, of_second) = (Site::https(&first).await, Site::https(&second).await);
    let success = async |site: &Site| {
        let query = format!("module=https&target=https://localhost:{}/", site.port);
        probed(&service, &query).await["probe_success"]
    };
    assert_eq!([success(&of_first).await, success(&of_second).await], [1.0, 0.0]);
    service.files.write("roots.pem", second.roots.as_bytes());
    assert_eq!([success(&of_first).await, success(&of_second).await], [0.0, 1.0]);
}
