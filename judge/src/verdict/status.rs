//! A run as the `status` of an AnalysisRun.
//!
//! Source: Argo Rollouts v1.10.1, `analysis/analysis.go`, `assessRunStatus`.

use std::time::Duration;

use crate::analysis::plan::{MeasurementStatus, Metric, MetricStatus, Phase, RunStatus, Summary};
use crate::time::Timestamp;
use crate::verdict::{Measurement, MetricState, RunState};

/// Where Argo keeps the query with its arguments: beside the metric, not with each measurement.
const OF_METRIC: &str = "ResolvedPrometheusQuery";

impl RunState {
    /// The run as Argo's controller would write it into its AnalysisRun.
    #[must_use]
    pub fn status(&self) -> RunStatus {
        if let Some(status) = self.plan.status.as_ref().filter(|status| status.phase.is_final()) {
            return status.clone();
        }
        let both = || self.plan.metrics.iter().zip(&self.metrics);
        RunStatus {
            phase: self.run_phase.phase,
            message: self.run_phase.message.clone(),
            metric_results: both()
                .filter(|(_, state)| state.has_begun())
                .map(|(metric, state)| result(metric, state))
                .collect(),
            started_at: Some(whole_seconds(self.delays_from.unwrap_or(self.started_at))),
            run_summary: summary(both().filter(|(metric, _)| !metric.dry_run)),
            dry_run_summary: summary(both().filter(|(metric, _)| metric.dry_run)),
            completed_at: self.decided_at().map(whole_seconds),
        }
    }
}

impl RunState {
    /// When the run may be forgotten after its end, by the `ttlStrategy` of its document; `None` without one that fits.
    ///
    /// Source: the garbage collection of AnalysisRuns in Argo Rollouts v1.10.1, `analysis/`: whole seconds since the end have
    /// to be more than the strategy says.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        let completed_at = whole_seconds(self.decided_at()?);
        let seconds = |field: &str| self.plan.spec["ttlStrategy"][field].as_u64();
        let specific = match self.run_phase.phase {
            Phase::Successful => seconds("secondsAfterSuccess"),
            Phase::Failed => seconds("secondsAfterFailure"),
            _ => None,
        };
        let lives = specific.or_else(|| seconds("secondsAfterCompletion"))?;
        Some(completed_at + Duration::from_secs(lives.saturating_add(1)))
    }
}

/// A metric that is complete without a broken limit counts as Successful, whatever its phase.
fn summary<'a>(metrics: impl Iterator<Item = (&'a Metric, &'a MetricState)>) -> Summary {
    let mut summary = Summary::default();
    for (metric, state) in metrics {
        summary.count += 1;
        if !state.phase.is_final() || !state.has_begun() {
            continue;
        }
        let counted = match state.broken_limit(metric) {
            Some((Phase::Failed, _)) => &mut summary.failed,
            Some((Phase::Inconclusive, _)) => &mut summary.inconclusive,
            Some((Phase::Error, _)) => &mut summary.error,
            _ => &mut summary.successful,
        };
        *counted += 1;
    }
    summary
}

fn result(metric: &Metric, state: &MetricState) -> MetricStatus {
    let counters = state.counters;
    let newest = state.measurements.back();
    let query = newest.and_then(|newest| newest.metadata.get(OF_METRIC)).cloned();
    let running = state.running.map(|running| MeasurementStatus {
        phase: Phase::Running,
        started_at: Some(whole_seconds(running.since)),
        resume_at: running.resume_at.map(whole_seconds),
        ..MeasurementStatus::default()
    });
    MetricStatus {
        name: metric.name.clone(),
        phase: state.phase,
        measurements: state
            .measurements
            .iter()
            .map(measurement)
            .chain(running)
            .collect(),
        message: state.argo_message.clone(),
        count: counters.count,
        successful: counters.successful,
        failed: counters.failed,
        inconclusive: counters.inconclusive,
        error: counters.error,
        consecutive_error: counters.consecutive_error,
        dry_run: metric.dry_run,
        metadata: query
            .map(|query| (OF_METRIC.to_owned(), query))
            .into_iter()
            .collect(),
        consecutive_success: counters.consecutive_success,
    }
}

fn measurement(measurement: &Measurement) -> MeasurementStatus {
    let mut metadata = measurement.metadata.clone();
    let _of_metric = metadata.remove(OF_METRIC);
    MeasurementStatus {
        phase: measurement.phase,
        message: measurement.message.clone(),
        started_at: Some(whole_seconds(measurement.started_at)),
        finished_at: Some(whole_seconds(measurement.finished_at)),
        value: measurement.value.clone(),
        metadata,
        resume_at: None,
    }
}

/// Kubernetes writes times without fractions.
fn whole_seconds(at: Timestamp) -> Timestamp {
    let micros = at.as_micros();
    Timestamp::from_micros(micros.saturating_sub(micros.rem_euclid(1_000_000)))
}
