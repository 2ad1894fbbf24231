//! Cases of Kayenta's own suites and of its issues, and the corners.

use serde_json::{Value, json};

use super::classify::{NETFLIX, Strictness, classify};
use super::{Answer, Canary, Classification, Label, Metric, MetricAnswer, judge};

/// What Kayenta's classifier suite runs with.
const SUITE: Strictness = Strictness {
    tolerance: 0.10,
    confidence: 0.95,
};

const E5: [f64; 5] = [20.0, 22.0, 21.0, 25.0, 30.0];
const C5: [f64; 5] = [1.0, 2.2, 1.1, 2.5, 3.0];

fn metric(experiment: &[f64], control: &[f64], settings: &Value) -> Metric {
    let mut metric = json!({"name": "m", "experiment": experiment, "control": control});
    metric
        .as_object_mut()
        .unwrap()
        .extend(settings.as_object().unwrap().clone());
    serde_json::from_value(metric).unwrap()
}

fn label(experiment: &[f64], control: &[f64], settings: &Value, strictness: &Strictness) -> (Label, bool) {
    let answer = classify(&metric(experiment, control, settings), strictness);
    (answer.classification, answer.critical)
}

/// Name, canary, stable, settings, label; an exclamation mark is a critical one.
type LabelCase<'a> = (&'a str, &'a [f64], &'a [f64], &'a str, &'a str);

fn check(cases: &[LabelCase]) {
    for (name, experiment, control, settings, expected) in cases {
        let settings = serde_json::from_str(settings).unwrap();
        let (label, critical) = label(experiment, control, &settings, &SUITE);
        let got = format!("{label:?}{}", if critical { "!" } else { "" });
        assert_eq!(got, *expected, "{name}");
    }
}

#[test]
fn labels_of_the_original_suite() {
    let sizes = r#"{"effectSize": {"allowedDecrease": 0.8, "allowedIncrease": 1.2}}"#;
    let (small, large) = (
        r#"{"effectSize": {"allowedIncrease": 13}}"#,
        r#"{"direction": "increase"}"#,
    );
    check(&[
        ("K10", &E5, &C5, sizes, "High"),
        ("effect too small", &E5, &C5, small, "Pass"),
        ("increase only", &E5, &C5, large, "High"),
        ("decrease only", &E5, &C5, r#"{"direction": "decrease"}"#, "Pass"),
        ("the other way", &C5, &E5, r#"{"direction": "decrease"}"#, "Low"),
        ("K21", &[1.0; 3], &[1.0; 2], "{}", "Pass"),
        ("K22", &[1.0, 2.0, 3.0], &[3.0, 1.0, 2.0], "{}", "Pass"),
        ("K28", &[1.0, 1.0, 1.0, 1.0, 10.0], &[1.0; 5], "{}", "Pass"),
        ("K29", &[10.0; 5], &[1.0; 5], "{}", "High"),
        ("K30", &[10.0; 5], &[0.0; 5], "{}", "High"),
        ("K32", &[0.0; 5], &[54.9, 54.5, 55.1, 55.6, 57.4], sizes, "Low"),
        ("K34", &[0.0; 5], &[0.0; 5], "{}", "Pass"),
    ]);
    let ratio = classify(&metric(&E5, &C5, &json!({})), &SUITE).ratio.unwrap();
    assert!((ratio - 12.0408).abs() < 1e-4, "{ratio}");
    let answer = classify(&metric(&[10.0; 5], &[0.0; 5], &json!({})), &SUITE);
    assert_eq!(answer.ratio, None);
}

#[test]
fn missing_data_and_critical_metrics_of_the_original_suite() {
    let critical = r#"{"critical": true}"#;
    let enough = r#"{"critical": true, "effectSize": {"criticalIncrease": 1.2}}"#;
    let too_little = r#"{"critical": true, "effectSize": {"allowedIncrease": 5, "criticalIncrease": 13}}"#;
    let must = r#"{"mustHaveData": true}"#;
    check(&[
        ("K16", &E5, &C5, enough, "High!"),
        ("K18", &E5, &C5, too_little, "High"),
        ("K20", &E5, &C5, critical, "High!"),
        ("K24", &[], &E5, "{}", "Nodata"),
        ("K25", &[], &E5, critical, "Nodata!"),
        ("K26", &[], &E5, r#"{"nanStrategy": "replace"}"#, "Pass"),
        ("K27", &[], &[], critical, "Nodata!"),
        ("must have data", &E5, &[], must, "NodataFailMetric"),
        (
            "critical goes first",
            &E5,
            &[],
            r#"{"mustHaveData": true, "critical": true}"#,
            "Nodata!",
        ),
    ]);
}

#[test]
fn labels_at_the_production_setting() {
    let mut leak = [100.0; 10];
    leak[7..].fill(1.0);
    let allowed = json!({"effectSize": {"allowedIncrease": 1.05}});
    // spinnaker#6278, kayenta#426, kayenta#799, and two points a side.
    assert_eq!(label(&leak, &[1.0; 10], &allowed, &NETFLIX).0, Label::Pass);
    assert_eq!(
        label(&[0.0, 1.0, 2.0, 1.0, 0.0, 0.0], &[0.0; 6], &json!({}), &NETFLIX).0,
        Label::Pass
    );
    assert_eq!(
        label(&[1.0, 4.0, 2.0, 3.0, 1.0], &[0.0; 5], &json!({}), &NETFLIX).0,
        Label::High
    );
    assert_eq!(
        label(&[5.0, 6.0], &[1.0, 2.0], &json!({}), &NETFLIX).0,
        Label::High
    );
    let up: Vec<f64> = (1..=50).map(f64::from).collect();
    for (shift, expected) in [
        (1.0, Label::Pass),
        (5.0, Label::Pass),
        (10.0, Label::High),
        (25.0, Label::High),
    ] {
        let shifted: Vec<f64> = up.iter().map(|value| value + shift).collect();
        assert_eq!(label(&shifted, &up, &json!({}), &NETFLIX).0, expected, "{shift}");
    }
}

/// The score of labels written as `High@group`, with an exclamation mark for a critical one; several groups by commas.
fn with_labels(labels: &str, weights: &str) -> Answer {
    let parsed: Vec<(&str, Vec<&str>)> = labels
        .split_whitespace()
        .map(|text| text.split_once('@').unwrap())
        .map(|(label, groups)| (label, groups.split(',').collect()))
        .collect();
    let metrics: Vec<Value> = parsed
        .iter()
        .map(|(_, groups)| json!({"name": "m", "groups": groups, "control": [], "experiment": []}))
        .collect();
    let weights: Value = serde_json::from_str(weights).unwrap();
    let canary: Canary = serde_json::from_value(json!({
        "id": "c", "classifierThresholds": {"pass": 95, "marginal": 75}, "groupWeights": weights, "metrics": metrics,
    }))
    .unwrap();
    let answers = judge(&canary).metrics.into_iter().zip(&parsed);
    let answers = answers.map(|(answer, (label, _))| MetricAnswer {
        classification: match label.trim_end_matches('!') {
            "Pass" => Label::Pass,
            "High" => Label::High,
            "Low" => Label::Low,
            "Nodata" => Label::Nodata,
            "NodataFailMetric" => Label::NodataFailMetric,
            "Error" => Label::Error,
            other => panic!("{other}"),
        },
        critical: label.ends_with('!'),
        ..answer
    });
    super::score::score(&canary, answers.collect())
}

#[test]
fn scores_of_the_original_suite() {
    for (name, labels, weights, expected) in [
        ("S1", "Pass@a", "{}", 100.0),
        ("S2", "High@a", "{}", 0.0),
        ("S3", "Nodata@a", "{}", 0.0),
        ("S4", "Pass@a Pass@a Nodata@b", "{}", 100.0),
        ("S6", "Pass@a High@a Low@a", "{}", 33.33),
        ("S7", "Pass@g1 Pass@g1 High@g2", r#"{"g1": 75, "g2": 25}"#, 75.0),
        ("S9", "Pass@g1 Nodata@g1 High@g2", r#"{"g1": 50, "g2": 50}"#, 50.0),
        ("S10", "Pass@a High!@a", "{}", 0.0),
        ("S11", "Low@a Pass!@a", "{}", 50.0),
        ("S12", "Pass@a Pass@a Nodata!@a", "{}", 0.0),
        ("S14", "Error@g Error@g Error@g", r#"{"g": 100}"#, 100.0),
        ("S15", "Pass@a Pass@b", r#"{"a": 70, "b": 50}"#, 120.0),
        ("S17", "NodataFailMetric@a Pass@a", "{}", 50.0),
        ("S18", "High@a,b Pass@a", "{}", 25.0),
        ("lost weight", "Pass@a", r#"{"a": 60, "absent": 40}"#, 60.0),
        ("no metrics", "", "{}", 0.0),
    ] {
        assert_eq!(with_labels(labels, weights).score, expected, "{name}");
    }
    let marginal = with_labels("Pass@a High@b", r#"{"a": 75, "b": 25}"#);
    assert_eq!(marginal.classification, Classification::Marginal);
}

#[test]
fn constants_are_judged_without_chance() {
    let case =
        |experiment: &[f64], control: &[f64]| classify(&metric(experiment, control, &json!({})), &NETFLIX);
    let high = case(&[10.0; 5], &[1.0; 5]);
    assert_eq!(
        (high.classification, high.noise, high.ratio),
        (Label::High, true, Some(10.0))
    );
    assert_eq!((high.lower, high.upper, high.estimate), (None, None, None));
    // A side without spread against another one: nothing to test.
    for (experiment, control) in [(&[7.3][..], &[1.1][..]), (&[0.0; 4], &[2.0]), (&[2.0], &[0.0; 4])] {
        let answer = case(experiment, control);
        assert_eq!(
            (answer.classification, answer.ratio, answer.critical),
            (Label::Error, None, false)
        );
    }
    assert_eq!(case(&[2.0], &[3.0; 4]).classification, Label::Low);
}

#[test]
fn values_that_cannot_be_shifted_are_an_error_and_huge_ones_are_not() {
    for bad in ["+Inf", "-Inf"] {
        let settings = json!({"control": [1, 2, bad, 4]});
        let answer = classify(&metric(&E5, &C5, &settings), &NETFLIX);
        assert_eq!(
            (answer.classification, answer.tested, answer.lower),
            (Label::Error, true, None),
            "{bad}"
        );
        let text = serde_json::to_string(&answer).unwrap();
        assert!(text.contains(&format!("\"{bad}\"")), "{text}");
    }
    let huge = classify(
        &metric(
            &[1e300, 2e300, 1.5e300, f64::MAX],
            &[-1e300, -f64::MAX, 0.0, 1.0],
            &json!({}),
        ),
        &NETFLIX,
    );
    assert!(
        matches!(huge.classification, Label::High | Label::Pass | Label::Error),
        "{huge:?}"
    );
    assert!(
        serde_json::from_value::<Metric>(json!({"name": "m", "experiment": ["many"], "control": []}))
            .is_err()
    );
}
