//! Where runs are kept.

#[cfg(test)]
mod conformance;
mod memory;
mod sqlite;

pub use memory::MemoryStore;
pub use sqlite::{OpenError, SqliteStore};
