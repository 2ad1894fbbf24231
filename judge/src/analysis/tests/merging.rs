//! Several documents: what runs together, and what has to be chosen.

use super::{arguments, found, read};
use crate::analysis::{Documents, Source};

fn template(kind: &str, name: &str, spec: &str) -> String {
    format!("apiVersion: argoproj.io/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n")
}

fn metric(name: &str) -> String {
    format!("{{name: {name}, provider: {{prometheus: {{query: '{{{{args.q}}}}'}}}}}}")
}

fn joined(documents: &[String]) -> Documents {
    let (documents, report) = read(&documents.join("---\n"));
    assert_eq!(found(&report), Vec::<String>::new());
    documents
}

fn metrics(documents: &Documents, name: Option<&str>) -> Result<Vec<String>, Vec<String>> {
    match documents.plan(name, &arguments(&[("q", "x")])) {
        Ok((plan, _)) => Ok(plan.metrics.into_iter().map(|metric| metric.name).collect()),
        Err(report) => Err(found(&report)),
    }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn templates_are_merged_namespaced_ones_first() {
    let documents = joined(&[
        template(
            "ClusterAnalysisTemplate",
            "c",
            &format!("{{metrics: [{}]}}", metric("c")),
        ),
        template(
            "AnalysisTemplate",
            "a",
            &format!("{{args: [{{name: q}}], metrics: [{}]}}", metric("a")),
        ),
        template(
            "AnalysisTemplate",
            "b",
            &format!("{{args: [{{name: q}}], metrics: [{}]}}", metric("b")),
        ),
    ]);
    assert_eq!(metrics(&documents, None), Ok(names(&["a", "b", "c"])));
    assert_eq!(metrics(&documents, Some("b")), Ok(names(&["b"])));
    assert_eq!(metrics(&documents, Some("d")), Err(names(&["no analysis `d`"])));
}

#[test]
fn templates_of_templates() {
    let documents = joined(&[
        template(
            "AnalysisTemplate",
            "leaf",
            &format!("{{args: [{{name: q}}], metrics: [{}]}}", metric("leaf")),
        ),
        template(
            "ClusterAnalysisTemplate",
            "wide",
            &format!("{{args: [{{name: q}}], metrics: [{}]}}", metric("wide")),
        ),
        template(
            "AnalysisTemplate",
            "root",
            "{templates: [{templateName: leaf}, {templateName: wide, clusterScope: true}, {templateName: leaf}]}",
        ),
    ]);
    assert_eq!(metrics(&documents, Some("root")), Ok(names(&["leaf", "wide"])));
    assert_eq!(metrics(&documents, Some("leaf")), Ok(names(&["leaf"])));
    assert_eq!(found(&documents.validate()), Vec::<String>::new());
}

#[test]
fn references_that_lead_nowhere() {
    let documents = joined(&[
        template(
            "AnalysisTemplate",
            "success-rate",
            "{templates: [{templateName: sucess-rate2}]}",
        ),
        template(
            "AnalysisTemplate",
            "success-rate2",
            "{templates: [{templateName: success-rate}]}",
        ),
        template("AnalysisTemplate", "self", "{templates: [{templateName: self}]}"),
    ]);
    assert_eq!(
        metrics(&documents, Some("self")).unwrap_err()[0],
        "templates that name each other in a circle: self -> self"
    );
    let problems = documents.plan(Some("success-rate"), &arguments(&[])).unwrap_err();
    assert_eq!(problems[0].found, "no AnalysisTemplate `sucess-rate2`");
    assert_eq!(problems[0].help.as_deref(), Some("did you mean `success-rate2`?"));
    let documents = joined(&[
        template("AnalysisTemplate", "a", "{templates: [{templateName: b}]}"),
        template("AnalysisTemplate", "b", "{templates: [{templateName: a}]}"),
    ]);
    assert_eq!(
        metrics(&documents, None).unwrap_err()[0],
        "templates that name each other in a circle: a -> b -> a"
    );
}

#[test]
fn merged_templates_that_contradict() {
    let with = |name: &str, metric_name: &str, value: &str| {
        template(
            "AnalysisTemplate",
            name,
            &format!(
                "{{args: [{{name: q, value: {value}}}], metrics: [{}]}}",
                metric(metric_name)
            ),
        )
    };
    let documents = joined(&[with("a", "m", "'x'"), with("b", "m", "'x'")]);
    assert_eq!(
        metrics(&documents, None),
        Err(names(&["two metrics have the same name 'm'"]))
    );
    let documents = joined(&[with("a", "m", "'true'"), with("b", "n", "'false'")]);
    assert_eq!(
        metrics(&documents, None),
        Err(names(&[
            "Argument `q` specified multiple times with different values: 'true', 'false'"
        ]))
    );
    let documents = joined(&[with("a", "m", ""), with("b", "n", "'true'")]);
    assert_eq!(metrics(&documents, None), Ok(names(&["m", "n"])), "129");
    let rule = |name: &str| {
        template(
            "AnalysisTemplate",
            name,
            &format!(
                "{{dryRun: [{{metricName: .*}}], args: [{{name: q}}], metrics: [{}]}}",
                metric(name)
            ),
        )
    };
    assert_eq!(
        metrics(&joined(&[rule("a"), rule("b")]), None),
        Err(names(&["two Dry-Run metric rules have the same name '.*'"]))
    );
}

#[test]
fn one_has_to_be_chosen() {
    let analysis = |name: &str| {
        format!(
            "apiVersion: serin.dev/v1\nkind: Analysis\nmetadata: {{name: {name}}}\nspec: {{args: [{{name: q}}], metrics: [{{name: {name}, provider: {{web: {{url: 'http://x'}}}}}}]}}\n"
        )
    };
    let documents = joined(&[analysis("one"), analysis("two"), "# nothing\n".into()]);
    let problems = documents.plan(None, &arguments(&[])).unwrap_err();
    assert_eq!(found(&problems), ["2 analyses that do not run together"]);
    assert_eq!(
        problems[0].help.as_deref(),
        Some("choose one with `--analysis NAME`: `one` or `two`")
    );
    assert_eq!(metrics(&documents, Some("two")), Ok(names(&["two"])));
    let problems = documents.plan(Some("tow"), &arguments(&[])).unwrap_err();
    assert_eq!(problems[0].help.as_deref(), Some("did you mean `two`?"));
    let documents = joined(&[analysis("one"), analysis("one")]);
    assert_eq!(
        metrics(&documents, Some("one")),
        Err(names(&["a second analysis `one`"]))
    );
}

#[test]
fn nothing_to_run() {
    let problems = Documents::default().plan(None, &arguments(&[])).unwrap_err();
    assert_eq!(
        problems[0].to_string(),
        "the given files:1:1: error: no analysis\n   = expected: an Analysis, AnalysisTemplate or AnalysisRun among the files"
    );
}

#[test]
fn a_document_without_a_name_is_called_after_its_file() {
    let text = "apiVersion: serin.dev/v1\nkind: Config\nmetadata: {}\nspec: {}\n";
    let (documents, _) = Documents::read(vec![Source::new("some/folder/planning-api.canary.yaml", text)]);
    assert_eq!(
        documents
            .names()
            .map(|(_, name)| name.to_owned())
            .collect::<Vec<_>>(),
        ["planning-api"]
    );
}
