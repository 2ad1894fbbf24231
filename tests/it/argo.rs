//! Argo's documents through the binary.

mod analysis_run;
mod phases;
mod template;
pub(crate) mod xml;
