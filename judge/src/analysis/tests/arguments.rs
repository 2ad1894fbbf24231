//! `{{args.name}}`, and the cases of the reference.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{analysis, arguments, found, plan, read, refused};
use crate::analysis::Inputs;
use crate::analysis::plan::Provider;

fn template(args: &str, query: &str) -> String {
    let query = serde_json::Value::from(query);
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: AnalysisTemplate\nmetadata: {{name: t}}\nspec:\n  args: {args}\n  metrics:\n  \
         - {{name: m, provider: {{prometheus: {{query: {query}}}}}}}\n"
    )
}

fn query(text: &str, given: &[(&str, &str)]) -> String {
    let (plan, _) = plan(text, given).unwrap_or_else(|problems| panic!("{problems:?}"));
    let Provider::Prometheus(query) = &plan.metrics[0].provider else {
        panic!()
    };
    query.query.clone()
}

#[test]
fn argo_cases() {
    assert_eq!(
        query(&template("[{name: foo, value: bar}]", "{{args.foo}}"), &[]),
        "bar",
        "123"
    );
    let text = template("[{name: foo, value: bar}]", "{{args.foo}}");
    assert_eq!(query(&text, &[("foo", "overwrite")]), "overwrite", "124");
    assert_eq!(
        refused(&template("[{name: foo}]", "x"), &[]),
        ["args.foo was not resolved"],
        "125"
    );
    assert_eq!(
        query(&template("[{name: var, value: foo}]", "test-{{ args.var }}"), &[]),
        "test-foo",
        "127"
    );
    let text = template("[{name: var}]", "a {{args.var}} b");
    assert_eq!(
        query(&text, &[("var", "\"quoted\"\nand\ttabbed \\")]),
        "a \"quoted\"\nand\ttabbed \\ b",
        "128"
    );
}

#[test]
fn what_cannot_be_filled_in() {
    let cases: [(&str, &[&str]); 6] = [
        (
            "{{args.metric-name}}",
            &["failed to resolve {{args.metric-name}}"],
        ),
        ("{{ x }}", &["failed to resolve {{ x }}"]),
        ("{{}}", &["failed to resolve {{}}"]),
        (
            "{{args.foo}} {{inputs.a}} {{b}}",
            &["failed to resolve {{inputs.a}}", "failed to resolve {{b}}"],
        ),
        (
            "a {{args.foo",
            &["Cannot find end tag=\"}}\" in the template=\"a {{args.foo\" starting from \"args.foo\""],
        ),
        ("}} {x} {{args.foo}}", &[]),
    ];
    for (text, expected) in cases {
        let text = template("[{name: foo, value: bar}]", text);
        assert_eq!(
            plan(&text, &[]).map_or_else(|report| found(&report), |_| Vec::new()),
            expected,
            "{text}"
        );
    }
}

#[test]
fn values_are_not_filled_in_twice() {
    let text = template(
        "[{name: a, value: '{{args.b}}'}, {name: b, value: x}]",
        "{{args.a}}",
    );
    assert_eq!(query(&text, &[]), "{{args.b}}");
}

#[test]
fn given_but_not_declared() {
    let argo = template("[{name: canary, value: x}]", "x");
    let (_, warnings) = plan(&argo, &[("canari", "y")]).unwrap();
    assert_eq!(
        found(&warnings),
        ["`--arg canari=...` for an argument that is not declared"]
    );
    let serin = analysis(
        "args: [{name: canary, value: x}]\nmetrics: [{name: m, provider: {web: {url: 'http://x'}}}]",
    );
    let problems = plan(&serin, &[("canari", "y")]).unwrap_err();
    assert_eq!(
        found(&problems),
        ["`--arg canari=...` for an argument that is not declared"]
    );
    assert_eq!(problems[0].help.as_deref(), Some("did you mean `canary`?"));
}

#[test]
fn values_from_elsewhere() {
    let secret = template(
        "[{name: token, valueFrom: {secretKeyRef: {name: api, key: key}}}]",
        "{{args.token}}",
    );
    assert_eq!(refused(&secret, &[]), ["secrets \"api\" not found"]);
    assert_eq!(query(&secret, &[("token", "x")]), "x");
    let inputs = Inputs {
        args: BTreeMap::new(),
        secrets: arguments(&[("api/key", "hidden")]),
    };
    let (plan, _) = read(&secret).0.plan_with(None, &inputs).unwrap();
    assert!(format!("{plan:?}").contains("hidden"), "filled in");
    let field = template(
        "[{name: app, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]",
        "{{args.app}}",
    );
    assert_eq!(refused(&field, &[]), ["argument \"app\" was not supplied"]);
    assert_eq!(query(&field, &[("app", "x")]), "x");
}

#[test]
fn validation_goes_on_without_values() {
    let text = analysis(
        "args: [{name: a}]\nmetrics:\n- {name: m, interval: '{{args.a}}', count: '{{args.a}}', for: '{{args.a}}', \
         successCondition: 'result > {{args.a}}', provider: {scrape: {addresses: '{{args.a}}', series: '{{args.a}}'}}}\n\
         - {name: n, interval: 5, provider: {web: {url: '{{args.a}}'}}}\n\
         comparisons:\n- {name: c, tolerance: {rollback: '{{args.a}}'}, errors: {scrape: {canary: '{{args.a}}', stable: '{{args.a}}', bad: x, total: y}}}\n\
         verdict: {window: '{{args.a}}', dispersion: '{{args.a}}', minimumRequests: '{{args.a}}', falseRollback: '{{args.a}}'}",
    );
    let (documents, report) = read(&text);
    assert_eq!(found(&report), ["the number 5 for `interval`"]);
    assert_eq!(found(&documents.validate()), Vec::<String>::new());
}

#[test]
fn numbers_are_read_after_filling_in() {
    let text = analysis(
        "args: [{name: n}]\nmetrics:\n- {name: m, interval: '{{args.n}}s', count: '{{args.n}}', provider: {web: {url: 'http://x'}}}\n\
         verdict: {dispersion: '{{args.n}}', minimumEvents: '{{args.n}}'}",
    );
    let (plan, _) = plan(&text, &[("n", "7")]).unwrap();
    assert_eq!((plan.metrics[0].count, plan.policy.minimum_events), (Some(7), 7));
    assert_eq!(
        refused(&text, &[("n", "x")]),
        [
            "metrics[0]: interval: time: invalid duration \"xs\"",
            "\"x\"",
            "\"x\"",
            "\"x\"",
        ]
        .map(|text| text.replace("metrics[0]: interval:", "metrics[0]: invalid interval string:"))
    );
}

#[test]
fn the_same_rules_have_the_same_hash() {
    let hash = |text: &str, given: &[(&str, &str)]| plan(text, given).unwrap().0.config_hash;
    let text = template("[{name: foo, value: bar}]", "{{args.foo}}");
    let plain = template("[]", "bar");
    assert_eq!(hash(&text, &[]), hash(&plain, &[]));
    assert_ne!(hash(&text, &[]), hash(&text, &[("foo", "other")]));
    assert_eq!(hash(&plain, &[]).len(), "sha256:".len() + 64);
    let turned = "{\"kind\": \"AnalysisTemplate\", \"apiVersion\": \"argoproj.io/v1alpha1\", \"spec\": {\"metrics\": \
        [{\"provider\": {\"prometheus\": {\"query\": \"bar\"}}, \"name\": \"m\"}]}}";
    assert_eq!(
        hash(&plain, &[]),
        hash(turned, &[]),
        "order and style do not matter"
    );
}

proptest! {
    #[test]
    fn any_value_survives(value in "\\PC{0,30}") {
        let text = template("[{name: v}]", "<{{args.v}}>");
        prop_assert_eq!(query(&text, &[("v", &value)]), format!("<{value}>"));
    }

    #[test]
    fn any_template_is_filled_or_refused(text in "[{}a. ]{0,30}") {
        let _ = plan(&template("[{name: a, value: b}]", &text), &[]);
    }
}
