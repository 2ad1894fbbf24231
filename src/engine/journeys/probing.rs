mod assembly;

use std::sync::Arc;
use std::thread;

use serin_judge::analysis::plan::journey::Journey;
use serin_judge::journey::Arm;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::accounts::AccountPool;
use super::collect::{Collector, Totals};
use super::control::{Control, Level, Progress};
use super::drive::{Driver, Timer};
use super::order::{ProbeOrder, Shards};
use super::record::{JourneyWindow, Slices};
use crate::engine::ports::{Clock, Commands, Prober};
use assembly::Shared;

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
    /// Somebody has paused all probing.
    #[error("probing is paused; it can be resumed")]
    Paused,
    /// The machine gives no more threads.
    #[error("cannot start a thread that probes: {0}")]
    Thread(String),
}

/// Nothing of a journey is begun that would run a program where programs may not be run.
fn refuse_commands(journey: &Journey, commands: Commands) -> Result<(), ProbingError> {
    match (commands, journey.command()) {
        (Commands::Allowed, _) | (_, None) => Ok(()),
        (Commands::Refused, Some(step)) => {
            let message = format!("step {:?} runs a program, which is not allowed here", step.name);
            Err(ProbingError::Order(message))
        }
    }
}

impl Probing {
    /// Begins. Call it inside a runtime.
    ///
    /// # Errors
    /// When the order cannot be carried out, or a target has no client.
    pub fn start(order: &ProbeOrder, probe: &dyn Prober, clock: &dyn Clock) -> Result<Self, ProbingError> {
        order.check()?;
        refuse_commands(&order.journey, probe.commands())?;
        let drivers = match order.shards {
            Shards::Here => 1,
            Shards::Threads(threads) => threads.get(),
        };
        let (now, now_at) = (Instant::now(), clock.now());
        let control = Arc::new(Control::new(drivers));
        let (collector, windows) = Collector::new(drivers, order.keeps_totals);
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
