//! Kayenta's judge in an analysis: what its canary configuration says of a metric, and of the whole.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::text::NumberOrString;

/// Who gives the verdict on the comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Judge {
    /// Serin's sequential tests.
    Serin,
    /// Kayenta's `NetflixACAJudge-v1.0`: Pass promotes, Marginal is inconclusive, Fail rolls back.
    Kayenta,
}

/// Who is asked beside the judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Shadow {
    /// Kayenta's `NetflixACAJudge-v1.0`: shown beside Serin's verdict, decides nothing.
    Kayenta,
}

/// How Kayenta's judge makes a score of the comparisons' labels.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Kayenta {
    /// Where the classes of the score begin.
    pub(crate) thresholds: Option<Thresholds>,
    /// Weights of groups in percent; groups without one share what is left of 100.
    pub(crate) group_weights: Option<BTreeMap<String, NumberOrString>>,
    /// Judged this often over all that was seen until then; a Fail ends the run. Default: once, at the deadline.
    pub(crate) interval: Option<String>,
}

/// Classes of a score from 0 to 100.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Thresholds {
    /// A score of at least this is Pass. Default 75.
    pub(crate) pass: Option<NumberOrString>,
    /// A score of at least this is Marginal, below it Fail. Default 50.
    pub(crate) marginal: Option<NumberOrString>,
}

/// How Kayenta's judge takes a comparison: `analysisConfigurations.canary` and `groups` of its configuration.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metric {
    /// The groups it counts in. Default: one of its own.
    pub(crate) groups: Option<Vec<String>>,
    /// Which change is bad. Default `either`.
    pub(crate) direction: Option<Direction>,
    /// What becomes of missing points. Default `remove`.
    pub(crate) nan_strategy: Option<NanStrategy>,
    /// Its failure makes the score 0. Default false.
    pub(crate) critical: Option<bool>,
    /// Missing data count as a failure. Default false.
    pub(crate) must_have_data: Option<bool>,
    /// Judged and shown, not counted. Default false.
    pub(crate) muted: Option<bool>,
    /// How large a change has to be, beside being significant.
    pub(crate) effect_size: Option<EffectSize>,
    /// What becomes of outliers.
    pub(crate) outliers: Option<Outliers>,
}

/// Which change is bad.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Direction {
    /// Both.
    Either,
    /// A larger value.
    Increase,
    /// A smaller value.
    Decrease,
}

/// What becomes of missing points.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum NanStrategy {
    /// They are left out.
    Remove,
    /// They become 0.
    Replace,
}

/// How large a change has to be.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EffectSize {
    /// How it is measured. Default `meanRatio`.
    pub(crate) measure: Option<Measure>,
    /// High needs an effect of at least this. Default 1, for `cles` 0.5.
    pub(crate) allowed_increase: Option<NumberOrString>,
    /// Low needs an effect of at most this. Default 1, for `cles` 0.5.
    pub(crate) allowed_decrease: Option<NumberOrString>,
    /// A critical High needs an effect of at least this. Default 1, for `cles` 0.5.
    pub(crate) critical_increase: Option<NumberOrString>,
    /// A critical Low needs an effect of at most this. Default 1, for `cles` 0.5.
    pub(crate) critical_decrease: Option<NumberOrString>,
}

/// How an effect is measured.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Measure {
    /// Mean of the canary over mean of stable.
    MeanRatio,
    /// Probability that a point of the canary is larger.
    Cles,
}

/// What becomes of outliers.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Outliers {
    /// Whether they go. Default `keep`.
    pub(crate) strategy: Option<OutlierStrategy>,
    /// How many interquartile ranges beyond the quartiles is out. Default 3.
    pub(crate) outlier_factor: Option<NumberOrString>,
}

/// Whether outliers go.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OutlierStrategy {
    /// They stay.
    Keep,
    /// They go.
    Remove,
}
