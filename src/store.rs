//! Where runs are kept.

#[cfg(test)]
mod conformance;
mod counted;
mod memory;

pub use counted::CountedStore;
pub use memory::MemoryStore;
