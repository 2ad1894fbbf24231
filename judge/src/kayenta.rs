//! Kayenta's judge `NetflixACAJudge-v1.0`, recomputed.
//!
//! Each metric's two series go through a Mann-Whitney interval of their shift; labels make group scores, group scores a
//! score, the score a class. The steps, their order, the constants and the root search follow Spinnaker's Kayenta 2.46.0
//! (`kayenta-judge`, NetflixACAJudge and MannWhitney), corners included: a canary of nothing but errors scores 100, a tolerance is a
//! part of the estimated shift and not of the level, intervals of values near 1e-5 are coarser than the values. There is no
//! error control under repeated looks in it; this is for seeing the old verdict beside ours, not for judging anew.
//!
//! Deliberately different, where the original is random or overflows:
//!
//! * **Constant series.** The original adds unseeded noise of a hundred-thousandth of the value when both sides are constant.
//!   Here the shift is exactly the difference, which is what the noise averages to, and effect and ratio are of the
//!   values themselves.
//! * **One point against one point.** The original calls it Error or a change, depending on the noise and on rounding. Here it is
//!   Error, always: a single pair cannot be tested. So is a constant side of one point or of zeros (which get no noise) against
//!   another such side.
//! * **Common-language effect sizes** overflow 32 bits in the original from 33,000 points a side on; here they do not.
//! * **Fields and words** that the format does not have are errors of their line; the original drops them silently.
//! * **Infinite values** go into the original's ranks, whose root search then ends in a number by accident. Here the metric
//!   is Error.

mod answer;
mod canary;
mod classify;
mod import;
mod line;
mod rank_test;
mod root;
mod score;
#[cfg(test)]
mod tests;
mod transform;

pub use answer::{Answer, Classification, Label, MetricAnswer, Statistics};
pub use canary::{
    Canary, Direction, EffectMeasure, EffectSize, Metric, NanStrategy, OutlierStrategy, Outliers, Thresholds,
};
pub use import::{ImportError, ImportSettings, import};
pub use line::{Answered, answer_line};

/// Judges a canary.
#[must_use]
pub fn judge(canary: &Canary) -> Answer {
    let metrics = canary
        .metrics
        .iter()
        .map(|metric| classify::classify(metric, &classify::NETFLIX))
        .collect();
    score::score(canary, metrics)
}
