use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serin_judge::blackbox::http::Target as Url;
use serin_judge::blackbox::{Module, Prober as Kind};
use serin_judge::journey::Arm;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::Refusal;
use crate::engine::journeys::{Budgets, Held, SharedBudgets, Target};

/// How long a scrape may take where nobody says.
const SCRAPE: Duration = Duration::from_secs(120);
/// What of it is left for the answer to arrive.
const OFFSET: Duration = Duration::from_millis(500);
/// Targets whose budgets are remembered from one probe to the next; when there are more all are forgotten.
const TARGETS_MAX: usize = 10_000;

/// How long the scrape may take that a probe is for; 120 s where nobody says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScrapeTimeout(Option<Duration>);

impl ScrapeTimeout {
    /// Of the header that Prometheus sends, in seconds; 0 says nothing.
    ///
    /// # Errors
    /// It is no number of seconds.
    pub fn parse(seconds: &str) -> Result<Self, String> {
        let read: Option<f64> = seconds.trim().parse().ok();
        let read = read.filter(|seconds| seconds.is_finite() && *seconds >= 0.0);
        let read = read.ok_or_else(|| format!("{seconds:?} is no number of seconds"))?;
        // A scrape of years is one that nobody limits.
        let time = Duration::try_from_secs_f64(read).unwrap_or(SCRAPE);
        Ok(Self(Some(time).filter(|time| !time.is_zero())))
    }
}

/// How long a probe may take: as long as its module says, if the scrape is not over before.
#[must_use]
pub fn limit(module: Option<Duration>, scrape: ScrapeTimeout) -> Duration {
    match (module, scrape.0.unwrap_or(SCRAPE).checked_sub(OFFSET)) {
        (Some(module), Some(scrape)) => module.min(scrape),
        (None, Some(scrape)) => scrape,
        (module, None) => module.unwrap_or_default(),
    }
}

/// What bounds probes: places of the process, and what all journeys may ask for together.
pub(super) struct Limits {
    shared: Arc<SharedBudgets>,
    places: Arc<Semaphore>,
    places_max: usize,
    /// By address, so that what a target has been asked counts for the next probe.
    targets: Mutex<HashMap<String, Budgets>>,
}

/// The place of one probe.
pub(super) struct Place {
    _place: OwnedSemaphorePermit,
    held: Held,
}

impl Place {
    /// So many requests were made.
    pub(super) fn settle(self, asked: usize) {
        self.held.settle(asked);
    }
}

impl Limits {
    pub(super) fn new(shared: Arc<SharedBudgets>, places_max: usize) -> Self {
        Self {
            shared,
            places: Arc::new(Semaphore::new(places_max.min(Semaphore::MAX_PERMITS))),
            places_max,
            targets: Mutex::default(),
        }
    }

    /// # Errors
    /// There is no place, or the target has been asked as often as it may be.
    pub(super) fn take(&self, module: &Module, target: &str, now: Instant) -> Result<Place, Refusal> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| {
            let seen = format!(
                "{} probes are under way, which is as many as may be",
                self.places_max
            );
            Refusal::Busy(seen)
        })?;
        let held = self.budgets(origin(module, target)).hold(now);
        let held = held
            .ok_or_else(|| Refusal::Busy("no more may be asked now, which is `probing.budget`".to_owned()))?;
        Ok(Place { _place: place, held })
    }

    fn budgets(&self, url: String) -> Budgets {
        let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = targets.get(&url) {
            return known.clone();
        }
        if targets.len() >= TARGETS_MAX {
            targets.clear();
        }
        let mut budgets = Budgets::default();
        let target = Target {
            arm: Arm::Stable,
            url: url.clone(),
        };
        self.shared.limit(&mut budgets, &[target]);
        targets.insert(url, budgets.clone());
        budgets
    }
}

/// As budgets know it: scheme, host and port.
fn origin(module: &Module, target: &str) -> String {
    if let (Kind::Http(_), Ok(url)) = (&module.prober, Url::parse(target)) {
        let scheme = url.uri.scheme_str().unwrap_or("http");
        return format!("{scheme}://{}", url.authority());
    }
    let peer = module.prober.peer(target);
    peer.map_or_else(|_| target.to_owned(), |peer| format!("http://{peer}"))
}
