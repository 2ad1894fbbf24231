//! Where runs are kept.

#[cfg(test)]
mod conformance;
mod counted;
mod memory;
mod sqlite;

pub use counted::CountedStore;
pub use memory::MemoryStore;
pub use sqlite::{OpenError, PastRun, SqliteReader, SqliteStore};
