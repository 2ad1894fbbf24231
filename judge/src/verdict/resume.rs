//! A run that somebody else has begun: going on from the `status` of an AnalysisRun.

use crate::analysis::plan::{Dialect, Metric, MetricStatus};
use crate::time::Timestamp;
use crate::verdict::argo::RunPhase;
use crate::verdict::metric::Running;
use crate::verdict::{Counters, Measurement, MetricState, RunState};

impl RunState {
    /// Takes over what the document's status says of the metrics that the plan has.
    pub(super) fn resume(&mut self) {
        let Some(status) = self.plan.status.clone() else {
            return;
        };
        for (metric, state) in self.plan.metrics.iter().zip(&mut self.metrics) {
            let mut results = status.metric_results.iter();
            if let Some(result) = results.find(|result| result.name == metric.name) {
                *state = resumed(metric, result, self.started_at);
            }
        }
    }

    /// Since when delays count when the run begins; `None` until the first measurements are there.
    pub(super) fn delays_known_from(&self) -> Option<Timestamp> {
        if let Some(status) = &self.plan.status
            && let Some(started_at) = status.started_at
        {
            return Some(started_at);
        }
        let mut metrics = self.plan.metrics.iter();
        let all_wait = metrics.all(|metric| !metric.initial_delay.is_zero());
        (self.plan.dialect == Dialect::Serin || all_wait).then_some(self.started_at)
    }

    /// How the run had ended before it came here.
    pub(super) fn ended_before(&self) -> Option<RunPhase> {
        let status = self
            .plan
            .status
            .as_ref()
            .filter(|status| status.phase.is_final())?;
        Some(RunPhase {
            phase: status.phase,
            message: status.message.clone(),
        })
    }
}

fn resumed(metric: &Metric, result: &MetricStatus, now: Timestamp) -> MetricState {
    let finished = result
        .measurements
        .iter()
        .filter(|measurement| !measurement.is_unfinished());
    let measurements = finished.map(|known| {
        let finished_at = known.finished_at.or(known.started_at).unwrap_or(now);
        Measurement {
            phase: known.phase,
            value: known.value.clone(),
            metadata: known.metadata.clone(),
            ..Measurement::error(
                known.message.clone(),
                known.started_at.unwrap_or(finished_at),
                finished_at,
            )
        }
    });
    let unfinished = result.measurements.last().filter(|last| last.is_unfinished());
    // Whoever asks a provider that answers at once has nothing to look at again: it is asked anew.
    let running = unfinished
        .filter(|_| metric.provider.is_asynchronous())
        .map(|last| Running {
            since: last.started_at.unwrap_or(now),
            resume_at: Some(last.resume_at.unwrap_or(now)),
        });
    MetricState {
        phase: result.phase,
        counters: Counters {
            count: result.count,
            successful: result.successful,
            failed: result.failed,
            inconclusive: result.inconclusive,
            error: result.error,
            consecutive_error: result.consecutive_error,
            consecutive_success: result.consecutive_success,
        },
        measurements: measurements.collect(),
        argo_message: result.message.clone(),
        running,
        ..MetricState::default()
    }
}
