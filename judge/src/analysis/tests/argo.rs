//! Argo's documents: its validation in its words (the numbers are those of the reference), its leniency.

use super::{found, plan, read, refused, template, validated};
use crate::analysis::plan::{Dialect, Plan, Provider, Secret};
use std::time::Duration;

fn planned(text: &str) -> Plan {
    plan(text, &[])
        .unwrap_or_else(|problems| panic!("{text}\n{problems:?}"))
        .0
}

#[test]
fn argo_validation_cases() {
    let cases: [(u32, &str, &[&str]); 17] = [
        (
            107,
            "count: 1\nfailureLimit: 2",
            &["metrics[0]: count (1) must be >= failureLimit + consecutiveSuccessLimit (2 + 0) if both >= 0"],
        ),
        (
            107,
            "count: 3\nfailureLimit: 2\nconsecutiveSuccessLimit: 2",
            &["metrics[0]: count (3) must be >= failureLimit + consecutiveSuccessLimit (2 + 2) if both >= 0"],
        ),
        (108, "count: 0\nfailureLimit: 2", &[]),
        (
            109,
            "count: 1\ninconclusiveLimit: 2",
            &["metrics[0]: count must be >= inconclusiveLimit"],
        ),
        (111, "count: 2\ninterval: 60s\nfailureLimit: 2", &[]),
        (
            112,
            "interval: 60s-typo",
            &["metrics[0]: invalid interval string: time: unknown unit \"s-typo\" in duration \"60s-typo\""],
        ),
        (
            112,
            "interval: 3600",
            &["metrics[0]: invalid interval string: time: missing unit in duration \"3600\""],
        ),
        (
            113,
            "initialDelay: 60s-typo",
            &[
                "metrics[0]: invalid startDelay string: time: unknown unit \"s-typo\" in duration \"60s-typo\"",
            ],
        ),
        (
            116,
            "failureLimit: -2",
            &["metrics[0]: failureLimit must be >= 0, or -1 to be disabled"],
        ),
        (
            117,
            "inconclusiveLimit: -1",
            &["metrics[0]: inconclusiveLimit must be >= 0"],
        ),
        (
            118,
            "consecutiveErrorLimit: -1",
            &["metrics[0]: consecutiveErrorLimit must be >= 0"],
        ),
        (
            119,
            "consecutiveSuccessLimit: -1",
            &["metrics[0]: consecutiveSuccessLimit must be >= 0"],
        ),
        (
            120,
            "failureLimit: -1",
            &["metrics[0]: failureLimit and consecutiveSuccessLimit cannot both be disabled"],
        ),
        (120, "failureLimit: -1\nconsecutiveSuccessLimit: 1", &[]),
        (
            120,
            "failureLimit: '-1'\nconsecutiveSuccessLimit: '1'\ncount: '5'",
            &[],
        ),
        (120, "count: 1\nfailureLimit: -1\nconsecutiveSuccessLimit: 5", &[]),
        (0, "successCondition: ''\nfailureCondition: ''", &[]),
    ];
    for (number, fields, expected) in cases {
        let (documents, report) = read(&template(fields));
        assert_eq!(found(&report), Vec::<String>::new(), "{number}");
        assert_eq!(found(&documents.validate()), expected, "{number}: {fields}");
    }
}

fn spec(spec: &str) -> String {
    format!("apiVersion: argoproj.io/v1alpha1\nkind: AnalysisTemplate\nmetadata: {{name: t}}\nspec: {spec}\n")
}

#[test]
fn argo_rules_of_the_whole() {
    let metric = "{name: success-rate, provider: {prometheus: {query: up}}}";
    let cases = [
        ("no metrics", "{metrics: []}".to_owned(), "no metrics specified"),
        (
            "115 duplicate",
            format!("{{metrics: [{metric}, {metric}]}}"),
            "metrics[1]: duplicate name 'success-rate'",
        ),
        (
            "121 none",
            "{metrics: [{name: a, provider: {}}]}".into(),
            "metrics[0]: no provider specified",
        ),
        (
            "121 several",
            "{metrics: [{name: a, provider: {prometheus: {query: x}, web: {url: 'http://x'}}}]}".into(),
            "metrics[0]: multiple providers specified",
        ),
        (
            "69 dry run",
            format!("{{metrics: [{metric}], dryRun: [{{metricName: error-rate}}]}}"),
            "dryRun[0]: Rule didn't match any metric name(s)",
        ),
        (
            "dry run is a regex",
            format!("{{metrics: [{metric}], dryRun: [{{metricName: '*'}}]}}"),
            "dryRun[0]: Rule didn't match any metric name(s)",
        ),
        (
            "dry run twice",
            format!("{{metrics: [{metric}], dryRun: [{{metricName: rate}}, {{metricName: rate}}]}}"),
            "two Dry-Run metric rules have the same name 'rate'",
        ),
        (
            "retention",
            format!("{{metrics: [{metric}], measurementRetention: [{{metricName: x, limit: 5}}]}}"),
            "measurementRetention[0]: Rule didn't match any metric name(s)",
        ),
    ];
    for (name, text, expected) in cases {
        assert_eq!(refused(&spec(&text), &[]), [expected], "{name}");
    }
}

#[test]
fn defaults_are_argos() {
    let plan = planned(&template(""));
    let metric = &plan.metrics[0];
    assert_eq!(plan.dialect, Dialect::Argo);
    assert_eq!((metric.interval, metric.initial_delay), (None, Duration::ZERO));
    assert_eq!(
        (metric.count, metric.failure_limit, metric.inconclusive_limit),
        (None, Some(0), 0)
    );
    assert_eq!(
        (metric.consecutive_error_limit, metric.consecutive_success_limit),
        (4, 0)
    );
    assert_eq!((metric.dry_run, metric.retention), (false, 10));
    assert!(metric.success.is_none() && metric.failure.is_none());
}

#[test]
fn limits_are_kept() {
    let fields = "interval: 5m\ninitialDelay: 20s\ncount: 7\nfailureLimit: -1\nconsecutiveSuccessLimit: 3\nconsecutiveErrorLimit: 0\ninconclusiveLimit: 2";
    let metric = &planned(&template(fields)).metrics[0];
    assert_eq!(
        (metric.interval, metric.initial_delay),
        (Some(Duration::from_secs(300)), Duration::from_secs(20))
    );
    assert_eq!(
        (metric.count, metric.failure_limit, metric.inconclusive_limit),
        (Some(7), None, 2)
    );
    assert_eq!(
        (metric.consecutive_error_limit, metric.consecutive_success_limit),
        (0, 3)
    );
}

#[test]
fn rules_pick_metrics_by_unanchored_patterns() {
    let text = spec(
        "{metrics: [{name: success-rate, provider: {prometheus: {query: x}}}, {name: latency, provider: {prometheus: {query: x}}}], \
         dryRun: [{metricName: rate}], measurementRetention: [{metricName: '.*', limit: 5}, {metricName: ^lat, limit: 0}]}",
    );
    let plan = planned(&text);
    let picked: Vec<(bool, usize)> = plan
        .metrics
        .iter()
        .map(|metric| (metric.dry_run, metric.retention))
        .collect();
    assert_eq!(picked, [(true, 5), (false, 10)]);
}

#[test]
fn kubernetes_would_take_it() {
    let text = "apiVersion: argoproj.io/v1alpha1\nkind: AnalysisRun\nmetadata: {name: r, uid: 5, labels: {a: b}}\nspec:\n  \
        terminate: yes\n  ttlStrategy: {secondsAfterCompletion: 60}\n  args: [{name: port, value: 8080}, {name: on, value: true}]\n  metrics:\n  \
        - name: 5\n    count: '2'\n    failureLimit:\n    successCondition: true\n    provider:\n      web: {url: 'http://x:{{args.port}}', \
        timeoutSeconds: 0, insecure: on, headers: [{key: X, value: 1}]}\nstatus: {phase: Running, metricResults: []}\n";
    assert_eq!(validated(text), "");
    let plan = planned(text);
    assert!(plan.terminate);
    let metric = &plan.metrics[0];
    assert_eq!((metric.name.as_str(), metric.count), ("5", Some(2)));
    let Provider::Web(web) = &metric.provider else {
        panic!("{metric:?}")
    };
    assert_eq!(
        (web.url.as_str(), web.insecure, web.timeout),
        ("http://x:8080", true, Duration::from_secs(10))
    );
    assert_eq!((web.method.as_str(), web.json_path.as_str()), ("GET", "{$}"));
    assert_eq!(web.headers, [("X".to_owned(), Secret::Value("1".into()))]);
}

#[test]
fn a_text_that_is_no_number_counts_as_zero() {
    let text = template("count: many");
    let (plan, warnings) = plan(&text, &[]).unwrap();
    assert_eq!(plan.metrics[0].count, None);
    assert_eq!(found(&warnings), ["\"many\", which Argo takes for 0"]);
}

#[test]
fn providers_that_are_not_built_in_are_named() {
    for kind in [
        "kayenta",
        "datadog",
        "wavefront",
        "newRelic",
        "job",
        "cloudWatch",
        "graphite",
        "influxdb",
        "skywalking",
        "plugin",
    ] {
        let text = spec(&format!(
            "{{metrics: [{{name: a, provider: {{{kind}: {{x: [1, {{y: z}}]}}}}}}]}}"
        ));
        let (plan, warnings) = plan(&text, &[]).unwrap();
        assert_eq!(
            plan.metrics[0].provider,
            Provider::Unavailable { kind: kind.into() }
        );
        assert_eq!(
            found(&warnings),
            [format!(
                "metrics[0]: the provider `{kind}` is not built in: every measurement will be an Error"
            )]
        );
        assert_eq!(warnings[0].expected, "one of `prometheus` or `web`");
    }
}

#[test]
fn prometheus_of_argo() {
    let text = spec(
        "{metrics: [{name: a, provider: {prometheus: {address: 'http://p:9090', query: up, timeout: 5, insecure: true, \
         headers: [{key: X-Scope-OrgID, value: t}], rangeQuery: {start: 'now() - duration(\"1h\")', end: now(), step: 1m}, \
         authentication: {basicAuth: {username: u, password: p}}}}}]}",
    );
    let plan = planned(&text);
    let Provider::Prometheus(query) = &plan.metrics[0].provider else {
        panic!()
    };
    assert_eq!(query.access.timeout, Some(Duration::from_secs(5)));
    assert_eq!(
        query.access.basic,
        Some((Secret::Value("u".into()), Secret::Value("p".into())))
    );
    assert_eq!(
        query.access.headers,
        [("X-Scope-OrgID".to_owned(), Secret::Value("t".into()))]
    );
    assert_eq!(query.range.as_ref().unwrap().step, Duration::from_secs(60));
}

#[test]
fn prometheus_of_argo_that_cannot_be_asked() {
    let cases = [
        (
            "{query: up, authentication: {oauth2: {tokenUrl: x}}}",
            "metrics[0]: `oauth2` is not supported by this version",
        ),
        (
            "{query: up, authentication: {sigv4: {region: x}}}",
            "metrics[0]: `sigv4` is not supported by this version",
        ),
        (
            "{query: up, authentication: {basicAuth: {username: x}}}",
            "metrics[0]: basicAuth with only one of `username` and `password`",
        ),
        ("{query: up, timeout: -1}", "metrics[0]: a timeout of -1 seconds"),
    ];
    for (prometheus, expected) in cases {
        let text = spec(&format!(
            "{{metrics: [{{name: a, provider: {{prometheus: {prometheus}}}}}]}}"
        ));
        assert_eq!(refused(&text, &[]), [expected]);
    }
}

#[test]
fn a_bad_address_is_a_warning_since_argo_measures_it() {
    let text = spec("{metrics: [{name: a, provider: {web: {url: 'bad://url.com'}}}]}");
    let (_, warnings) = plan(&text, &[]).unwrap();
    assert_eq!(
        found(&warnings),
        ["metrics[0]: the scheme \"bad\" in \"bad://url.com\""]
    );
}

#[test]
fn web_bodies() {
    let cases = [
        ("{url: 'http://x', body: a}", "metrics[0]: `body` with method GET"),
        (
            "{url: 'http://x', jsonBody: {a: 1}}",
            "metrics[0]: `jsonBody` with method GET",
        ),
        (
            "{url: 'http://x', method: POST, body: a, jsonBody: {a: 1}}",
            "metrics[0]: both `body` and `jsonBody`",
        ),
    ];
    for (web, expected) in cases {
        assert_eq!(
            refused(
                &spec(&format!("{{metrics: [{{name: a, provider: {{web: {web}}}}}]}}")),
                &[]
            ),
            [expected]
        );
    }
}
