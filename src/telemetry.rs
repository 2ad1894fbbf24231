//! Logs and figures about Serin itself.

pub mod logs;
pub mod metrics;
