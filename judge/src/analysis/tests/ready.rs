//! What is committed: ready analyses and schemas.

use std::path::PathBuf;
use std::time::Duration;

use super::{arguments, validated};
use crate::analysis::plan::{Dialect, Population, Provider, Selection};
use crate::analysis::{Documents, Source, schemas};

fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn ready(name: &str) -> String {
    std::fs::read_to_string(repository("analyses").join(name)).unwrap()
}

#[test]
fn every_ready_analysis_is_valid() {
    let mut count = 0;
    for entry in std::fs::read_dir(repository("analyses")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.ends_with(".yaml") && !name.ends_with(".test.yaml") {
            assert_eq!(validated(&ready(&name)), "", "{name}");
            count += 1;
        }
    }
    assert!(count >= 2);
}

#[test]
fn the_runbooks_success_rate() {
    let (documents, _) = Documents::read(vec![Source::new(
        "success-rate.yaml",
        &ready("success-rate.yaml"),
    )]);
    let (plan, warnings) = documents.plan(None, &arguments(&[])).unwrap();
    assert!(warnings.is_empty());
    assert_eq!(
        (plan.name.as_str(), plan.dialect),
        ("success-rate", Dialect::Argo)
    );
    let metric = &plan.metrics[0];
    assert_eq!(
        (metric.interval, metric.count, metric.failure_limit),
        (Some(Duration::from_secs(60)), Some(5), Some(3))
    );
    assert_eq!(metric.success.as_ref().unwrap().text(), "result[0] >= 0.95");
    let Provider::Prometheus(query) = &metric.provider else {
        panic!()
    };
    assert_eq!(
        query.access.address.as_deref(),
        Some("http://prometheus.monitoring.svc.cluster.local:9090")
    );
    assert!(query.query.starts_with(
        "sum(rate(http_requests_total{job=\"financial-planning-api\",code!~\"5..\"}[5m])) /\nsum("
    ));
}

#[test]
fn the_canarys_error_rate() {
    let text = ready("error-rate-canary.yaml");
    let (documents, _) = Documents::read(vec![Source::new("error-rate-canary.yaml", &text)]);
    let given = arguments(&[
        ("canary", "http://a:1/metrics"),
        ("stable", "http://b:1/metrics, http://c:1/metrics"),
    ]);
    let (plan, warnings) = documents.plan(None, &given).unwrap();
    assert!(warnings.is_empty());
    let Population::Scrape {
        canary,
        stable,
        control,
        selection,
        timeout,
    } = &plan.comparisons[0].population
    else {
        panic!()
    };
    assert_eq!(canary, &["http://a:1/metrics"]);
    assert_eq!(stable, &["http://b:1/metrics", "http://c:1/metrics"]);
    assert!(control.is_empty());
    let expected = Selection::Requests {
        bad: "http_requests_total{code=~\"5..\"}".into(),
        total: "http_requests_total".into(),
    };
    assert_eq!(*selection, expected);
    assert_eq!(*timeout, Duration::from_secs(5));
    assert_eq!(plan.policy, crate::analysis::plan::Policy::default());
}

#[test]
fn committed_schemas_are_those_of_the_types() {
    for (name, schema) in schemas() {
        let path = repository("schemas").join(name);
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == schema,
            "schemas/{name} differs from the types: generate it again with `make gen`"
        );
    }
}
