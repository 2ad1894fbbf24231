//! Sends what is in the outbox: to each receiver the deliveries of one run in order, those of different runs side by side.

mod after;
mod queue;

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{FusedFuture, join, join_all};

use crate::engine::Outbox;
use crate::engine::ports::{Clock, Deliver, Delivery, DeliveryState, Store, StoreError};
use queue::Queue;

/// Somebody who is told.
pub struct Receiver {
    /// How.
    pub deliver: Arc<dyn Deliver>,
    /// How long a delivery is tried before it is given up.
    pub give_up_after: Duration,
}

/// Attempts to one receiver that are under way at once: a receiver that does not answer keeps only its own waiting.
const CONCURRENT_ATTEMPTS: usize = 16;
/// How long attempts that are under way may take to end when no more are begun.
const GRACE: Duration = Duration::from_secs(5);
/// Deliveries that are looked at together.
const PAGE: usize = 100;

/// Sends deliveries, tries those again that fail, and gives them up in the end.
pub struct Dispatch {
    clock: Arc<dyn Clock>,
    store: Arc<dyn Store>,
    outbox: Arc<Outbox>,
    /// By name.
    receivers: BTreeMap<String, Receiver>,
}

impl Dispatch {
    /// To these receivers, by name.
    #[must_use]
    pub fn new(
        clock: Arc<dyn Clock>,
        store: Arc<dyn Store>,
        outbox: Arc<Outbox>,
        receivers: BTreeMap<String, Receiver>,
    ) -> Self {
        Self {
            clock,
            store,
            outbox,
            receivers,
        }
    }

    /// Sends until the future ends, then waits a little for the attempts that are under way. Those that do not end are made
    /// again after the next start.
    pub async fn run(&self, until: impl Future<Output = ()>) {
        let queues: Vec<Queue<'_>> = self.queues().collect();
        let mut sending = pin!(join_all(queues.iter().map(Queue::send)).fuse());
        let mut beside = pin!(join(self.look_at_pending(), self.wake(&queues)));
        tokio::select! {
            () = until => {}
            // Neither ends before it is told to.
            _never = join(&mut sending, &mut beside) => {}
        }
        queues.iter().for_each(Queue::close);
        // Without receivers it has ended long ago.
        if !sending.is_terminated() {
            tokio::select! {
                _all_ended = sending => {}
                () = self.clock.sleep_until(self.clock.now() + GRACE) => {}
                _never = beside => {}
            }
        }
    }

    /// Has a delivery sent again, whatever became of it, with the same id and the same message. `None` when there is none
    /// of this id.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when the store cannot be read or written.
    pub async fn resend(&self, id: &str) -> Result<Option<Delivery>, StoreError> {
        let Some(delivery) = self.store.delivery(id).await? else {
            return Ok(None);
        };
        let now = self.clock.now();
        let again = Delivery {
            state: DeliveryState::Pending,
            next_at: now,
            since: now,
            ended_at: None,
            ..delivery
        };
        self.store.update_delivery(&again).await?;
        self.outbox.wake();
        Ok(Some(again))
    }

    fn queues(&self) -> impl Iterator<Item = Queue<'_>> {
        let receivers = self.receivers.iter();
        receivers.map(|(name, receiver)| Queue::new(&*self.clock, &*self.store, name, receiver))
    }

    /// Tells every queue when the outbox was filled; never ends.
    async fn wake(&self, queues: &[Queue<'_>]) {
        loop {
            self.outbox.filled().await;
            queues.iter().for_each(Queue::wake);
        }
    }

    /// Looks once at everything that waits.
    async fn look_at_pending(&self) {
        let mut before: Option<String> = None;
        loop {
            let pending = self
                .store
                .deliveries(Some(DeliveryState::Pending), before.as_deref(), PAGE);
            let page = match pending.await {
                Ok(page) => page,
                Err(error) => {
                    tracing::warn!("pending deliveries were not looked at: {error}");
                    return;
                }
            };
            let Some(last) = page.last() else { return };
            before = Some(last.id.clone());
            for delivery in page {
                self.clock.has_been(delivery.since);
                if !self.receivers.contains_key(&delivery.hook) {
                    self.mark_unaddressed(delivery).await;
                }
            }
        }
    }

    /// Says on a delivery to a receiver that is not configured any more why nothing happens. It is sent when the receiver
    /// is back.
    async fn mark_unaddressed(&self, delivery: Delivery) {
        let (id, hook) = (delivery.id.clone(), delivery.hook.clone());
        tracing::warn!(
            hook,
            delivery = id,
            "a delivery waits for a receiver that is not configured"
        );
        let why =
            format!("no receiver of the name `{hook}` is configured; it is sent when there is one again");
        if delivery.last_error != why {
            let marked = Delivery {
                last_error: why,
                ..delivery
            };
            if let Err(error) = self.store.update_delivery(&marked).await {
                tracing::warn!(delivery = id, "it was not marked: {error}");
            }
        }
    }
}
