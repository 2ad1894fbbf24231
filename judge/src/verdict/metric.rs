mod running;

pub(super) use running::Running;

use std::collections::VecDeque;
use std::time::Duration;

use serde::Serialize;

use crate::analysis::plan::{Dialect, Metric};
use crate::time::Timestamp;
use crate::verdict::{Measurement, Phase};

/// After an Error a measurement is tried again this much later, whatever the interval.
/// Source: Argo Rollouts `analysis/analysis.go`, `DefaultErrorRetryInterval`.
pub const ERROR_RETRY: Duration = Duration::from_secs(10);

/// How many measurements of each phase there were, as Argo counts them: errors are not in `count`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counters {
    /// Successful + failed + inconclusive.
    pub count: u32,
    /// Successful measurements.
    pub successful: u32,
    /// Failed measurements that count.
    pub failed: u32,
    /// Inconclusive measurements.
    pub inconclusive: u32,
    /// Measurements without a value.
    pub error: u32,
    /// Errors since the last measurement that was none.
    pub consecutive_error: u32,
    /// Successes since the last measurement that was none.
    pub consecutive_success: u32,
}

/// A metric in the course of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetricState {
    /// As far as it has been assessed.
    pub phase: Phase,
    /// Totals over the run; dropping old measurements never changes them.
    pub counters: Counters,
    /// The newest ones, oldest first, at most as many as the metric retains.
    pub measurements: VecDeque<Measurement>,
    /// Why the phase is what it is, when a limit broke.
    pub message: String,
    pub(super) failing_since: Option<Timestamp>,
    /// Of an asynchronous measurement that has begun and not ended.
    pub(super) running: Option<Running>,
    /// What Argo writes into `metricResults[].message`.
    pub(super) argo_message: String,
}

impl MetricState {
    /// Takes in a finished measurement. A failure counts once failures have lasted for the metric's `for`;
    /// one that does not count yet says so in its message. With `hold` a failure that would count is kept
    /// back: [`MetricState::count_failure`] counts it, [`MetricState::discount_failure`] never does.
    /// Returns true when a failure was kept back.
    pub fn record(&mut self, metric: &Metric, mut measurement: Measurement, hold: bool) -> bool {
        if let Some(running) = self.running.take() {
            measurement.started_at = running.since;
        }
        let held = match measurement.phase {
            Phase::Failed => {
                let since = *self.failing_since.get_or_insert(measurement.finished_at);
                let lasted = measurement.finished_at.since(since);
                if lasted < metric.failing_for {
                    measurement.message = format!(
                        "failing for {}s of {}s: does not count yet",
                        lasted.as_secs(),
                        metric.failing_for.as_secs()
                    );
                } else if !hold {
                    self.count_failure();
                }
                self.counters.consecutive_error = 0;
                self.counters.consecutive_success = 0;
                hold && lasted >= metric.failing_for
            }
            phase => {
                self.count(phase);
                false
            }
        };
        self.measurements.push_back(measurement);
        while self.measurements.len() > metric.retention {
            let _oldest = self.measurements.pop_front();
        }
        held
    }

    /// Counts a failure.
    pub fn count_failure(&mut self) {
        self.counters.count += 1;
        self.counters.failed += 1;
    }

    /// Drops a failure that was kept back, and says why in its measurement.
    pub fn discount_failure(&mut self, finished_at: Timestamp, reason: &str) {
        let mut measurements = self.measurements.iter_mut();
        if let Some(measurement) = measurements.find(|measurement| measurement.finished_at == finished_at) {
            measurement.message = reason.to_owned();
        }
    }

    fn count(&mut self, phase: Phase) {
        let counters = &mut self.counters;
        match phase {
            Phase::Successful => {
                counters.successful += 1;
                counters.consecutive_success += 1;
                self.failing_since = None;
            }
            Phase::Inconclusive => {
                counters.inconclusive += 1;
                counters.consecutive_success = 0;
            }
            _ => {
                counters.error += 1;
                counters.consecutive_error += 1;
                counters.consecutive_success = 0;
                return;
            }
        }
        counters.count += 1;
        counters.consecutive_error = 0;
    }

    /// The phase from the counters and the limits; final phases stay.
    ///
    /// Source: Argo Rollouts `analysis/analysis.go`, `assessMetricStatus`.
    #[must_use]
    pub fn assess(&self, metric: &Metric, terminating: bool) -> Phase {
        if self.phase.is_final() {
            return self.phase;
        }
        if self.running.is_some() {
            return Phase::Running;
        }
        if self.measurements.is_empty() {
            return if terminating {
                Phase::Successful
            } else {
                Phase::Pending
            };
        }
        if let Some((phase, _)) = self.broken_limit(metric) {
            return phase;
        }
        let wanted_in_a_row = metric.consecutive_success_limit;
        if wanted_in_a_row > 0 && self.counters.consecutive_success >= wanted_in_a_row {
            return Phase::Successful;
        }
        if metric
            .effective_count()
            .is_some_and(|count| self.counters.count >= count)
        {
            return match (metric.failure_limit.is_some(), wanted_in_a_row > 0) {
                (true, true) => Phase::Inconclusive,
                (false, true) => Phase::Failed,
                _ => Phase::Successful,
            };
        }
        if terminating {
            Phase::Successful
        } else {
            Phase::Running
        }
    }

    /// The limit that is exceeded, with Argo's words for it. Inside one metric Error beats Inconclusive beats Failed.
    #[must_use]
    pub fn broken_limit(&self, metric: &Metric) -> Option<(Phase, String)> {
        let counters = &self.counters;
        if counters.consecutive_error > metric.consecutive_error_limit {
            let (seen, limit) = (counters.consecutive_error, metric.consecutive_error_limit);
            let reason = format!("consecutiveErrors ({seen}) > consecutiveErrorLimit ({limit})");
            return Some((Phase::Error, reason));
        }
        if counters.inconclusive > metric.inconclusive_limit {
            let (seen, limit) = (counters.inconclusive, metric.inconclusive_limit);
            return Some((
                Phase::Inconclusive,
                format!("inconclusive ({seen}) > inconclusiveLimit ({limit})"),
            ));
        }
        let limit = metric.failure_limit.filter(|limit| counters.failed > *limit)?;
        Some((
            Phase::Failed,
            format!("failed ({}) > failureLimit ({limit})", counters.failed),
        ))
    }

    /// When the next measurement is due; `None` when the metric is complete or measures only once.
    ///
    /// Argo keeps times in whole seconds, so that an interval of 2 s means one to two, and metrics of one interval stay
    /// together whatever their answers take. An interval below a second stays what it is, or it would be none.
    #[must_use]
    pub fn due_at(&self, metric: &Metric, dialect: Dialect, started_at: Timestamp) -> Option<Timestamp> {
        let is_fine = metric
            .interval
            .is_some_and(|interval| interval < Duration::from_secs(1));
        let kept = |at: Timestamp| match dialect {
            Dialect::Argo if !is_fine => at.whole_second(),
            _ => at,
        };
        if self.phase.is_final() {
            return None;
        }
        if let Some(running) = self.running {
            return running.resume_at;
        }
        let Some(last) = self.measurements.back() else {
            return Some(kept(started_at) + metric.initial_delay);
        };
        let finished_at = kept(last.finished_at);
        match (last.phase, metric.interval) {
            (Phase::Error, _) => Some(finished_at + ERROR_RETRY),
            (_, Some(interval)) => Some(finished_at + interval),
            // Without an interval a metric measures once; a failure that does not count yet has to be seen again.
            (Phase::Failed, None) if self.counters.failed == 0 => Some(finished_at + ERROR_RETRY),
            (_, None) => None,
        }
    }

    /// True when the metric has succeeded, its newest measurement did too, and that is no longer ago than three
    /// intervals: a provider that hangs says nothing of now.
    #[must_use]
    pub fn is_fine(&self, metric: &Metric, now: Timestamp) -> bool {
        let fresh_for = metric.interval.unwrap_or_default().saturating_mul(3);
        let newest = self
            .measurements
            .back()
            .filter(|last| last.phase == Phase::Successful);
        self.counters.successful > 0
            && newest
                .is_some_and(|last| metric.interval.is_none() || now.since(last.finished_at) <= fresh_for)
    }
}
