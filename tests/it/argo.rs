//! Argo's documents through the binary.

mod phases;
mod template;
pub(crate) mod xml;
