use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use serin_judge::analysis::plan::journey::FailureClass;
use serin_judge::journey::Arm;

use super::labels::Word;

/// Seconds that a step may take, from a cache's answer to the longest that is waited for.
const STEP_SECONDS: [f64; 18] = [
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0,
];

/// Seconds by which a start may be late: a timer's grain, a busy machine, a sleeping one.
const LATE_SECONDS: [f64; 8] = [0.000_5, 0.001, 0.002, 0.005, 0.01, 0.05, 0.25, 1.0];

/// What is counted of synthetic journeys.
#[derive(Clone)]
pub struct JourneyFigures {
    runs: Family<RunLabels, Counter>,
    missed: Family<MissedLabels, Counter>,
    lateness: Family<JourneyLabels, Histogram>,
    steps: Family<StepLabels, Histogram>,
    failures: Family<FailureLabels, Counter>,
    leaks: Family<JourneyLabels, Counter>,
    overloaded: Family<JourneyLabels, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct JourneyLabels {
    journey: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RunLabels {
    journey: String,
    arm: Word<Arm>,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct MissedLabels {
    journey: String,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StepLabels {
    journey: String,
    step: String,
    arm: Word<Arm>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FailureLabels {
    journey: String,
    step: String,
    arm: Word<Arm>,
    class: Word<FailureClass>,
}

impl Default for JourneyFigures {
    fn default() -> Self {
        Self {
            runs: Family::default(),
            missed: Family::default(),
            lateness: Family::new_with_constructor(|| Histogram::new(LATE_SECONDS)),
            steps: Family::new_with_constructor(|| Histogram::new(STEP_SECONDS)),
            failures: Family::default(),
            leaks: Family::default(),
            overloaded: Family::default(),
        }
    }
}

impl JourneyFigures {
    pub(super) fn register(&self, all: &mut Registry) {
        all.register(
            "serin_journey_runs",
            "Runs of journeys that ended",
            self.runs.clone(),
        );
        all.register(
            "serin_journey_missed_runs",
            "Planned starts of runs that did not happen",
            self.missed.clone(),
        );
        all.register_with_unit(
            "serin_journey_start_lateness",
            "How much later than planned runs began",
            Unit::Seconds,
            self.lateness.clone(),
        );
        all.register_with_unit(
            "serin_journey_step_duration",
            "From a run's planned start to the answer of a step that passed, earlier steps left out",
            Unit::Seconds,
            self.steps.clone(),
        );
        all.register(
            "serin_journey_step_failures",
            "Steps that failed, timeouts included",
            self.failures.clone(),
        );
        all.register(
            "serin_journey_leaks",
            "Test data that teardown could not remove",
            self.leaks.clone(),
        );
        all.register(
            "serin_journey_overloaded_windows",
            "Windows in which the prober itself was too busy to measure right",
            self.overloaded.clone(),
        );
    }

    /// So many runs ended so.
    pub fn runs(&self, journey: &str, arm: Arm, outcome: &'static str, count: u64) {
        let labels = RunLabels {
            journey: journey.to_owned(),
            arm: Word(arm),
            outcome,
        };
        self.runs.get_or_create(&labels).inc_by(count);
    }

    /// So many planned starts did not happen.
    pub fn missed(&self, journey: &str, reason: &'static str, count: u64) {
        let labels = MissedLabels {
            journey: journey.to_owned(),
            reason,
        };
        self.missed.get_or_create(&labels).inc_by(count);
    }

    /// Runs began so many seconds late: `(seconds, how many)`.
    pub fn late(&self, journey: &str, starts: impl IntoIterator<Item = (f64, u64)>) {
        let histogram = self.lateness.get_or_create_owned(&journey_labels(journey));
        observe(&histogram, starts);
    }

    /// A step passed after so many seconds: `(seconds, how often)`.
    pub fn step(&self, journey: &str, step: &str, arm: Arm, took: impl IntoIterator<Item = (f64, u64)>) {
        let labels = StepLabels {
            journey: journey.to_owned(),
            step: step.to_owned(),
            arm: Word(arm),
        };
        observe(&self.steps.get_or_create_owned(&labels), took);
    }

    /// A step failed so often.
    pub fn step_failed(&self, journey: &str, step: &str, arm: Arm, class: FailureClass, count: u64) {
        let labels = FailureLabels {
            journey: journey.to_owned(),
            step: step.to_owned(),
            arm: Word(arm),
            class: Word(class),
        };
        self.failures.get_or_create(&labels).inc_by(count);
    }

    /// So much test data is left.
    pub fn leaked(&self, journey: &str, count: u64) {
        self.leaks.get_or_create(&journey_labels(journey)).inc_by(count);
    }

    /// In a window the prober was too busy.
    pub fn overloaded(&self, journey: &str) {
        self.overloaded.get_or_create(&journey_labels(journey)).inc();
    }
}

fn journey_labels(journey: &str) -> JourneyLabels {
    JourneyLabels {
        journey: journey.to_owned(),
    }
}

fn observe(histogram: &Histogram, seen: impl IntoIterator<Item = (f64, u64)>) {
    for (seconds, count) in seen {
        for _ in 0..count {
            histogram.observe(seconds);
        }
    }
}
