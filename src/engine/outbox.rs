use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serin_judge::time::Timestamp;
use serin_judge::verdict::RunReport;
use tokio::sync::Notify;

use crate::engine::identifiers::Identifiers;
use crate::engine::ports::{Delivery, DeliveryEvent, DeliveryState};

/// Knows who wants to be told what, and writes the messages. They are kept in the transaction that caused them; whoever
/// sends them waits for [`Outbox::filled`].
#[derive(Default)]
pub struct Outbox {
    /// Events that each receiver wants, by its name.
    subscriptions: BTreeMap<String, Vec<DeliveryEvent>>,
    identifiers: Identifiers,
    filled: Notify,
}

#[derive(Serialize)]
struct Message<'a> {
    #[serde(rename = "type")]
    event: DeliveryEvent,
    timestamp: Timestamp,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    run: &'a RunReport,
}

impl Outbox {
    /// With these receivers, by name, and what each wants.
    #[must_use]
    pub fn new(subscriptions: BTreeMap<String, Vec<DeliveryEvent>>) -> Self {
        Self {
            subscriptions,
            ..Self::default()
        }
    }

    /// The names of all receivers.
    pub fn receivers(&self) -> impl Iterator<Item = &str> {
        self.subscriptions.keys().map(String::as_str)
    }

    /// What an event of a run causes: a message to each receiver that wants it and is among `hooks`, if these are given.
    #[must_use]
    pub fn messages(
        &self,
        event: DeliveryEvent,
        run: &RunReport,
        hooks: Option<&[String]>,
        now: Timestamp,
    ) -> Vec<Delivery> {
        let is_meant = |name: &String| hooks.is_none_or(|hooks| hooks.contains(name));
        let wanting = self
            .subscriptions
            .iter()
            .filter(|(name, events)| is_meant(name) && events.contains(&event));
        let receivers: Vec<&String> = wanting.map(|(name, _)| name).collect();
        if receivers.is_empty() {
            return Vec::new();
        }
        let message = Message {
            event,
            timestamp: now,
            data: Data { run },
        };
        // A report is made of texts, numbers and lists, which always are JSON.
        let body: Arc<str> = serde_json::to_string(&message).unwrap_or_default().into();
        let delivery = |hook: &String| Delivery {
            id: self.identifiers.next(now),
            run: run.id.clone(),
            hook: hook.clone(),
            event,
            created_at: now,
            body: Arc::clone(&body),
            state: DeliveryState::Pending,
            attempts: 0,
            next_at: now,
            since: now,
            last_error: String::new(),
            ended_at: None,
        };
        receivers.into_iter().map(delivery).collect()
    }

    /// Says that messages have been kept, so that they are sent at once.
    pub fn wake(&self) {
        self.filled.notify_one();
    }

    /// Returns when messages have been kept since the last call.
    pub async fn filled(&self) {
        self.filled.notified().await;
    }
}
