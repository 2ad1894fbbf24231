use serde::{Deserialize, Serialize};

/// What one target's window holds: requests and how many of them went wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Requests that ended in the window.
    pub total: u64,
    /// Requests among them that went wrong; more than `total` marks the window as invalid.
    pub bad: u64,
}
