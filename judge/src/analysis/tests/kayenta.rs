//! Kayenta's judge in an analysis.

use super::{analysis, read};
use crate::analysis::plan::KayentaRole;
use crate::analysis::plan::Plan;
use crate::kayenta::{Direction, EffectMeasure, NanStrategy, OutlierStrategy};

const SERIES: &str = "series: {scrape: {canary: 'http://a', stable: 'http://b', selector: x}}";

fn spec(fields: &str, kayenta: &str) -> String {
    analysis(&format!(
        "{fields}\ncomparisons:\n- {{name: cpu, {SERIES}, kayenta: {{{kayenta}}}}}\n- {{name: memory, {SERIES}}}"
    ))
}

/// Everything that is said of a document, warnings too.
fn said(text: &str) -> Vec<String> {
    match super::plan(text, &[]) {
        Ok((_, warnings)) => warnings.iter().map(ToString::to_string).collect(),
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
    }
}

fn plan(text: &str) -> Plan {
    super::plan(text, &[]).unwrap().0
}

#[test]
fn everything_that_kayenta_reads_has_its_field() {
    let fields = "judge: kayenta\nkayenta: {thresholds: {pass: 95, marginal: '75'}, groupWeights: {system: 70, memory: 30}, interval: 5m}";
    let kayenta = "groups: [system, other], direction: increase, nanStrategy: replace, critical: true, mustHaveData: false, \
        muted: false, effectSize: {measure: cles, allowedIncrease: 0.6, criticalIncrease: 0.8, allowedDecrease: 0.4, \
        criticalDecrease: 0.2}, outliers: {strategy: remove, outlierFactor: 2}";
    let text = spec(&fields.replace("memory: 30", "memory: 20, other: 10"), kayenta);
    let asked = plan(&text).kayenta.unwrap();
    assert_eq!(
        (asked.role, asked.thresholds.pass, asked.thresholds.marginal),
        (KayentaRole::Judge, 95.0, 75.0)
    );
    assert_eq!(asked.interval.unwrap().as_secs(), 300);
    assert_eq!(asked.group_weights["system"], 70.0);
    let [cpu, memory] = asked.metrics.as_slice() else {
        panic!("{asked:?}")
    };
    assert_eq!(
        (cpu.groups.len(), cpu.direction, cpu.nan_strategy),
        (2, Direction::Increase, NanStrategy::Replace)
    );
    assert!(cpu.critical && !cpu.muted && cpu.effect_size.measure == EffectMeasure::Cles);
    assert_eq!(
        (
            cpu.effect_size.allowed_increase,
            cpu.effect_size.critical_decrease
        ),
        (Some(0.6), Some(0.2))
    );
    assert_eq!(
        (cpu.outliers.strategy, cpu.outliers.outlier_factor),
        (OutlierStrategy::Remove, Some(2.0))
    );
    assert_eq!(
        (memory.groups.as_slice(), memory.direction),
        (&["memory".to_owned()][..], Direction::Either)
    );
    let shadow = plan(&spec("shadow: kayenta", "")).kayenta.unwrap();
    assert_eq!(
        (shadow.role, shadow.thresholds.pass, shadow.interval),
        (KayentaRole::Shadow, 75.0, None)
    );
    assert!(
        plan(&spec("judge: serin", "").replace(", kayenta: {}", ""))
            .kayenta
            .is_none()
    );
}

#[test]
fn the_hash_tells_judges_apart() {
    let hash = |fields: &str| plan(&spec(fields, "").replace(", kayenta: {}", "")).config_hash;
    let hashes = [
        hash(""),
        hash("judge: kayenta"),
        hash("shadow: kayenta"),
        hash("judge: kayenta\nkayenta: {interval: 5m}"),
    ];
    for (place, one) in hashes.iter().enumerate() {
        assert!(hashes[place + 1..].iter().all(|other| other != one), "{hashes:?}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn what_the_original_drops_silently_is_refused() {
    for (fields, kayenta, expected) in [
        ("", "direction: increase", "which this analysis does not ask for"),
        (
            "kayenta: {interval: 5m}",
            "",
            "which this analysis does not ask for",
        ),
        (
            "judge: kayenta\nshadow: kayenta",
            "",
            "Kayenta as the judge and as its own shadow",
        ),
        ("judge: dredd", "", "\"dredd\""),
        ("judge: kayenta", "direction: up", "\"up\""),
        ("judge: kayenta", "effectsize: {}", "effectsize"),
        (
            "judge: kayenta",
            "effectSize: {allowedIncrease: many}",
            "\"many\"",
        ),
        (
            "judge: kayenta",
            "effectSize: {measure: cles, allowedIncrease: 1.2}",
            "the number 1.2",
        ),
        ("judge: kayenta", "outliers: {outlierFactor: 0}", "the number 0"),
        (
            "judge: kayenta\nkayenta: {thresholds: {pass: 50, marginal: 75}}",
            "",
            "a `marginal` of 75 above the `pass` of 50",
        ),
        (
            "judge: kayenta\nkayenta: {thresholds: {pass: 101}}",
            "",
            "the number 101",
        ),
        (
            "judge: kayenta\nkayenta: {groupWeights: {disk: 50}}",
            "",
            "a weight for group \"disk\"",
        ),
        (
            "judge: kayenta\nkayenta: {groupWeights: {cpu: 80, memory: 40}}",
            "",
            "weights that add up to 120",
        ),
        (
            "judge: kayenta\nkayenta: {groupWeights: {cpu: 30, memory: 40}}",
            "",
            "weights that add up to 70",
        ),
        (
            "judge: kayenta\nkayenta: {groupWeights: {cpu: -1}}",
            "",
            "the number -1",
        ),
        ("judge: kayenta\nkayenta: {interval: soon}", "", "interval: "),
        (
            "judge: kayenta",
            "critical: true, mustHaveData: true",
            "does not look at beside `critical`",
        ),
    ] {
        let text = spec(fields, kayenta);
        let text = if kayenta.is_empty() {
            text.replace(", kayenta: {}", "")
        } else {
            text
        };
        let told = said(&text);
        assert!(
            told.iter().any(|one| one.contains(expected)),
            "{fields} {kayenta}: {told:?}"
        );
    }
    let muted = spec("judge: kayenta", "muted: true")
        .replace("{name: memory, ", "{name: memory, kayenta: {muted: true}, ");
    assert!(
        said(&muted)
            .iter()
            .any(|one| one.contains("only comparisons that are muted"))
    );
    let (_, diagnostics) = read(&spec("judge: kayenta", "direction: up"));
    assert!(
        diagnostics.iter().any(|one| one.to_string().contains("^^")),
        "{diagnostics:?}"
    );
}
