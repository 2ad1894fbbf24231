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
        let (plan, warnings) = self.plan(documents, analysis, args)?;
        for warning in warnings {
            tracing::warn!(analysis = plan.name, "{}", one_line(&warning));
        }
        let instruments = self.shared.instrumentation.instruments(&plan);
        Ok((plan, instruments.map_err(StartError::Refused)?))
    }

    /// The plan alone, to judge again what is stored: nobody is asked for it, and nothing is logged.
    pub(super) fn plan(
        &self,
        documents: &Documents,
        analysis: Option<&str>,
        args: &BTreeMap<String, String>,
    ) -> Result<(Arc<Plan>, Vec<Diagnostic>), StartError> {
        let inputs = Inputs {
            args: args.clone(),
            secrets: self.shared.instrumentation.secrets(&documents.secrets()),
        };
        let (mut plan, warnings) = documents
            .plan_with(analysis, &inputs)
            .map_err(StartError::Invalid)?;
        for metric in &mut plan.metrics {
            metric.retention = metric.retention.min(self.shared.limits.measurements_per_metric);
        }
        Ok((Arc::new(plan), warnings))
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
