use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serin_judge::journey::Arm;
use serin_judge::time::Timestamp;
use serin_judge::verdict::{Counts, Data, Flags, Side, Window};

use super::{ArmWindow, Digits, Durations, Since, StepPairs};

/// Where the prober is so late that it would rather time itself: 1 % of the runs of a window began later than this.
pub const LATENESS_MAX: Duration = Duration::from_millis(50);

/// Why a planned run did not start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Missed {
    /// As many runs as allowed were under way. A server that hangs does that, so it is not the prober's fault.
    InFlight,
    /// No account was free in time.
    NoAccount,
    /// The budget was used up.
    Budget,
    /// Probing was paused.
    Paused,
    /// The prober itself was away for so long that starting now would be a burst.
    TooLate,
}

impl Missed {
    /// As figures and reports name it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InFlight => "in_flight",
            Self::NoAccount => "no_account",
            Self::Budget => "budget",
            Self::Paused => "paused",
            Self::TooLate => "too_late",
        }
    }
}

/// What all runs of a journey did that were planned in one slice of time. Closed when the last of them is over; windows of
/// the same journey, of other times or probers, merge by addition.
#[derive(Clone, Debug)]
pub struct JourneyWindow {
    /// Inclusive start.
    pub start: Timestamp,
    /// Exclusive end.
    pub end: Timestamp,
    /// Starts that were planned: one for all arms of a pair.
    pub planned: u64,
    /// Planned starts that did not happen.
    pub missed: BTreeMap<Missed, u64>,
    /// In the order of the targets.
    pub arms: Vec<ArmWindow>,
    /// Both sides of the same pair, by step; empty where one side is asked.
    pub pairs: Vec<StepPairs>,
    /// How much later than planned runs began.
    pub lateness: Durations,
    /// Some planned runs of this time are not in it: their starts were missed, or they never ended.
    pub partial: bool,
    /// The prober was late ([`LATENESS_MAX`]), or missed starts or failed by its own fault: not to be judged.
    pub overloaded: bool,
}

impl JourneyWindow {
    /// Before the first run.
    #[must_use]
    pub fn new(start: Timestamp, end: Timestamp, arms: &[Arm], steps: usize) -> Self {
        let is_paired = arms.len() > 1;
        Self {
            start,
            end,
            planned: 0,
            missed: BTreeMap::new(),
            arms: arms.iter().map(|arm| ArmWindow::new(*arm, steps)).collect(),
            pairs: vec![StepPairs::default(); if is_paired { steps } else { 0 }],
            lateness: Durations::new(Digits::Two),
            partial: false,
            overloaded: false,
        }
    }

    /// What one arm did.
    #[must_use]
    pub fn arm(&self, arm: Arm) -> Option<&ArmWindow> {
        self.arms.iter().find(|window| window.arm == arm)
    }

    /// Planned starts that did not happen.
    #[must_use]
    pub fn missed_count(&self) -> u64 {
        self.missed.values().sum()
    }

    /// Adds another's runs; the time is then from the earlier start to the later end.
    pub fn merge(&mut self, other: &Self) {
        self.start = self.start.min(other.start);
        self.end = self.end.max(other.end);
        self.planned += other.planned;
        for (reason, count) in &other.missed {
            *self.missed.entry(*reason).or_default() += count;
        }
        for (all, more) in self.arms.iter_mut().zip(&other.arms) {
            all.merge(more);
        }
        for (all, more) in self.pairs.iter_mut().zip(&other.pairs) {
            all.merge(more);
        }
        self.lateness.merge(&other.lateness);
        self.partial |= other.partial;
        self.overloaded |= other.overloaded;
    }

    /// How long a step took, one window an arm, for the judge; `None` is for whole runs. Runs of the wrong side are in none.
    #[must_use]
    pub fn latency_windows(&self, comparison: &Arc<str>, step: Option<usize>, since: Since) -> Vec<Window> {
        self.windows(comparison, |arm| {
            let latencies = match step {
                Some(step) => arm.steps.get(step)?.latencies(since),
                None => arm.latencies(since),
            };
            Some(Data::Latency(latencies))
        })
    }

    /// How often a step failed, one window an arm, for the judge; `None` is for whole runs.
    #[must_use]
    pub fn error_windows(&self, comparison: &Arc<str>, step: Option<usize>) -> Vec<Window> {
        self.windows(comparison, |arm| {
            let counts = match step {
                Some(step) => arm.steps.get(step)?.errors(),
                None => Counts {
                    total: arm.runs.passed + arm.runs.degraded + arm.runs.failed,
                    bad: arm.runs.failed,
                },
            };
            Some(Data::Errors(counts))
        })
    }

    fn windows(&self, comparison: &Arc<str>, data: impl Fn(&ArmWindow) -> Option<Data>) -> Vec<Window> {
        let window = |arm: &ArmWindow| {
            let (side, target) = match arm.arm {
                Arm::Canary => (Side::Canary, "canary"),
                Arm::Stable => (Side::Stable, "stable"),
                Arm::Control => (Side::Stable, "control"),
            };
            Some(Window {
                comparison: Arc::clone(comparison),
                side,
                target: Arc::from(target),
                start: self.start,
                end: self.end,
                data: data(arm)?,
                flags: Flags {
                    partial: self.partial,
                    overloaded: self.overloaded,
                    control: arm.arm == Arm::Control,
                    ..Flags::default()
                },
            })
        };
        self.arms.iter().filter_map(window).collect()
    }
}
