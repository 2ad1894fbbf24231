//! The two populations of a release.

use std::fmt;

/// Which version an instance runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The version that has been in use.
    Stable,
    /// The version that is being released.
    Canary,
}

impl Side {
    /// Both, stable first.
    pub const BOTH: [Self; 2] = [Self::Stable, Self::Canary];

    /// The value of the label `track`, and the first part of a pod's name.
    #[must_use]
    pub const fn track(self) -> &'static str {
        match self {
            Self::Stable => "stable",
            Self::Canary => "canary",
        }
    }

    /// The version that `/health` reports.
    #[must_use]
    pub const fn version(self) -> &'static str {
        match self {
            Self::Stable => "1.4.1",
            Self::Canary => "1.4.2",
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.track())
    }
}
