use super::{found, read, validated};
use crate::analysis::plan::Secret;

fn config(spec: &str) -> String {
    format!("apiVersion: serin.dev/v1\nkind: Config\nspec: {spec}\n")
}

#[test]
fn what_is_used() {
    let text = config(
        "{providers: {prometheus: {address: 'http://prometheus:9090', headers: [{name: Authorization, value: {env: PROM_TOKEN}}], \
         bearer: {file: /run/token}, timeout: 5s, ca: /ca.pem, insecure: true}}, limits: {bodyBytes: 2MiB, measurementsPerMetric: 4}, compat: {argoWebBody: true}}",
    );
    assert_eq!(validated(&text), "");
    let settings = read(&text).0.config().unwrap().0.unwrap();
    assert_eq!(
        (
            settings.limits.body_bytes,
            settings.limits.measurements_per_metric
        ),
        (2 << 20, 4)
    );
    assert!(settings.argo_web_body);
    let prometheus = settings.prometheus.unwrap();
    assert_eq!(
        prometheus.headers,
        [("Authorization".to_owned(), Secret::Env("PROM_TOKEN".into()))]
    );
    assert_eq!(prometheus.bearer, Some(Secret::File("/run/token".into())));
    assert_eq!(prometheus.ca.as_deref(), Some("/ca.pem"));
}

#[test]
fn what_is_not_used_is_said() {
    let text = config(
        "{listen: '127.0.0.1:7733', publicUrl: 'https://x', store: {url: 'sqlite://x'}, analyses: [./a], \
         tokens: [{name: ci, sha256: x, roles: [run]}], hooks: [{name: r, url: 'http://x', secret: {env: X}, events: [run.finished], giveUpAfter: 24h}], \
         gates: {repeatFor: 60s}, retention: {runs: 90d, windows: 14d}, log: {format: auto, level: info}, limits: {activeRuns: 3}}",
    );
    let (documents, report) = read(&text);
    assert_eq!(found(&report), Vec::<String>::new());
    let (settings, warnings) = documents.config().unwrap();
    let settings = settings.unwrap();
    assert_eq!(
        (settings.limits.body_bytes, settings.argo_web_body),
        (1 << 20, false)
    );
    assert_eq!(warnings.len(), 10);
    assert!(
        warnings
            .iter()
            .all(|warning| !warning.is_error() && warning.found.ends_with("is not used by this version"))
    );
}

#[test]
fn what_is_refused() {
    let cases = [
        ("{limits: {bodyBytes: 1XB}}", "\"1XB\""),
        ("{limits: {bodyBytes: 0}}", "\"0\""),
        ("{limits: {measurementsPerMetric: 0}}", "the number 0"),
        (
            "{limits: {measurementsPerMetric: many}}",
            "the text \"many\" for `measurementsPerMetric`",
        ),
        (
            "{providers: {prometheus: {address: 'prometheus:9090'}}}",
            "\"prometheus:9090\" without scheme and host",
        ),
        (
            "{providers: {prometheus: {bearer: {env: A, file: B}}}}",
            "a secret with none or several sources",
        ),
        (
            "{providers: {prometheus: {bearer: {env: A}, basic: {username: u, password: {env: P}}}}}",
            "both `bearer` and `basic`",
        ),
        (
            "{providers: {prometheus: {headers: [{name: a, key: b, value: c}]}}}",
            "a header without one name",
        ),
        ("{lisen: x}", "unknown field `lisen` in `spec`"),
    ];
    for (spec, expected) in cases {
        let (documents, mut report) = read(&config(spec));
        report.extend(documents.validate());
        assert_eq!(found(&report), [expected], "{spec}");
        assert!(documents.config().is_err(), "{spec}");
    }
    let two = format!("{}---\n{}", config("{}"), config("{}"));
    assert_eq!(found(&read(&two).0.config().unwrap_err()), ["a second Config"]);
}
