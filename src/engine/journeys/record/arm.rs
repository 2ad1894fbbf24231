use std::time::Duration;

use serin_judge::analysis::plan::journey::FailureClass;
use serin_judge::journey::{Arm, RunOutcome, RunResult, StepOutcome};
use serin_judge::verdict::Latencies;

use super::judged::judged;
use super::{Since, StepWindow, Times};

/// Runs of a window that did not pass and are kept whole, the first ones of each arm.
pub const EXAMPLES_MAX: usize = 5;

/// Test data that is named one by one; the rest is counted.
pub const LEAKS_MAX: usize = 100;

/// How runs ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunCounts {
    /// Every step passed.
    pub passed: u64,
    /// Only soft assertions did not hold.
    pub degraded: u64,
    /// A step failed.
    pub failed: u64,
    /// Of those that failed, how many did because time was over.
    pub timed_out: u64,
    /// Stopped before their end.
    pub cancelled: u64,
    /// Somebody else answered than was asked: in nothing else of this window.
    pub wrong_side: u64,
    /// Left out because connections were still cold.
    pub warm_up: u64,
    /// Not over when the window was closed, which happens only to runs that outlive all of their limits.
    pub unanswered: u64,
}

impl RunCounts {
    /// All that started and ended.
    #[must_use]
    pub fn ended(&self) -> u64 {
        self.passed + self.degraded + self.failed + self.cancelled + self.wrong_side + self.warm_up
    }

    fn merge(&mut self, other: &Self) {
        self.passed += other.passed;
        self.degraded += other.degraded;
        self.failed += other.failed;
        self.timed_out += other.timed_out;
        self.cancelled += other.cancelled;
        self.wrong_side += other.wrong_side;
        self.warm_up += other.warm_up;
        self.unanswered += other.unanswered;
    }
}

/// What the runs of one arm did that were planned in a window.
#[derive(Clone, Debug)]
pub struct ArmWindow {
    /// Who was asked.
    pub arm: Arm,
    /// How runs ended.
    pub runs: RunCounts,
    /// Runs that passed (degraded included), from their planned start, and from their actual start, to the end of their last
    /// step; think time included, teardown not.
    pub times: Times,
    /// By [`serin_judge::analysis::plan::journey::Step::index`].
    pub steps: Vec<StepWindow>,
    /// How much test data teardown could not remove.
    pub leak_count: u64,
    /// That data, each with the tag of its run; at most [`LEAKS_MAX`].
    pub leaks: Vec<String>,
    /// The first runs that did not pass, at most [`EXAMPLES_MAX`].
    pub examples: Vec<RunResult>,
    /// The newest run that ended.
    pub newest: Option<RunResult>,
}

impl ArmWindow {
    /// Before the first run of a journey of so many steps.
    #[must_use]
    pub fn new(arm: Arm, steps: usize) -> Self {
        Self {
            arm,
            runs: RunCounts::default(),
            times: Times::default(),
            steps: vec![StepWindow::default(); steps],
            leak_count: 0,
            leaks: Vec::new(),
            examples: Vec::new(),
            newest: None,
        }
    }

    /// Takes a run that began so late. Warm-ups are counted only.
    pub(super) fn record(&mut self, run: RunResult, lateness: Duration, is_warm_up: bool) {
        self.add_leaks(run.leaks.len() as u64, &run.leaks);
        let is_cancelled = is_cancelled(&run);
        match run.outcome {
            RunOutcome::WrongSide => self.runs.wrong_side += 1,
            _ if is_warm_up => self.runs.warm_up += 1,
            _ if is_cancelled => self.runs.cancelled += 1,
            RunOutcome::Passed => self.runs.passed += 1,
            RunOutcome::Degraded => self.runs.degraded += 1,
            RunOutcome::Failed => {
                self.runs.failed += 1;
                self.runs.timed_out += u64::from(is_timeout(&run));
            }
        }
        if run.outcome != RunOutcome::WrongSide && !is_warm_up {
            for step in &run.steps {
                if let Some(window) = self.steps.get_mut(step.step) {
                    window.record(step, lateness);
                }
            }
            if matches!(run.outcome, RunOutcome::Passed | RunOutcome::Degraded) {
                let service = run.finished_at.since(run.started_at);
                self.times.record(lateness, service);
            }
        }
        if run.outcome != RunOutcome::Passed && self.examples.len() < EXAMPLES_MAX {
            self.examples.push(run.clone());
        }
        self.newest = Some(run);
    }

    /// How long whole runs took, for judging: those that passed, and beside them those that timed out.
    #[must_use]
    pub fn latencies(&self, since: Since) -> Latencies {
        Latencies {
            histogram: judged(self.times.since(since)),
            timeouts: self.runs.timed_out,
        }
    }

    fn add_leaks(&mut self, count: u64, named: &[String]) {
        self.leak_count += count;
        let free = LEAKS_MAX - self.leaks.len().min(LEAKS_MAX);
        self.leaks.extend(named.iter().take(free).cloned());
    }

    /// Adds another's; the newest run is the other's, if it has one.
    pub fn merge(&mut self, other: &Self) {
        self.runs.merge(&other.runs);
        self.times.merge(&other.times);
        for (all, more) in self.steps.iter_mut().zip(&other.steps) {
            all.merge(more);
        }
        self.add_leaks(other.leak_count, &other.leaks);
        let free = EXAMPLES_MAX - self.examples.len().min(EXAMPLES_MAX);
        self.examples.extend(other.examples.iter().take(free).cloned());
        if other.newest.is_some() {
            self.newest.clone_from(&other.newest);
        }
    }
}

/// The time of one of its steps was over.
fn is_timeout(run: &RunResult) -> bool {
    let mut steps = run.steps.iter();
    steps.any(|step| matches!(step.outcome, StepOutcome::Failed(class) if class.is_timeout()))
}

/// It was stopped before its end.
fn is_cancelled(run: &RunResult) -> bool {
    let cancelled = StepOutcome::Failed(FailureClass::Cancelled);
    run.outcome == RunOutcome::Failed && run.steps.iter().any(|step| step.outcome == cancelled)
}
