//! Where runs are kept.

#[cfg(test)]
mod conformance;
mod memory;

pub use memory::MemoryStore;
