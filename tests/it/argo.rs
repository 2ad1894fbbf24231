//! Argo's documents through the binary.

mod analysis_run;
mod conditions;
mod measurements;
pub(crate) mod oracle;
mod phases;
mod runs;
mod stub;
mod template;
pub(crate) mod xml;
