use std::time::Duration;

use async_trait::async_trait;

use super::Delivery;

/// A receiver of deliveries.
#[async_trait]
pub trait Deliver: Send + Sync {
    /// Tries once. The same delivery may come again, with the same id.
    ///
    /// # Errors
    /// When the receiver has not taken it.
    async fn deliver(&self, delivery: &Delivery) -> Result<(), DeliverError>;
}

/// Why a delivery did not arrive. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DeliverError {
    /// One line for people.
    pub message: String,
    /// How long the receiver wants to be left alone.
    pub retry_after: Option<Duration>,
    /// Trying again cannot help: the receiver says so, or its address may not be used.
    pub is_final: bool,
}
