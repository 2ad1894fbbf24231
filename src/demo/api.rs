//! The sample financial-planning API: instances, what they count, what they answer.

mod accounts;
mod answer;
mod exposition;
mod health;
mod histogram;
mod instance;
mod monte_carlo;
mod pdf;
mod planning;
mod process;
mod recorder;
mod records;
mod route;
mod server;
#[cfg(test)]
mod tests;

pub(super) use accounts::{Credentials, Registration};
pub(super) use instance::Instance;
pub(super) use planning::{ProfileRequest, RiskTolerance, SimulationRequest};
pub(super) use process::{Pod, PodOptions};
pub use recorder::{Event, EventLog};
pub(super) use records::Records;
