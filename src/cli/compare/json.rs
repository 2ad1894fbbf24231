//! The comparison of two recordings as JSON.

use serde_json::{Value, json};
use serin_judge::stats::hodges_lehmann::Shift;
use serin_judge::stats::two_recordings::{Quantile, QuantilePair, TwoRecordings};

use super::compared::{Compared, Errors, Outcome, Ratio, Shows};
use super::read::Recording;
use super::sentence::sentence;

/// The document. Times are milliseconds.
pub(in crate::cli) fn document(compared: &Compared) -> Value {
    let [a, b] = [0, 1].map(|side| {
        let (file, recording) = &compared.sides[side];
        described(file, recording, compared, side)
    });
    json!({
        "result": outcome(compared.outcome),
        "regression": compared.regressed(),
        "summary": sentence(compared),
        "level": compared.settings.level,
        "tolerance": compared.settings.tolerance,
        "a": a,
        "b": b,
        "quantileRatios": compared.latencies.iter().flat_map(|found| &found.quantiles)
            .map(|pair| quantile_ratio(compared, pair)).collect::<Vec<_>>(),
        "effect": compared.latencies.as_ref().map(effect),
        "errors": compared.errors.as_ref().map(|errors| errors_json(compared, errors)),
        "remarks": compared.remarks,
    })
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Regression => "regression",
        Outcome::Improvement => "improvement",
        Outcome::Same => "same",
        Outcome::Undecided => "undecided",
    }
}

fn shows(shows: Shows) -> &'static str {
    match shows {
        Shows::Worse => "worse",
        Shows::Better => "better",
        Shows::Same => "same",
        Shows::Nothing => "undecided",
    }
}

/// A number, or the word of one that JSON lacks.
pub(super) fn number(value: f64) -> Value {
    match value {
        value if value.is_nan() => json!("NaN"),
        f64::INFINITY => json!("+Inf"),
        f64::NEG_INFINITY => json!("-Inf"),
        value => json!(value),
    }
}

fn described(file: &str, recording: &Recording, compared: &Compared, side: usize) -> Value {
    let mut described = json!({
        "file": file,
        "format": recording.format,
        "series": recording.series,
        "unit": recording.unit.map(super::read::Unit::word),
    });
    let distribution = compared.distributions().map(|sides| sides[side]);
    if let (Some(found), Some(distribution)) = (&compared.latencies, distribution) {
        let (min, max) = distribution.ends().unwrap_or_default();
        described["count"] = json!(distribution.count());
        described["mean"] = json!(distribution.mean());
        described["min"] = json!(min);
        described["max"] = json!(max);
        described["quantiles"] = found
            .quantiles
            .iter()
            .map(|pair| quantile(pair.p, if side == 0 { &pair.y } else { &pair.x }))
            .collect();
    }
    if let Some(errors) = &compared.errors {
        let (lower, upper) = errors.limits[side];
        let counts = errors.counts[side];
        described["errors"] = json!({"total": counts.total, "bad": counts.bad, "share": errors.share(side), "lower": lower, "upper": upper});
    }
    described
}

fn quantile(p: f64, quantile: &Quantile) -> Value {
    json!({"p": p, "value": quantile.value, "lower": number(quantile.lower), "upper": number(quantile.upper)})
}

fn quantile_ratio(compared: &Compared, pair: &QuantilePair) -> Value {
    let ratio = Compared::ratio(pair);
    let mut value = ratio.map_or_else(
        || json!({"estimate": null, "lower": null, "upper": null}),
        ratio_json,
    );
    value["p"] = json!(pair.p);
    value["shows"] = json!(shows(
        ratio.map_or(Shows::Nothing, |ratio| compared.shows(&ratio))
    ));
    value
}

fn ratio_json(ratio: Ratio) -> Value {
    json!({"estimate": number(ratio.estimate), "lower": number(ratio.lower), "upper": number(ratio.upper)})
}

fn shift(shift: &Shift) -> Value {
    json!({"estimate": number(shift.estimate), "lower": number(shift.lower), "upper": number(shift.upper)})
}

fn effect(found: &TwoRecordings) -> Value {
    json!({
        "probabilityLarger": found.effect,
        "mannWhitneyPValue": found.rank_p_value,
        "shiftMs": shift(&found.shift),
        "ratio": found.ratio.as_ref().map(shift),
        "kolmogorovSmirnov": found.distance,
        "kolmogorovSmirnovPValue": found.distance_p_value,
    })
}

fn errors_json(compared: &Compared, errors: &Errors) -> Value {
    let (difference, lower, upper) = errors.difference;
    let ratio = errors.ratio.map(|ratio| {
        let mut value = ratio_json(ratio);
        value["shows"] = json!(shows(compared.shows(&ratio)));
        value
    });
    json!({"ratio": ratio, "difference": {"estimate": difference, "lower": lower, "upper": upper}})
}
