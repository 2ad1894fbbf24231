//! What is seen while it goes on: a picture on a terminal, a line now and then elsewhere.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serin_judge::time::Timestamp;
use tokio::sync::Notify;

use super::conduct::Pauses;
use super::human::shown_time as shown;
use crate::cli::screen::{Canvas, clock as minutes, count, cut};
use crate::engine::journeys::{ArmWindow, Lasts, ProbeOrder, Progress, Since, StepWindow, Totals};
use crate::engine::ports::Clock;

/// More journeys than this are told in one line.
const JOURNEYS_MAX: usize = 3;

/// More steps than this do not fit a screen.
const STEPS_MAX: usize = 12;

/// What followers have seen last.
pub(super) struct Board {
    journeys: Vec<Mutex<Seen>>,
    lasts: Option<Duration>,
    is_over: AtomicBool,
    over: Notify,
}

/// The newest figures of a journey.
struct Seen {
    name: String,
    steps: Vec<String>,
    progress: Progress,
    totals: Totals,
}

impl Board {
    /// Nothing has been seen.
    pub(super) fn new(orders: &[ProbeOrder]) -> Self {
        let journeys = orders.iter().map(|order| {
            let steps = order.journey.all_steps();
            Mutex::new(Seen {
                name: order.journey.name.clone(),
                steps: steps.iter().map(|step| step.name.clone()).collect(),
                progress: Progress::default(),
                totals: Totals::default(),
            })
        });
        let lasts = orders.iter().filter_map(|order| match order.lasts {
            Lasts::For(time) => Some(time),
            Lasts::UntilStopped | Lasts::Starts(_) => None,
        });
        Self {
            journeys: journeys.collect(),
            lasts: lasts.max(),
            is_over: AtomicBool::new(false),
            over: Notify::new(),
        }
    }

    /// What a follower sees.
    pub(super) fn put(&self, place: usize, progress: Progress, totals: Option<Totals>) {
        let mut seen = self.journeys[place]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        seen.progress = progress;
        if let Some(totals) = totals {
            seen.totals = totals;
        }
    }

    /// Everything is over.
    pub(super) fn end(&self) {
        self.is_over.store(true, Ordering::Release);
        self.over.notify_one();
    }

    /// Of all journeys.
    fn progress(&self) -> Progress {
        let mut all = Progress::default();
        for journey in &self.journeys {
            let seen = journey.lock().unwrap_or_else(PoisonError::into_inner);
            let Progress {
                planned,
                missed,
                begun,
                ended,
                failed,
            } = seen.progress;
            all.planned += planned;
            all.missed += missed;
            all.begun += begun;
            all.ended += ended;
            all.failed += failed;
        }
        all
    }
}

/// Shows a board until it is over.
pub(super) struct Live {
    board: Arc<Board>,
    clock: Arc<dyn Clock>,
    started_at: Timestamp,
    pauses: Pauses,
    canvas: Canvas,
}

impl Live {
    pub(super) fn new(
        board: Arc<Board>,
        clock: Arc<dyn Clock>,
        started_at: Timestamp,
        pauses: Pauses,
    ) -> Self {
        Self {
            board,
            clock,
            started_at,
            pauses,
            canvas: Canvas::of_stderr(),
        }
    }

    /// Figures are drawn, on a terminal; lines have counts only.
    pub(super) fn is_drawn(&self) -> bool {
        self.canvas.is_in_place() && self.board.journeys.len() <= JOURNEYS_MAX
    }

    /// Nothing is shown of what takes less than a moment.
    pub(super) async fn watch(mut self) {
        while !self.board.is_over.load(Ordering::Acquire) {
            let until = self.clock.now() + self.canvas.pause();
            tokio::select! {
                () = self.board.over.notified() => break,
                () = self.clock.sleep_until(until) => {}
            }
            let lines = self.lines();
            self.canvas.show(&lines);
        }
        self.canvas.clear();
    }

    fn lines(&self) -> Vec<String> {
        let progress = self.board.progress();
        let (word, lasted) = (
            verdict(&progress),
            minutes(self.clock.now().since(self.started_at)),
        );
        let of = self
            .board
            .lasts
            .map_or_else(String::new, |lasts| format!(" of {}", minutes(lasts)));
        let paused = if *self.pauses.borrow() { ", paused" } else { "" };
        let mut lines = vec![format!(
            "{word}{paused}  {lasted}{of}  {} runs ended, {} failed, {} missed, {} under way",
            count(progress.ended),
            count(progress.failed),
            count(progress.missed),
            count(progress.under_way())
        )];
        if self.is_drawn() {
            for journey in &self.board.journeys {
                let seen = journey.lock().unwrap_or_else(PoisonError::into_inner);
                lines.extend(figures(&seen));
            }
        }
        let width = self.canvas.width();
        lines.iter().map(|line| cut(line, width)).collect()
    }
}

fn verdict(progress: &Progress) -> &'static str {
    match progress {
        Progress { failed: 1.., .. } => "failing",
        Progress { ended: 0, .. } => "waiting",
        _ => "passing",
    }
}

/// Each step of each side.
fn figures(seen: &Seen) -> Vec<String> {
    let Some(all) = &seen.totals.all else {
        return vec![format!(
            "  {}: figures come with the end of the first window",
            seen.name
        )];
    };
    let mut lines = Vec::new();
    for arm in &all.arms {
        let side = if all.arms.len() > 1 {
            format!(", {}", super::probed::arm_word(arm.arm))
        } else {
            String::new()
        };
        lines.push(format!(
            "  {:<24}{:>9}{:>8}{:>9}{:>9}{:>9}{:>9}",
            cut(&format!("{}{side}", seen.name), 23),
            "passed",
            "failed",
            "p50",
            "p99",
            "p99.9",
            "max"
        ));
        lines.extend(
            seen.steps
                .iter()
                .zip(&arm.steps)
                .take(STEPS_MAX)
                .map(|(name, step)| line(name, step)),
        );
        if arm.leak_count > 0 || arm.runs.wrong_side > 0 {
            lines.push(remarks(arm));
        }
    }
    lines
}

fn line(name: &str, step: &StepWindow) -> String {
    let quantiles = step.durations(Since::Planned).quantiles([0.5, 0.99, 0.999, 1.0]);
    let cells: String = quantiles
        .iter()
        .map(|quantile| format!("{:>9}", quantile.map_or_else(|| "-".to_owned(), shown)))
        .collect();
    format!(
        "    {:<22}{:>9}{:>8}{cells}",
        cut(name, 21),
        count(step.passed + step.degraded),
        count(step.failed_count())
    )
}

fn remarks(arm: &ArmWindow) -> String {
    format!(
        "    {} runs were answered by the wrong side, {} pieces of test data are left",
        count(arm.runs.wrong_side),
        count(arm.leak_count)
    )
}
