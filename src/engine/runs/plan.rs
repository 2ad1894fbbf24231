use std::collections::BTreeMap;
use std::sync::Arc;

use serin_judge::analysis::plan::Plan;
use serin_judge::analysis::{Diagnostic, Documents, Inputs};

use crate::engine::Instruments;
use crate::engine::runs::{Runs, StartError};

impl Runs {
    /// The plan of an analysis with its arguments and secrets, and what to measure it with.
    pub(super) fn prepare(
        &self,
        documents: &Documents,
        analysis: Option<&str>,
        args: &BTreeMap<String, String>,
    ) -> Result<(Arc<Plan>, Instruments), StartError> {
        let instrumentation = &self.shared.instrumentation;
        let inputs = Inputs {
            args: args.clone(),
            secrets: instrumentation.secrets(&documents.secrets()),
        };
        let (mut plan, warnings) = documents
            .plan_with(analysis, &inputs)
            .map_err(StartError::Invalid)?;
        for warning in warnings {
            tracing::warn!(analysis = plan.name, "{}", one_line(&warning));
        }
        for metric in &mut plan.metrics {
            metric.retention = metric.retention.min(self.shared.limits.measurements_per_metric);
        }
        let instruments = instrumentation.instruments(&plan).map_err(StartError::Refused)?;
        Ok((Arc::new(plan), instruments))
    }
}

fn one_line(diagnostic: &Diagnostic) -> String {
    diagnostic
        .to_string()
        .lines()
        .map(str::trim)
        .collect::<Vec<_>>()
        .join(" ")
}
