//! The gate for Argo Rollouts: a web metric asks whether a release may go on.

mod answer;
mod error;
mod gate;
mod known;
mod question;

pub use answer::GateAnswer;
pub use error::GateError;
pub use gate::{Gate, GatePorts};
pub use question::{Argument, GateQuestion};
