//! The users of the sample API: open-loop Poisson traffic to both sides.

mod calls;
mod figures;
mod plan;
mod sender;
mod sessions;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};

use super::chance::{Chance, Stream};
pub use figures::TrafficFigures;
use plan::ArrivalPlan;
use sender::Sender;
pub(super) use sessions::Sessions;

/// How long a stop waits for the last answers; longer than a request may take.
const STOP_TIMEOUT: Duration = Duration::from_secs(6);

/// Where the traffic goes and how much of it there is.
#[derive(Debug)]
pub(super) struct TrafficOptions {
    pub(super) seed: u64,
    /// Requests a second.
    pub(super) rate: f64,
    pub(super) canary_share: f64,
    pub(super) in_flight_limit: usize,
    pub(super) stable: Vec<SocketAddr>,
    pub(super) canary: Vec<SocketAddr>,
    pub(super) sessions: Sessions,
}

/// Running traffic.
#[derive(Debug)]
pub(super) struct Traffic {
    sender: Arc<Sender>,
    /// Dropped, it ends the traffic just as well.
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Traffic {
    /// The first request comes at once, the others after it as planned.
    pub(super) fn start(options: TrafficOptions) -> Self {
        let chance = Chance::new(options.seed, Stream::Arrivals);
        let plan = ArrivalPlan::new(chance, options.rate, options.sessions.len());
        let sender = Arc::new(Sender::new(options));
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(run(Arc::clone(&sender), plan, stopped));
        Self { sender, stop, task }
    }

    /// From the next request on, this part of all goes to the canary; taken into [0, 1], NaN as 0.
    pub(super) fn set_canary_share(&self, share: f64) {
        self.sender.set_canary_share(share);
    }

    /// What was sent so far.
    pub(super) fn figures(&self) -> TrafficFigures {
        self.sender.figures()
    }

    /// Sends nothing more, waits for the last answers, and gives the final figures.
    pub(super) async fn stop(mut self) -> TrafficFigures {
        let _ = self.stop.send(());
        if timeout(STOP_TIMEOUT, &mut self.task).await.is_err() {
            self.task.abort();
        }
        self.sender.figures()
    }
}

/// Sends each arrival at its planned moment after the start, whenever the timer woke before: what is due
/// already goes out at once, so a slow machine sees bursts but never a lower rate.
async fn run(sender: Arc<Sender>, plan: ArrivalPlan, mut stopped: oneshot::Receiver<()>) {
    let start = Instant::now();
    for arrival in plan {
        let due = start + arrival.after;
        tokio::select! {
            biased;
            _ = &mut stopped => break,
            () = sleep_until(due) => sender.send(&arrival, due),
        }
    }
    sender.settle().await;
}

#[cfg(test)]
mod tests;
