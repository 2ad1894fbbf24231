//! The traits that adapters implement, one file each.

mod clock;
mod measure;
mod population;
mod redaction;
mod secrets;
mod store;

pub use clock::Clock;
pub use measure::{Measure, MeasureError, Reading};
pub use population::{Population, PopulationError};
pub use redaction::Redaction;
pub use secrets::{SecretError, Secrets};
pub use store::{Record, RunRecord, Store, StoreError, StoredRun};
