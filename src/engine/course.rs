use std::sync::Arc;

use futures::future::join_all;
use serin_judge::time::Timestamp;
use serin_judge::verdict::{Answer, Look, Measurement, RunReport, RunState, Schedule, Unread, Verdict};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::engine::Engine;
use crate::engine::handle::{Command, RunEnd};
use crate::engine::ports::{Clock, DeliveryEvent, Finish, Measure, Reading, Record, Redaction, StoreError};
use crate::engine::run::{Known, RunFailure, apply};
use crate::engine::windows::{Closed, Populations};

/// A run under way.
pub(super) struct Course {
    pub(super) engine: Engine,
    pub(super) run: Known,
    pub(super) metrics: Vec<Arc<dyn Measure>>,
    pub(super) schedule: Schedule,
    /// `None` while they are being opened, or a window is being closed.
    pub(super) populations: Option<Populations>,
    pub(super) tasks: JoinSet<Event>,
    pub(super) places: Arc<Semaphore>,
    pub(super) end: RunEnd,
    pub(super) refusals: Refusals,
}

/// What becomes of a run whose sources refuse what its document asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusals {
    /// It ends without a verdict: somebody is there to read why.
    Returned,
    /// It ends with the verdict that says why.
    Judged,
}

/// What a task of a run brings back.
pub(super) enum Event {
    Measured(Vec<(usize, Measurement)>),
    Opened(Populations, Result<(), String>),
    Closed(Populations, Closed),
}

impl Course {
    /// The first task of a run.
    pub(super) fn open(&mut self, mut populations: Populations) {
        let started_at = self.state().started_at();
        if populations.settling().is_some() {
            let _handle = self.tasks.spawn(async move {
                let opened = populations.open(started_at).await;
                Event::Opened(populations, opened)
            });
        }
    }

    /// Goes on after nobody drove the run: counting begins anew with the end of the window that is under way.
    pub(super) async fn resume(&mut self, populations: Populations) -> Result<(), RunFailure> {
        if self.state().verdict() != Verdict::Continue {
            return Ok(());
        }
        let at = self.engine.clock.now();
        self.learned(Record::Resumed { at }).await?;
        self.schedule.resume(&self.run.state, at, populations.settling());
        self.populations = Some(populations);
        Ok(())
    }

    fn state(&self) -> &RunState {
        &self.run.state
    }

    /// Goes on until there is a verdict.
    pub(super) async fn finish(mut self) -> Result<Arc<RunReport>, RunFailure> {
        while self.state().verdict() == Verdict::Continue {
            let now = self.engine.clock.now();
            for begun in self.begin_what_is_due(now) {
                self.learned(begun).await?;
            }
            // The handle itself holds one receiver; a report is made for whoever else is watching.
            if self.end.reports.receiver_count() > 1 {
                let _before = self.end.reports.send_replace(Some(self.report(now)));
            }
            let record = self.next_record().await?;
            if let Some(record) = record {
                self.learned(record).await?;
            }
        }
        let now = self.engine.clock.now();
        // As of the verdict: whoever judges the same records again gets the same report, to the last bit.
        let report = self.report(self.state().decided_at().unwrap_or(now));
        let hooks = self.run.hooks.as_deref();
        let outbox = &self.engine.outbox;
        let finish = Finish {
            deliveries: outbox.messages(DeliveryEvent::RunFinished, &report, hooks, now),
            report: Arc::clone(&report),
            expires_at: self.state().expires_at(),
        };
        self.engine.store.finish(&self.run.identity.id, &finish).await?;
        outbox.wake();
        let _before = self.end.reports.send_replace(Some(Arc::clone(&report)));
        Ok(report)
    }

    /// Stored before anything acts on it.
    async fn learned(&mut self, record: Record) -> Result<(), RunFailure> {
        let stored = std::slice::from_ref(&record);
        let store = &self.engine.store;
        store
            .append(&self.run.identity.id, self.run.records, stored)
            .await?;
        self.run.records += 1;
        apply(&mut self.run.state, &record)?;
        Ok(())
    }

    fn report(&self, now: Timestamp) -> Arc<RunReport> {
        Arc::new(self.state().report(&self.run.identity, now))
    }

    /// Begins it; what begins asynchronously is told, since it counts as under way until it has ended.
    fn begin_what_is_due(&mut self, now: Timestamp) -> Vec<Record> {
        let mut begun = Vec::new();
        for group in self.schedule.begin_metrics(&self.run.state, now) {
            let asynchronous = group.iter().copied().filter(|index| self.is_asynchronous(*index));
            begun.extend(asynchronous.map(|metric| Record::Begun { metric, at: now }));
            let measuring: Vec<_> = group
                .into_iter()
                .map(|index| self.measuring(index, now))
                .collect();
            let _handle = self
                .tasks
                .spawn(async move { Event::Measured(join_all(measuring).await) });
        }
        self.close_window(now);
        begun
    }

    fn is_asynchronous(&self, metric: usize) -> bool {
        self.state().plan().metrics[metric].provider.is_asynchronous()
    }

    fn measuring(&self, index: usize, now: Timestamp) -> impl Future<Output = (usize, Measurement)> + use<> {
        let measure = Arc::clone(&self.metrics[index]);
        let (plan, clock) = (Arc::clone(self.state().plan()), Arc::clone(&self.engine.clock));
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
            measurement.explanation = redaction.apply_to_value(&measurement.explanation);
            (index, measurement.masked(&plan.secrets))
        }
    }

    fn close_window(&mut self, now: Timestamp) {
        let Some(end) = self.schedule.begin_window(&self.run.state, now) else {
            return;
        };
        let Some(mut populations) = self.populations.take() else {
            return;
        };
        let _handle = self.tasks.spawn(async move {
            let closed = populations.close(end).await;
            Event::Closed(populations, closed)
        });
    }

    /// Waits for the next thing to learn; `None` when a metric or a window became due meanwhile.
    async fn next_record(&mut self) -> Result<Option<Record>, RunFailure> {
        let clock = Arc::clone(&self.engine.clock);
        let begins_at = self.schedule.begins_at(&self.run.state);
        let wakes_at = self.schedule.deadline_at(&self.run.state);
        let at = begins_at.into_iter().chain(wakes_at).min();
        tokio::select! {
            biased;
            Some(command) = self.end.commands.recv() => Ok(self.obey(command)),
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

    fn obey(&self, command: Command) -> Option<Record> {
        let now = self.engine.clock.now();
        match command {
            Command::Stop => Some(Record::Stop { at: now }),
            Command::Override(decided) => Some(Record::Override(*decided)),
            Command::Report(answer) => {
                // Who asked may have gone.
                let _gone = answer.send(self.report(now));
                None
            }
        }
    }

    fn learn(&mut self, event: Event) -> Result<Option<Record>, RunFailure> {
        match event {
            Event::Measured(measurements) => {
                for (metric, _) in &measurements {
                    self.schedule.end_metric(*metric);
                }
                Ok(Some(Record::Measurements { measurements }))
            }
            Event::Opened(populations, opened) => {
                self.schedule.free_populations(populations.settling());
                self.populations = Some(populations);
                match (opened, self.refusals) {
                    (Ok(()), _) => Ok(None),
                    (Err(reason), Refusals::Returned) => Err(RunFailure::Refused(reason)),
                    (Err(reason), Refusals::Judged) => Ok(Some(refused(self.engine.clock.now(), reason))),
                }
            }
            Event::Closed(populations, closed) => {
                self.schedule.free_populations(populations.settling());
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
        phase: reading.phase,
    }
}

/// A look at which nothing can be read, and never will be.
fn refused(at: Timestamp, message: String) -> Record {
    Record::Look {
        look: Look {
            at,
            windows: Vec::new(),
        },
        unread: vec![Unread {
            comparison: 0,
            message,
            is_final: true,
        }],
    }
}

async fn sleep(clock: &dyn Clock, at: Option<Timestamp>) {
    match at {
        Some(at) => clock.sleep_until(at).await,
        None => std::future::pending().await,
    }
}
