//! Sends requests and counts what becomes of them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Request, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use super::TrafficOptions;
use super::figures::{Figures, TrafficFigures};
use super::plan::{Arrival, Call};
use super::sessions::Sessions;

/// A request that has no answer after this has failed. Far above the longest latency of an instance.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// A request sent later than this after its planned moment is late; timers alone are off by 1 to 2 ms.
const LATE_AFTER: Duration = Duration::from_millis(10);
/// No answer of the API has a tenth of this.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Sends requests over kept connections and counts what becomes of them.
#[derive(Debug)]
pub(super) struct Sender {
    client: Client<HttpConnector, Full<Bytes>>,
    stable: Vec<SocketAddr>,
    canary: Vec<SocketAddr>,
    /// The bits of an `f64` in [0, 1].
    canary_share: AtomicU64,
    sessions: Sessions,
    in_flight_limit: u32,
    in_flight: Arc<Semaphore>,
    figures: Figures,
}

impl Sender {
    /// Nothing is sent, and no connection made, before the first arrival.
    pub(super) fn new(options: TrafficOptions) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let in_flight_limit = u32::try_from(options.in_flight_limit).unwrap_or(u32::MAX);
        let sender = Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            stable: options.stable,
            canary: options.canary,
            canary_share: AtomicU64::new(0),
            sessions: options.sessions,
            in_flight_limit,
            in_flight: Arc::new(Semaphore::new(options.in_flight_limit)),
            figures: Figures::default(),
        };
        sender.set_canary_share(options.canary_share);
        sender
    }

    /// Taken into [0, 1]; NaN is 0.
    pub(super) fn set_canary_share(&self, share: f64) {
        // NaN stays NaN, and no draw is below it.
        let share = share.clamp(0.0, 1.0);
        self.canary_share.store(share.to_bits(), Ordering::Relaxed);
    }

    /// What was sent so far.
    pub(super) fn figures(&self) -> TrafficFigures {
        self.figures.read()
    }

    /// Sends the request of `arrival`, which was due at `due`, without waiting for its answer.
    pub(super) fn send(self: &Arc<Self>, arrival: &Arrival, due: Instant) {
        let Ok(permit) = Arc::clone(&self.in_flight).try_acquire_owned() else {
            self.figures.dropped.add_one();
            return;
        };
        let Some(request) = self.request(arrival) else {
            self.figures.dropped.add_one();
            return;
        };
        if due.elapsed() > LATE_AFTER {
            self.figures.late.add_one();
        }
        self.figures.sent.add_one();
        let (sender, call, session) = (Arc::clone(self), arrival.call, arrival.session);
        tokio::spawn(async move {
            let is_ok = timeout(REQUEST_TIMEOUT, sender.exchange(request, call, session)).await;
            if is_ok.unwrap_or(false) {
                sender.figures.ok.add_one();
            } else {
                sender.figures.failed.add_one();
            }
            drop(permit);
        });
    }

    /// Waits until all requests have their answers, or have failed.
    pub(super) async fn settle(&self) {
        // Each request holds one permit and ends within its timeout; the semaphore is never closed.
        let _ = self.in_flight.acquire_many(self.in_flight_limit).await;
    }

    fn request(&self, arrival: &Arrival) -> Option<Request<Full<Bytes>>> {
        let share = f64::from_bits(self.canary_share.load(Ordering::Relaxed));
        let targets = if arrival.is_for_canary(share) {
            &self.canary
        } else {
            &self.stable
        };
        let target = targets.get(arrival.instance(targets.len()))?;
        let session = self.sessions.get(arrival.session)?;
        arrival.call.request(*target, &session, &self.sessions).ok()
    }

    /// One request and its answer; whether it was a good one.
    async fn exchange(&self, request: Request<Full<Bytes>>, call: Call, session: usize) -> bool {
        let Ok(response) = self.client.request(request).await else {
            return false;
        };
        let status = response.status();
        // Read to the end even when nobody wants it: only then the connection serves the next request.
        let Ok(body) = Limited::new(response.into_body(), ANSWER_BYTES_MAX)
            .collect()
            .await
        else {
            return false;
        };
        if status == StatusCode::OK || status == StatusCode::CREATED {
            let body = body.to_bytes();
            self.sessions
                .update(session, |session| call.keep_answer(&body, session));
        }
        status.as_u16() < 400
    }
}
