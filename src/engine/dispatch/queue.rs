use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use serin_judge::time::Timestamp;
use tokio::sync::Notify;

use super::after::after;
use super::{CONCURRENT_ATTEMPTS, Receiver};
use crate::engine::ports::{Clock, Delivery, DeliveryState, Store, StoreError};

/// How long a store that fails is left alone.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// The deliveries to one receiver.
pub(super) struct Queue<'d> {
    clock: &'d dyn Clock,
    store: &'d dyn Store,
    name: &'d str,
    receiver: &'d Receiver,
    woken: Notify,
    is_closing: AtomicBool,
}

/// Attempts under way, each of another run; they end with its id.
#[derive(Default)]
struct UnderWay<'q> {
    attempts: FuturesUnordered<BoxFuture<'q, String>>,
    runs: HashSet<String>,
}

impl<'d> Queue<'d> {
    pub(super) fn new(
        clock: &'d dyn Clock,
        store: &'d dyn Store,
        name: &'d str,
        receiver: &'d Receiver,
    ) -> Self {
        Self {
            clock,
            store,
            name,
            receiver,
            woken: Notify::new(),
            is_closing: AtomicBool::new(false),
        }
    }

    /// Something may be due.
    pub(super) fn wake(&self) {
        self.woken.notify_one();
    }

    /// No attempt begins any more.
    pub(super) fn close(&self) {
        self.is_closing.store(true, Ordering::SeqCst);
        self.wake();
    }

    /// Sends what is due whenever it is due. Ends when the queue is closed and no attempt is under way.
    pub(super) async fn send(&self) {
        let mut under_way = UnderWay::default();
        loop {
            let is_closing = self.is_closing.load(Ordering::SeqCst);
            if is_closing && under_way.runs.is_empty() {
                return;
            }
            // With all places taken there is nothing to begin before one is free.
            let next_at = if is_closing || under_way.runs.len() >= CONCURRENT_ATTEMPTS {
                None
            } else {
                match self.begin(&mut under_way).await {
                    Ok(next_at) => next_at,
                    Err(error) => {
                        tracing::warn!(hook = self.name, "deliveries cannot be looked for: {error}");
                        Some(self.clock.now() + STORE_PAUSE)
                    }
                }
            };
            tokio::select! {
                Some(run) = under_way.attempts.next() => {
                    let _was_there = under_way.runs.remove(&run);
                }
                () = self.woken.notified() => {}
                () = sleep(self.clock, next_at) => {}
            }
        }
    }

    /// Begins attempts of what is due, and says when the next thing will be.
    async fn begin<'q>(&'q self, under_way: &mut UnderWay<'q>) -> Result<Option<Timestamp>, StoreError> {
        let now = self.clock.now();
        // Those under way are among those that are due, so that with them there is one for each free place.
        let due = self
            .store
            .due_deliveries(self.name, now, CONCURRENT_ATTEMPTS)
            .await?;
        for delivery in due {
            let is_free = under_way.runs.len() < CONCURRENT_ATTEMPTS;
            if is_free && under_way.runs.insert(delivery.run.clone()) {
                under_way.attempts.push(Box::pin(self.attempt(delivery)));
            }
        }
        self.store.next_delivery_at(self.name, now).await
    }

    async fn attempt(&self, delivery: Delivery) -> String {
        let answer = self.receiver.deliver.deliver(&delivery).await;
        if let Err(error) = &answer {
            tracing::warn!(
                hook = self.name,
                delivery = delivery.id,
                run = delivery.run,
                "a delivery failed: {error}"
            );
        }
        let now = self.clock.now();
        let tried = after(delivery, answer, now, self.receiver.give_up_after, rand::random());
        if tried.state == DeliveryState::GivenUp {
            tracing::error!(
                hook = self.name,
                delivery = tried.id,
                run = tried.run,
                "a delivery is given up"
            );
        }
        self.keep(&tried).await;
        tried.run
    }

    /// Keeps what came of an attempt, however long that takes: without it the delivery would be sent again.
    async fn keep(&self, tried: &Delivery) {
        while let Err(error) = self.store.update_delivery(tried).await {
            if matches!(error, StoreError::Unknown(_)) {
                // Its run has been forgotten meanwhile.
                return;
            }
            tracing::warn!(
                delivery = tried.id,
                "what came of a delivery cannot be kept: {error}"
            );
            self.clock.sleep_until(self.clock.now() + STORE_PAUSE).await;
        }
    }
}

async fn sleep(clock: &dyn Clock, at: Option<Timestamp>) {
    match at {
        Some(at) => clock.sleep_until(at).await,
        None => std::future::pending().await,
    }
}
