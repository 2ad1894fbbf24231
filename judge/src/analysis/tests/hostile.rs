//! Documents made to cost time or space: small in the file, bounded in what they cause.

use std::collections::BTreeMap;

use super::read;

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
