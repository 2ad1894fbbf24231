use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::{self, error::TrySendError};

use super::record::{JourneyWindow, LATENESS_MAX};

/// Windows that wait to be looked at. Whoever does not look loses further ones, which is counted.
const WAITING_MAX: usize = 256;

/// Puts the windows of all drivers together. They meet here only when a window closes.
#[derive(Debug)]
pub(super) struct Collector {
    gathered: Mutex<Gathered>,
}

#[derive(Debug)]
struct Gathered {
    /// By number.
    waiting: BTreeMap<u64, JourneyWindow>,
    /// Up to which window each driver has told everything; `u64::MAX` once it has ended.
    told: Vec<u64>,
    /// Dropped when all drivers have ended, which ends the stream.
    windows: Option<mpsc::Sender<Arc<JourneyWindow>>>,
    keeps_totals: bool,
    totals: Option<JourneyWindow>,
    lost: u64,
    overloaded: u64,
}

/// What a probing has come to.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// All windows, merged; `None` before the first one, and where the order does without.
    pub all: Option<JourneyWindow>,
    /// Windows that were not looked at in time and are in [`all`](Self::all) only.
    pub lost_windows: u64,
    /// Windows in which the prober was overloaded.
    pub overloaded_windows: u64,
}

impl Collector {
    /// Of so many drivers; and where its windows come out.
    pub(super) fn new(drivers: usize, keeps_totals: bool) -> (Arc<Self>, mpsc::Receiver<Arc<JourneyWindow>>) {
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        let gathered = Gathered {
            waiting: BTreeMap::new(),
            told: vec![0; drivers],
            windows: Some(sender),
            keeps_totals,
            totals: None,
            lost: 0,
            overloaded: 0,
        };
        let collector = Self {
            gathered: Mutex::new(gathered),
        };
        (Arc::new(collector), receiver)
    }

    /// A driver has closed a window, and tells nothing about earlier ones any more.
    pub(super) fn take(&self, driver: usize, index: u64, window: JourneyWindow) {
        let mut gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(all) = gathered.waiting.get_mut(&index) {
            all.merge(&window);
        } else {
            gathered.waiting.insert(index, window);
        }
        gathered.told[driver] = index + 1;
        gathered.pass_on();
    }

    /// A driver has ended.
    pub(super) fn end(&self, driver: usize) {
        let mut gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        gathered.told[driver] = u64::MAX;
        gathered.pass_on();
        if gathered.told.iter().all(|told| *told == u64::MAX) {
            gathered.windows = None;
        }
    }

    /// What has come out until now.
    pub(super) fn totals(&self) -> Totals {
        let gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        Totals {
            all: gathered.totals.clone(),
            lost_windows: gathered.lost,
            overloaded_windows: gathered.overloaded,
        }
    }
}

impl Gathered {
    /// Windows about which all drivers have told everything.
    fn pass_on(&mut self) {
        let complete = self.told.iter().copied().min().unwrap_or_default();
        while let Some(first) = self.waiting.first_entry()
            && *first.key() < complete
        {
            let mut window = first.remove();
            window.overloaded |= window
                .lateness
                .quantile(0.99)
                .is_some_and(|late| late > LATENESS_MAX);
            self.overloaded += u64::from(window.overloaded);
            match &mut self.totals {
                Some(totals) => totals.merge(&window),
                totals if self.keeps_totals => *totals = Some(window.clone()),
                None => {}
            }
            let sent = self
                .windows
                .as_ref()
                .map(|windows| windows.try_send(Arc::new(window)));
            self.lost += u64::from(matches!(sent, Some(Err(TrySendError::Full(_)))));
        }
    }
}
