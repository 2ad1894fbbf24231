//! k6's stream of points (`--out json`) and its summary (`--summary-export`, `handleSummary`).

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use serin_judge::stats::distribution::Outline;
use serin_judge::verdict::Counts;

use super::input::Input;
use super::{Collection, Recording, Unit, Wanted};

/// The metric that is read when none is asked for.
const DURATION: &str = "http_req_duration";

/// Its points are 1 for a request that failed, else 0.
const FAILED: &str = "http_req_failed";

/// A line: a metric is declared, or has a point.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    metric: Cow<'a, str>,
    #[serde(borrow)]
    data: Part<'a>,
}

/// What is read of a line's data.
#[derive(Deserialize)]
struct Part<'a> {
    value: Option<f64>,
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    contains: Option<Cow<'a, str>>,
}

/// Reads a stream of points.
pub(super) fn read(input: &mut Input, wanted: &Wanted) -> Result<Recording, String> {
    let asked = wanted.series.unwrap_or(DURATION);
    let (mut points, mut errors, mut remarks) = (Collection::default(), Counts::default(), Vec::new());
    let mut trends: Vec<String> = Vec::new();
    while let Some(line) = input.next_line()? {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let line: Line = serde_json::from_slice(line).map_err(|error| broken(&error))?;
        if line.kind == "Metric" {
            if line.data.kind.as_deref() == Some("trend") && trends.len() < super::SERIES_MAX {
                trends.push(line.metric.to_string());
            }
            if line.metric == asked && line.data.contains.as_deref().is_some_and(|kind| kind != "time") {
                remarks.push(format!(
                    "k6 metric {asked} holds no times; its values are shown as if they were ms"
                ));
            }
            continue;
        }
        let value = line.data.value.ok_or("a point without a value")?;
        if line.metric == asked {
            points.record(asked, value, 1)?;
        } else if line.metric == FAILED {
            errors.total += 1;
            errors.bad += u64::from(value != 0.0);
        }
    }
    input.forget_line();
    if points.0.is_empty() {
        let there = if trends.is_empty() {
            "none".to_owned()
        } else {
            trends.join(", ")
        };
        return Err(format!("no points of k6 metric \"{asked}\"; there are {there}"));
    }
    let (name, latencies) = points.choose(Some(asked), "metric")?;
    Ok(Recording {
        format: "k6 points",
        series: Some(name),
        latencies: Some(latencies),
        errors: (errors.total > 0).then_some(errors),
        unit: Some(Unit::Ms),
        states_unit: true,
        remarks,
    })
}

fn broken(error: &serde_json::Error) -> String {
    if error.is_eof() {
        format!("the line ends in the middle ({error}); was the file cut?")
    } else {
        format!("no line of k6's: {error}")
    }
}

/// Reads a summary.
pub(super) fn summary(document: &Value, wanted: &Wanted) -> Result<Recording, String> {
    let asked = wanted.series.unwrap_or(DURATION);
    // `handleSummary` has the figures one level deeper than `--summary-export`.
    let figures = |name: &str| {
        let metric = document.get("metrics")?.get(name)?;
        Some(metric.get("values").unwrap_or(metric))
    };
    let metric = figures(asked).and_then(Value::as_object);
    let metric = metric.ok_or_else(|| format!("a k6 summary without the metric \"{asked}\""))?;
    let mut quantiles = Vec::new();
    for (name, value) in metric {
        if let (Some(order), Some(value)) = (order(name), value.as_f64()) {
            quantiles.push((order, value));
        }
    }
    let count = |name: &str, key: &str| figures(name)?.get(key)?.as_u64();
    let requests = metric.get("count").and_then(Value::as_u64);
    let requests = requests.or_else(|| {
        asked
            .starts_with("http_req")
            .then(|| count("http_reqs", "count"))?
    });
    let requests = requests.filter(|count| *count > 0).ok_or_else(|| {
        format!("a k6 summary that does not say how many values \"{asked}\" had; `k6 run --out json` tells all of them")
    })?;
    let quantile_count = quantiles.len();
    let outline = Outline {
        quantiles,
        count: requests,
    };
    let latencies = outline
        .filled()
        .map_err(|error| format!("k6 metric \"{asked}\": {error}"))?;
    let errors = count(FAILED, "passes").zip(count(FAILED, "fails"));
    Ok(Recording {
        format: "k6 summary",
        series: Some(asked.to_owned()),
        latencies: Some(latencies),
        errors: errors
            .map(|(bad, good)| Counts {
                total: bad.saturating_add(good),
                bad,
            })
            .filter(|counts| counts.total > 0),
        unit: Some(Unit::Ms),
        states_unit: true,
        remarks: vec![super::document::outlined(quantile_count)],
    })
}

/// The order of a quantile by its name in a summary: `med`, `p(95)`, `min`, `max`.
fn order(name: &str) -> Option<f64> {
    match name {
        "min" => Some(0.0),
        "med" => Some(0.5),
        "max" => Some(1.0),
        _ => {
            let percent: f64 = name.strip_prefix("p(")?.strip_suffix(')')?.parse().ok()?;
            Some(percent / 100.0)
        }
    }
}
