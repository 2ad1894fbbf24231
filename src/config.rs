//! From settings to constructed adapters: the only place that knows them all.

pub mod providers;
pub mod secrets;
