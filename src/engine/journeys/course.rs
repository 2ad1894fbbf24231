//! One run of a journey, from its first step to the end of its teardown.

mod branch;
mod cookies;
mod probe;
mod request;
mod step;

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use serin_judge::analysis::plan::journey::{Connections, Journey, Row};
use serin_judge::journey::{Arm, Prepared, RunIds, RunResult, Values};
use tokio::time::Instant;

use super::accounts::AccountPool;
use super::budget::Place;
use super::control::{Control, Level};
use super::record::{Answers, Ended, Missed, Slices};
use crate::engine::ports::{HttpClient, ProtocolProbe};
use branch::Branch;

/// What all runs of a journey at one arm share.
pub(super) struct ArmRuns {
    pub(super) arm: Arm,
    /// Place among the targets.
    pub(super) index: usize,
    pub(super) journey: Arc<Journey>,
    pub(super) prepared: Prepared,
    pub(super) client: Box<dyn HttpClient>,
    pub(super) protocols: Arc<dyn ProtocolProbe>,
    pub(super) accounts: Option<Arc<AccountPool>>,
    pub(super) control: Arc<Control>,
    pub(super) slices: Slices,
    /// Runs keep cookies: there is a second request that could send them.
    pub(super) has_cookies: bool,
    /// Other sides are asked the same: answers are kept until they can be compared.
    pub(super) is_paired: bool,
}

/// What is one run's own.
#[derive(Debug)]
pub(super) struct Ticket {
    /// The number of its start.
    pub(super) round: u64,
    /// How many runs of the same start were begun before it.
    pub(super) position: usize,
    pub(super) planned: Instant,
    pub(super) ids: RunIds,
    pub(super) data: Option<Arc<Row>>,
    /// Draws think times; the same for all runs of a pair.
    pub(super) chance: u64,
    /// Held until the run is over.
    pub(super) places: Vec<Place>,
}

/// Does a run. Always comes back: every wait inside has a deadline, and clients keep theirs.
pub(super) async fn run(arm: Arc<ArmRuns>, mut ticket: Ticket) -> Ended {
    let places = std::mem::take(&mut ticket.places);
    let mut lease = None;
    if let Some(pool) = &arm.accounts {
        lease = pool.lease().await;
        if lease.is_none() {
            settle(places, 0);
            return ticket.ended(&arm, Duration::ZERO, Err(Missed::NoAccount));
        }
    }
    let account = lease.as_ref().map(|lease| Arc::clone(&lease.account));
    let values = Values::new(ticket.ids, ticket.data.clone(), account, &arm.prepared);
    let journey = &*arm.journey;
    let started = Instant::now();
    let own = (journey.connections == Connections::Cold).then(|| arm.client.fresh());
    let client = own.as_deref().unwrap_or(&*arm.client);
    let mut branch = Branch::new(&arm, client, values, ticket.chance);
    let is_done = {
        let steps = pin!(branch.steps(&journey.steps, started + journey.timeout));
        unless(&arm.control, Level::Stopping, steps).await
    };
    if !is_done {
        branch.give_up(&journey.steps);
    }
    let finished = branch.finished.unwrap_or_else(Instant::now);
    if !journey.finally.is_empty() {
        branch.begin_teardown();
        let is_done = {
            let deadline = Instant::now() + journey.finally_timeout;
            let teardown = pin!(branch.steps(&journey.finally, deadline));
            unless(&arm.control, Level::Cutting, teardown).await
        };
        if !is_done {
            branch.give_up(&journey.finally);
        }
    }
    settle(places, branch.requests);
    let result = RunResult {
        arm: arm.arm,
        planned_at: arm.slices.at(ticket.planned),
        started_at: arm.slices.at(started),
        finished_at: arm.slices.at(finished),
        outcome: branch.outcome(),
        ids: ticket.ids,
        leaks: branch.leaks(ticket.ids),
        steps: branch.results,
    };
    let answers = (!branch.answers.is_empty()).then(|| Answers {
        values: branch.values,
        by_step: branch.answers,
    });
    let lateness = started.saturating_duration_since(ticket.planned);
    Ended {
        answers: answers.map(Box::new),
        ..ticket.ended(&arm, lateness, Ok(result))
    }
}

impl Ticket {
    fn ended(&self, arm: &ArmRuns, lateness: Duration, outcome: Result<RunResult, Missed>) -> Ended {
        Ended {
            round: self.round,
            arm: arm.index,
            position: self.position,
            planned: self.planned,
            lateness,
            outcome,
            answers: None,
        }
    }
}

fn settle(places: Vec<Place>, requests: usize) {
    places.into_iter().for_each(|place| place.settle(requests));
}

/// Does it, unless it is (or comes to be) as late as `level`: then it is dropped where it stands. True when it came to its
/// end. Whoever raises the level sees to it that this is polled.
///
/// `work` is pinned by its owner: a future that is handed on is there twice, in the one that hands it on too.
async fn unless(control: &Control, level: Level, mut work: Pin<&mut impl Future<Output = ()>>) -> bool {
    poll_fn(|context| {
        if control.level() >= level {
            return Poll::Ready(false);
        }
        work.as_mut().poll(context).map(|()| true)
    })
    .await
}
