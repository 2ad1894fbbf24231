//! Where runs go: windows of histograms.

mod arm;
mod durations;
mod judged;
mod pairs;
mod recorder;
mod slices;
mod step;
mod window;

pub use arm::{ArmWindow, EXAMPLES_MAX, LEAKS_MAX, RunCounts};
pub use durations::{Digits, Durations, DurationsError, LONGEST};
pub(super) use pairs::Answers;
pub use pairs::{PAIRS_MAX, PairedStep, StepPairs};
pub(super) use recorder::{Ended, Recorder};
pub(super) use slices::Slices;
pub use step::{PHASES, Since, StepWindow, Times};
pub use window::{JourneyWindow, LATENESS_MAX, Missed};

#[cfg(test)]
mod tests;
