//! Probing: runs of journeys, started when they were planned to, told apart by side, kept as windows of histograms.
//!
//! Planning, doing and recording are apart. [`Probing::start`] makes one driver a thread, which plans starts from a fixed
//! epoch and never from when it woke up (an open loop: a server that is slow is asked no less often); a start spawns
//! one run an arm, each of which goes through its steps whatever the others do; what a run comes to goes into the window in
//! which it was *planned*. A window is closed when all of its runs are over, windows of all drivers are merged, and come
//! out of [`Probing::next_window`].
//!
//! ```text
//! let mut probing = Probing::start(&order, probe, clock)?;     // order: journey, targets, pace, how long
//! while let Some(window) = probing.next_window().await {        // until it is over; .pause() .drain() .stop() from outside
//!     let canary = window.arm(Arm::Canary);                     // runs by outcome, steps with histograms and failures
//!     let judged = window.latency_windows(&comparison, step, Since::Planned);
//! }
//! let totals = probing.totals();                                // all windows, merged
//! ```
//!
//! Two clocks are kept ([`Since`]): response time from the planned start, which has every delay in it that a user would have
//! waited for, and service time from the first request. Timeouts are no durations but counted beside them, and failures
//! are in no histogram of successes.

mod accounts;
mod budget;
mod collect;
mod control;
mod course;
mod drive;
mod figures;
mod order;
mod probing;
mod record;

pub use accounts::ACCOUNT_WAIT_MAX;
pub use budget::{Budget, Budgets, Held, SharedBudgets};
pub use collect::Totals;
pub use control::Progress;
pub use order::{Lasts, Pace, ProbeOrder, Shards, Target, client_settings};
pub use probing::{Probing, ProbingError};
pub use record::{
    ArmWindow, Digits, Durations, DurationsError, EXAMPLES_MAX, JourneyWindow, LATENESS_MAX, LEAKS_MAX,
    LONGEST, Missed, PAIRS_MAX, PHASES, PairedStep, RunCounts, Since, StepPairs, StepWindow, Times,
};

#[cfg(test)]
mod tests;
