//! What a window of latencies is tested with at each quantile, from stable's past alone.

use crate::stats::{Margin, Stratum};
use crate::verdict::Latencies;

use super::latency::{self, Latency};
use super::promotion::Target;
use super::quantiles::QUANTILES;
use super::tally::Tally;
use super::threshold::Threshold;

/// Where buckets are too coarse for a multiple of the threshold, the same bound is taken on both sides and this ratio
/// of the exceedances is tolerated: a latency within 5 % moves them by less at the slopes of usual services.
const COARSE_TOLERATED: f64 = 1.5;

/// The ratio of the exceedances that is good enough there.
const COARSE_GOOD_ENOUGH: f64 = 2.0;

/// Which requests count, and what their numbers are tested against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rule {
    /// The canary's requests above this count.
    pub(super) canary_ms: f64,
    /// Stable's requests above this count.
    pub(super) stable_ms: f64,
    pub(super) margin: Margin,
    /// The buckets have no bound near the multiple that is asked for.
    pub(super) is_coarse: bool,
}

impl Rule {
    /// The requests of a window that count.
    pub(super) fn stratum(&self, canary: &Latencies, stable: &Latencies) -> Stratum {
        latency::stratum(canary, stable, self.canary_ms, self.stable_ms)
    }
}

impl Latency {
    /// Is the canary slower? Its requests above the multiple, rounded up. `None` while too little is known.
    pub(super) fn regression_rule(&self, index: usize) -> Option<Rule> {
        let at = self.threshold(index, self.tolerance.rollback)?;
        Some(rule(index, &at, at.multiple_up_ms, COARSE_TOLERATED))
    }

    /// Is the canary fast enough? Rounded down. `None` while too little is known, and at quantiles that do not promote.
    pub(super) fn promotion_rule(&self, index: usize) -> Option<(Rule, Target)> {
        let at = self
            .threshold(index, self.tolerance.promote)
            .filter(|_| QUANTILES[index].promotes)?;
        let rule = rule(index, &at, at.multiple_down_ms, COARSE_GOOD_ENOUGH);
        Some((rule, Target::new(rule.margin, self.alike(&rule))))
    }

    /// What a canary that is as fast as stable was makes of a margin: how often stable exceeded the multiple, against how
    /// often it exceeded the threshold.
    fn alike(&self, rule: &Rule) -> f64 {
        if rule.is_coarse {
            return 1.0 / COARSE_GOOD_ENOUGH;
        }
        let past = |ms: f64| Tally {
            total: self.past_stable.total() as f64,
            events: self.past_stable.above(ms) as f64,
        };
        let rates = [rule.canary_ms, rule.stable_ms].map(|ms| past(ms).predicted_rate().unwrap_or(0.5));
        let [slower, threshold] = match rule.margin {
            Margin::Odds { .. } => rates.map(|rate| rate / (1.0 - rate)),
            Margin::Ratio(_) | Margin::Difference { .. } | Margin::Larger { .. } => rates,
        };
        slower / threshold
    }
}

fn rule(index: usize, at: &Threshold, canary_ms: Option<f64>, coarse: f64) -> Rule {
    let margin = match canary_ms {
        None => Margin::Ratio(coarse),
        Some(_) if QUANTILES[index].is_body => Margin::Odds { odds: 1.0 },
        Some(_) => Margin::Ratio(1.0),
    };
    Rule {
        canary_ms: canary_ms.unwrap_or(at.stable_ms),
        stable_ms: at.stable_ms,
        margin,
        is_coarse: canary_ms.is_none(),
    }
}
