//! The run loop: what is due, measuring, deadlines.

pub mod blackbox;
/// What time it is, and waiting.
pub mod clock;
mod course;
mod dispatch;
mod handle;
mod identifiers;
pub mod journeys;
mod outbox;
pub mod ports;
mod run;
mod runs;
mod windows;

pub use dispatch::{Dispatch, Receiver};
pub use handle::RunHandle;
pub use identifiers::Identifiers;
pub use outbox::Outbox;
pub use run::{Engine, Instruments, RunFailure, replay};
pub use runs::{
    CommandError, Course, Point, Resumed, RunFigures, RunLimits, RunOrder, RunView, Runs, StageLooks,
    StartError, Started,
};

#[cfg(test)]
mod tests;
