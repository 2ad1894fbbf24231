//! What tests came to, for people, programs and CI servers.

use console::style;
use serde_json::{Value, json};
use serin_judge::analysis::duration;
use serin_judge::verdict::simulated::{Entry, Gap, Timeline};

use super::judged::{File, Invalid, Test};
use crate::cli::junit;
use crate::cli::output::{self, Output};
use crate::cli::plan::counted;

pub(super) fn show(files: &[File], gaps: Option<&[Gap]>, output: Output) {
    match output {
        Output::Human => output::print(&human(files, gaps)),
        Output::Json => output::print_json(&document(files, gaps)),
        Output::Junit => output::print(&suites(files)),
    }
    if output != Output::Json {
        let invalid: String = files
            .iter()
            .flat_map(|file| &file.invalid)
            .map(Invalid::text)
            .collect();
        if !invalid.is_empty() {
            output::complain(invalid.trim_end());
        }
    }
}

fn human(files: &[File], gaps: Option<&[Gap]>) -> String {
    let mut text = String::new();
    for file in files {
        let (name, failed) = (&file.name, file.failed());
        if !file.invalid.is_empty() {
            text.push_str(&format!("{} {name}\n", style("invalid").red().bold()));
        } else if failed == 0 {
            let tests = counted(file.tests.len(), "test");
            text.push_str(&format!("{}      {name}: {tests}\n", style("ok").green()));
        } else {
            let tests = counted(file.tests.len(), "test");
            text.push_str(&format!(
                "{}  {name}: {failed} of {tests}\n",
                style("failed").red().bold()
            ));
        }
        for test in file.tests.iter().filter(|test| !test.passed()) {
            text.push_str(&format!(
                "\n{}:{}: {}\n",
                file.name,
                test.line,
                style(&test.name).bold()
            ));
            text.push_str(&failure(test));
            text.push('\n');
        }
    }
    for gap in gaps.into_iter().flatten() {
        text.push_str(&coverage(gap));
    }
    let failed: usize = files.iter().map(File::failed).sum();
    let passed = files.iter().map(|file| file.tests.len()).sum::<usize>() - failed;
    let invalid = files.iter().filter(|file| !file.invalid.is_empty()).count();
    let invalid = match invalid {
        0 => String::new(),
        more => format!(", {} not valid", counted(more, "file")),
    };
    text.push_str(&format!("{passed} passed, {failed} failed{invalid}\n"));
    text
}

/// Expected against got, and what led there.
fn failure(test: &Test) -> String {
    let mut text = String::new();
    for difference in &test.outcome.differences {
        text.push_str(&format!("  {}\n", difference.what));
        text.push_str(&format!(
            "    expected  {}\n    got       {}\n",
            difference.expected, difference.got
        ));
    }
    if let Some(note) = &test.outcome.note {
        text.push_str(&format!("  {note}\n"));
    }
    text.push_str(&timeline(&test.outcome.timeline));
    text
}

fn timeline(timeline: &Timeline) -> String {
    let rows: Vec<[String; 6]> = timeline.entries().map(row).collect();
    let mut widths = [0; 6];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        if index == timeline.beginning.len() && timeline.left_out > 0 {
            text.push_str(&format!("  ... {} more\n", timeline.left_out));
        }
        let cells = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        text.push_str(&format!("  {}\n", line.trim_end()));
    }
    text
}

/// Time, metric, value, phase, counters and the metric's phase, what else there is to say.
fn row(entry: &Entry) -> [String; 6] {
    let counters = entry.counters.map_or_else(String::new, |counters| {
        let all = [
            (counters.successful, "successful"),
            (counters.failed, "failed"),
            (counters.inconclusive, "inconclusive"),
            (counters.error, "error"),
        ];
        let some: Vec<String> = all
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        some.join(", ")
    });
    let mut last = entry
        .metric_phase
        .map_or_else(String::new, |phase| format!("-> {phase:?}"));
    if entry.counters.is_none() {
        last = format!("-> {}", entry.verdict);
    }
    if !entry.message.is_empty() {
        last.push_str(&format!("  {}", entry.message));
    }
    [
        duration::format(entry.at),
        entry.what.clone(),
        entry.value.clone(),
        entry.phase.map_or_else(String::new, |phase| format!("{phase:?}")),
        counters,
        last,
    ]
}

fn coverage(gap: &Gap) -> String {
    let exercised = gap.paths - gap.never.len();
    let mut text = format!(
        "\ncoverage of {}: {exercised} of {}\n",
        style(&gap.analysis).bold(),
        gap.paths
    );
    for never in &gap.never {
        text.push_str(&format!("  never: {never}\n"));
    }
    text
}

fn document(files: &[File], gaps: Option<&[Gap]>) -> Value {
    let failed: usize = files.iter().map(File::failed).sum();
    let tests: usize = files.iter().map(|file| file.tests.len()).sum();
    let mut document = json!({
        "passed": tests - failed,
        "failed": failed,
        "files": files.iter().map(file).collect::<Vec<_>>(),
    });
    if let Some(gaps) = gaps {
        document["coverage"] = json!(gaps);
    }
    document
}

fn file(file: &File) -> Value {
    let error = |invalid: &Invalid| match invalid {
        Invalid::Unreadable(message) => json!({ "file": file.name, "found": message }),
        Invalid::Diagnostic(diagnostic) => json!(diagnostic),
    };
    json!({
        "file": file.name,
        "tests": file.tests.iter().map(test).collect::<Vec<_>>(),
        "errors": file.invalid.iter().map(error).collect::<Vec<_>>(),
    })
}

fn test(test: &Test) -> Value {
    let outcome = &test.outcome;
    let mut document = json!({
        "name": test.name,
        "line": test.line,
        "passed": test.passed(),
        "differences": outcome.differences,
    });
    if !test.passed() {
        document["timeline"] = json!(outcome.timeline);
        document["note"] = json!(outcome.note);
        document["run"] = json!(outcome.report);
    }
    document
}

fn suites(files: &[File]) -> String {
    let mut text = format!("{}<testsuites>\n", junit::HEADER);
    for file in files {
        let mut cases = junit::Cases::default();
        for test in &file.tests {
            if test.passed() {
                cases.passed("test", &test.name);
            } else {
                cases.failed("test", &test.name, &failure(test));
            }
        }
        for invalid in &file.invalid {
            cases.broken("test", &file.name, &invalid.text());
        }
        text.push_str(&cases.finish(&file.name));
    }
    text.push_str("</testsuites>\n");
    text
}
