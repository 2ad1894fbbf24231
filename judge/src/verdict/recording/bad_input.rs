//! Everything that a broken exporter, a wrong clock or a bad script has written into a recording: each is a named error,
//! or inconclusive with a reason. Nothing panics, and nothing promotes.

use std::sync::Arc;

use proptest::prelude::*;

use super::{JudgedRecording, Recording, RecordingError, RecordingReader, judge, plan};
use crate::stats::combine;
use crate::time::Timestamp;
use crate::verdict::{ComparisonReport, Look, Reason, Remark, RunIdentity, RunState, Verdict};

const MINUTE: u32 = 6;

fn read(lines: &[String]) -> Result<Recording, RecordingError> {
    let mut reader = RecordingReader::default();
    lines.iter().try_for_each(|line| reader.line(line))?;
    Ok(reader.finish())
}

fn judged(lines: &[String]) -> JudgedRecording {
    let recording = read(lines).unwrap();
    judge(Arc::new(plan(&recording)), &recording, &RunIdentity::default()).unwrap()
}

/// A line that ends `step` times ten seconds after noon.
fn line(step: u32, sides: &str) -> String {
    let second = step * 10;
    let (hour, minute, second) = (12 + second / 3600, second / 60 % 60, second % 60);
    let at = format!("2026-05-04T{hour:02}:{minute:02}:{second:02}Z");
    format!(r#"{{"at":"{at}","seconds":10,"comparison":"e",{sides}}}"#)
}

/// Half an hour of the same sides.
fn throughout(sides: &str) -> Vec<String> {
    (1..=180).map(|step| line(step, sides)).collect()
}

fn only(judged: &JudgedRecording) -> &ComparisonReport {
    &judged.run.comparisons[0]
}

const GOOD: &str = r#""canary":{"total":1000,"bad":5},"stable":{"total":9000,"bad":45}"#;
const GOOD_LATENCY: &str = r#"{"histogram":[[10,900],[20,90],[40,9],["+Inf",1]]}"#;

#[test]
fn sides_that_cannot_be_right_are_named_errors() {
    for (canary, found) in [
        (r#"{"total":5,"bad":6}"#, "6 bad requests of 5"),
        (r#"{"total":-5,"bad":0}"#, "total of -5"),
        (r#"{"total":5,"bad":-1}"#, "bad of -1"),
        (r#"{"total":1.5,"bad":0}"#, "total of 1.5"),
        (r#"{"total":NaN,"bad":0}"#, "expected value"),
        (r#"{"total":"NaN","bad":0}"#, "total of \"NaN\""),
        (r#"{"total":1e999,"bad":0}"#, "number out of range"),
        (
            r#"{"total":18446744073709551615,"bad":0}"#,
            "more than 1e12 requests",
        ),
        (r#"{"total":1e12,"bad":1e300}"#, "bad of 1e+300"),
        (r#"{"value":"NaN"}"#, "a value of \"NaN\""),
        (r#"{"value":"+Inf"}"#, "a value of \"+Inf\""),
        (r#"{"events":1,"exposure":0}"#, "1 events in an exposure of 0"),
        (r#"{"events":1,"exposure":-1}"#, "1 events in an exposure of -1"),
        (r#"{"events":1,"exposure":1e300}"#, "1 events in an exposure of"),
        (r#"{"histogram":[[20,1],[10,1]]}"#, "bound"),
        (r#"{"histogram":[["NaN",1]]}"#, "bound"),
        (r#"{"histogram":[[10,-1]]}"#, "canary"),
        (r#"{"histogram":[[10,1]],"timeouts":-1}"#, "timeouts of -1"),
    ] {
        let error = read(&[line(1, &format!(r#""canary":{canary}"#))]).unwrap_err();
        let named = error.to_string().contains(found) || found == "canary" || found == "bound";
        assert!(named && error.line == 1, "{canary}: {error}");
    }
}

#[test]
fn lines_out_of_order_twice_or_overlapping_are_named_errors() {
    let (one, two) = (line(1, GOOD), line(2, GOOD));
    let overlapping = line(2, GOOD).replace(r#""seconds":10"#, r#""seconds":15"#);
    for (lines, found) in [
        (
            [two.clone(), one.clone()],
            "a window that ends at 2026-05-04T12:00:10Z after one that ends at",
        ),
        (
            [one.clone(), one.clone()],
            "after one that ends at 2026-05-04T12:00:10Z",
        ),
        (
            [one.clone(), overlapping],
            "windows of one side and target that do not overlap",
        ),
        (
            [one.clone(), line(2, r#""canary":{"value":1}"#)],
            "as in the lines before",
        ),
        (
            [one, two.replace(r#""seconds":10"#, r#""seconds":-1"#)],
            "a window of -1 seconds",
        ),
    ] {
        let error = read(&lines).unwrap_err();
        assert!(error.line == 2 && error.to_string().contains(found), "{error}");
    }
}

#[test]
fn sides_that_are_empty_or_missing_are_inconclusive() {
    for (sides, reason) in [
        (
            r#""canary":{"total":0,"bad":0},"stable":{"total":0,"bad":0}"#,
            Reason::InsufficientData,
        ),
        (
            r#""canary":{"total":0,"bad":0},"stable":{"total":9000,"bad":45}"#,
            Reason::InsufficientData,
        ),
        (
            r#""canary":{"total":1000,"bad":5},"stable":{"total":0,"bad":0}"#,
            Reason::InsufficientData,
        ),
        (r#""canary":{"total":1000,"bad":5}"#, Reason::NoBaseline),
        (r#""stable":{"total":9000,"bad":45}"#, Reason::MissingData),
        (r#""canary":null,"stable":null"#, Reason::MissingData),
        (
            r#""canary":{"events":0,"exposure":0},"stable":{"events":0,"exposure":0}"#,
            Reason::InsufficientData,
        ),
        (
            r#""canary":{"histogram":[]},"stable":{"histogram":[]}"#,
            Reason::InsufficientData,
        ),
        (
            r#""canary":{"value":0},"stable":{"value":0}"#,
            Reason::InsufficientData,
        ),
        (
            r#""canary":{"value":-1},"stable":{"value":1}"#,
            Reason::InsufficientData,
        ),
    ] {
        let judged = judged(&throughout(sides));
        assert_eq!(judged.run.verdict, Verdict::Inconclusive, "{sides}");
        assert_eq!(judged.run.reasons[0], reason, "{sides}: {}", judged.run.summary);
    }
}

#[test]
fn windows_that_are_mostly_missing_are_inconclusive() {
    let lines: Vec<String> = (1..=180)
        .filter(|step| step % 5 == 0)
        .map(|step| line(step, GOOD))
        .collect();
    let judged = judged(&lines);
    assert_eq!(judged.run.verdict, Verdict::Inconclusive);
    assert_eq!(
        judged.run.reasons[0],
        Reason::MissingData,
        "{}",
        judged.run.summary
    );
}

#[test]
fn buckets_that_differ_or_change_are_not_compared() {
    let other = GOOD_LATENCY.replace("20", "25");
    let differ = throughout(&format!(r#""canary":{other},"stable":{GOOD_LATENCY}"#));
    let change: Vec<String> = (1..=180)
        .map(|step| {
            let canary = if step <= 3 * MINUTE { GOOD_LATENCY } else { &other };
            line(step, &format!(r#""canary":{canary},"stable":{GOOD_LATENCY}"#))
        })
        .collect();
    for lines in [differ, change] {
        let judged = judged(&lines);
        assert_eq!(
            judged.run.verdict,
            Verdict::Inconclusive,
            "{}",
            judged.run.summary
        );
        let remarks = &only(&judged).remarks;
        assert!(remarks.contains(&Remark::BucketLayoutsDiffer), "{remarks:?}");
    }
}

#[test]
fn a_clock_that_goes_back_changes_nothing_but_a_remark() {
    let recording = read(&throughout(GOOD)[..60]).unwrap();
    let run = |turned_back: bool| {
        let mut state = RunState::new(Arc::new(plan(&recording)), recording.started_at.unwrap());
        for (index, look) in recording.looks.iter().take(25).enumerate() {
            state.look(look, &[]);
            if turned_back && index > 5 {
                for earlier in [&recording.looks[index - 3], look] {
                    state.look(earlier, &[]);
                }
                let long_ago = Look {
                    at: Timestamp::from_micros(i64::MIN),
                    windows: look.windows.clone(),
                };
                state.look(&long_ago, &[]);
                state.tick(Timestamp::from_micros(0));
            }
        }
        state
            .report(&RunIdentity::default(), recording.looks[24].at)
            .comparisons
            .remove(0)
    };
    let (straight, mut back) = (run(false), run(true));
    assert!(back.remarks.contains(&Remark::LooksOutOfOrder));
    back.remarks.retain(|remark| *remark != Remark::LooksOutOfOrder);
    assert_eq!(straight, back);
}

#[test]
fn ten_thousand_targets_are_judged_like_one() {
    let targets = 10_000;
    let run = |canary_bad: u64| {
        let mut reader = RecordingReader::default();
        for step in 1..=18 {
            reader
                .line(&line(step, r#""stable":{"total":90000,"bad":450}"#))
                .unwrap();
            for target in 0..targets {
                let bad = if target < 50 { canary_bad } else { 0 };
                let sides = format!(r#""target":"pod-{target}","canary":{{"total":1,"bad":{bad}}}"#);
                reader.line(&line(step, &sides)).unwrap();
            }
        }
        let recording = reader.finish();
        let judged = judge(Arc::new(plan(&recording)), &recording, &RunIdentity::default()).unwrap();
        (judged.run.verdict, judged.run.reasons[0])
    };
    assert_eq!(
        run(0),
        (Verdict::Inconclusive, Reason::InsufficientData),
        "nobody waits for a deadline"
    );
    // Fifty of them fail every request, none alone carries it.
    assert_eq!(
        run(1).0,
        Verdict::Inconclusive,
        "half a per cent is what stable has"
    );
}

#[test]
fn ten_thousand_targets_of_a_bad_release_are_rolled_back() {
    let mut reader = RecordingReader::default();
    for step in 1..=16 {
        reader
            .line(&line(step, r#""stable":{"total":90000,"bad":450}"#))
            .unwrap();
        for target in 0..10_000 {
            let bad = u32::from(target % 20 == step % 20);
            let sides = format!(r#""target":"pod-{target}","canary":{{"total":1,"bad":{bad}}}"#);
            reader.line(&line(step, &sides)).unwrap();
        }
    }
    let recording = reader.finish();
    let judged = judge(Arc::new(plan(&recording)), &recording, &RunIdentity::default()).unwrap();
    assert_eq!(judged.run.verdict, Verdict::Rollback, "{}", judged.run.summary);
}

/// One field of a side as it may come.
fn any_number() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("0".to_owned()),
        Just("-1".to_owned()),
        Just("1e12".to_owned()),
        Just("1e400".to_owned()),
        Just("\"NaN\"".to_owned()),
        Just("\"+Inf\"".to_owned()),
        Just("null".to_owned()),
        Just("18446744073709551615".to_owned()),
        any::<f64>().prop_map(|number| number.to_string()),
        (0..2000_u64).prop_map(|number| number.to_string()),
    ]
}

fn any_side() -> impl Strategy<Value = String> {
    let number = any_number;
    prop_oneof![
        (number(), number()).prop_map(|(total, bad)| format!(r#"{{"total":{total},"bad":{bad}}}"#)),
        (number(), number())
            .prop_map(|(events, exposure)| { format!(r#"{{"events":{events},"exposure":{exposure}}}"#) }),
        (number(), number(), number()).prop_map(|(bound, count, timeouts)| {
            format!(r#"{{"histogram":[[{bound},{count}],["+Inf",3]],"timeouts":{timeouts}}}"#)
        }),
        number().prop_map(|value| format!(r#"{{"value":{value}}}"#)),
        Just("null".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever the canary says as long as it never says anything usable, it is refused or not promoted.
    #[test]
    fn a_side_that_says_nothing_usable_never_promotes(
        sides in prop::collection::vec((any_side(), any_side(), any_side(), 1..20_u32, any::<[bool; 3]>()), 1..40),
    ) {
        let mut reader = RecordingReader::default();
        let mut step = 0;
        let mut usable = 0;
        for (canary, stable, control, gap, [history, partial, before]) in sides {
            step += gap;
            let sides = format!(
                r#""canary":{canary},"stable":{stable},"control":{control},"history":{history},"partial":{partial},"before":{before}"#
            );
            usable += u32::from(reader.line(&line(step, &sides)).is_ok());
        }
        let recording = reader.finish();
        if let Some(judged) = judge(Arc::new(plan(&recording)), &recording, &RunIdentity::default()) {
            // Forty windows with gaps are never enough for a promotion.
            prop_assert_ne!(judged.run.verdict, Verdict::Promote);
            prop_assert!(!judged.run.reasons.is_empty() && usable > 0);
            prop_assert!(serde_json::to_string(&judged).is_ok());
        }
    }

    /// Shares of the common statistic add up, whatever groups there are.
    #[test]
    fn shares_add_up(groups in prop::collection::vec(prop_oneof![Just(Some(0.8)), Just(Some(0.2)), Just(None)], 0..50)) {
        let shares = combine::group_shares(&groups);
        let sum: f64 = shares.iter().sum();
        let expected = f64::from(u8::from(groups.iter().any(Option::is_some)));
        prop_assert!((sum - expected).abs() < 1e-9, "{sum}");
        for (share, group) in shares.iter().zip(&groups) {
            prop_assert_eq!(*share > 0.0, group.is_some());
        }
    }

    /// Any text is a line, or an error with a number.
    #[test]
    fn any_text_is_a_window_or_an_error(text in ".{0,200}") {
        let mut reader = RecordingReader::default();
        if let Err(error) = reader.line(&text) {
            prop_assert_eq!(error.line, 1);
        }
    }
}
