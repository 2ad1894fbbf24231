//! The gate for Argo Rollouts: a web metric asks whether a release may go on.

mod answer;
mod gate;
mod known;
mod question;

pub use answer::GateAnswer;
pub use gate::{Gate, GateError, GatePorts};
pub use question::{Argument, GateQuestion};
