//! What a latency comparison shows beside its evidence: quantiles, their ratio, what it could see.

use crate::stats::quantile_ratio;
use crate::verdict::Latencies;

use super::latency::Latency;
use super::quantiles::QUANTILES;
use super::report::QuantileReport;
use super::threshold;

/// The quantile that is shown while no other has more evidence, by its place.
pub(super) const OF_DISPLAY: usize = 1;

/// Requests at which the interval that is shown is tightest.
const INTERVAL_BEST_AT: f64 = 10_000.0;

impl Latency {
    /// A confidence sequence for the ratio of the shown quantile. It takes each side's requests as coming from one
    /// distribution, so what hits both sides widens it for nothing.
    pub(super) fn interval(&self, level: f64) -> Option<(f64, f64)> {
        let shown = self.shown()?;
        let buckets = |latencies: &Latencies| {
            let mut buckets: Vec<(f64, u64)> = latencies.histogram.buckets().collect();
            match buckets.last_mut().filter(|(bound, _)| bound.is_infinite()) {
                Some((_, count)) => *count = count.saturating_add(latencies.timeouts),
                None => buckets.push((f64::INFINITY, latencies.timeouts)),
            }
            buckets
        };
        let (canary, stable) = (buckets(&self.canary), buckets(&self.stable));
        quantile_ratio::limits(&canary, &stable, shown.part, INTERVAL_BEST_AT, 1.0 - level)
    }

    /// How many times as slow as stable a canary is that exceeds the tolerated multiple of the quantile `part` as
    /// often as `exceedances` times what stable does. `None` when not even the slowest bound would.
    pub(super) fn slow_down(&self, part: f64, exceedances: f64) -> Option<f64> {
        let finite = |part: f64| threshold::quantile(&self.past_stable, part).filter(|ms| ms.is_finite());
        let slower = 1.0 - (1.0 - part) * exceedances;
        let from = finite(slower).filter(|_| slower > 0.0)?;
        Some(self.tolerance.rollback * finite(part)? / from)
    }

    /// The quantile with most evidence of a regression, else a usual one.
    pub(super) fn shown(&self) -> Option<QuantileReport> {
        let evidence = |index: usize| self.tests[index].log_e();
        let most = (0..QUANTILES.len())
            .filter(|index| evidence(*index) > 0.0)
            .max_by(|a, b| evidence(*a).total_cmp(&evidence(*b)))
            .unwrap_or(OF_DISPLAY);
        let part = QUANTILES[most].part;
        Some(QuantileReport {
            part,
            canary_ms: threshold::quantile(&self.canary, part)?,
            stable_ms: threshold::quantile(&self.stable, part)?,
        })
    }
}
