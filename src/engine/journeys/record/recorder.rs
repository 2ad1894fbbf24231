use std::collections::BTreeMap;
use std::time::Duration;

use serin_judge::analysis::plan::journey::FailureClass;
use serin_judge::journey::{Arm, RunResult, StepOutcome};
use tokio::time::Instant;

use super::pairs::{self, Answers, Half};
use super::{JourneyWindow, Missed, Slices};

/// After the process stood still for longer than so many windows, those in between are left out instead of told as empty.
const EMPTY_MAX: u64 = 64;

/// A run that ended, or could not begin after all.
#[derive(Debug)]
pub(in crate::engine::journeys) struct Ended {
    /// The number of its start; runs of one pair share it.
    pub(in crate::engine::journeys) round: u64,
    /// The arm's place.
    pub(in crate::engine::journeys) arm: usize,
    /// How many runs of the same start were begun before it.
    pub(in crate::engine::journeys) position: usize,
    /// When it should have begun.
    pub(in crate::engine::journeys) planned: Instant,
    /// How much later it began.
    pub(in crate::engine::journeys) lateness: Duration,
    /// What it did.
    pub(in crate::engine::journeys) outcome: Result<RunResult, Missed>,
    /// What is compared with the answers of other sides.
    pub(in crate::engine::journeys) answers: Option<Box<Answers>>,
}

/// Puts runs into the windows in which they were planned. One a thread: nothing is shared or locked.
#[derive(Debug)]
pub(in crate::engine::journeys) struct Recorder {
    slices: Slices,
    arms: Vec<Arm>,
    steps: usize,
    /// After a window's end, until it is closed whatever is still under way.
    grace: Duration,
    open: BTreeMap<u64, Open>,
    /// Of the next window to be closed.
    next: u64,
    began: Instant,
    warm_ups_left: Vec<u32>,
    /// Pairs of which a half is under way.
    pairs: BTreeMap<u64, Vec<Half>>,
    pair_members_left: BTreeMap<u64, usize>,
}

#[derive(Debug)]
struct Open {
    window: JourneyWindow,
    /// Runs under way, by arm.
    under_way: Vec<u64>,
}

impl Recorder {
    pub(in crate::engine::journeys) fn new(
        slices: Slices,
        arms: &[Arm],
        steps: usize,
        grace: Duration,
        warm_up: u32,
        now: Instant,
    ) -> Self {
        Self {
            next: slices.index(now),
            slices,
            arms: arms.to_vec(),
            steps,
            grace,
            open: BTreeMap::new(),
            began: now,
            warm_ups_left: vec![warm_up; arms.len()],
            pairs: BTreeMap::new(),
            pair_members_left: BTreeMap::new(),
        }
    }

    fn open(&mut self, planned: Instant) -> &mut Open {
        self.open_at(self.slices.index(planned))
    }

    fn open_at(&mut self, index: u64) -> &mut Open {
        let index = index.max(self.next);
        let (slices, arms, steps, began) = (&self.slices, &self.arms, self.steps, self.began);
        self.open
            .entry(index)
            .or_insert_with(|| Open::new(slices, index, arms, steps, began))
    }

    /// A planned start did not happen.
    pub(in crate::engine::journeys) fn missed(&mut self, planned: Instant, reason: Missed) {
        let open = self.open(planned);
        open.window.planned += 1;
        open.miss(reason);
    }

    /// A planned start happened: runs, one an arm, are under way.
    pub(in crate::engine::journeys) fn begun(&mut self, round: u64, planned: Instant) {
        let open = self.open(planned);
        open.window.planned += 1;
        for under_way in &mut open.under_way {
            *under_way += 1;
        }
        if self.arms.len() > 1 {
            self.pair_members_left.insert(round, self.arms.len());
        }
    }

    /// A run is over. True when it was the last one of its start.
    pub(in crate::engine::journeys) fn ended(&mut self, ended: Ended) -> bool {
        let warm_ups_left = &mut self.warm_ups_left[ended.arm];
        let is_warm_up = *warm_ups_left > 0 && ended.outcome.is_ok();
        *warm_ups_left -= u32::from(is_warm_up);
        let half = match &ended.outcome {
            Ok(run) if !is_warm_up && self.arms.len() > 1 => Half::of(run, self.steps, ended.position),
            _ => None,
        };
        let half = half.map(|half| half.with(ended.answers));
        let index = self.slices.index(ended.planned);
        let is_closed = index < self.next;
        let open = self.open_at(index);
        if !is_closed {
            open.under_way[ended.arm] = open.under_way[ended.arm].saturating_sub(1);
            match ended.outcome {
                Err(reason) => open.miss(reason),
                Ok(run) => {
                    open.window.overloaded |= blames_the_prober(&run);
                    open.window.lateness.record(ended.lateness);
                    open.window.arms[ended.arm].record(run, ended.lateness, is_warm_up);
                }
            }
        }
        self.arms.len() == 1 || self.half_ended(ended.round, ended.planned, half)
    }

    fn half_ended(&mut self, round: u64, planned: Instant, half: Option<Half>) -> bool {
        self.pairs.entry(round).or_default().extend(half);
        let Some(left) = self.pair_members_left.get_mut(&round) else {
            return true;
        };
        *left -= 1;
        if *left > 0 {
            return false;
        }
        self.pair_members_left.remove(&round);
        if let Some(halves) = self.pairs.remove(&round) {
            pairs::join(&halves, &mut self.open(planned).window.pairs);
        }
        true
    }

    /// When the next window may have to be closed.
    pub(in crate::engine::journeys) fn due(&self) -> Instant {
        let end = self.slices.start(self.next + 1);
        if self.is_waited_for(self.next) {
            end + self.grace
        } else {
            end
        }
    }

    fn is_waited_for(&self, index: u64) -> bool {
        let open = self.open.get(&index);
        open.is_some_and(|open| open.under_way.iter().any(|runs| *runs > 0))
    }

    /// The next window that is over by `now`, with its number.
    pub(in crate::engine::journeys) fn close_due(&mut self, now: Instant) -> Option<(u64, JourneyWindow)> {
        if now < self.due() {
            return None;
        }
        let current = self.slices.index(now);
        if current > self.next + EMPTY_MAX {
            let first_open = self.open.first_key_value().map_or(u64::MAX, |(index, _)| *index);
            self.next = first_open.min(current - 1);
        }
        Some(self.close())
    }

    /// The next window that holds anything, at the end of everything, at `now`.
    pub(in crate::engine::journeys) fn close_last(&mut self, now: Instant) -> Option<(u64, JourneyWindow)> {
        let (first, _) = self.open.first_key_value()?;
        self.next = *first;
        let (index, mut window) = self.close();
        let now = self.slices.at(now);
        if window.end > now {
            window.end = now.max(window.start + Duration::from_micros(1));
        }
        Some((index, window))
    }

    fn close(&mut self) -> (u64, JourneyWindow) {
        let index = self.next;
        self.next += 1;
        let open = self.open.remove(&index);
        let open = open.unwrap_or_else(|| Open::new(&self.slices, index, &self.arms, self.steps, self.began));
        (index, open.closed())
    }
}

impl Open {
    fn new(slices: &Slices, index: u64, arms: &[Arm], steps: usize, began: Instant) -> Self {
        let start = slices.start(index);
        let end = slices.at(slices.start(index + 1));
        Self {
            window: JourneyWindow::new(slices.at(start.max(began)), end, arms, steps),
            under_way: vec![0; arms.len()],
        }
    }

    fn miss(&mut self, reason: Missed) {
        *self.window.missed.entry(reason).or_default() += 1;
        self.window.partial = true;
        self.window.overloaded |= reason == Missed::TooLate;
    }

    fn closed(mut self) -> JourneyWindow {
        for (arm, unanswered) in self.window.arms.iter_mut().zip(self.under_way) {
            arm.runs.unanswered = unanswered;
            self.window.partial |= unanswered > 0;
        }
        self.window
    }
}

/// The prober ran out of something.
fn blames_the_prober(run: &RunResult) -> bool {
    let out_of_something = StepOutcome::Failed(FailureClass::ProberUnhealthy);
    run.steps.iter().any(|step| step.outcome == out_of_something)
}
