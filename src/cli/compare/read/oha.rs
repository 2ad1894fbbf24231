//! oha's `--output-format json`.

use serde_json::Value;
use serin_judge::stats::distribution::Outline;
use serin_judge::verdict::Counts;

use super::{Recording, Unit, Wanted, document};

/// Requests that were on their way when the time was up; they failed by no fault of the server's.
const ABORTED: &str = "aborted due to deadline";

pub(super) fn read(document: &Value, wanted: &Wanted) -> Result<Recording, String> {
    if let Some(asked) = wanted.series {
        return Err(format!(
            "oha's JSON has one series of times; leave --series {asked} out"
        ));
    }
    let mut quantiles = Vec::new();
    for (name, value) in document["latencyPercentiles"].as_object().into_iter().flatten() {
        let order = name
            .strip_prefix('p')
            .and_then(|percent| percent.parse::<f64>().ok());
        if let (Some(percent), Some(seconds)) = (order, value.as_f64()) {
            quantiles.push((percent / 100.0, Unit::S.ms(seconds)));
        }
    }
    for (order, key) in [(0.0, "fastest"), (1.0, "slowest")] {
        let seconds = document["summary"][key].as_f64();
        quantiles.extend(seconds.map(|seconds| (order, Unit::S.ms(seconds))));
    }
    let answered = counted(&document["responseTimeHistogram"], |_| true);
    if answered == 0 {
        return Err("oha's JSON tells of no answered request: there is nothing to compare".to_owned());
    }
    let known = quantiles.len();
    let outline = Outline {
        quantiles,
        count: answered,
    };
    let latencies = outline
        .filled()
        .map_err(|error| format!("oha's latencies: {error}"))?;
    let failed = counted(&document["errorDistribution"], |name| name != ABORTED);
    let statuses = &document["statusCodeDistribution"];
    let errors = Counts {
        total: failed.saturating_add(counted(statuses, |_| true)),
        bad: failed.saturating_add(counted(statuses, |status| status.starts_with('5'))),
    };
    Ok(Recording {
        format: "oha JSON",
        series: None,
        latencies: Some(latencies),
        errors: (errors.total > 0).then_some(errors),
        unit: Some(Unit::S),
        states_unit: true,
        remarks: vec![document::outlined(known)],
    })
}

/// Sum of the counts whose names are wanted.
fn counted(counts: &Value, wanted: impl Fn(&str) -> bool) -> u64 {
    let counts = counts.as_object().into_iter().flatten();
    counts
        .filter(|(name, _)| wanted(name))
        .filter_map(|(_, count)| count.as_u64())
        .fold(0, u64::saturating_add)
}
