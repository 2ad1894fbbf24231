use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};

use futures::task::AtomicWaker;

/// How far a probing has come, the later the further; never back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Runs start.
    Running,
    /// No more starts; runs under way end by themselves.
    Draining,
    /// Steps under way are given up, teardown runs.
    Stopping,
    /// Teardown is given up too.
    Cutting,
}

impl Level {
    const ALL: [Self; 4] = [Self::Running, Self::Draining, Self::Stopping, Self::Cutting];
}

/// What the one who started a probing tells its drivers, and what they tell back. Read on every poll of every run, so
/// there is no lock: a flag, and a waker for each driver.
#[derive(Debug)]
pub(super) struct Control {
    level: AtomicU8,
    paused: AtomicBool,
    drivers: Vec<AtomicWaker>,
    progress: Vec<Counted>,
}

/// What one driver has counted. Only that driver writes it; on a cache line of its own.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Counted([AtomicU64; 5]);

/// What is counted while a probing goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Starts that were planned.
    pub planned: u64,
    /// Of those, how many did not happen.
    pub missed: u64,
    /// Runs that began; a start of a pair begins several.
    pub begun: u64,
    /// Runs that ended.
    pub ended: u64,
    /// Of those, how many failed.
    pub failed: u64,
}

impl Progress {
    /// Runs under way.
    #[must_use]
    pub fn under_way(&self) -> u64 {
        self.begun.saturating_sub(self.ended)
    }
}

impl Control {
    pub(super) fn new(drivers: usize) -> Self {
        Self {
            level: AtomicU8::new(0),
            paused: AtomicBool::new(false),
            drivers: (0..drivers).map(|_| AtomicWaker::new()).collect(),
            progress: (0..drivers).map(|_| Counted::default()).collect(),
        }
    }

    pub(super) fn level(&self) -> Level {
        Level::ALL[usize::from(self.level.load(Ordering::Acquire)).min(3)]
    }

    /// At least `level` from now on.
    pub(super) fn raise(&self, level: Level) {
        self.level.fetch_max(level as u8, Ordering::AcqRel);
        self.wake();
    }

    pub(super) fn is_paused(&self) -> bool {
        self.paused.load(Ordering::Acquire)
    }

    pub(super) fn pause(&self, is_paused: bool) {
        self.paused.store(is_paused, Ordering::Release);
        self.wake();
    }

    fn wake(&self) {
        for driver in &self.drivers {
            driver.wake();
        }
    }

    /// The driver is woken when something changes from now on.
    pub(super) fn register(&self, driver: usize, waker: &std::task::Waker) {
        self.drivers[driver].register(waker);
    }

    /// Tells what a driver has counted.
    pub(super) fn tell(&self, driver: usize, progress: Progress) {
        let Progress {
            planned,
            missed,
            begun,
            ended,
            failed,
        } = progress;
        for (told, count) in self.progress[driver]
            .0
            .iter()
            .zip([planned, missed, begun, ended, failed])
        {
            told.store(count, Ordering::Relaxed);
        }
    }

    /// Of all drivers.
    pub(super) fn progress(&self) -> Progress {
        let sum = |place: usize| {
            let counted = self.progress.iter();
            counted
                .map(|counted| counted.0[place].load(Ordering::Relaxed))
                .sum()
        };
        Progress {
            planned: sum(0),
            missed: sum(1),
            begun: sum(2),
            ended: sum(3),
            failed: sum(4),
        }
    }
}
