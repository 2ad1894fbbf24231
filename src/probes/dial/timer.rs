use std::time::Duration;

use serde_json::{Map, Value};
use serin_judge::analysis::plan::journey::{Failure, RequestPhase};
use serin_judge::journey::{Findings, Phases};
use tokio::time::Instant;

use super::Facts;
use super::failure::overdue;

/// Which part of a probe is under way, and how long those before it took. It is read also when the time was over in the
/// middle of one.
pub(in crate::probes) struct PhaseTimer {
    began: Instant,
    current: Option<(RequestPhase, Instant)>,
    phases: Phases,
    awaited: Option<String>,
    noted: Map<String, Value>,
    tls: Option<Facts>,
}

impl PhaseTimer {
    pub(in crate::probes) fn new() -> Self {
        Self {
            began: Instant::now(),
            current: None,
            phases: Phases::default(),
            awaited: None,
            noted: Map::new(),
            tls: None,
        }
    }

    /// A fact that is worth knowing also when the probe fails after it.
    pub(in crate::probes) fn note(&mut self, name: &str, value: impl Into<Value>) {
        self.noted.insert(name.to_owned(), value.into());
    }

    /// TLS is spoken.
    pub(in crate::probes) fn secured(&mut self, facts: &Facts) {
        self.tls = Some(facts.clone());
    }

    /// What was noted until now.
    pub(in crate::probes) fn so_far(&mut self) -> Findings {
        Findings {
            facts: std::mem::take(&mut self.noted),
            duration: self.elapsed(),
            tls: self.tls.as_ref().and_then(Facts::now),
        }
    }

    /// The phase before has ended, this one begins. One that comes again goes on: its times add up.
    pub(in crate::probes) fn enter(&mut self, phase: RequestPhase) {
        let now = Instant::now();
        self.leave(now);
        if phase == RequestPhase::Tls {
            // What was waited for before has come.
            self.awaited = None;
        }
        self.current = Some((phase, now));
    }

    /// The last phase has ended.
    pub(in crate::probes) fn end(&mut self) {
        self.leave(Instant::now());
    }

    /// From the beginning until now.
    pub(in crate::probes) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    pub(in crate::probes) fn phases(&self) -> Phases {
        self.phases
    }

    /// What is under way; connecting where nothing was begun.
    pub(in crate::probes) fn phase(&self) -> RequestPhase {
        self.current.map_or(RequestPhase::Connect, |(phase, _)| phase)
    }

    /// What is waited for from now on, for who reads that the time was over.
    pub(in crate::probes) fn awaits(&mut self, what: impl Into<String>) {
        self.awaited = Some(what.into());
    }

    /// The time was over in the phase under way.
    pub(in crate::probes) fn overdue(&self, place: &str) -> Failure {
        let (phase, since) = self.current.unwrap_or((RequestPhase::Connect, self.began));
        let mut failure = overdue(phase, since.elapsed(), place);
        if let Some(awaited) = &self.awaited {
            failure.message.push_str("; waited for ");
            failure.message.push_str(awaited);
        }
        failure
    }

    fn leave(&mut self, now: Instant) {
        let Some((phase, since)) = self.current.take() else {
            return;
        };
        let phases = &mut self.phases;
        let lasted = match phase {
            RequestPhase::Dns => &mut phases.dns,
            RequestPhase::Connect => &mut phases.connect,
            RequestPhase::Tls => &mut phases.tls,
            RequestPhase::Send => &mut phases.send,
            RequestPhase::FirstByte => &mut phases.first_byte,
            RequestPhase::Body => &mut phases.body,
        };
        *lasted = Some(lasted.unwrap_or_default() + now.saturating_duration_since(since));
    }
}
