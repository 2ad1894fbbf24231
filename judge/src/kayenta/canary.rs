//! What the judge is asked: the part of a canary configuration that it reads, and the two series of each metric.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, IgnoredAny, Visitor};
use serde::{Deserialize, Deserializer};

/// A canary: metrics with their data, and what makes a score of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Canary {
    /// Its name.
    pub id: String,
    /// Where the classes of the score begin.
    pub classifier_thresholds: Thresholds,
    /// Weights of groups, in percent; groups without one share what is left of 100.
    #[serde(default)]
    pub group_weights: BTreeMap<String, f64>,
    /// The metrics in order.
    pub metrics: Vec<Metric>,
    /// A recorded answer may stand beside the question; it is not read.
    #[serde(default, rename = "expected")]
    _expected: Option<IgnoredAny>,
}

impl Canary {
    /// A canary of metrics with their points.
    #[must_use]
    pub fn new(
        id: &str,
        thresholds: Thresholds,
        group_weights: BTreeMap<String, f64>,
        metrics: Vec<Metric>,
    ) -> Self {
        Self {
            id: id.to_owned(),
            classifier_thresholds: thresholds,
            group_weights,
            metrics,
            _expected: None,
        }
    }
}

/// A score of at least `pass` is Pass, of at least `marginal` Marginal, below that Fail.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// In points of the score.
    pub pass: f64,
    /// In points of the score.
    pub marginal: f64,
}

/// One metric.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Metric {
    /// Its name.
    pub name: String,
    /// The groups it counts in, none or several.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Which change is bad.
    #[serde(default)]
    pub direction: Direction,
    /// What becomes of missing points.
    #[serde(default)]
    pub nan_strategy: NanStrategy,
    /// Its failure fails the canary.
    #[serde(default)]
    pub critical: bool,
    /// Missing data count as a failure in the score.
    #[serde(default)]
    pub must_have_data: bool,
    /// Judged, but not counted.
    #[serde(default)]
    pub muted: bool,
    /// How large a change has to be.
    #[serde(default)]
    pub effect_size: EffectSize,
    /// What becomes of outliers.
    #[serde(default)]
    pub outliers: Outliers,
    /// Points of the stable side; NaN is a missing one.
    #[serde(deserialize_with = "points")]
    pub control: Vec<f64>,
    /// Points of the canary; NaN is a missing one.
    #[serde(deserialize_with = "points")]
    pub experiment: Vec<f64>,
}

/// Which change is bad.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Both.
    #[default]
    Either,
    /// A larger value.
    Increase,
    /// A smaller value.
    Decrease,
}

/// What becomes of missing points.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum NanStrategy {
    /// They are left out.
    #[default]
    Remove,
    /// They become 0.
    Replace,
}

/// How large a change has to be, beside being significant.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EffectSize {
    /// How it is measured.
    #[serde(default)]
    pub measure: EffectMeasure,
    /// High needs an effect of at least this.
    pub allowed_increase: Option<f64>,
    /// Low needs an effect of at most this.
    pub allowed_decrease: Option<f64>,
    /// A critical High needs an effect of at least this.
    pub critical_increase: Option<f64>,
    /// A critical Low needs an effect of at most this.
    pub critical_decrease: Option<f64>,
}

/// How an effect is measured.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub enum EffectMeasure {
    /// Mean of the canary over mean of stable; limits are 1 unless given.
    #[default]
    MeanRatio,
    /// The probability that a canary's point is larger (common-language effect size); limits are 0.5 unless given.
    Cles,
}

impl EffectMeasure {
    /// The limit where none is given: no effect.
    #[must_use]
    pub fn neutral(self) -> f64 {
        match self {
            Self::MeanRatio => 1.0,
            Self::Cles => 0.5,
        }
    }
}

/// What becomes of outliers.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Outliers {
    /// Whether they go.
    #[serde(default)]
    pub strategy: OutlierStrategy,
    /// How many interquartile ranges beyond the quartiles is out; 3 unless given.
    pub outlier_factor: Option<f64>,
}

/// Whether outliers go.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum OutlierStrategy {
    /// They stay.
    #[default]
    Keep,
    /// They go.
    Remove,
}

/// A number, `null` for a missing one, or the word of one that JSON lacks.
struct Point(f64);

impl<'de> Deserialize<'de> for Point {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;
        impl Visitor<'_> for Words {
            type Value = Point;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("a number, null, \"NaN\", \"+Inf\" or \"-Inf\"")
            }

            fn visit_f64<E>(self, number: f64) -> Result<Point, E> {
                Ok(Point(number))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Point, E> {
                Ok(Point(number as f64))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Point, E> {
                Ok(Point(number as f64))
            }

            fn visit_unit<E>(self) -> Result<Point, E> {
                Ok(Point(f64::NAN))
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<Point, E> {
                match word {
                    "NaN" => Ok(Point(f64::NAN)),
                    "+Inf" | "Inf" => Ok(Point(f64::INFINITY)),
                    "-Inf" => Ok(Point(f64::NEG_INFINITY)),
                    _ => Err(E::invalid_value(de::Unexpected::Str(word), &self)),
                }
            }
        }
        deserializer.deserialize_any(Words)
    }
}

fn points<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    let points = Vec::<Point>::deserialize(deserializer)?;
    Ok(points.into_iter().map(|point| point.0).collect())
}
