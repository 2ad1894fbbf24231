//! The public JSON of a run, field by field.

use serde_json::Value;

use Kind::{Flag, List, Map, MaybeMap, MaybeNumber, MaybeTime, Number, Text, Time, Whole};

/// What a field holds.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Text,
    Flag,
    /// A whole number, at least 0.
    Whole,
    /// A finite number.
    Number,
    /// A number, a word for one that is not finite, or null.
    MaybeNumber,
    /// RFC 3339, UTC.
    Time,
    /// A time or null.
    MaybeTime,
    List,
    Map,
    /// An object or null.
    MaybeMap,
}

const RUN: [(&str, Kind); 18] = [
    ("id", Text),
    ("analysis", Text),
    ("release", Text),
    ("stage", Text),
    ("attempt", Whole),
    ("labels", Map),
    ("phase", Text),
    ("verdict", Text),
    ("reasons", List),
    ("summary", Text),
    ("startedAt", Time),
    ("finishedAt", Time),
    ("configHash", Text),
    ("url", Text),
    ("metrics", List),
    ("comparisons", List),
    ("overrides", List),
    ("deliveries", List),
];

const METRIC: [(&str, Kind); 12] = [
    ("name", Text),
    ("phase", Text),
    ("message", Text),
    ("dryRun", Flag),
    ("count", Whole),
    ("successful", Whole),
    ("failed", Whole),
    ("inconclusive", Whole),
    ("error", Whole),
    ("consecutiveError", Whole),
    ("consecutiveSuccess", Whole),
    ("measurements", List),
];

const MEASUREMENT: [(&str, Kind); 6] = [
    ("phase", Text),
    ("value", Text),
    ("startedAt", Time),
    ("finishedAt", Time),
    ("message", Text),
    ("metadata", Map),
];

/// `sentence` is what the contract does not name: the comparison's part of the summary.
const COMPARISON: [(&str, Kind); 24] = [
    ("name", Text),
    ("kind", Text),
    ("decision", Text),
    ("required", Flag),
    ("estimate", MaybeNumber),
    ("effectScale", Text),
    ("interval", MaybeMap),
    ("eValue", Number),
    ("eValueMax", Number),
    ("adjustedEValue", Number),
    ("anytimePValue", Number),
    ("threshold", Number),
    ("promotion", Map),
    ("tolerance", Map),
    ("dispersion", Map),
    ("nCanary", Whole),
    ("nStable", Whole),
    ("eventsCanary", Whole),
    ("eventsStable", Whole),
    ("mdeAtDeadline", MaybeNumber),
    ("expectedDecisionAt", MaybeTime),
    ("method", Text),
    ("remarks", List),
    ("sentence", Text),
];

const INTERVAL: [(&str, Kind); 3] = [("lower", MaybeNumber), ("upper", MaybeNumber), ("level", Number)];
const PROMOTION: [(&str, Kind); 2] = [("eValue", Number), ("threshold", Number)];
/// The absolute margins are Serin's documents' own, beside the two ratios of the contract.
const TOLERANCE: [(&str, Kind); 4] = [
    ("rollback", Number),
    ("promote", Number),
    ("rollbackAbsolute", Number),
    ("promoteAbsolute", Number),
];
const DISPERSION: [(&str, Kind); 2] = [("factor", Number), ("source", Text)];

/// Panics unless `run` is a finished run as CONTRACTS describes it, nothing missing and nothing more.
pub(super) fn check(run: &Value) {
    fields("run", run, &RUN);
    let started = run["startedAt"].as_str().unwrap();
    assert!(started <= run["finishedAt"].as_str().unwrap(), "{run}");
    assert!(
        run["configHash"].as_str().unwrap().starts_with("sha256:"),
        "{run}"
    );
    assert_eq!(run["id"].as_str().unwrap().len(), 26, "a ULID: {run}");
    let reasons = run["reasons"].as_array().unwrap();
    assert!(
        !reasons.is_empty() && reasons.iter().all(Value::is_string),
        "{run}"
    );
    for metric in run["metrics"].as_array().unwrap() {
        fields("metric", metric, &METRIC);
        for measurement in metric["measurements"].as_array().unwrap() {
            let mut measurement = measurement.clone();
            // What decided, underlined: only of those that are not Successful.
            let explanation = measurement.as_object_mut().unwrap().remove("explanation");
            assert!(
                explanation.is_none() || measurement["phase"] != "Successful",
                "{metric}"
            );
            fields("measurement", &measurement, &MEASUREMENT);
        }
    }
    for comparison in run["comparisons"].as_array().unwrap() {
        fields("comparison", comparison, &COMPARISON);
        // There is no interval before the first event.
        if !comparison["interval"].is_null() {
            fields("interval", &comparison["interval"], &INTERVAL);
        }
        for (name, expected) in [
            ("promotion", &PROMOTION[..]),
            ("tolerance", &TOLERANCE),
            ("dispersion", &DISPERSION),
        ] {
            fields(name, &comparison[name], expected);
        }
    }
}

fn fields(what: &str, object: &Value, expected: &[(&str, Kind)]) {
    let object = object
        .as_object()
        .unwrap_or_else(|| panic!("{what} is no object: {object}"));
    let mut names: Vec<&str> = object.keys().map(String::as_str).collect();
    let mut wanted: Vec<&str> = expected.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(names, wanted, "{what}");
    for (name, kind) in expected {
        assert!(
            fits(&object[*name], *kind),
            "{what}.{name} is no {kind:?}: {}",
            object[*name]
        );
    }
}

fn fits(value: &Value, kind: Kind) -> bool {
    match kind {
        Text => value.is_string(),
        Flag => value.is_boolean(),
        Whole => value.is_u64(),
        Number => value.is_number(),
        MaybeNumber => {
            value.is_number() || value.is_null() || matches!(value.as_str(), Some("NaN" | "+Inf" | "-Inf"))
        }
        Time => value
            .as_str()
            .is_some_and(|text| text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok()),
        MaybeTime => value.is_null() || fits(value, Time),
        List => value.is_array(),
        Map => value.is_object(),
        MaybeMap => value.is_null() || value.is_object(),
    }
}
