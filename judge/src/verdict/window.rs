mod stored;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::counter::Counts;
use crate::histogram::{Histogram, REQUESTS_MAX};
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
    /// Stable before the release, put beside what the canary does now: what hits both sides at once hits one of them.
    #[serde(default)]
    pub before: bool,
    /// Of an A/A control: more instances of stable, which tell how much two equal sides differ. Its side is stable.
    #[serde(default)]
    pub control: bool,
    /// Whoever measured was too busy to measure right: never judged.
    #[serde(default)]
    pub overloaded: bool,
    /// Histograms of different bounds: compared at those that all of them have, and one that lacks some of them is empty.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mixed_buckets: bool,
}

/// What a window holds; every window of a comparison holds the same kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Data {
    /// Requests, and those of them that went wrong.
    Errors(Counts),
    /// Events against the exposure in which they could happen.
    Events(Events),
    /// How long requests took.
    Latency(Latencies),
    /// The mean of a measured value.
    Series(#[serde(with = "stored")] f64),
}

/// Events and what they are counted against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Events {
    /// How many.
    pub events: u64,
    /// In a unit of its own that both sides share: seconds times instances, bytes, requests. At least 0.
    #[serde(with = "stored")]
    pub exposure: f64,
}

/// How long requests took.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Latencies {
    /// Those that were answered, in milliseconds.
    pub histogram: Histogram,
    /// Those that were given up: slower than any bound.
    pub timeouts: u64,
}

impl Latencies {
    /// Requests, those given up included.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.histogram.total().saturating_add(self.timeouts)
    }

    /// Requests that took longer than `ms`, those given up included.
    #[must_use]
    pub fn above(&self, ms: f64) -> u64 {
        self.histogram.above(ms).saturating_add(self.timeouts)
    }

    /// Adds another's requests.
    pub fn merge(&mut self, other: &Self) {
        self.histogram.merge(&other.histogram);
        self.timeouts = self.timeouts.saturating_add(other.timeouts);
    }
}

impl Data {
    /// Nothing was seen: no request, no exposure.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Errors(counts) => counts.total == 0,
            Self::Events(events) => events.exposure <= 0.0,
            Self::Latency(latencies) => latencies.total() == 0,
            Self::Series(value) => value.is_nan(),
        }
    }

    /// It may be right: no more bad requests than requests, nothing absurdly large, no NaN.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        match self {
            Self::Errors(counts) => counts.bad <= counts.total && counts.total <= REQUESTS_MAX,
            Self::Events(Events { events, exposure }) => {
                (0.0..=EXPOSURE_MAX).contains(exposure)
                    && *events <= REQUESTS_MAX
                    && (*events == 0 || *exposure > 0.0)
            }
            Self::Latency(latencies) => latencies.total() <= REQUESTS_MAX,
            Self::Series(value) => value.is_finite(),
        }
    }
}

/// Exposure beyond this is no exposure.
const EXPOSURE_MAX: f64 = 1e15;

/// A closed slice of time of one comparison, one side, one target. Immutable once closed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// What was seen.
    pub data: Data,
    /// What is known against it.
    pub flags: Flags,
}

impl Window {
    /// Requests and bad requests; none where the window holds something else.
    #[must_use]
    pub fn counts(&self) -> Counts {
        match self.data {
            Data::Errors(counts) => counts,
            Data::Events(_) | Data::Latency(_) | Data::Series(_) => Counts::default(),
        }
    }

    /// False for a window that is partial and empty: its target could not be read, or had no counter of requests, and
    /// that is something else than no requests.
    #[must_use]
    pub fn was_read(&self) -> bool {
        !self.data.is_empty() || !self.flags.partial
    }
}

/// All windows that end at one instant, of all comparisons: what the judge sees at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// The common end of the windows.
    pub at: Timestamp,
    /// In the order they were closed.
    pub windows: Vec<Window>,
}
