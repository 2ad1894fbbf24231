//! Argo's documents through the binary.

mod phases;
mod template;
mod xml;
