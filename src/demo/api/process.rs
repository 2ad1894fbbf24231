//! What the handlers of one instance share.

use std::sync::{Arc, Mutex};

use serin_judge::time::Timestamp;

use super::recorder::{EventLog, Recorder};
use super::records::Records;
use crate::demo::behaviour::{Behaviour, Draw};
use crate::demo::chance::{Chance, Stream};
use crate::demo::clock::Clock;
use crate::demo::locked;
use serin_judge::verdict::Side;

/// An instance apart from its listener: what outlives a restart.
#[derive(Debug)]
pub(crate) struct Pod {
    pub(super) name: String,
    pub(super) side: Side,
    pub(super) clock: Clock,
    pub(super) log: Mutex<EventLog>,
    /// How it works, and since when.
    behaviour: Mutex<(Behaviour, Timestamp)>,
    chance: Mutex<Chance>,
    records: Arc<Records>,
}

/// What an instance is given when it is made.
#[derive(Clone, Debug)]
pub(crate) struct PodOptions {
    pub(crate) side: Side,
    /// Counted from 0 within its side.
    pub(crate) index: usize,
    pub(crate) chance: (u64, Stream),
    pub(crate) behaviour: Behaviour,
    pub(crate) clock: Clock,
    pub(crate) event_log_limit: usize,
    pub(crate) records: Arc<Records>,
}

impl Pod {
    /// An instance that was not started yet.
    pub(crate) fn new(options: PodOptions) -> Self {
        let (seed, stream) = options.chance;
        Self {
            name: format!("{}-{}", options.side, options.index + 1),
            side: options.side,
            clock: options.clock,
            log: Mutex::new(EventLog::with_limit(options.event_log_limit)),
            behaviour: Mutex::new((options.behaviour, options.clock.now())),
            chance: Mutex::new(Chance::new(seed, stream)),
            records: options.records,
        }
    }

    /// Works like this from the next request on.
    pub(crate) fn set_behaviour(&self, behaviour: Behaviour) {
        *locked(&self.behaviour) = (behaviour, self.clock.now());
    }

    /// How it works at present.
    #[cfg(test)]
    pub(crate) fn behaviour(&self) -> Behaviour {
        locked(&self.behaviour).0
    }

    /// What happened so far.
    pub(crate) fn log(&self) -> EventLog {
        locked(&self.log).clone()
    }

    /// What becomes of the next request.
    pub(super) fn draw(&self) -> Draw {
        let (behaviour, since) = *locked(&self.behaviour);
        let elapsed = self.clock.now().since(since);
        behaviour.draw(elapsed, &mut locked(&self.chance))
    }
}

/// One life of an instance, from its start to its stop: a restart counts from zero again.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) pod: Arc<Pod>,
    pub(super) started_at: Timestamp,
    pub(super) recorder: Recorder,
}

impl Process {
    /// The instance starts now.
    pub(super) fn start(pod: Arc<Pod>) -> Self {
        Self {
            started_at: pod.clock.now(),
            pod,
            recorder: Recorder::default(),
        }
    }

    /// The common database.
    pub(super) fn records(&self) -> &Records {
        &self.pod.records
    }
}
