use std::sync::Arc;
use std::thread;
use std::time::Duration;

use futures::stream::FuturesUnordered;
use serin_judge::analysis::plan::journey::{Action, Journey, Schedule, Step};
use serin_judge::journey::{Arm, Prepared, Starts};
use serin_judge::time::Timestamp;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::accounts::AccountPool;
use super::collect::{Collector, Totals};
use super::control::{Control, Level, Progress};
use super::course::ArmRuns;
use super::drive::{Driver, Pacing, Share, Timer};
use super::order::{Lasts, Pace, ProbeOrder, Shards};
use super::record::{JourneyWindow, Recorder, Slices};
use crate::engine::ports::{Clock, HttpProbe};

/// How Serin calls itself.
const AGENT: &str = concat!("serin/", env!("CARGO_PKG_VERSION"), " (synthetic)");

/// Beyond this a rate is a mistake.
const RATE_MAX: f64 = 1_000_000.0;

/// Threads of one probing.
const THREADS_MAX: usize = 64;

/// After its last limit a run has this long to notice.
const NOTICE: Duration = Duration::from_secs(1);

/// A journey that is being probed. Dropping it stops it, as [`stop`](Self::stop) does.
#[derive(Debug)]
pub struct Probing {
    control: Arc<Control>,
    collector: Arc<Collector>,
    windows: mpsc::Receiver<Arc<JourneyWindow>>,
}

/// Why nothing is probed. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProbingError {
    /// The order cannot be carried out.
    #[error("cannot probe: {0}")]
    Order(String),
    /// There is no client for a target.
    #[error("no client for the {arm:?} target: {message}")]
    Client {
        /// Whose.
        arm: Arm,
        /// What was seen, what to do.
        message: String,
    },
    /// The journey does not fit a target.
    #[error("the journey does not fit the {arm:?} target: {message}")]
    Target {
        /// Whose.
        arm: Arm,
        /// What was seen, what to do.
        message: String,
    },
    /// The machine gives no more threads.
    #[error("cannot start a thread that probes: {0}")]
    Thread(String),
}

impl Probing {
    /// Begins. Call it inside a runtime.
    ///
    /// # Errors
    /// When the order cannot be carried out, or a target has no client.
    pub fn start(order: &ProbeOrder, probe: &dyn HttpProbe, clock: &dyn Clock) -> Result<Self, ProbingError> {
        check(order)?;
        let drivers = match order.shards {
            Shards::Here => 1,
            Shards::Threads(threads) => threads.get(),
        };
        let (now, now_at) = (Instant::now(), clock.now());
        let control = Arc::new(Control::new(drivers));
        let (collector, windows) = Collector::new(drivers);
        let shared = Shared {
            order,
            now,
            now_at,
            slices: Slices::new(now, now_at, order.aligned_to.unwrap_or(now_at), order.window),
            accounts: order.journey.accounts.as_ref().map(AccountPool::new),
            control: Arc::clone(&control),
            collector: Arc::clone(&collector),
        };
        let all = (0..drivers).map(|number| shared.driver(number, drivers, probe));
        let all = all.collect::<Result<Vec<Driver>, ProbingError>>()?;
        let probing = Self {
            control,
            collector,
            windows,
        };
        for driver in all {
            match order.shards {
                Shards::Here => {
                    tokio::spawn(driver.drive(Timer::of_runtime()));
                }
                Shards::Threads(_) => on_thread(driver)?,
            }
        }
        Ok(probing)
    }

    /// The next window that was closed; `None` once everything is over. Windows come in the order of time.
    pub async fn next_window(&mut self) -> Option<Arc<JourneyWindow>> {
        self.windows.recv().await
    }

    /// How far it is, now.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.control.progress()
    }

    /// All windows that were closed until now.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.collector.totals()
    }

    /// Nothing starts from now on, until [`resume`](Self::resume); runs under way go on.
    pub fn pause(&self) {
        self.control.pause(true);
    }

    /// Starts happen again.
    pub fn resume(&self) {
        self.control.pause(false);
    }

    /// No more starts; runs under way end by themselves.
    pub fn drain(&self) {
        self.control.raise(Level::Draining);
    }

    /// No more starts. The first time, runs under way give up their steps and do their teardown; the second time they give
    /// up that too.
    pub fn stop(&self) {
        let is_second = self.control.level() >= Level::Stopping;
        self.control.raise(if is_second {
            Level::Cutting
        } else {
            Level::Stopping
        });
    }

    /// What it has come to, once everything is over. Says nothing to those under way: see [`drain`](Self::drain) and
    /// [`stop`](Self::stop). Not to be awaited to the end of a probing that nobody stops.
    pub async fn ended(&mut self) -> Totals {
        while self.windows.recv().await.is_some() {}
        self.collector.totals()
    }
}

impl Drop for Probing {
    fn drop(&mut self) {
        self.control.raise(Level::Stopping);
    }
}

/// What makes drivers.
struct Shared<'order> {
    order: &'order ProbeOrder,
    now: Instant,
    now_at: Timestamp,
    slices: Slices,
    accounts: Option<Arc<AccountPool>>,
    control: Arc<Control>,
    collector: Arc<Collector>,
}

impl Shared<'_> {
    fn driver(&self, number: usize, drivers: usize, probe: &dyn HttpProbe) -> Result<Driver, ProbingError> {
        let (order, journey) = (self.order, &self.order.journey);
        let arms = (0..order.targets.len()).map(|index| self.arm(index, probe));
        let arms = arms.collect::<Result<Vec<Arc<ArmRuns>>, ProbingError>>()?;
        let names: Vec<Arm> = order.targets.iter().map(|target| target.arm).collect();
        let steps = journey.all_steps();
        let grace = journey.timeout + journey.finally_timeout + super::ACCOUNT_WAIT_MAX + NOTICE;
        let is_closed = matches!(order.pace, Pace::Closed(_));
        Ok(Driver {
            number,
            arms,
            budgets: order.targets.iter().map(|target| target.budget.clone()).collect(),
            budget_in_all: order.budget.clone(),
            requests: steps.iter().filter(|step| asks(step)).count().max(1),
            pacing: self.pacing(number, drivers),
            in_flight_max: if is_closed {
                usize::MAX
            } else {
                (journey.schedule.in_flight_max / drivers).max(order.targets.len())
            },
            seed: order.seed,
            control: Arc::clone(&self.control),
            recorder: Recorder::new(self.slices, &names, steps.len(), grace, journey.warm_up, self.now),
            collector: Arc::clone(&self.collector),
            runs: FuturesUnordered::new(),
            progress: Progress::default(),
            seen: Level::Running,
        })
    }

    fn arm(&self, index: usize, probe: &dyn HttpProbe) -> Result<Arc<ArmRuns>, ProbingError> {
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
            accounts: self.accounts.clone(),
            control: Arc::clone(&self.control),
            slices: self.slices,
            has_cookies: journey.http.cookies && asks_twice(journey),
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
                let mine = workers.get() / drivers + usize::from(number < workers.get() % drivers);
                return Pacing::closed(mine, self.now, &share);
            }
        };
        let starts = Starts::new(epoch, &schedule, &journey.name, order.seed);
        let first = starts.first_after(self.now_at);
        Pacing::open(starts, self.slices, first, &share)
    }
}

fn evenly(rate: f64, schedule: &Schedule) -> Schedule {
    Schedule {
        interval: Duration::from_secs_f64(rate.recip()),
        jitter: 0.0,
        ..*schedule
    }
}

fn asks(step: &Step) -> bool {
    matches!(step.action, Action::Http(_))
}

/// There may be a second request, a redirect's too, that sends what the first one was given.
fn asks_twice(journey: &Journey) -> bool {
    let steps = journey.all_steps();
    let again = |step: &&Step| match &step.action {
        Action::Http(request) => step.repeat.is_some() || step.retry.is_some() || request.redirects_max > 0,
        Action::Parallel(_) => false,
    };
    steps.len() > 1 || steps.iter().any(again)
}

/// A thread with a runtime of its own that does nothing else.
fn on_thread(driver: Driver) -> Result<(), ProbingError> {
    let failed = |error: std::io::Error| ProbingError::Thread(error.to_string());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(failed)?;
    let thread = thread::Builder::new().name(format!("probe-{}", driver.number));
    let run = move || runtime.block_on(async { driver.drive(Timer::exact()).await });
    thread.spawn(run).map_err(failed)?;
    Ok(())
}

fn check(order: &ProbeOrder) -> Result<(), ProbingError> {
    let refuse = |why: String| Err(ProbingError::Order(why));
    if order.targets.is_empty() {
        return refuse("there is no target".to_owned());
    }
    for (place, target) in order.targets.iter().enumerate() {
        if order.targets[..place].iter().any(|other| other.arm == target.arm) {
            return refuse(format!("two {:?} targets; give one", target.arm));
        }
    }
    if order.window < Duration::from_millis(1) {
        return refuse(format!("windows of {:?}; give at least 1ms", order.window));
    }
    if let Pace::Rate(rate) = order.pace
        && !(rate > 0.0 && rate <= RATE_MAX)
    {
        return refuse(format!(
            "a rate of {rate} starts a second; give one above 0, at most {RATE_MAX}"
        ));
    }
    if let Shards::Threads(threads) = order.shards
        && threads.get() > THREADS_MAX
    {
        return refuse(format!("{threads} threads; at most {THREADS_MAX} are of use"));
    }
    Ok(())
}
