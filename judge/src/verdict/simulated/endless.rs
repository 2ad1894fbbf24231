//! Runs that no answer ends.

use crate::analysis::plan::Metric;
use crate::verdict::{MetricState, Phase};

/// True when the newest answer may come again for ever without completing the metric, or when it is complete: no limit
/// comes nearer. (A condition that looks at the clock may yet change its mind; such a run is not waited for.)
pub(super) fn may_repeat(metric: &Metric, state: &MetricState) -> bool {
    if state.phase.is_final() {
        return true;
    }
    let Some(newest) = state.measurements.back() else {
        return false;
    };
    let is_endless = metric.effective_count().is_none();
    match newest.phase {
        Phase::Successful => is_endless && metric.consecutive_success_limit == 0,
        Phase::Failed => is_endless && metric.failure_limit.is_none(),
        _ => false,
    }
}
