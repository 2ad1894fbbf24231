//! Runs of which every answer is scripted, on a clock that is only simulated: what `serin test` uses.
//!
//! The rules are those of real runs, since they are the same code: [`Schedule`](super::Schedule) says what begins when,
//! [`RunState`](super::RunState) judges. Only answers and time come from the script.

mod arrivals;
mod compare;
mod coverage;
mod endless;
mod given;
mod outcome;
mod run;
mod script;
#[cfg(test)]
mod tests;
mod timeline;

pub use compare::Difference;
pub use coverage::{Coverage, Gap};
pub use outcome::{Outcome, simulate};
pub use timeline::{Entry, Timeline};
