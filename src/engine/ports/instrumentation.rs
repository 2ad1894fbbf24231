use std::collections::BTreeMap;

use serin_judge::analysis::plan::Plan;

use crate::engine::Instruments;

/// Makes what a run measures with.
pub trait Instrumentation: Send + Sync {
    /// The instruments of a plan, in its order.
    ///
    /// # Errors
    /// Why a comparison has no population; a metric that has no source says so with every measurement.
    fn instruments(&self, plan: &Plan) -> Result<Instruments, String>;

    /// The values of the secrets that documents name by secret and key, as `name/key`; those that cannot be had are left
    /// out, and the plan says which are missing.
    fn secrets(&self, named: &[(String, String)]) -> BTreeMap<String, String>;
}
