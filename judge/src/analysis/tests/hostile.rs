//! Documents made to cost time or space: small in the file, bounded in what they cause.

use std::collections::BTreeMap;

use super::{found, read};

const HEAD: &str = "apiVersion: argoproj.io/v1alpha1\nkind: AnalysisTemplate\nspec:\n";

fn many(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

fn one_metric(query: &str) -> String {
    format!("  metrics:\n  - name: m\n    provider: {{prometheus: {{query: '{query}'}}}}\n")
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn answers_stay_short() {
    let cases = [
        (
            "thousands of wrong metrics",
            format!(
                "{HEAD}  metrics:\n{}",
                many(1500, |at| format!(
                    "  - {{name: m{at}, interval: x, provider: {{}}}}\n"
                ))
            ),
        ),
        (
            "thousands of rules",
            format!(
                "{HEAD}{}  dryRun:\n{}",
                one_metric("x"),
                many(3000, |at| format!("  - {{metricName: '(a*)*b{at}'}}\n"))
            ),
        ),
        (
            "rules that compile to much",
            format!(
                "{HEAD}{}  dryRun:\n{}",
                one_metric("x"),
                many(20, |at| format!("  - {{metricName: '\\w{{99}}\\w{{99}}{at}'}}\n"))
            ),
        ),
        (
            "thousands of unknown arguments among thousands",
            format!(
                "{HEAD}  args:\n{}{}",
                many(4500, |at| format!("  - {{name: argument-number-{at}}}\n")),
                one_metric(&many(4000, |at| format!("{{{{args.argumentnumber{at}}}}}")))
            ),
        ),
        (
            "a long value in many places",
            format!(
                "{HEAD}  args: [{{name: a, value: '{}'}}]\n{}",
                "x".repeat(120_000),
                one_metric(&"{{args.a}}".repeat(10_000))
            ),
        ),
        (
            "thousands of placeholders in one text",
            format!("{HEAD}{}", one_metric(&"{{x}} ".repeat(40_000))),
        ),
        (
            "a text without an end tag",
            format!("{HEAD}{}", one_metric(&format!("{{{{{}", "x".repeat(200_000)))),
        ),
        (
            "thousands of unknown fields",
            format!("{HEAD}{}", many(9000, |at| format!("  unknownfield{at}: 1\n"))),
        ),
        (
            "a long unknown field",
            format!("{HEAD}  {}: 1\n", "x".repeat(1000)),
        ),
        (
            "a chain of templates",
            many(1200, |at| {
                format!(
                    "apiVersion: argoproj.io/v1alpha1\nkind: AnalysisTemplate\nmetadata: {{name: t{at}}}\n\
                     spec: {{templates: [{{templateName: t{}}}]}}\n---\n",
                    at + 1
                )
            }),
        ),
    ];
    for (name, text) in cases {
        let (documents, mut report) = read(&text);
        report.extend(documents.validate());
        report.extend(documents.plan(None, &BTreeMap::new()).err().into_iter().flatten());
        assert!(
            !report.is_empty() && report.len() <= 303,
            "{name}: {}",
            report.len()
        );
        for diagnostic in report {
            let length = diagnostic.to_string().len();
            assert!(length < 6_000, "{name}: a message of {length} bytes");
        }
    }
}

#[test]
fn numbers_that_make_no_sense() {
    let cases = [
        (
            "interval: -5s",
            "metrics[0]: invalid interval string: negative duration \"-5s\"",
        ),
        (
            "interval: 99999999999h",
            "metrics[0]: invalid interval string: time: invalid duration \"99999999999h\"",
        ),
        (
            "interval: 1e3s",
            "metrics[0]: invalid interval string: time: unknown unit \"e\" in duration \"1e3s\"",
        ),
        (
            "initialDelay: -1h",
            "metrics[0]: invalid startDelay string: negative duration \"-1h\"",
        ),
        ("count: -1", "metrics[0]: count must be >= 0"),
        ("count: '-9'", "metrics[0]: count must be >= 0"),
        ("count: 1.5", "\"1.5\", which Argo takes for 0"),
        (
            "count: 99999999999999999999",
            "\"99999999999999999999\", which Argo takes for 0",
        ),
        (
            "consecutiveErrorLimit: -9223372036854775808",
            "metrics[0]: consecutiveErrorLimit must be >= 0",
        ),
    ];
    for (fields, expected) in cases {
        let (documents, mut report) = read(&super::template(fields));
        report.extend(documents.validate());
        assert_eq!(found(&report), [expected], "{fields}");
    }
    let text = super::template("count: 9223372036854775807\ninconclusiveLimit: 4294967296");
    let (plan, _) = super::plan(&text, &[]).unwrap();
    let metric = &plan.metrics[0];
    assert_eq!(
        (metric.count, metric.inconclusive_limit),
        (Some(u32::MAX), u32::MAX),
        "never reached"
    );
}

#[test]
fn arguments_that_refer_to_themselves() {
    let text = |args: &str| format!("{HEAD}  args: [{args}]\n{}", one_metric("{{args.a}}"));
    let cases = [
        (
            "{name: a, value: '{{args.a}}'}",
            vec!["arguments that refer to themselves: a -> a"],
        ),
        (
            "{name: a, value: '{{ args.c }} {{args.b}}'}, {name: b, value: 'x{{args.a}}'}, {name: c, value: x}",
            vec![
                "arguments that refer to themselves: a -> b -> a",
                "arguments that refer to themselves: b -> a -> b",
            ],
        ),
        (
            "{name: a, value: '{{args.b}}'}, {name: b, value: '{{args.c}}'}, {name: c, value: '{{args.b}}'}",
            vec![
                "arguments that refer to themselves: b -> c -> b",
                "arguments that refer to themselves: c -> b -> c",
            ],
        ),
    ];
    for (args, expected) in cases {
        assert_eq!(super::refused(&text(args), &[]), expected, "{args}");
    }
    let given = super::refused(&text("{name: a}"), &[("a", "{{args.a}}")]);
    assert_eq!(given, ["arguments that refer to themselves: a -> a"]);
}

#[test]
fn templates_that_lead_too_deep_are_refused_where_they_do() {
    let chain = |length: usize| {
        let template = |at: usize| {
            let next = if at + 1 < length {
                format!("templates: [{{templateName: t{}}}]", at + 1)
            } else {
                "metrics: [{name: m, provider: {web: {url: 'http://a', jsonPath: '{$.a}'}}}]".to_owned()
            };
            format!(
                "apiVersion: argoproj.io/v1alpha1\nkind: AnalysisTemplate\nmetadata: {{name: t{at}}}\nspec: {{{next}}}\n---\n"
            )
        };
        (0..length).map(template).collect::<String>()
    };
    let errors = |length: usize| {
        let (documents, _) = read(&chain(length));
        found(
            &documents
                .plan(Some("t0"), &BTreeMap::new())
                .err()
                .unwrap_or_default(),
        )
    };
    assert!(errors(64).is_empty(), "{:?}", errors(64));
    assert_eq!(errors(65), ["template `t64` below 64 others"]);
}
