//! Receivers of webhooks, as Standard Webhooks describes them (<https://www.standardwebhooks.com>).

mod client;
mod config;
mod retry_after;
mod signature;
mod target;

pub use client::Webhook;
pub use config::WebhookSettings;
