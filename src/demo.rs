//! The sample system that `serin demo` judges: a financial-planning API in two versions, and its users.
//!
//! [`System::start`] opens one loopback listener for each instance of both sides and sends Poisson traffic to
//! them; [`System::apply`] makes the release bad while it runs. Everything random comes from one seed.
//! Nothing here knows how releases are judged: the instances are scraped and asked over HTTP like any others.

mod act;
mod api;
mod behaviour;
mod chance;
mod clock;
mod controller;
mod error;
#[cfg(test)]
mod eventually;
mod fault;
mod house;
mod options;
mod play;
mod system;
mod traffic;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use api::{Event, EventLog};
pub use behaviour::{Behaviour, SLOW_FACTOR};
pub use error::DemoError;
pub use fault::Fault;
pub use options::SystemOptions;
pub use play::play;
pub use system::System;
pub use traffic::TrafficFigures;

/// The analysis that judges the sample release, as a document. Its arguments are [`System::analysis_args`].
pub const ANALYSIS: &str = include_str!("demo/analysis.yaml");

/// Locks `mutex` even when a holder panicked: everything behind a lock here is whole after each statement.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
