//! What the judge answers.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// The answer to a canary.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// The canary.
    pub id: String,
    /// One for each metric, in order.
    pub metrics: Vec<MetricAnswer>,
    /// Scores from 0 to 100 of the groups that have an unmuted metric, in order of appearance.
    #[serde(serialize_with = "as_map")]
    pub group_scores: Vec<(String, f64)>,
    /// The whole, rounded to two decimals; usually 0 to 100, other weights make other scores.
    pub score: f64,
    /// Its class.
    pub classification: Classification,
    /// Why the score was forced to 0; empty when it was not.
    pub reason: String,
}

fn as_map<S: Serializer>(pairs: &[(String, f64)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(pairs.len()))?;
    for (group, score) in pairs {
        map.serialize_entry(group, score)?;
    }
    map.end()
}

/// Class of a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Classification {
    /// At least the upper threshold.
    Pass,
    /// At least the lower threshold.
    Marginal,
    /// Below both.
    Fail,
}

/// The answer to a metric.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MetricAnswer {
    /// The metric.
    pub name: String,
    /// Its label.
    pub classification: Label,
    /// It fails the canary.
    pub critical: bool,
    /// The judge's words.
    pub reason: Option<String>,
    /// Mean of the canary over mean of stable; 1 when no test was made, none when it is not a number or on Error.
    pub ratio: Option<f64>,
    /// Stable, after transforms.
    pub control: Statistics,
    /// The canary, after transforms.
    pub experiment: Statistics,
    /// The rank test was reached.
    pub tested: bool,
    /// Both sides were constant.
    pub noise: bool,
    /// Lower limit of the shift at 98 %; none when not tested, when constant, or on Error.
    pub lower: Option<f64>,
    /// Upper limit of the shift.
    pub upper: Option<f64>,
    /// The shift.
    pub estimate: Option<f64>,
}

/// Label of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Label {
    /// Nothing significant.
    Pass,
    /// The canary is higher.
    High,
    /// The canary is lower.
    Low,
    /// A side has no points.
    Nodata,
    /// A side has no points, and this counts as a failure.
    NodataFailMetric,
    /// The test could not be made.
    Error,
}

/// Statistics of one side; all 0 for an empty one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Statistics {
    /// Smallest point.
    #[serde(serialize_with = "with_words")]
    pub min: f64,
    /// Largest point.
    #[serde(serialize_with = "with_words")]
    pub max: f64,
    /// Mean.
    #[serde(serialize_with = "with_words")]
    pub mean: f64,
    /// Standard deviation with divisor `n - 1`; 0 for one point.
    #[serde(serialize_with = "with_words")]
    pub std: f64,
    /// Number of points.
    pub count: usize,
}

/// JSON has no word for a number that is not finite; these are the public ones.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
fn with_words<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if number.is_finite() {
        serializer.serialize_f64(*number)
    } else if number.is_nan() {
        serializer.serialize_str("NaN")
    } else {
        serializer.serialize_str(if *number > 0.0 { "+Inf" } else { "-Inf" })
    }
}
