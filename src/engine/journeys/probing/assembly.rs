use std::sync::Arc;
use std::time::Duration;

use futures::stream::FuturesUnordered;
use serin_judge::analysis::plan::journey::{Action, Journey, Schedule, Step};
use serin_judge::journey::{Arm, Prepared, Starts};
use serin_judge::time::Timestamp;
use tokio::time::Instant;

use super::ProbingError;
use crate::engine::journeys::accounts::{ACCOUNT_WAIT_MAX, AccountPool};
use crate::engine::journeys::collect::Collector;
use crate::engine::journeys::control::{Control, Level, Progress};
use crate::engine::journeys::course::ArmRuns;
use crate::engine::journeys::drive::{Driver, Pacing, Share};
use crate::engine::journeys::order::{Lasts, Pace, ProbeOrder};
use crate::engine::journeys::record::{Recorder, Slices};
use crate::engine::ports::Prober;

/// How Serin calls itself.
const AGENT: &str = concat!("serin/", env!("CARGO_PKG_VERSION"), " (synthetic)");

/// After its last limit a run has this long to notice.
const NOTICE: Duration = Duration::from_secs(1);

/// What makes drivers.
pub(super) struct Shared<'order> {
    pub(super) order: &'order ProbeOrder,
    pub(super) now: Instant,
    pub(super) now_at: Timestamp,
    pub(super) slices: Slices,
    pub(super) accounts: Option<Arc<AccountPool>>,
    pub(super) control: Arc<Control>,
    pub(super) collector: Arc<Collector>,
}

impl Shared<'_> {
    /// One of so many.
    pub(super) fn driver(
        &self,
        number: usize,
        drivers: usize,
        probe: &dyn Prober,
    ) -> Result<Driver, ProbingError> {
        let (order, journey) = (self.order, &self.order.journey);
        let arms = (0..order.targets.len()).map(|index| self.arm(index, probe));
        let arms = arms.collect::<Result<Vec<Arc<ArmRuns>>, ProbingError>>()?;
        let names: Vec<Arm> = order.targets.iter().map(|target| target.arm).collect();
        let steps = journey.all_steps();
        let grace = journey.timeout + journey.finally_timeout + ACCOUNT_WAIT_MAX + NOTICE;
        // Drivers take turns, so each has its part of the first runs.
        let part = part_of(journey.warm_up as usize, number, drivers);
        let warm_up = u32::try_from(part).unwrap_or(u32::MAX);
        let is_closed = matches!(order.pace, Pace::Closed(_));
        Ok(Driver {
            number,
            arms,
            budgets: order.budgets.clone(),
            requests: steps.iter().filter(|step| asks(step)).count().max(1),
            pacing: self.pacing(number, drivers),
            in_flight_max: if is_closed {
                usize::MAX
            } else {
                (journey.schedule.in_flight_max / drivers).max(order.targets.len())
            },
            seed: order.seed,
            control: Arc::clone(&self.control),
            recorder: Recorder::new(self.slices, &names, steps.len(), grace, warm_up, self.now),
            collector: Arc::clone(&self.collector),
            runs: FuturesUnordered::new(),
            progress: Progress::default(),
            seen: Level::Running,
        })
    }

    fn arm(&self, index: usize, probe: &dyn Prober) -> Result<Arc<ArmRuns>, ProbingError> {
        let (target, journey) = (&self.order.targets[index], &self.order.journey);
        let arm = target.arm;
        let client = probe
            .client(&self.order.client)
            .map_err(|error| ProbingError::Client {
                arm,
                message: error.message,
            })?;
        let prepared = Prepared::new(journey, &target.url, &self.order.credentials, AGENT);
        let prepared = prepared.map_err(|failure| ProbingError::Target {
            arm,
            message: failure.message,
        })?;
        Ok(Arc::new(ArmRuns {
            arm,
            index,
            journey: Arc::clone(journey),
            prepared,
            client,
            protocols: probe.protocols(&self.order.client.connect_to),
            accounts: self.accounts.clone(),
            control: Arc::clone(&self.control),
            slices: self.slices,
            has_cookies: journey.http.cookies && asks_twice(journey),
            is_paired: self.order.targets.len() > 1,
        }))
    }

    fn pacing(&self, number: usize, drivers: usize) -> Pacing {
        let (order, journey) = (self.order, &self.order.journey);
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let share = Share {
            driver: count(number),
            drivers: count(drivers),
            until: match order.lasts {
                Lasts::For(time) => self.now.checked_add(time),
                Lasts::UntilStopped | Lasts::Starts(_) => None,
            },
            starts_max: match order.lasts {
                Lasts::Starts(starts) => Some(starts),
                Lasts::UntilStopped | Lasts::For(_) => None,
            },
        };
        let epoch = Timestamp::from_micros(0);
        let (schedule, epoch) = match order.pace {
            Pace::Scheduled => (journey.schedule, epoch),
            Pace::Rate(rate) => (evenly(rate, &journey.schedule), self.now_at),
            Pace::Closed(workers) => {
                let mine = part_of(workers.get(), number, drivers);
                return Pacing::closed(mine, self.now, &share);
            }
        };
        let starts = Starts::new(epoch, &schedule, &journey.name, order.seed);
        let first = starts.first_after(self.now_at);
        Pacing::open(starts, self.slices, first, &share)
    }
}

/// One driver's part of so many; the parts of all make the whole.
fn part_of(whole: usize, number: usize, drivers: usize) -> usize {
    whole / drivers + usize::from(number < whole % drivers)
}

fn evenly(rate: f64, schedule: &Schedule) -> Schedule {
    Schedule {
        interval: Duration::from_secs_f64(rate.recip()),
        jitter: 0.0,
        ..*schedule
    }
}

fn asks(step: &Step) -> bool {
    matches!(step.action, Action::Http(_) | Action::Probe(_))
}

/// There may be a second request, a redirect's too, that sends what the first one was given.
fn asks_twice(journey: &Journey) -> bool {
    let steps = journey.all_steps();
    let again = |step: &&Step| match &step.action {
        Action::Http(request) => step.repeat.is_some() || step.retry.is_some() || request.redirects_max > 0,
        Action::Probe(_) | Action::Parallel(_) => false,
    };
    steps.len() > 1 || steps.iter().any(again)
}
