//! Starts runs when they are due and sees them through. One task, which holds all of its runs: nothing is shared with
//! other threads but flags.

mod pacing;
mod timer;

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use serin_judge::analysis::plan::journey::{DataSet, Row, RowOrder};
use serin_judge::journey::{RunIds, RunOutcome, pair_order};
use tokio::time::Instant;

use super::budget::{Budgets, Place};
use super::collect::Collector;
use super::control::{Control, Level, Progress};
use super::course::{self, ArmRuns, Ticket};
use super::record::{Ended, Missed, Recorder};
pub(super) use pacing::{Pacing, Share};
pub(super) use timer::Timer;

/// A start that is later than this does not happen any more: after the machine slept nobody wants a burst.
const LATE_MAX: Duration = Duration::from_secs(5);

/// Stable, canary and control: each once.
const ARMS_MAX: usize = 3;

/// One line of starts, and their runs.
pub(super) struct Driver {
    /// Among all drivers of the probing.
    pub(super) number: usize,
    pub(super) arms: Vec<Arc<ArmRuns>>,
    pub(super) budgets: Budgets,
    /// What one run asks for.
    pub(super) requests: usize,
    pub(super) pacing: Pacing,
    pub(super) in_flight_max: usize,
    pub(super) seed: u128,
    pub(super) control: Arc<Control>,
    pub(super) recorder: Recorder,
    pub(super) collector: Arc<Collector>,
    pub(super) runs: FuturesUnordered<BoxFuture<'static, Ended>>,
    pub(super) progress: Progress,
    /// The level at which runs under way were last told to look.
    pub(super) seen: Level,
}

impl Driver {
    /// Until no run starts any more and the last one is over.
    pub(super) async fn drive(mut self, mut timer: Timer) {
        poll_fn(|context| self.poll(&mut timer, context)).await;
        while let Some((index, window)) = self.recorder.close_last(Instant::now()) {
            self.collector.take(self.number, index, window);
        }
        self.control.tell(self.number, self.progress);
    }

    fn poll(&mut self, timer: &mut Timer, context: &mut Context<'_>) -> Poll<()> {
        self.control.register(self.number, context.waker());
        loop {
            self.look_at_level();
            let mut is_quiet = true;
            while let Poll::Ready(Some(ended)) = self.runs.poll_next_unpin(context) {
                is_quiet = false;
                self.ended(ended);
            }
            // Whatever was planned in a window begins before the window may be closed.
            let now = Instant::now();
            is_quiet &= !self.begin_due(now);
            while let Some((index, window)) = self.recorder.close_due(now) {
                self.collector.take(self.number, index, window);
            }
            if self.runs.is_empty() && self.is_over(now) {
                return Poll::Ready(());
            }
            if !is_quiet {
                self.control.tell(self.number, self.progress);
                continue;
            }
            let due = self
                .pacing
                .due(now)
                .map_or(self.recorder.due(), |due| due.min(self.recorder.due()));
            if timer.poll_until(due, context).is_pending() {
                return Poll::Pending;
            }
        }
    }

    /// Runs look at the level when they are polled, so all of them are, once it has changed.
    fn look_at_level(&mut self) {
        let level = self.control.level();
        if level > self.seen {
            self.seen = level;
            self.runs = std::mem::take(&mut self.runs).into_iter().collect();
        }
    }

    fn is_over(&self, now: Instant) -> bool {
        self.pacing.is_over(now)
    }

    /// Begins what is due. True when something was.
    fn begin_due(&mut self, now: Instant) -> bool {
        // Runs that are told to stop end at once, and so would all that a closed loop starts after them.
        if self.control.level() >= Level::Draining {
            self.pacing.end();
        }
        let is_paused = self.control.is_paused();
        let mut has_begun = false;
        while let Some((round, planned)) = self.pacing.next(now, is_paused) {
            has_begun = true;
            let places = self.places(planned, now, is_paused);
            if places.is_err() && self.pacing.try_again(now) {
                continue;
            }
            self.progress.planned += 1;
            match places {
                Ok(places) => self.begin(round, planned, places),
                Err(reason) => {
                    self.progress.missed += 1;
                    self.recorder.missed(planned, reason);
                }
            }
        }
        has_begun
    }

    /// What the runs of one start hold of the budgets, by arm.
    fn places(&self, planned: Instant, now: Instant, is_paused: bool) -> Result<Vec<Vec<Place>>, Missed> {
        if is_paused {
            return Err(Missed::Paused);
        }
        if now.saturating_duration_since(planned) > LATE_MAX {
            return Err(Missed::TooLate);
        }
        if self.runs.len() + self.arms.len() > self.in_flight_max {
            return Err(Missed::InFlight);
        }
        let places = self.budgets.take(self.arms.len(), self.requests, now);
        places.ok_or(Missed::Budget)
    }

    fn begin(&mut self, round: u64, planned: Instant, mut places: Vec<Vec<Place>>) {
        self.recorder.begun(round, planned);
        let data = self.arms[0].journey.data.as_ref();
        let data = data.map(|data| row(data, round, self.seed));
        let arms = u64::try_from(self.arms.len()).unwrap_or(1);
        for (position, place) in order(self.seed, round, self.arms.len()).enumerate() {
            let number = round.wrapping_mul(arms) + u64::try_from(place).unwrap_or_default();
            let ticket = Ticket {
                round,
                position,
                planned,
                ids: RunIds::new(self.seed, number),
                data: data.clone(),
                chance: mixed(self.seed, round),
                places: places.get_mut(place).map(std::mem::take).unwrap_or_default(),
            };
            self.progress.begun += 1;
            self.runs
                .push(Box::pin(course::run(Arc::clone(&self.arms[place]), ticket)));
        }
    }

    fn ended(&mut self, ended: Ended) {
        self.progress.ended += 1;
        match &ended.outcome {
            Ok(run) => self.progress.failed += u64::from(run.outcome == RunOutcome::Failed),
            Err(_) => self.progress.missed += 1,
        }
        if self.recorder.ended(ended) {
            self.pacing.round_ended();
        }
    }
}

impl Drop for Driver {
    /// However it came to its end: whoever waits for windows waits no longer.
    fn drop(&mut self) {
        self.collector.end(self.number);
    }
}

/// In which order the arms are asked: stable or canary first by the seed, a control anywhere.
fn order(seed: u128, round: u64, arms: usize) -> impl Iterator<Item = usize> {
    let mut order: [usize; ARMS_MAX] = std::array::from_fn(|place| place);
    if arms > 1 && pair_order(seed, round)[0] == serin_judge::journey::Arm::Canary {
        order.swap(0, 1);
    }
    if arms > 2 {
        let places = u64::try_from(arms).unwrap_or(1);
        let turn = usize::try_from(mixed(seed, !round) % places).unwrap_or_default();
        order[..arms.min(ARMS_MAX)].rotate_left(turn);
    }
    order.into_iter().take(arms)
}

/// The row of a start; all runs of a pair have the same.
fn row(data: &DataSet, round: u64, seed: u128) -> Arc<Row> {
    let count = u64::try_from(data.rows.len().max(1)).unwrap_or(1);
    let place = match data.order {
        RowOrder::Sequential => round % count,
        RowOrder::Random => mixed(seed, round) % count,
    };
    Arc::clone(&data.rows[usize::try_from(place).unwrap_or_default()])
}

/// A number that looks like chance, of a seed and a start (the finaliser of SplitMix64).
fn mixed(seed: u128, round: u64) -> u64 {
    #[expect(clippy::cast_possible_truncation, reason = "both halves of the seed are used")]
    let folded = (seed >> 64) as u64 ^ seed as u64;
    let mut mixed = folded ^ round.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
