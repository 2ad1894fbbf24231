use std::sync::Arc;

use serde::Serialize;

use crate::time::Timestamp;

use super::number;

/// What a comparison has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// The canary is worse than tolerated.
    Regressed,
    /// The canary is good enough.
    Noninferior,
    /// Neither has been shown.
    Undecided,
}

/// Where a dispersion factor comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DispersionSource {
    /// Windows from before the release.
    History,
    /// A control of the stable version beside the canary and stable.
    Control,
    /// Nothing calibrated it.
    Default,
    /// The document says so.
    Configured,
}

/// What readers should know beside the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Remark {
    /// The dispersion factor is a default: there was too little history to calibrate it.
    UncalibratedDispersion,
    /// Stable was outside its normal range at times; those windows do not count towards a promotion.
    StableUnhealthy,
    /// Some windows could not be right and count as missing.
    InvalidWindows,
    /// Some requests of some windows may be missing.
    PartialWindows,
    /// Some looks lacked a side, or a target of the canary, or could not be compared.
    MissingWindows,
    /// Windows of one look were of different times, because a target was read late: that look was left out.
    UnevenWindows,
    /// A look came twice or out of order and was ignored.
    LooksOutOfOrder,
    /// History came after judging had begun and was ignored.
    LateHistory,
    /// The limit of restarts was reached; later regressions are found more slowly.
    RestartsExhausted,
    /// Latency windows named other buckets than those before them, or than the other side: they were left out.
    BucketLayoutsDiffer,
    /// Histograms had different buckets: they were compared at the bounds that all of them have.
    MixedBuckets,
    /// The buckets are too coarse for the tolerated slow-down: requests above the same bound are compared instead.
    CoarseBuckets,
    /// One target of the canary alone carries the evidence of a regression.
    SuspectPod,
    /// Stable is of another time, before the release.
    UnprotectedBaseline,
    /// One target of stable was worse than the others and is not compared any more.
    SuspectStablePod,
    /// The prober was too busy to measure right at times; those windows were left out.
    ProberOverloaded,
}

impl std::fmt::Display for Remark {
    /// For people.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::UncalibratedDispersion => {
                "how noisy this service is was assumed, not measured (uncalibrated dispersion)"
            }
            Self::StableUnhealthy => {
                "stable was outside its normal range at times; that time does not count towards a promotion"
            }
            Self::InvalidWindows => "some windows could not be right and count as missing",
            Self::PartialWindows => "some requests of some windows may be missing",
            Self::MissingWindows => "some looks lacked a side or a part of the canary",
            Self::UnevenWindows => {
                "windows of different times, after a target could not be read, were not compared"
            }
            Self::LooksOutOfOrder => "a look that came twice or out of order was ignored",
            Self::LateHistory => "history that came after judging had begun was ignored",
            Self::RestartsExhausted => {
                "no more restarts of the evidence; later regressions are found more slowly"
            }
            Self::BucketLayoutsDiffer => {
                "latency windows of different buckets cannot be compared and count as missing"
            }
            Self::MixedBuckets => {
                "not all histograms had the same buckets; only the bounds that all of them had were compared"
            }
            Self::CoarseBuckets => {
                "the buckets are too coarse for the tolerated slow-down; up to 1.5 times as many slow requests were \
                 tolerated instead"
            }
            Self::SuspectPod => "one target of the canary alone carries the evidence of a regression",
            Self::UnprotectedBaseline => {
                "stable is from before the release, so what hit the service since then counts against the canary"
            }
            Self::SuspectStablePod => {
                "one target of stable was much worse than the others and was no longer compared with"
            }
            Self::ProberOverloaded => {
                "the prober was too busy to measure right at times; that time was not compared"
            }
        })
    }
}

/// A confidence sequence: valid at all times at once.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Lower limit, at least 0.
    #[serde(serialize_with = "number::serialize")]
    pub lower: f64,
    /// Upper limit, may be infinite.
    #[serde(serialize_with = "number::serialize")]
    pub upper: f64,
    /// Confidence, 0..1.
    pub level: f64,
}

/// Evidence that the canary is good enough.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PromotionReport {
    /// Against "worse than the promotion margin".
    pub e_value: f64,
    /// Where it suffices.
    pub threshold: f64,
}

/// The margins.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToleranceReport {
    /// Ratio that is still no regression.
    pub rollback: f64,
    /// Ratio below which the canary is good enough.
    pub promote: f64,
    /// Difference that is still no regression.
    pub rollback_absolute: f64,
    /// Difference below which the canary is good enough.
    pub promote_absolute: f64,
}

/// The dispersion factor in use.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct DispersionReport {
    /// At least 1; log-evidence is divided by it.
    pub factor: f64,
    /// Where it comes from.
    pub source: DispersionSource,
}

/// A quantile of both sides' latencies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct QuantileReport {
    /// Part of the requests that are faster, 0..1.
    pub part: f64,
    /// Of the canary, in milliseconds; infinite where requests were given up.
    #[serde(serialize_with = "number::serialize")]
    pub canary_ms: f64,
    /// Of stable.
    #[serde(serialize_with = "number::serialize")]
    pub stable_ms: f64,
}

/// Whether traffic is split as the analysis says.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TrafficSplitReport {
    /// The canary's share of the requests as the analysis says, 0..1.
    pub expected: f64,
    /// By which part of it the share may differ.
    pub tolerance: f64,
    /// The share so far; null before any request.
    pub observed: Option<f64>,
    /// Evidence of another split now.
    pub e_value: f64,
    /// Its largest value so far.
    pub e_value_max: f64,
    /// Where it is a mismatch.
    pub threshold: f64,
    /// It was, at some look.
    pub is_mismatched: bool,
}

/// One comparison as public JSON shows it. Unknown numbers are null; e-values are clamped to 1e300.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ComparisonReport {
    /// The comparison's name.
    pub name: Arc<str>,
    /// `errors`, `events`, `latency` or `series`.
    pub kind: &'static str,
    /// What it has come to.
    pub decision: Decision,
    /// Must be non-inferior for a promotion.
    pub required: bool,
    /// Ratio of canary to stable: of the rates (Mantel and Haenszel; infinite when only the canary had events), of a
    /// quantile, of the mean values.
    #[serde(serialize_with = "number::optional::serialize")]
    pub estimate: Option<f64>,
    /// `ratio`.
    pub effect_scale: &'static str,
    /// Of the ratio; `None` before any event.
    pub interval: Option<Interval>,
    /// Evidence of a regression now.
    pub e_value: f64,
    /// Its largest value so far.
    pub e_value_max: f64,
    /// Adjusted for the other comparisons of its kind (closed testing).
    pub adjusted_e_value: f64,
    /// `min(1, 1/e_value_max)`.
    pub anytime_p_value: f64,
    /// Where the weighted mean of all e-values rolls back; `None` when boundaries decide.
    pub threshold: Option<f64>,
    /// Evidence of a good canary.
    pub promotion: PromotionReport,
    /// The margins.
    pub tolerance: ToleranceReport,
    /// How noisy the traffic is.
    pub dispersion: DispersionReport,
    /// Canary requests judged; for events the exposure, for series the points.
    pub n_canary: u64,
    /// The same of stable.
    pub n_stable: u64,
    /// Canary events among them; for latencies, requests above the tolerated multiple of stable's p90.
    pub events_canary: u64,
    /// Stable events among them; for latencies, requests above stable's p90.
    pub events_stable: u64,
    /// Smallest ratio that is expected to be detected by the deadline.
    #[serde(serialize_with = "number::optional::serialize")]
    pub mde_at_deadline: Option<f64>,
    /// When a decision is to be expected; `None` when not before the deadline, or when it has fallen.
    pub expected_decision_at: Option<Timestamp>,
    /// Method and version.
    pub method: &'static str,
    /// The quantile that the estimate of a latency comparison is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantile: Option<QuantileReport>,
    /// Where the analysis says how traffic is to be split.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traffic_split: Option<TrafficSplitReport>,
    /// What to know beside the numbers.
    pub remarks: Vec<Remark>,
    /// One plain sentence for people.
    pub sentence: String,
}
