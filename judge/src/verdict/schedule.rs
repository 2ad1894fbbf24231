//! When measurements and windows begin: the rules that the service and a simulation share.

use std::time::Duration;

use crate::analysis::plan::Dialect;
use crate::time::Timestamp;
use crate::verdict::RunState;

/// What of a run is under way, and so what may begin. Whoever drives a [`RunState`] asks here what to begin now and
/// how long to wait, and tells what has ended.
#[derive(Clone, Debug)]
pub struct Schedule {
    in_flight: Vec<bool>,
    /// How long after the end of a window its counts are settled; `None` without comparisons, while populations are
    /// being opened, and while a window is being closed.
    settling: Option<Duration>,
    /// Windows end at `started_at + next_window * window`.
    next_window: u32,
    /// The end of the window that is being closed.
    closing: Option<Timestamp>,
}

impl Schedule {
    /// For a run of so many metrics. Windows begin once [`Schedule::free_populations`] was called.
    #[must_use]
    pub fn new(metrics: usize) -> Self {
        Self {
            in_flight: vec![false; metrics],
            settling: None,
            next_window: 1,
            closing: None,
        }
    }

    /// Metrics to measure now, by their places in the plan, in groups whose answers are judged together; they count
    /// as under way from here on. Argo measures all that is due at once and looks at the answers when all are there,
    /// and begins nothing meanwhile; only what is [asynchronous](crate::analysis::plan::Provider::is_asynchronous)
    /// keeps nobody waiting. Serin's own metrics do not wait for one another.
    ///
    /// Source: Argo Rollouts `analysis/analysis.go`, `generateMetricTasks` and `runMeasurements`.
    pub fn begin_metrics(&mut self, run: &RunState, now: Timestamp) -> Vec<Vec<usize>> {
        if self.is_waiting(run) {
            return Vec::new();
        }
        let due = run
            .due()
            .filter(|(index, at)| *at <= now && !self.in_flight[*index]);
        let due: Vec<usize> = due.map(|(index, _)| index).collect();
        for index in &due {
            self.in_flight[*index] = true;
        }
        let alone = |index: &usize| {
            run.plan().dialect == Dialect::Serin || run.plan().metrics[*index].provider.is_asynchronous()
        };
        let (alone, together): (Vec<usize>, Vec<usize>) = due.into_iter().partition(alone);
        let mut groups = vec![together];
        groups.extend(alone.into_iter().map(|index| vec![index]));
        groups.retain(|group| !group.is_empty());
        groups
    }

    /// The measurement of a metric is there.
    pub fn end_metric(&mut self, index: usize) {
        self.in_flight[index] = false;
    }

    /// The end of the window to close now, if one is due. After a slow answer the ends that have passed meanwhile are
    /// left out; the window is longer instead.
    pub fn begin_window(&mut self, run: &RunState, now: Timestamp) -> Option<Timestamp> {
        let settling = self.settling?;
        if now < self.window_end(run, self.next_window) + settling {
            return None;
        }
        while self.window_end(run, self.next_window + 1) + settling <= now {
            self.next_window += 1;
        }
        let end = self.window_end(run, self.next_window);
        self.next_window += 1;
        self.settling = None;
        self.closing = Some(end);
        Some(end)
    }

    /// Nobody drove the run until now: the first window to close is the one that is under way. `settling` as in
    /// [`Schedule::free_populations`].
    pub fn resume(&mut self, run: &RunState, now: Timestamp, settling: Option<Duration>) {
        self.settling = settling;
        while self.window_end(run, self.next_window) <= now {
            self.next_window += 1;
        }
    }

    /// The populations are open, or have closed the window that was begun; how long their counts take to settle, `None`
    /// without comparisons.
    pub fn free_populations(&mut self, settling: Option<Duration>) {
        self.settling = settling;
        self.closing = None;
    }

    /// When the run is to be told that its deadline has passed: a window that ends until then is waited for, but no
    /// longer than one window.
    #[must_use]
    pub fn deadline_at(&self, run: &RunState) -> Option<Timestamp> {
        let deadline = run.deadline()?;
        let next = self.settling.map(|_| self.window_end(run, self.next_window));
        let is_awaited = self.closing.or(next).is_some_and(|end| end <= deadline);
        let patience = self.settling.unwrap_or_default() + run.plan().policy.window;
        Some(if is_awaited { deadline + patience } else { deadline })
    }

    /// When the next measurement or window is to begin; `None` when something has to end first.
    #[must_use]
    pub fn begins_at(&self, run: &RunState) -> Option<Timestamp> {
        let is_waiting = self.is_waiting(run);
        let metrics = run
            .due()
            .filter(|(index, _)| !is_waiting && !self.in_flight[*index])
            .map(|(_, at)| at);
        let window = self
            .settling
            .map(|settling| self.window_end(run, self.next_window) + settling);
        metrics.chain(window).min()
    }

    /// Argo begins nothing while answers are outstanding.
    fn is_waiting(&self, run: &RunState) -> bool {
        let plan = run.plan();
        let mut both = self.in_flight.iter().zip(&plan.metrics);
        plan.dialect == Dialect::Argo
            && both.any(|(in_flight, metric)| *in_flight && !metric.provider.is_asynchronous())
    }

    fn window_end(&self, run: &RunState, number: u32) -> Timestamp {
        run.started_at() + run.plan().policy.window.saturating_mul(number)
    }
}
