//! Drives probings to their end: signals, what is seen meanwhile, the windows as they close.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use super::hdr;
use super::live::{Board, Live};
use super::options::Shown;
use super::probed::{Probed, ProbedJourney};
use super::signals;
use crate::engine::journeys::{ProbeOrder, Probing, ProbingError, Totals};
use crate::engine::ports::{Clock, Prober};

/// A journey's figures are as fresh as this while somebody looks.
const FRESH: Duration = Duration::from_millis(250);

/// How often somebody has asked for the end.
type Stops = watch::Receiver<u8>;

/// Whether somebody has asked for a pause.
pub(super) type Pauses = watch::Receiver<bool>;

/// Probes everything to its end and shows it as it goes. With it the exit code of the signal that ended it.
///
/// # Errors
/// When one of the orders cannot be carried out; nothing was probed then.
pub(super) async fn conduct(
    orders: &[ProbeOrder],
    probe: &dyn Prober,
    clock: Arc<dyn Clock>,
    shown: Shown,
) -> Result<(Probed, Option<u8>), ProbingError> {
    let started_at = clock.now();
    let log = (shown == Shown::Hdr).then(|| Arc::new(hdr::Log::begin(started_at)));
    let board = Arc::new(Board::new(orders));
    let (stop, stops) = watch::channel(0);
    let signals = tokio::spawn(signals::stop(stop));
    let (pausing, pauses) = signals::pauses();
    let all = orders.iter().map(|order| Probing::start(order, probe, &*clock));
    let probings = all.collect::<Result<Vec<Probing>, ProbingError>>()?;
    let live = Live::new(Arc::clone(&board), Arc::clone(&clock), started_at, pauses.clone());
    let is_drawn = live.is_drawn();
    let watching = tokio::spawn(live.watch());
    let followed: Vec<JoinHandle<Followed>> = probings
        .into_iter()
        .enumerate()
        .map(|(place, probing)| {
            let follower = Follower {
                place,
                probing,
                stops: stops.clone(),
                pauses: pauses.clone(),
                board: Arc::clone(&board),
                is_drawn,
                log: log.clone(),
                order: orders[place].clone(),
            };
            tokio::spawn(follower.follow())
        })
        .collect();
    let mut journeys = Vec::new();
    for (order, followed) in orders.iter().zip(followed) {
        // A follower that panicked leaves a journey without a result, which is a failure.
        let Followed { totals, windows } = followed.await.unwrap_or_default();
        journeys.push(ProbedJourney {
            journey: Arc::clone(&order.journey),
            targets: order.targets.clone(),
            totals,
            windows,
        });
    }
    board.end();
    drop(watching.await);
    signals.abort();
    pausing.abort();
    let probed = Probed {
        started_at,
        finished_at: clock.now(),
        journeys,
    };
    Ok((probed, signals.await.ok()))
}

/// One probing, to its end.
struct Follower {
    place: usize,
    probing: Probing,
    stops: Stops,
    pauses: Pauses,
    board: Arc<Board>,
    /// Somebody looks at figures, not at counts alone.
    is_drawn: bool,
    log: Option<Arc<hdr::Log>>,
    order: ProbeOrder,
}

/// What a probing has come to.
#[derive(Default)]
struct Followed {
    totals: Totals,
    windows: u64,
}

impl Follower {
    async fn follow(mut self) -> Followed {
        let mut fresh = tokio::time::interval(FRESH);
        fresh.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut windows = 0;
        loop {
            tokio::select! {
                window = self.probing.next_window() => {
                    let Some(window) = window else { break };
                    windows += 1;
                    if let Some(log) = &self.log {
                        log.window(&self.order.journey, &window);
                    }
                }
                changed = self.stops.changed() => match changed {
                    Ok(()) => self.probing.stop(),
                    // Nobody can ask any more, which happens at the end of the process only.
                    Err(_) => self.probing.drain(),
                },
                Ok(()) = self.pauses.changed() => match *self.pauses.borrow_and_update() {
                    true => self.probing.pause(),
                    false => self.probing.resume(),
                },
                _ = fresh.tick() => {
                    let totals = self.is_drawn.then(|| self.probing.totals());
                    self.board.put(self.place, self.probing.progress(), totals);
                }
            }
        }
        let totals = self.probing.totals();
        self.board.put(self.place, self.probing.progress(), None);
        Followed {
            windows: windows + totals.lost_windows,
            totals,
        }
    }
}
