use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use serin_judge::analysis::plan::Dialect;
use serin_judge::time::Timestamp;
use serin_judge::verdict::{Answer, Measurement, RunIdentity, RunReport, RunState, Verdict};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::engine::Engine;
use crate::engine::ports::{Clock, Measure, Reading, Record, Redaction, StoreError};
use crate::engine::run::{RunFailure, apply};
use crate::engine::windows::{Closed, Populations};

/// A run under way.
pub(super) struct Course {
    pub(super) engine: Engine,
    pub(super) state: RunState,
    pub(super) identity: RunIdentity,
    pub(super) metrics: Vec<Arc<dyn Measure>>,
    pub(super) in_flight: Vec<bool>,
    /// `None` while they are being opened, or a window is being closed.
    pub(super) populations: Option<Populations>,
    pub(super) settling: Option<Duration>,
    /// Windows end at `started_at + next_window * window`.
    pub(super) next_window: u32,
    pub(super) tasks: JoinSet<Event>,
    pub(super) places: Arc<Semaphore>,
    pub(super) reports: watch::Sender<Option<Arc<RunReport>>>,
    pub(super) stop: watch::Receiver<bool>,
}

/// What a task of a run brings back.
pub(super) enum Event {
    Measured(Vec<(usize, Measurement)>),
    Opened(Populations, Result<(), String>),
    Closed(Populations, Closed),
}

impl Course {
    /// The first task of a run.
    pub(super) fn opening(mut populations: Populations, started_at: Timestamp) -> JoinSet<Event> {
        let mut tasks = JoinSet::new();
        if populations.settling().is_some() {
            let _handle = tasks.spawn(async move {
                let opened = populations.open(started_at).await;
                Event::Opened(populations, opened)
            });
        }
        tasks
    }

    /// Goes on until there is a verdict.
    pub(super) async fn finish(mut self) -> Result<Arc<RunReport>, RunFailure> {
        while self.state.decision().verdict == Verdict::Continue {
            let now = self.engine.clock.now();
            self.begin_what_is_due(now);
            // The handle itself holds one receiver; a report is made for whoever else is watching.
            if self.reports.receiver_count() > 1 {
                let _before = self.reports.send_replace(Some(self.report(now)));
            }
            let record = self.next_record().await?;
            if let Some(record) = record {
                // Stored before anything acts on it.
                self.engine
                    .store
                    .append(&self.identity.id, std::slice::from_ref(&record))
                    .await?;
                apply(&mut self.state, &record)?;
            }
        }
        let report = self.report(self.engine.clock.now());
        self.engine
            .store
            .finish(&self.identity.id, Arc::clone(&report))
            .await?;
        let _before = self.reports.send_replace(Some(Arc::clone(&report)));
        Ok(report)
    }

    fn report(&self, now: Timestamp) -> Arc<RunReport> {
        Arc::new(self.state.report(&self.identity, now))
    }

    fn begin_what_is_due(&mut self, now: Timestamp) {
        for group in self.due_groups(now) {
            for index in &group {
                self.in_flight[*index] = true;
            }
            let measuring: Vec<_> = group
                .into_iter()
                .map(|index| self.measuring(index, now))
                .collect();
            let _handle = self
                .tasks
                .spawn(async move { Event::Measured(join_all(measuring).await) });
        }
        if self.window_closes_at().is_some_and(|at| at <= now) {
            self.close_window(now);
        }
    }

    /// What is due, in groups that are judged together. Argo measures all that is due at once and looks at the
    /// answers when all are there; Serin's own metrics do not wait for one another.
    fn due_groups(&self, now: Timestamp) -> Vec<Vec<usize>> {
        let due = self
            .state
            .due()
            .filter(|(index, at)| *at <= now && !self.in_flight[*index]);
        let due: Vec<usize> = due.map(|(index, _)| index).collect();
        match self.state.plan().dialect {
            Dialect::Argo if due.is_empty() || self.in_flight.contains(&true) => Vec::new(),
            Dialect::Argo => vec![due],
            Dialect::Serin => due.into_iter().map(|index| vec![index]).collect(),
        }
    }

    fn measuring(&self, index: usize, now: Timestamp) -> impl Future<Output = (usize, Measurement)> + use<> {
        let measure = Arc::clone(&self.metrics[index]);
        let (plan, clock) = (Arc::clone(self.state.plan()), Arc::clone(&self.engine.clock));
        let places = Arc::clone(&self.places);
        async move {
            // It is never closed, so there is always a place in the end.
            let _place = places.acquire().await.ok();
            let redaction = measure.redaction();
            let answer = measure
                .measure(now)
                .await
                .map_err(|error| error.message)
                .map(|reading| shown(redaction, reading));
            let mut measurement = Measurement::judge(&plan.metrics[index], answer, now, clock.now());
            // The conditions see the value as it came, and their errors quote it.
            measurement.message = redaction.apply_to_value(&measurement.message);
            (index, measurement)
        }
    }

    /// When the next window can be closed; `None` without comparisons and while one is being closed.
    fn window_closes_at(&self) -> Option<Timestamp> {
        let settling = self.settling.filter(|_| self.populations.is_some())?;
        Some(self.window_end(self.next_window) + settling)
    }

    fn window_end(&self, number: u32) -> Timestamp {
        self.state.started_at() + self.state.plan().policy.window.saturating_mul(number)
    }

    fn close_window(&mut self, now: Timestamp) {
        let Some(mut populations) = self.populations.take() else {
            return;
        };
        // After a slow answer the ends that have passed meanwhile are left out; the window is longer instead.
        while self.window_end(self.next_window + 1) + self.settling.unwrap_or_default() <= now {
            self.next_window += 1;
        }
        let end = self.window_end(self.next_window);
        self.next_window += 1;
        let _handle = self.tasks.spawn(async move {
            let closed = populations.close(end).await;
            Event::Closed(populations, closed)
        });
    }

    /// Waits for the next thing to learn; `None` when a metric or a window became due meanwhile.
    async fn next_record(&mut self) -> Result<Option<Record>, RunFailure> {
        let clock = Arc::clone(&self.engine.clock);
        let begins_at = self.begins_at();
        let wakes_at = self.state.deadline();
        let at = begins_at.into_iter().chain(wakes_at).min();
        let mut stop = self.stop.clone();
        tokio::select! {
            biased;
            _asked = stop.wait_for(|asked| *asked) => Ok(Some(Record::Stop { at: clock.now() })),
            Some(event) = self.tasks.join_next() => match event {
                Ok(event) => self.learn(event),
                Err(error) => Err(RunFailure::Store(StoreError::Broken(format!("a measuring task died: {error}")))),
            },
            () = sleep(&*clock, at) => {
                let now = clock.now();
                Ok(wakes_at.is_some_and(|at| at <= now).then_some(Record::Tick { at: now }))
            }
        }
    }

    /// When the next measurement or window has to begin.
    fn begins_at(&self) -> Option<Timestamp> {
        let metrics = self
            .state
            .due()
            .filter(|(index, _)| !self.in_flight[*index])
            .map(|(_, at)| at);
        metrics.chain(self.window_closes_at()).min()
    }

    fn learn(&mut self, event: Event) -> Result<Option<Record>, RunFailure> {
        match event {
            Event::Measured(measurements) => {
                for (metric, _) in &measurements {
                    self.in_flight[*metric] = false;
                }
                Ok(Some(Record::Measurements { measurements }))
            }
            Event::Opened(populations, opened) => {
                self.populations = Some(populations);
                opened.map(|()| None).map_err(RunFailure::Refused)
            }
            Event::Closed(populations, closed) => {
                self.settling = populations.settling();
                self.populations = Some(populations);
                Ok(Some(Record::Look {
                    look: closed.look,
                    unread: closed.unread,
                }))
            }
        }
    }
}

/// What may be kept of a reading: the value itself is only for the conditions.
fn shown(redaction: &Redaction, reading: Reading) -> Answer {
    let facts = reading.metadata.into_iter();
    Answer {
        value: reading.value,
        text: redaction.apply_to_value(&reading.text),
        metadata: facts
            .map(|(name, fact)| (name, redaction.apply_to_value(&fact)))
            .collect(),
    }
}

async fn sleep(clock: &dyn Clock, at: Option<Timestamp>) {
    match at {
        Some(at) => clock.sleep_until(at).await,
        None => std::future::pending().await,
    }
}
