use std::sync::Arc;
use std::time::Duration;

use crate::analysis::plan::{Comparison, ComparisonKind, Kayenta, KayentaRole, Plan, Policy, Population};
use crate::analysis::{Documents, Source};
use crate::stats::chance::Chance;
use crate::time::Timestamp;
use crate::verdict::recording::{JudgedRecording, RecordingReader, judge};
use crate::verdict::{Reason, RunIdentity, Verdict};

const SERIES: &str = "series: {scrape: {canary: 'http://c', stable: 'http://s', selector: x}}";

fn plan(fields: &str, comparisons: &[(&str, &str)]) -> Plan {
    let comparisons: String = comparisons
        .iter()
        .map(|(name, kayenta)| format!("  - {{name: {name}, {SERIES}, kayenta: {{{kayenta}}}}}\n"))
        .collect();
    let text = format!(
        "apiVersion: serin.dev/v1\nkind: Analysis\nmetadata: {{name: canary}}\nspec:\n{fields}\n  \
         verdict: {{burnIn: 0s, minimumDuration: 0s, deadline: 10m}}\n  comparisons:\n{comparisons}"
    );
    let (documents, diagnostics) = Documents::read(vec![Source::new("canary.yaml", &text)]);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    documents
        .plan(None, &std::collections::BTreeMap::new())
        .unwrap()
        .0
}

/// One line a look and comparison: `(name, canary, stable)`, by the look's number.
type Values<'a> = &'a dyn Fn(u32) -> Vec<(&'a str, Option<f64>, Option<f64>)>;

fn judged(plan: Plan, looks: u32, values: Values<'_>) -> JudgedRecording {
    let mut reader = RecordingReader::default();
    for look in 1..=looks {
        let at = Timestamp::from_micros(1_800_000_000_000_000) + Duration::from_secs(u64::from(look) * 10);
        for (name, canary, stable) in values(look) {
            let side = |value: Option<f64>| {
                value.map_or("null".to_owned(), |value| format!(r#"{{"value":{value}}}"#))
            };
            let line = format!(
                r#"{{"at":"{at}","seconds":10,"comparison":"{name}","canary":{},"stable":{}}}"#,
                side(canary),
                side(stable)
            );
            reader.line(&line).unwrap();
        }
    }
    let recording = reader.finish();
    judge(Arc::new(plan), &recording, &RunIdentity::default()).unwrap()
}

fn noise(seed: u32) -> f64 {
    100.0 * libm::exp(0.03 * Chance::from_seed(u64::from(seed)).normal())
}

/// Values of the canary at `factor` times those of stable.
fn pair(look: u32, factor: f64) -> (Option<f64>, Option<f64>) {
    (Some(factor * noise(2 * look)), Some(noise(2 * look + 1)))
}

#[test]
fn the_class_of_the_score_is_the_verdict() {
    for (pass, marginal, verdict, reason) in [
        (95, 75, Verdict::Rollback, Reason::RegressionDetected),
        (60, 50, Verdict::Inconclusive, Reason::MetricInconclusive),
        (50, 25, Verdict::Promote, Reason::MetricsSuccessful),
    ] {
        let fields =
            format!("  judge: kayenta\n  kayenta: {{thresholds: {{pass: {pass}, marginal: {marginal}}}}}");
        let plan = plan(&fields, &[("cpu", "direction: increase"), ("memory", "")]);
        let judged = judged(plan, 60, &|look| {
            let ((slow, usual), (same, other)) = (pair(look, 1.5), pair(look + 1000, 1.0));
            vec![("cpu", slow, usual), ("memory", same, other)]
        });
        assert_eq!(
            (judged.run.verdict, &judged.run.reasons[..]),
            (verdict, &[reason][..]),
            "{}",
            judged.run.summary
        );
        let said = judged.run.kayenta.unwrap();
        let answer = said.answer.unwrap();
        assert_eq!(
            (said.verdict, said.role, answer.score),
            (verdict, KayentaRole::Judge, 50.0)
        );
        assert_eq!(
            answer.group_scores,
            [("cpu".to_owned(), 0.0), ("memory".to_owned(), 100.0)]
        );
        assert_eq!(answer.metrics[0].experiment.count, 60);
        assert!(said.summary.contains("cpu is High"), "{}", said.summary);
    }
}

#[test]
fn a_shadow_stands_beside_the_verdict_and_changes_nothing() {
    let values = |look: u32| {
        let (canary, stable) = pair(look, 1.5);
        vec![("cpu", canary, stable)]
    };
    let alone = judged(plan("  shadow: kayenta", &[("cpu", "")]), 60, &values);
    let mut without = plan("  shadow: kayenta", &[("cpu", "")]);
    without.kayenta = None;
    let without = judged(without, 60, &values);
    assert_eq!(alone.run.verdict, Verdict::Rollback, "{}", alone.run.summary);
    assert_eq!(
        (alone.run.verdict, alone.at, &alone.run.summary),
        (without.run.verdict, without.at, &without.run.summary)
    );
    assert!(without.run.kayenta.is_none());
    let shadow = alone.run.kayenta.unwrap();
    assert_eq!(
        (shadow.role, shadow.verdict),
        (KayentaRole::Shadow, Verdict::Rollback)
    );
    // Both see what there was until the verdict.
    assert_eq!(
        shadow.answer.unwrap().metrics[0].control.count as u64,
        alone.looks
    );
    let disagreeing = plan("  shadow: kayenta", &[("cpu", "direction: decrease")]);
    let shadow = judged(disagreeing, 60, &values).run.kayenta.unwrap();
    assert_eq!(shadow.verdict, Verdict::Promote, "{}", shadow.summary);
}

#[test]
fn a_fail_at_an_interval_ends_the_run_and_a_pass_does_not() {
    let values = |factor: f64| {
        move |look: u32| {
            let (canary, stable) = pair(look, if look > 4 { factor } else { 1.0 });
            vec![("cpu", canary, stable)]
        }
    };
    let (twice, same) = (values(2.0), values(1.0));
    let fields = "  judge: kayenta\n  kayenta: {interval: 2m}";
    let bad = judged(plan(fields, &[("cpu", "")]), 60, &twice);
    assert_eq!(bad.run.verdict, Verdict::Rollback, "{}", bad.run.summary);
    assert!(bad.looks.is_multiple_of(12) && bad.looks < 60, "{}", bad.looks);
    let good = judged(plan(fields, &[("cpu", "")]), 60, &same);
    assert_eq!(
        (good.run.verdict, good.looks),
        (Verdict::Promote, 60),
        "{}",
        good.run.summary
    );
    let short = judged(plan(fields, &[("cpu", "")]), 20, &same);
    assert_eq!(short.run.verdict, Verdict::Inconclusive);
    assert_eq!(short.run.reasons, [Reason::InsufficientData]);
    assert_eq!(short.run.kayenta.unwrap().verdict, Verdict::Promote);
}

#[test]
fn missing_data_neither_promotes_nor_rolls_back() {
    let gone = |_: u32| vec![("cpu", None, Some(1.0)), ("memory", None, Some(1.0))];
    for kayenta in [
        "",
        "critical: true",
        "mustHaveData: true",
        "nanStrategy: remove, muted: false",
    ] {
        let plan = plan("  judge: kayenta", &[("cpu", kayenta), ("memory", kayenta)]);
        let judged = judged(plan, 60, &gone);
        assert_eq!(
            (judged.run.verdict, &judged.run.reasons[..]),
            (Verdict::Inconclusive, &[Reason::MissingData][..]),
            "{kayenta}: {}",
            judged.run.summary
        );
    }
    // One point against one other is an Error, errors alone score 100: no promotion follows.
    let plan = plan("  judge: kayenta", &[("cpu", "")]);
    let judged = judged(plan, 60, &|look| {
        let values = (look == 1).then_some((7.3, 1.1));
        vec![(
            "cpu",
            values.map(|(canary, _)| canary),
            values.map(|(_, stable)| stable),
        )]
    });
    assert_eq!(
        judged.run.verdict,
        Verdict::Inconclusive,
        "{}",
        judged.run.summary
    );
    let answer = judged.run.kayenta.unwrap().answer.unwrap();
    assert_eq!(
        (answer.score, &judged.run.reasons[..]),
        (100.0, &[Reason::MissingData][..])
    );
}

#[test]
fn every_kind_of_window_makes_points() {
    let kinds = [
        (
            "errors",
            r#"{"total":200,"bad":30}"#,
            r#"{"total":2000,"bad":20}"#,
            15.0,
            1.0,
        ),
        (
            "events",
            r#"{"events":6,"exposure":40.0}"#,
            r#"{"events":9,"exposure":360.0}"#,
            0.15,
            0.025,
        ),
        (
            "latency",
            r#"{"histogram":[[50,60],[200,38],["+Inf",1]],"timeouts":1}"#,
            r#"{"histogram":[[50,99],[100,1]]}"#,
            200.0,
            50.0,
        ),
    ];
    for (name, canary, stable, experiment, control) in kinds {
        let mut reader = RecordingReader::default();
        for look in 1..=12 {
            let at = Timestamp::from_micros(1_800_000_000_000_000) + Duration::from_secs(look * 10);
            let line = format!(
                r#"{{"at":"{at}","seconds":10,"comparison":"{name}","canary":{canary},"stable":{stable}}}"#
            );
            reader.line(&line).unwrap();
        }
        let recording = reader.finish();
        let comparisons = recording.comparisons.iter().map(|(name, kind)| Comparison {
            population: Population::Recorded,
            ..comparison(name, *kind)
        });
        let plan = Plan {
            comparisons: comparisons.collect(),
            policy: Policy {
                burn_in: Duration::from_secs(20),
                ..Policy::default()
            },
            kayenta: Some(shadow(name)),
            ..Plan::empty("points")
        };
        let judged = judge(Arc::new(plan), &recording, &RunIdentity::default()).unwrap();
        let answer = judged.run.kayenta.unwrap().answer.unwrap();
        let metric = &answer.metrics[0];
        assert_eq!(
            (metric.experiment.mean, metric.control.mean),
            (experiment, control),
            "{name}"
        );
        assert_eq!(
            metric.experiment.count as u64 + 2,
            judged.looks,
            "{name}: two windows of the burn-in are left out"
        );
    }
}

fn comparison(name: &str, kind: ComparisonKind) -> Comparison {
    let mut plan = plan("  shadow: kayenta", &[("cpu", "")]);
    let mut comparison = plan.comparisons.remove(0);
    comparison.name = name.to_owned();
    comparison.kind = kind;
    comparison
}

fn shadow(name: &str) -> Kayenta {
    let mut asked = plan("  shadow: kayenta", &[("cpu", "")]).kayenta.unwrap();
    asked.metrics[0].name = name.to_owned();
    asked
}
