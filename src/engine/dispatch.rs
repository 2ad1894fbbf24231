//! Sends what is in the outbox: to each receiver the deliveries of one run in order, those of different runs side by side.

mod after;
mod queue;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{join, join_all};
use tokio::sync::Notify;

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
        self.mark_unaddressed().await;
        let queues: Vec<Queue<'_>> = self.queues().collect();
        let closing = Notify::new();
        let stop = async {
            until.await;
            queues.iter().for_each(Queue::close);
            closing.notify_one();
        };
        let sending = join_all(queues.iter().map(Queue::send));
        let limited = async {
            tokio::select! {
                _all_ended = sending => {}
                () = async {
                    closing.notified().await;
                    self.clock.sleep_until(self.clock.now() + GRACE).await;
                } => {}
                () = self.wake(&queues) => {}
            }
        };
        let ((), ()) = join(stop, limited).await;
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

    /// Says on deliveries to receivers that are not configured any more why nothing happens. They are sent when the
    /// receiver is back.
    async fn mark_unaddressed(&self) {
        let mut before: Option<String> = None;
        loop {
            let page = self
                .store
                .deliveries(Some(DeliveryState::Pending), before.as_deref(), PAGE)
                .await;
            let page = match page {
                Ok(page) => page,
                Err(error) => {
                    tracing::warn!("pending deliveries were not looked at: {error}");
                    return;
                }
            };
            let Some(last) = page.last() else { return };
            before = Some(last.id.clone());
            for delivery in page
                .into_iter()
                .filter(|delivery| !self.receivers.contains_key(&delivery.hook))
            {
                let (id, hook) = (delivery.id.clone(), delivery.hook.clone());
                tracing::warn!("delivery {id} waits: no receiver of the name {hook} is configured");
                let marked = Delivery {
                    last_error: format!(
                        "no receiver of the name `{hook}` is configured; it is sent when there is one again"
                    ),
                    ..delivery
                };
                if let Err(error) = self.store.update_delivery(&marked).await {
                    tracing::warn!("delivery {id} was not marked: {error}");
                }
            }
        }
    }
}
