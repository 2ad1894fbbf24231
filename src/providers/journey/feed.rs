use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serin_judge::time::Timestamp;
use tokio::sync::watch;

use super::feeds::Process;
use crate::engine::journeys::{JourneyWindow, Lasts, Pace, ProbeOrder, Probing, ProbingError};

/// Windows that wait for the slowest reader; there are hours of them.
const WINDOWS_MAX: usize = 1024;

/// A window that the runs of one measurement seldom leave; whatever they leave is merged.
const WHOLE: Duration = Duration::from_secs(3600);

/// A journey that is driven for some targets, and the windows that it has closed.
pub(super) struct Feed {
    order: ProbeOrder,
    process: Arc<Process>,
    driven: Mutex<Option<Driven>>,
}

/// A journey under way. Gone when it is dropped: nothing starts any more, teardown runs.
#[derive(Clone)]
struct Driven {
    /// One window begins here.
    aligned_to: Timestamp,
    window: Duration,
    windows: Arc<Mutex<Windows>>,
    /// How many windows there have been; closed with the last one.
    news: watch::Receiver<u64>,
    _stop: Arc<watch::Sender<()>>,
}

#[derive(Default)]
struct Windows {
    /// The number of the first one that is kept.
    first: u64,
    kept: VecDeque<Arc<JourneyWindow>>,
}

/// Reads the windows of a feed from some moment on, each once.
pub(super) struct Reader {
    driven: Driven,
    /// The number of the next one.
    next: u64,
}

/// What became of waiting for a window.
#[derive(Debug)]
pub(super) enum Next {
    Window(Arc<JourneyWindow>),
    /// Windows were not read in time, and are gone.
    Lost,
    /// There will be no more.
    Ended,
}

impl Feed {
    pub(super) fn new(order: ProbeOrder, process: Arc<Process>) -> Self {
        Self {
            order,
            process,
            driven: Mutex::default(),
        }
    }

    pub(super) fn order(&self) -> &ProbeOrder {
        &self.order
    }

    /// Windows of this length from `aligned_to` on. Whoever asks for the same ones shares them; asking for others begins
    /// anew.
    pub(super) fn read(&self, aligned_to: Timestamp, window: Duration) -> Result<Reader, ProbingError> {
        let mut driven = self.driven.lock().unwrap_or_else(PoisonError::into_inner);
        let known = driven.as_ref().filter(|driven| driven.has(aligned_to, window));
        let driven = match known {
            Some(known) => known.clone(),
            None => driven.insert(self.drive(aligned_to, window)?).clone(),
        };
        let next = driven.number_of(aligned_to);
        Ok(Reader { driven, next })
    }

    /// Windows from `now` on, of whatever length others have asked for, or else of this one.
    pub(super) fn read_any(&self, now: Timestamp, window: Duration) -> Result<Reader, ProbingError> {
        let mut driven = self.driven.lock().unwrap_or_else(PoisonError::into_inner);
        let driven = match &*driven {
            Some(known) => known.clone(),
            None => driven.insert(self.drive(now, window)?).clone(),
        };
        let next = driven.number_of(now);
        Ok(Reader { driven, next })
    }

    fn drive(&self, aligned_to: Timestamp, window: Duration) -> Result<Driven, ProbingError> {
        let order = ProbeOrder {
            pace: Pace::Scheduled,
            lasts: Lasts::UntilStopped,
            keeps_totals: false,
            window,
            aligned_to: Some(aligned_to),
            ..self.order.clone()
        };
        let probing = Probing::start(&order, &*self.process.probe, &*self.process.clock)?;
        let windows = Arc::new(Mutex::new(Windows::default()));
        let (told, news) = watch::channel(0);
        let (stop, stopped) = watch::channel(());
        let pauses = self.process.pauses();
        let under_way = self.process.begin();
        let _detached = tokio::spawn({
            let windows = Arc::clone(&windows);
            async move {
                keep(probing, &windows, &told, stopped, pauses).await;
                drop(under_way);
            }
        });
        Ok(Driven {
            aligned_to,
            window,
            windows,
            news,
            _stop: Arc::new(stop),
        })
    }

    /// So many runs of each target, the first one now, the others as far apart as the schedule says. The window is `None`
    /// when nothing was begun.
    pub(super) async fn now(&self, runs: u64) -> Result<Option<JourneyWindow>, ProbingError> {
        let mut journey = (*self.order.journey).clone();
        // These runs are the result.
        journey.warm_up = 0;
        let interval = journey.schedule.interval;
        let order = ProbeOrder {
            journey: Arc::new(journey),
            pace: match runs {
                1 => Pace::Closed(std::num::NonZeroUsize::MIN),
                _ => Pace::Rate(interval.as_secs_f64().recip()),
            },
            lasts: Lasts::Starts(runs),
            keeps_totals: true,
            window: WHOLE,
            aligned_to: None,
            ..self.order.clone()
        };
        let mut pauses = self.process.pauses();
        if *pauses.borrow() {
            return Err(ProbingError::Paused);
        }
        let mut probing = Probing::start(&order, &*self.process.probe, &*self.process.clock)?;
        let under_way = self.process.begin();
        // In a task of its own: teardown comes to its end even when nobody waits for the value any more.
        let (told, answer) = tokio::sync::oneshot::channel();
        let _detached = tokio::spawn(async move {
            tokio::select! {
                // Whoever waits for these runs does not wait for the end of a pause.
                Ok(_) = pauses.wait_for(|is_paused| *is_paused) => probing.drain(),
                _ = probing.ended() => {}
            }
            let totals = probing.ended().await;
            drop(under_way);
            told.send(totals.all)
        });
        Ok(answer.await.unwrap_or_default())
    }
}

/// Keeps what is closed until nobody reads it any more, then sees teardown through.
async fn keep(
    mut probing: Probing,
    windows: &Mutex<Windows>,
    told: &watch::Sender<u64>,
    mut stopped: watch::Receiver<()>,
    mut pauses: watch::Receiver<bool>,
) {
    loop {
        tokio::select! {
            window = probing.next_window() => {
                let Some(window) = window else { return };
                let mut windows = locked(windows);
                if windows.kept.len() == WINDOWS_MAX {
                    windows.kept.pop_front();
                    windows.first += 1;
                }
                windows.kept.push_back(window);
                told.send_replace(windows.first + windows.kept.len() as u64);
            }
            Ok(()) = pauses.changed() => match *pauses.borrow_and_update() {
                true => probing.pause(),
                false => probing.resume(),
            },
            // Nothing is ever sent: all readers are gone.
            _ = stopped.changed() => break,
        }
    }
    probing.stop();
    let _unread = probing.ended().await;
}

impl Driven {
    fn has(&self, aligned_to: Timestamp, window: Duration) -> bool {
        let apart = aligned_to.as_micros() - self.aligned_to.as_micros();
        let length = i64::try_from(window.as_micros()).unwrap_or(i64::MAX);
        self.window == window && length > 0 && apart.rem_euclid(length) == 0
    }

    /// Of the first window that does not end before `at`.
    fn number_of(&self, at: Timestamp) -> u64 {
        let windows = locked(&self.windows);
        let earlier = windows.kept.iter().take_while(|window| window.end <= at).count();
        windows.first + earlier as u64
    }
}

impl Reader {
    /// A window that is closed already and not read yet.
    pub(super) fn closed(&mut self) -> Option<Next> {
        let windows = locked(&self.driven.windows);
        if self.next < windows.first {
            self.next = windows.first;
            return Some(Next::Lost);
        }
        let place = usize::try_from(self.next - windows.first).unwrap_or(usize::MAX);
        let window = windows.kept.get(place)?;
        self.next += 1;
        Some(Next::Window(Arc::clone(window)))
    }

    /// The next window, once it is closed.
    pub(super) async fn next(&mut self) -> Next {
        loop {
            if let Some(next) = self.closed() {
                return next;
            }
            let wanted = self.next;
            if self.driven.news.wait_for(|count| *count > wanted).await.is_err() {
                return self.closed().unwrap_or(Next::Ended);
            }
        }
    }
}

fn locked(windows: &Mutex<Windows>) -> MutexGuard<'_, Windows> {
    windows.lock().unwrap_or_else(PoisonError::into_inner)
}
