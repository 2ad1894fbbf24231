//! The course of a simulated run.

use std::sync::Arc;
use std::time::Duration;

use super::arrivals::{Arrival, Arrivals};
use super::endless;
use super::given::{data, judged};
use super::script::Script;
use super::timeline::Timeline;
use crate::analysis::cases::{Answers, Case, Scripted, ScriptedWindow, Seen};
use crate::analysis::plan::Plan;
use crate::time::Timestamp;
use crate::verdict::{Flags, Look, Measurement, RunState, Schedule, Side, Unread, Verdict, Window};

/// When simulated runs begin, unless the document's status says.
const ZERO: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);
/// Measurements and windows of one run: a typing error in an interval should not take a day.
const STEPS_MAX: u32 = 2_000_000;

/// What stands in a measurement of a metric that the test says nothing of.
const UNSCRIPTED: &str = "the test gives no answers for this metric";

/// A simulated run in its course.
pub(super) struct Course<'a> {
    case: &'a Case,
    pub(super) state: RunState,
    pub(super) timeline: Timeline,
    /// How often each answer of each metric was given, and what it came to.
    pub(super) given: Vec<Vec<Option<Measurement>>>,
    pub(super) now: Timestamp,
    pub(super) began_at: Timestamp,
    schedule: Schedule,
    arrivals: Arrivals,
    answers: Vec<Option<Script<'a, Scripted>>>,
    windows: Vec<Script<'a, ScriptedWindow>>,
    /// Names of the comparisons.
    comparisons: Vec<Arc<str>>,
    /// Of stable and of the canary.
    targets: [Arc<str>; 2],
    /// When the last window ended.
    window_start: Timestamp,
    stop_at: Option<Timestamp>,
}

impl<'a> Course<'a> {
    /// With `is_told` its timeline is kept.
    pub(super) fn new(case: &'a Case, plan: &Arc<Plan>, is_told: bool) -> Self {
        let began_at = plan
            .status
            .as_ref()
            .and_then(|status| status.newest())
            .unwrap_or(ZERO);
        let settling = (!plan.comparisons.is_empty()).then_some(Duration::ZERO);
        let mut schedule = Schedule::new(plan.metrics.len());
        schedule.free_populations(settling);
        let answers = case.answers.iter().map(|answers| match answers {
            Answers::Unscripted => None,
            Answers::Scripted(answers) => Some(Script::new(answers)),
        });
        Self {
            case,
            state: RunState::new(Arc::clone(plan), began_at),
            timeline: Timeline::new(began_at, is_told),
            given: case
                .answers
                .iter()
                .map(|answers| vec![None; answers.len()])
                .collect(),
            now: began_at,
            began_at,
            schedule,
            arrivals: Arrivals::default(),
            answers: answers.collect(),
            windows: case.windows.iter().map(|windows| Script::new(windows)).collect(),
            comparisons: plan
                .comparisons
                .iter()
                .map(|comparison| comparison.name.as_str().into())
                .collect(),
            targets: Side::BOTH.map(|side| side.to_string().into()),
            window_start: began_at,
            stop_at: case.terminate_at.map(|after| began_at + after),
        }
    }

    /// Goes on until there is a verdict, or nothing can bring one any more; true when it was cut off.
    pub(super) fn finish(&mut self) -> bool {
        for _ in 0..STEPS_MAX {
            if self.state.verdict() != Verdict::Continue {
                return false;
            }
            self.begin_what_is_due();
            if self.goes_on_for_ever() || !self.step() {
                return false;
            }
        }
        true
    }

    /// One thing that happens: somebody stops the run, an answer is there, the deadline passes, or something is due.
    fn step(&mut self) -> bool {
        let deadline = self.schedule.deadline_at(&self.state);
        let begins_at = self.schedule.begins_at(&self.state);
        let next = [self.stop_at, self.arrivals.next_at(), begins_at, deadline]
            .into_iter()
            .flatten()
            .min();
        let Some(next) = next else { return false };
        self.now = self.now.max(next);
        if self.stop_at.is_some_and(|at| at <= self.now) {
            self.stop_at = None;
            self.state.stop(self.now);
            self.timeline.stopped(self.now, &self.state);
        } else if let Some(arrival) = self.arrivals.take(self.now) {
            self.learn(arrival);
        } else if deadline.is_some_and(|at| at <= self.now) {
            self.state.tick(self.now);
            self.timeline.deadline(self.now, &self.state);
        }
        true
    }

    fn learn(&mut self, arrival: Arrival) {
        match arrival {
            Arrival::Measured(measured) => {
                for (metric, measurement, answer) in &measured {
                    self.schedule.end_metric(*metric);
                    if let Some(answer) = answer {
                        self.given[*metric][*answer] = Some(measurement.clone());
                    }
                }
                let measurements: Vec<(usize, Measurement)> = measured
                    .into_iter()
                    .map(|(metric, measurement, _)| (metric, measurement))
                    .collect();
                let recorded = self.state.record(&measurements);
                debug_assert!(recorded.is_ok(), "they are the plan's");
                self.timeline.measured(&measurements, &self.state);
            }
            Arrival::Closed(look, unread) => {
                self.schedule.free_populations(Some(Duration::ZERO));
                self.state.look(&look, &unread);
                self.timeline.looked(&look, &unread, &self.state);
            }
        }
    }

    fn begin_what_is_due(&mut self) {
        for group in self.schedule.begin_metrics(&self.state, self.now) {
            for metric in &group {
                if self.state.plan().metrics[*metric].provider.is_asynchronous() {
                    let begun = self.state.begin(*metric, self.now);
                    debug_assert!(begun.is_ok(), "it is one of the plan's");
                }
            }
            // One that never answers keeps all that are judged with it waiting.
            let measured: Option<Vec<_>> = group.into_iter().map(|metric| self.measure(metric)).collect();
            if let Some(measured) = measured {
                let at = measured
                    .iter()
                    .map(|(_, measurement, _)| measurement.finished_at)
                    .max();
                self.arrivals
                    .push(at.unwrap_or(self.now), Arrival::Measured(measured));
            }
        }
        if let Some(end) = self.schedule.begin_window(&self.state, self.now) {
            let (look, unread) = self.close_window(end);
            self.arrivals.push(self.now, Arrival::Closed(look, unread));
        }
    }

    /// The next measurement of a metric; `None` when there never is one.
    fn measure(&mut self, index: usize) -> Option<(usize, Measurement, Option<usize>)> {
        let plan = Arc::clone(self.state.plan());
        let Some(script) = &mut self.answers[index] else {
            let unscripted = Measurement::error(UNSCRIPTED.to_owned(), self.now, self.now);
            return Some((index, unscripted, None));
        };
        let (at, answer) = script.next_or_last()?;
        let measurement = judged(&plan.metrics[index], answer, self.now);
        Some((index, measurement.masked(&plan.secrets), Some(at)))
    }

    fn close_window(&mut self, end: Timestamp) -> (Look, Vec<Unread>) {
        let mut look = Look {
            at: end,
            windows: Vec::new(),
        };
        let mut unread = Vec::new();
        for (comparison, (name, script)) in self.comparisons.iter().zip(&mut self.windows).enumerate() {
            let Some((_, window)) = script.next() else {
                continue;
            };
            if let Some(message) = &window.error {
                unread.push(Unread {
                    comparison,
                    message: message.clone(),
                    is_final: false,
                });
            }
            let sides = [
                (Side::Stable, window.stable.as_ref()),
                (Side::Canary, window.canary.as_ref()),
            ];
            let start = self.window_start;
            let is_before = self.state.plan().comparisons[comparison]
                .population
                .before()
                .is_some();
            let of_side = |(side, seen): (Side, Option<&Seen>)| {
                seen.map(|seen| Window {
                    comparison: Arc::clone(name),
                    side,
                    target: Arc::clone(&self.targets[usize::from(side == Side::Canary)]),
                    start,
                    end,
                    data: data(seen),
                    flags: Flags {
                        before: is_before && side == Side::Stable,
                        ..Flags::default()
                    },
                })
            };
            look.windows.extend(sides.into_iter().filter_map(of_side));
        }
        self.window_start = end;
        (look, unread)
    }

    /// Every answer has been given, and the last ones may repeat as often as they like.
    fn goes_on_for_ever(&self) -> bool {
        if self.state.deadline().is_some() || self.stop_at.is_some() || self.arrivals.next_at().is_some() {
            return false;
        }
        let all_given = self
            .answers
            .iter()
            .flatten()
            .all(|script| script.is_empty() || script.is_at_end());
        let mut metrics = self.state.plan().metrics.iter().zip(self.state.metrics());
        all_given && metrics.all(|(metric, state)| endless::may_repeat(metric, state))
    }

    /// Metrics that are due and never answer.
    pub(super) fn waits_for(&self) -> Vec<&'a str> {
        let Ok(plan) = &self.case.plan else {
            return Vec::new();
        };
        let both = plan.metrics.iter().zip(&self.answers).zip(self.state.metrics());
        both.filter(|((_, script), state)| {
            !state.phase.is_final() && script.as_ref().is_some_and(Script::is_empty)
        })
        .map(|((metric, _), _)| metric.name.as_str())
        .collect()
    }
}

impl Answers {
    fn len(&self) -> usize {
        match self {
            Self::Unscripted => 0,
            Self::Scripted(answers) => answers.len(),
        }
    }
}
