use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::counter::Counts;
use crate::time::Timestamp;

/// One of the two populations of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The new version.
    Canary,
    /// The version that is trusted.
    Stable,
}

impl Side {
    /// Both, stable first.
    pub const BOTH: [Self; 2] = [Self::Stable, Self::Canary];
}

impl std::fmt::Display for Side {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.serialize(formatter)
    }
}

/// What is known against a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Flags {
    /// Some requests of the window may be missing (a restart, a failed scrape).
    pub partial: bool,
    /// From before the release, both sides running the old version: calibrates, is never judged.
    pub history: bool,
}

/// A closed slice of time of one comparison, one side, one target. Immutable once closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Window {
    /// The comparison's name.
    pub comparison: Arc<str>,
    /// Whose requests these are.
    pub side: Side,
    /// Pod or instance.
    pub target: Arc<str>,
    /// Exclusive start.
    pub start: Timestamp,
    /// Inclusive end.
    pub end: Timestamp,
    /// The counts.
    pub counts: Counts,
    /// What is known against it.
    pub flags: Flags,
}

impl Window {
    /// False for a window that is partial and empty: its target could not be read, or had no counter of requests, and
    /// that is something else than no requests.
    #[must_use]
    pub fn was_read(&self) -> bool {
        self.counts.total > 0 || !self.flags.partial
    }
}

/// All windows that end at one instant, of all comparisons: what the judge sees at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// The common end of the windows.
    pub at: Timestamp,
    /// In the order they were closed.
    pub windows: Vec<Window>,
}
