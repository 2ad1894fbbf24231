use std::time::Duration;

use serin_judge::analysis::plan::journey::{Failure, RequestPhase};
use serin_judge::journey::Phases;
use tokio::time::Instant;

use super::failure::overdue;

/// Which part of a probe is under way, and how long those before it took. It is read also when the time was over in the
/// middle of one.
pub(in crate::probes) struct PhaseTimer {
    began: Instant,
    current: Option<(RequestPhase, Instant)>,
    phases: Phases,
}

impl PhaseTimer {
    pub(in crate::probes) fn new() -> Self {
        Self {
            began: Instant::now(),
            current: None,
            phases: Phases::default(),
        }
    }

    /// The phase before has ended, this one begins. One that comes again goes on: its times add up.
    pub(in crate::probes) fn enter(&mut self, phase: RequestPhase) {
        let now = Instant::now();
        self.leave(now);
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

    /// The time was over in the phase under way.
    pub(in crate::probes) fn overdue(&self, place: &str) -> Failure {
        let (phase, since) = self.current.unwrap_or((RequestPhase::Connect, self.began));
        overdue(phase, since.elapsed(), place)
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
