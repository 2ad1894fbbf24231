use std::fmt::Write as _;
use std::sync::Arc;

use super::{JudgedRecording, RecordingReader, judge, line_windows, plan, write};
use crate::analysis::plan::Weight;
use crate::histogram::Histogram;
use crate::stats::chance::Chance;
use crate::verdict::{Look, Reason, RunIdentity, Verdict, Window};

fn judged(text: &str) -> JudgedRecording {
    let mut reader = RecordingReader::default();
    for line in text.lines() {
        reader.line(line).unwrap();
    }
    let recording = reader.finish();
    judge(Arc::new(plan(&recording)), &recording, &RunIdentity::default()).unwrap()
}

/// The same where one comparison is for information alone, or not.
fn with_information(text: &str, name: &str, is_information: bool) -> JudgedRecording {
    let mut reader = RecordingReader::default();
    for line in text.lines() {
        reader.line(line).unwrap();
    }
    let recording = reader.finish();
    let mut plan = plan(&recording);
    for comparison in &mut plan.comparisons {
        if *comparison.name == *name && is_information {
            (comparison.weight, comparison.required) = (Weight::Info, false);
        }
    }
    judge(Arc::new(plan), &recording, &RunIdentity::default()).unwrap()
}

fn refused(text: &str) -> String {
    let mut reader = RecordingReader::default();
    let found = text.lines().find_map(|line| reader.line(line).err());
    found.map_or_else(String::new, |error| error.to_string())
}

/// A line of the ten seconds that end `step` windows after noon.
fn line(step: u32, comparison: &str, canary: &str, stable: &str) -> String {
    let second = step * 10;
    let (hour, minute, second) = (12 + second / 3600, second / 60 % 60, second % 60);
    format!(
        r#"{{"at":"2026-05-04T{hour:02}:{minute:02}:{second:02}Z","seconds":10,"comparison":"{comparison}","canary":{canary},"stable":{stable}}}"#
    )
}

fn errors(total: u64, bad: u64) -> String {
    format!(r#"{{"total":{total},"bad":{bad}}}"#)
}

#[test]
fn a_healthy_canary_is_promoted_and_a_bad_one_rolled_back() {
    let mut chance = Chance::from_seed(3);
    for (rate, verdict, reason) in [
        (0.005, Verdict::Promote, Reason::NonInferiorityShown),
        (0.05, Verdict::Rollback, Reason::RegressionDetected),
    ] {
        let text: Vec<String> = (1..=180)
            .map(|step| {
                let canary = errors(1000, chance.binomial(1000, rate));
                line(
                    step,
                    "error-rate",
                    &canary,
                    &errors(19_000, chance.binomial(19_000, 0.005)),
                )
            })
            .collect();
        let judged = judged(&text.join("\n"));
        assert_eq!((judged.run.verdict, judged.run.reasons[0]), (verdict, reason));
        assert!(judged.looks < 60 && judged.canary_requests > 0, "{judged:?}");
    }
}

#[test]
fn a_stable_side_from_before_the_release_is_a_remark_beside_the_verdict() {
    let text: Vec<String> = (1..=60)
        .map(|step| {
            let line = line(step, "e", &errors(1000, 50), &errors(1000, 5));
            line.replacen('{', r#"{"before":true,"#, 1)
        })
        .collect();
    let judged = judged(&text.join("\n"));
    assert_eq!(judged.run.verdict, Verdict::Rollback);
    assert!(
        judged.run.reasons.contains(&Reason::UnprotectedBaseline),
        "{:?}",
        judged.run.reasons
    );
}

#[test]
fn a_remark_of_a_comparison_for_information_alone_is_no_reason() {
    let text: Vec<String> = (1..=180)
        .flat_map(|step| {
            let probed = line(step, "probe", &errors(10, 0), &errors(10, 0));
            let flagged = probed.replacen('{', r#"{"overloaded":true,"#, 1);
            [line(step, "users", &errors(1000, 50), &errors(1000, 5)), flagged]
        })
        .collect();
    let text = text.join("\n");
    for (is_information, is_told) in [(true, false), (false, true)] {
        let judged = with_information(&text, "probe", is_information);
        assert_eq!(judged.run.verdict, Verdict::Rollback);
        let reasons = &judged.run.reasons;
        assert_eq!(
            reasons.contains(&Reason::ProberOverloaded),
            is_told,
            "{reasons:?}"
        );
    }
}

#[test]
fn windows_of_an_overloaded_prober_are_a_remark_and_nothing_else() {
    let text: Vec<String> = (1..=180)
        .map(|step| {
            let (canary, flag) = if step % 2 == 0 {
                (900, r#"{"overloaded":true,"#)
            } else {
                (5, "{")
            };
            line(step, "e", &errors(1000, canary), &errors(1000, 5)).replacen('{', flag, 1)
        })
        .collect();
    let judged = judged(&text.join("\n"));
    assert_ne!(judged.run.verdict, Verdict::Rollback);
    assert!(
        judged.run.reasons.contains(&Reason::ProberOverloaded),
        "{:?}",
        judged.run.reasons
    );
    let (mut written, windows) = (String::new(), line_windows(&text[1]).unwrap());
    assert!(windows.iter().all(|window| window.flags.overloaded));
    let at = windows[0].end;
    write(
        &Look {
            at,
            windows: windows.clone(),
        },
        None,
        &mut written,
    );
    let read: Vec<Window> = written
        .lines()
        .flat_map(|line| line_windows(line).unwrap())
        .collect();
    assert_eq!(read, windows);
}

#[test]
fn a_control_is_a_side_of_its_own() {
    let mut chance = Chance::from_seed(9);
    let text: Vec<String> = (1..=120)
        .map(|step| {
            let mut draw = || errors(50, chance.binomial(50, 0.1));
            let line = line(step, "e", &draw(), &draw());
            line.replacen('{', &format!(r#"{{"control":{},"#, draw()), 1)
        })
        .collect();
    let judged = judged(&text.join("\n"));
    let report = serde_json::to_value(&judged.run.comparisons[0]).unwrap();
    assert_eq!(report["dispersion"]["source"], "control", "{report}");
    let wrong = line(1, "e", &errors(1, 0), &errors(1, 0)).replacen('{', r#"{"control":{"value":1},"#, 1);
    assert!(refused(&wrong).contains("different kinds"), "{}", refused(&wrong));
    let wrong = wrong.replace(r#"{"value":1}"#, r#"{"total":1,"bad":2}"#);
    assert!(
        refused(&wrong).contains("control: 2 bad requests of 1"),
        "{}",
        refused(&wrong)
    );
}

#[test]
fn what_is_written_of_a_look_reads_back_to_it() {
    let text: Vec<String> = [
        line(1, "e", &errors(50, 2), &errors(70, 1)).replacen(
            '{',
            r#"{"control":{"total":9,"bad":1},"target":"p","#,
            1,
        ),
        line(1, "e", &errors(5, 2), &errors(7, 1)).replacen(
            '{',
            r#"{"before":true,"partial":true,"overloaded":true,"#,
            1,
        ),
        line(1, "h", &errors(5, 2), &errors(7, 1)).replacen(
            '{',
            r#"{"history":true,"mixedBuckets":true,"#,
            1,
        ),
        line(1, "v", r#"{"value":0.30000000000000004}"#, r#"{"value":-1e300}"#),
        line(
            1,
            "x",
            r#"{"events":3,"exposure":0.1}"#,
            r#"{"events":0,"exposure":2}"#,
        ),
        line(
            1,
            "l",
            r#"{"histogram":[[1.5,2],["+Inf",1]],"timeouts":4}"#,
            r#"{"histogram":[[1.5,0]]}"#,
        ),
    ]
    .into();
    let read = |text: &str| {
        let mut reader = RecordingReader::default();
        text.lines().for_each(|line| reader.line(line).unwrap());
        reader.finish()
    };
    let first = read(&text.join("\n"));
    let mut written = String::new();
    first
        .looks
        .iter()
        .for_each(|look| write(look, None, &mut written));
    assert_eq!(written.lines().count(), 13);
    assert_eq!(read(&written).looks, first.looks);
}

#[test]
fn stages_of_a_recording_are_carried_or_begun_anew() {
    use crate::analysis::plan::EvidencePolicy;
    let mut chance = Chance::from_seed(5);
    let mut text = Vec::new();
    for step in 1..=120 {
        let stage = if step <= 60 { "10" } else { "50" };
        let canary = errors(1000, chance.binomial(1000, 0.005));
        let line = line(step, "e", &canary, &errors(9000, chance.binomial(9000, 0.005)));
        text.push(line.replacen('{', &format!(r#"{{"stage":"{stage}","#), 1));
    }
    let mut reader = RecordingReader::default();
    text.iter().for_each(|line| reader.line(line).unwrap());
    let recording = reader.finish();
    assert_eq!(recording.earlier.len(), 1);
    let judged = |evidence| {
        let mut plan = plan(&recording);
        plan.policy.evidence = evidence;
        judge(Arc::new(plan), &recording, &RunIdentity::default()).unwrap()
    };
    let (carried, anew) = (judged(EvidencePolicy::Carry), judged(EvidencePolicy::Restart));
    assert_eq!(carried.run.verdict, Verdict::Promote);
    assert_eq!(carried.run.started_at, anew.run.started_at);
    let (mut written, until) = (String::new(), recording.earlier[0].1);
    for (index, look) in recording.looks.iter().enumerate() {
        write(look, Some(if index < until { "10" } else { "50" }), &mut written);
    }
    let mut reader = RecordingReader::default();
    written.lines().for_each(|line| reader.line(line).unwrap());
    let again = reader.finish();
    assert_eq!(
        (again.earlier, again.looks),
        (recording.earlier.clone(), recording.looks.clone())
    );
    let count = |judged: &JudgedRecording| judged.run.comparisons[0].n_canary;
    let counts = (count(&carried), count(&anew));
    assert!(counts.0 >= 58_000 && counts.1 < 48_000, "{counts:?}");
    assert!(carried.looks < anew.looks);
    let again = text[0].replace("12:00:10", "12:30:00");
    let found = refused(&format!("{}\n{again}", text.join("\n")));
    assert!(found.contains("stage \"10\" again"), "{found}");
    let beside = text[0]
        .replace(r#""stage":"10","#, "")
        .replace(r#""comparison":"e""#, r#""comparison":"f""#);
    let found = refused(&format!("{}\n{beside}", text[0]));
    assert!(found.contains("beside one of another stage"), "{found}");
}

#[test]
fn a_recording_that_ends_early_is_no_verdict() {
    let text: Vec<String> = (1..=20)
        .map(|step| line(step, "e", &errors(100, 0), &errors(1900, 9)))
        .collect();
    let judged = judged(&text.join("\n"));
    assert_eq!(judged.run.verdict, Verdict::Inconclusive);
    assert_eq!(judged.run.reasons[0], Reason::InsufficientData);
    assert_eq!(judged.looks, 20);
}

#[test]
fn lines_that_cannot_be_right_are_named() {
    let good = line(1, "e", &errors(100, 0), &errors(1900, 9));
    for (text, found) in [
        ("{".to_owned(), "line 1: EOF"),
        (format!("{good}\n{good}"), "line 2: a canary window from"),
        (
            format!("{}\n{good}", line(2, "e", &errors(1, 0), &errors(1, 0))),
            "line 2: a window that ends at",
        ),
        (
            line(1, "e", &errors(5, 6), &errors(1, 0)),
            "line 1: canary: 6 bad requests of 5",
        ),
        (
            line(1, "e", r#"{"total":-5,"bad":0}"#, "null"),
            "line 1: canary: total of -5",
        ),
        (
            line(1, "e", r#"{"value":"NaN"}"#, "null"),
            "line 1: canary: a value of \"NaN\"",
        ),
        (
            line(1, "e", r#"{"events":3,"exposure":0}"#, "null"),
            "line 1: canary: 3 events in an exposure of 0",
        ),
        (
            line(1, "e", r#"{"histogram":[[5,1],[5,2]]}"#, "null"),
            "line 1: an upper bound of 5 ms after one of 5 ms",
        ),
        (
            line(1, "e", &errors(5, 1), r#"{"value":3}"#),
            "line 1: data of different kinds on the sides",
        ),
        (
            format!("{good}\n{}", line(2, "e", r#"{"value":3}"#, r#"{"value":3}"#)),
            "line 2: Series of comparison \"e\"",
        ),
        (
            good.replace("\"seconds\":10", "\"seconds\":-10"),
            "line 1: a window of -10 seconds",
        ),
        (
            good.replace("\"seconds\":10", "\"second\":10"),
            "line 1: unknown field `second`",
        ),
    ] {
        let error = refused(&text);
        assert!(error.starts_with(found), "{error}\nwanted {found}");
        assert!(error.contains("; expected "), "{error}");
    }
}

/// What one kind of service takes, in milliseconds: a body and a tail, both lognormal.
fn latency(chance: &mut Chance) -> f64 {
    let (median, sigma) = if chance.uniform() < 0.97 {
        (80.0, 0.45)
    } else {
        (250.0, 0.55)
    };
    median * libm::exp(sigma * chance.normal())
}

/// Buckets two percent wide.
fn histogram(latencies: impl Iterator<Item = f64>) -> String {
    let bounds: Vec<f64> = (0..700)
        .map(|index| libm::exp(f64::from(index) * libm::log(1.02)))
        .collect();
    let mut counts = vec![0_u64; bounds.len()];
    for ms in latencies {
        counts[bounds.partition_point(|bound| *bound < ms)] += 1;
    }
    let seen = bounds.into_iter().zip(counts).filter(|(_, count)| *count > 0);
    let histogram = Histogram::new(seen.collect()).unwrap();
    format!(
        r#"{{"histogram":{}}}"#,
        serde_json::to_string(&histogram).unwrap()
    )
}

type Slow = fn(&mut Chance, f64) -> f64;

/// Latencies of a canary that `slow` makes of usual ones, at 10 and 190 requests a second.
fn release(chance: &mut Chance, slow: Slow) -> JudgedRecording {
    let mut text = String::new();
    for step in 1..=180 {
        let canary: Vec<f64> = (0..100)
            .map(|_| {
                let usual = latency(chance);
                slow(chance, usual)
            })
            .collect();
        let stable: Vec<f64> = (0..1900).map(|_| latency(chance)).collect();
        let line = line(
            step,
            "latency",
            &histogram(canary.into_iter()),
            &histogram(stable.into_iter()),
        );
        let _ = writeln!(text, "{line}");
    }
    judged(&text)
}

#[test]
fn slow_canaries_are_found_and_others_promoted() {
    let mut chance = Chance::from_seed(41);
    let shapes: [(&str, Verdict, u64, Slow); 5] = [
        ("no change", Verdict::Promote, 1200, |_, ms| ms),
        ("times 1.3", Verdict::Rollback, 700, |_, ms| 1.3 * ms),
        ("p99 doubled", Verdict::Rollback, 700, |_, ms| {
            if ms > 187.0 {
                ms * (ms / 187.0).min(2.0)
            } else {
                ms
            }
        }),
        ("2 % hang for 500 ms", Verdict::Rollback, 700, |chance, ms| {
            if chance.uniform() < 0.02 { ms + 500.0 } else { ms }
        }),
        ("half as slow", Verdict::Promote, 700, |_, ms| 0.5 * ms),
    ];
    for (name, verdict, seconds, slow) in shapes {
        let runs = 12;
        let mut right = Vec::new();
        for _ in 0..runs {
            let judged = release(&mut chance, slow);
            assert!(
                [verdict, Verdict::Inconclusive].contains(&judged.run.verdict),
                "{name}: {}",
                judged.run.summary
            );
            if judged.run.verdict == verdict {
                right.push(judged.at.since(judged.run.started_at).as_secs());
            }
        }
        right.sort_unstable();
        let median = right.get(right.len() / 2).copied().unwrap_or(u64::MAX);
        println!(
            "latency, {name}: {verdict} in {} of {runs}, median {median} s",
            right.len()
        );
        assert!(right.len() > runs / 2 && median <= seconds, "{name}: {right:?}");
    }
}

#[test]
fn buckets_of_another_layout_are_left_out() {
    let coarse = |bounds: [f64; 4]| {
        let buckets: Vec<(f64, u64)> = bounds.into_iter().zip([400, 500, 90, 10]).collect();
        format!(
            r#"{{"histogram":{}}}"#,
            serde_json::to_string(&Histogram::new(buckets).unwrap()).unwrap()
        )
    };
    let text: Vec<String> = (1..=180)
        .map(|step| {
            line(
                step,
                "latency",
                &coarse([60.0, 150.0, 300.0, 600.0]),
                &coarse([50.0, 100.0, 250.0, 500.0]),
            )
        })
        .collect();
    let judged = judged(&text.join("\n"));
    assert_eq!(
        judged.run.verdict,
        Verdict::Inconclusive,
        "{}",
        judged.run.summary
    );
    assert_eq!(judged.run.reasons[0], Reason::MissingData);
}

#[test]
fn events_and_series_are_judged() {
    let mut chance = Chance::from_seed(47);
    for (factor, series, verdict) in [
        (1.0, 1.0, Verdict::Promote),
        (8.0, 1.0, Verdict::Rollback),
        (1.0, 1.6, Verdict::Rollback),
    ] {
        let mut text = String::new();
        for step in 1..=180 {
            let events = |chance: &mut Chance, mean: f64| chance.binomial(1_000_000, mean / 1e6);
            let canary = format!(
                r#"{{"events":{},"exposure":40.0}}"#,
                events(&mut chance, 4.0 * factor)
            );
            let stable = format!(r#"{{"events":{},"exposure":360.0}}"#, events(&mut chance, 36.0));
            let _ = writeln!(text, "{}", line(step, "restarts", &canary, &stable));
            let value = |chance: &mut Chance, factor: f64| {
                format!(
                    r#"{{"value":{}}}"#,
                    factor * 200.0 * libm::exp(0.03 * chance.normal())
                )
            };
            let (canary, stable) = (value(&mut chance, series), value(&mut chance, 1.0));
            let _ = writeln!(text, "{}", line(step, "memory", &canary, &stable));
        }
        let judged = judged(&text);
        println!("events x{factor}, series x{series}: {}", judged.run.summary);
        assert_eq!(judged.run.verdict, verdict, "{}", judged.run.summary);
    }
}
