//! Questions about the canary population against the stable one.

use std::time::Duration;

use super::PrometheusAccess;

/// A question about the canary population against the stable one.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Unique inside the plan.
    pub name: String,
    /// What is compared.
    pub kind: ComparisonKind,
    /// Where the two populations come from.
    pub population: Population,
    /// How much worse is tolerated.
    pub tolerance: Tolerance,
    /// Must be shown non-inferior for a promotion.
    pub required: bool,
    /// Its share of the rollback statistic.
    pub weight: Weight,
    /// How traffic should be split; `None` when the analysis does not say.
    pub traffic_split: Option<TrafficSplit>,
}

/// The canary's part of all requests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrafficSplit {
    /// Requests of the canary among those of both sides, in (0, 1).
    pub canary_share: f64,
    /// By which part of the share it may differ, in [0, 1); the share with it added is below 1.
    pub tolerance: f64,
}

/// What is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ComparisonKind {
    /// Errors among requests.
    #[default]
    Errors,
    /// Events against exposure.
    Events,
    /// How long requests take.
    Latency,
    /// A measured value.
    Series,
}

/// Where the data of both sides comes from.
#[expect(clippy::large_enum_variant, reason = "a plan holds a handful of them")]
#[derive(Clone, Debug, PartialEq)]
pub enum Population {
    /// Raw samples in a Prometheus.
    Prometheus {
        /// Where.
        access: PrometheusAccess,
        /// The canary's series.
        canary: SideSelection,
        /// The stable side's series.
        stable: SideSelection,
        /// Stable is read this long before the canary; `None` at the same time.
        before: Option<Duration>,
        /// More instances of stable, for an A/A control.
        control: Option<SideSelection>,
    },
    /// Read from `/metrics` endpoints directly.
    Scrape {
        /// The canary's `/metrics` URLs; at least one.
        canary: Vec<String>,
        /// The stable side's `/metrics` URLs; at least one.
        stable: Vec<String>,
        /// More instances of stable, for an A/A control; may be empty.
        control: Vec<String>,
        /// Which series.
        selection: Selection,
        /// Of one scrape.
        timeout: Duration,
    },
    /// Windows are handed in from outside (recordings, simulations).
    Recorded,
    /// A source that this version cannot read: only recorded windows can be judged.
    Unavailable {
        /// As the document names it, such as `latency` from `journey`.
        source: String,
    },
}

impl Population {
    /// How long before the canary stable is read; `None` at the same time.
    #[must_use]
    pub fn before(&self) -> Option<Duration> {
        match self {
            Self::Prometheus { before, .. } => *before,
            Self::Scrape { .. } | Self::Recorded | Self::Unavailable { .. } => None,
        }
    }
}

/// Series of one side in a Prometheus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideSelection {
    /// Which series.
    pub selection: Selection,
    /// The label that tells targets apart.
    pub target: String,
}

/// Which series a comparison reads, by PromQL series selectors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Two counters, of bad requests and of all.
    Requests {
        /// Of bad requests.
        bad: String,
        /// Of all requests.
        total: String,
    },
    /// A counter of events; they are compared by the time in which they were seen, in seconds of each target.
    Events {
        /// Of events.
        events: String,
    },
    /// Histograms of durations.
    Histogram {
        /// Without `_bucket`.
        histogram: String,
        /// In what it counts.
        unit: LatencyUnit,
    },
    /// A gauge: one series a target.
    Value {
        /// Of the value.
        series: String,
    },
}

/// In what a histogram counts durations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LatencyUnit {
    /// `_seconds`, as Prometheus recommends.
    Seconds,
    /// `_milliseconds`, `_ms`.
    Milliseconds,
    /// `_microseconds`, `_us`.
    Microseconds,
}

impl LatencyUnit {
    /// As the end of a metric's name says; `None` when it does not say.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
        match name {
            _ if ends(&["_seconds"]) => Some(Self::Seconds),
            _ if ends(&["_milliseconds", "_millis", "_ms"]) => Some(Self::Milliseconds),
            _ if ends(&["_microseconds", "_micros", "_us"]) => Some(Self::Microseconds),
            _ => None,
        }
    }

    /// Milliseconds in one.
    #[must_use]
    pub fn milliseconds(self) -> f64 {
        match self {
            Self::Seconds => 1_000.0,
            Self::Milliseconds => 1.0,
            Self::Microseconds => 0.001,
        }
    }
}

/// Margins of one comparison: `rollback <= promote`, both for ratios and for differences.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    /// Canary over stable that is still no regression, in [1, 100].
    pub rollback: f64,
    /// Canary over stable below which the canary is good enough, in (1, 100].
    pub promote: f64,
    /// Difference of ratios (0..1) that is still no regression, whatever the ratio says.
    pub rollback_absolute: f64,
    /// Difference of ratios (0..1) below which the canary is good enough, whatever the ratio says.
    pub promote_absolute: f64,
}

impl Default for Tolerance {
    /// Defaults for error rates.
    fn default() -> Self {
        Self::of(ComparisonKind::Errors)
    }
}

impl Tolerance {
    /// The defaults of a kind. Only rates of errors have differences that mean something without knowing the service.
    #[must_use]
    pub fn of(kind: ComparisonKind) -> Self {
        let (rollback, promote) = match kind {
            ComparisonKind::Errors | ComparisonKind::Events => (1.1, 1.5),
            ComparisonKind::Latency => (1.05, 1.25),
            ComparisonKind::Series => (1.05, 1.2),
        };
        let is_rate = kind == ComparisonKind::Errors;
        Self {
            rollback,
            promote,
            rollback_absolute: if is_rate { 0.001 } else { 0.0 },
            promote_absolute: if is_rate { 0.002 } else { 0.0 },
        }
    }
}

/// The group of a comparison: critical ones share 0.8 of the rollback statistic, standard ones 0.2, info none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weight {
    /// Shares 0.8 with the other critical ones.
    #[default]
    Critical,
    /// Shares 0.2 with the other standard ones.
    Standard,
    /// Shown, never rolls back.
    Info,
}
