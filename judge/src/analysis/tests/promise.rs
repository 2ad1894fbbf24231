//! Documents that could only fail later, or could promote nothing: told when they are read.

use super::{analysis, found, plan, read, refused, validated};

const METRIC: &str = "{name: m, provider: {prometheus: {address: 'http://p', query: up}}}";

fn scraped(fields: &str, more: &str) -> String {
    let sides = "canary: 'http://a', stable: 'http://b'";
    analysis(&format!(
        "comparisons:\n- {{name: c, errors: {{scrape: {{{sides}, {fields}}}}}{more}}}"
    ))
}

#[test]
fn a_selector_that_is_not_closed_is_marked_inside_its_text() {
    let said = validated(&scraped("bad: 'http_requests_total{code=~\"5..\"', total: x", ""));
    // The caret stands under the closing quote.
    for expected in [
        "a.yaml:6:110: error: comparisons[0]: series selector, character 32: the text ends",
        "requests_total{code=~\"5..\"', total: x}}}\n   |                                          ^\n",
    ] {
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn selectors_everywhere_are_read() {
    let broken = "series selector, character 2: found `1`, an operator";
    for text in [
        scraped("bad: x, total: '{1}'", ""),
        analysis("metrics:\n- {name: m, provider: {scrape: {addresses: ['http://a'], series: '{1}'}}}"),
        analysis(
            "comparisons:\n- {name: c, errors: {prometheus: {address: 'http://p', canary: {bad: a, total: b}, stable: {bad: '{1}', total: c}}}}",
        ),
    ] {
        let found = refused(&text, &[]).join("");
        assert!(found.contains(&broken[..30]), "{found}");
    }
    // What waits for an argument is read with it.
    let text = analysis(
        "args: [{name: code}]\ncomparisons:\n- {name: c, errors: {scrape: {canary: 'http://a', stable: 'http://b', bad: 'x{code={{args.code}}}', total: y}}}",
    );
    assert_eq!(validated(&text), "");
    assert!(plan(&text, &[("code", "\"500\"")]).is_ok());
    let report = plan(&text, &[("code", "500")]).unwrap_err();
    assert!(report[0].found.contains("a quoted value"), "{report:?}");
    assert_eq!(
        report[0].help.as_deref(),
        Some("with its arguments it is `x{code=500}`")
    );
}

#[test]
fn an_analysis_that_can_promote_nothing() {
    let dry = "dryRun: [{metricName: .*}]";
    for (text, expected) in [
        (
            scraped("bad: x, total: y", ", required: false"),
            "no required comparison: nothing",
        ),
        (
            scraped("bad: x, total: y", ", weight: info"),
            "no required comparison: nothing",
        ),
        (
            analysis(&format!("metrics:\n- {METRIC}\n{dry}")),
            "only metrics that are a dry run: nothing",
        ),
        (
            format!(
                "{}\n  metrics:\n  - {METRIC}\n  {dry}",
                scraped("bad: x, total: y", ", required: false").trim_end()
            ),
            "no required comparison, and only metrics that are a dry run: nothing",
        ),
    ] {
        let (documents, mut report) = read(&text);
        report.extend(documents.validate());
        let found = found(&report);
        assert!(found.len() == 1 && found[0].starts_with(expected), "{found:?}");
        assert_eq!(refused(&text, &[]), found);
    }
    let fine = format!(
        "{}\n  metrics:\n  - {METRIC}\n",
        scraped("bad: x, total: y", ", required: false").trim_end()
    );
    assert_eq!(validated(&fine), "");
}

#[test]
fn an_argo_document_without_metrics() {
    for (kind, spec) in [
        ("AnalysisTemplate", "{metrics: []}"),
        ("AnalysisTemplate", "{}"),
        ("ClusterAnalysisTemplate", "{metrics: [], templates: []}"),
        ("AnalysisRun", "{metrics: []}"),
    ] {
        let text =
            format!("apiVersion: argoproj.io/v1alpha1\nkind: {kind}\nmetadata: {{name: t}}\nspec: {spec}\n");
        let said = validated(&text);
        assert!(
            said.contains("error: no metrics specified"),
            "{kind} {spec}: {said}"
        );
    }
}
