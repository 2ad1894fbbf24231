//! The run loop: what is due, measuring, deadlines.

/// What time it is, and waiting.
pub mod clock;
mod course;
pub mod ports;
mod run;
mod windows;

pub use run::{Engine, Instruments, RunFailure, RunHandle, replay};

#[cfg(test)]
mod tests;
