//! Journeys that an analysis drives.

use std::sync::Arc;
use std::time::Duration;

use super::journey::Journey;

/// Runs of a journey as a metric.
#[derive(Clone, Debug)]
pub struct JourneyMetric {
    /// What is done, its arguments filled in.
    pub journey: Arc<Journey>,
    /// Base URL; `None` takes the journey's own.
    pub target: Option<String>,
    /// Runs of one measurement, at least 1.
    pub runs: u32,
    /// From one planned start to the next.
    pub every: Duration,
}

impl PartialEq for JourneyMetric {
    fn eq(&self, other: &Self) -> bool {
        is_same(&self.journey, &other.journey)
            && (&self.target, self.runs, self.every) == (&other.target, other.runs, other.every)
    }
}

impl Eq for JourneyMetric {}

/// A journey that drives both sides.
#[derive(Clone, Debug)]
pub struct JourneyPopulation {
    /// What is done, its arguments filled in. Comparisons of the same journey and targets may share its runs.
    pub journey: Arc<Journey>,
    /// The step that is compared, its place in [`Journey::all_steps`]; `None` is the whole run.
    pub step: Option<usize>,
    /// Base URL of the canary.
    pub canary: String,
    /// Base URL of the stable side.
    pub stable: String,
    /// Base URL of another instance of stable, for an A/A control.
    pub control: Option<String>,
}

impl JourneyPopulation {
    /// Whether one set of runs serves both.
    #[must_use]
    pub fn shares_runs_with(&self, other: &Self) -> bool {
        is_same(&self.journey, &other.journey)
            && (&self.canary, &self.stable, &self.control) == (&other.canary, &other.stable, &other.control)
    }
}

impl PartialEq for JourneyPopulation {
    fn eq(&self, other: &Self) -> bool {
        self.shares_runs_with(other) && self.step == other.step
    }
}

/// The same name and hash: the same requests and assertions.
fn is_same(one: &Journey, other: &Journey) -> bool {
    (&one.name, &one.config_hash) == (&other.name, &other.config_hash)
}
