use std::fmt;

use serde::{Deserialize, Serialize};

/// What Serin says about a release.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Undecided yet.
    #[default]
    Continue,
    /// The new version may take all traffic.
    Promote,
    /// The new version has to go.
    Rollback,
    /// It cannot be known.
    Inconclusive,
}

/// Why a verdict fell: a closed list, part of the public format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The canary is worse than stable by more than is tolerated.
    RegressionDetected,
    /// A metric ended Failed.
    MetricFailed,
    /// An absolute limit of the canary was broken.
    SloGuard,
    /// Every required comparison showed the canary to be good enough.
    NonInferiorityShown,
    /// Every metric ended Successful.
    MetricsSuccessful,
    /// Too few requests or events to say anything.
    InsufficientData,
    /// No data, or too much of it missing.
    MissingData,
    /// The stable side never had traffic to compare with.
    NoBaseline,
    /// Undecided when the time was over.
    DeadlineReached,
    /// Stable itself is outside its own normal range.
    StableUnhealthy,
    /// Traffic is not split as it should be.
    TrafficSplitMismatch,
    /// One canary pod alone carries the evidence.
    SuspectPod,
    /// A metric ended Inconclusive.
    MetricInconclusive,
    /// A provider did not answer usably for too long.
    ProviderError,
    /// Somebody stopped the run.
    Stopped,
    /// An operator decided.
    Overridden,
    /// A remark: the noise of this service is assumed, not measured.
    UncalibratedDispersion,
    /// A remark: stable is from another time.
    UnprotectedBaseline,
    /// A remark: the prober could not keep up.
    ProberOverloaded,
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(formatter)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(formatter)
    }
}

/// A verdict with its reasons, most important first, and one sentence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What to do.
    pub verdict: Verdict,
    /// Why; at least one unless the verdict is `continue`.
    pub reasons: Vec<Reason>,
    /// One plain sentence.
    pub summary: String,
}

impl Decision {
    /// The exit code that stands for this decision: 0 promote, 1 rollback, 3 inconclusive, 4 inconclusive
    /// because something broke.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self.verdict {
            Verdict::Promote => 0,
            Verdict::Rollback => 1,
            _ if self.reasons.contains(&Reason::ProviderError) => 4,
            _ => 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_public_format() {
        assert_eq!(Reason::RegressionDetected.to_string(), "regression_detected");
        assert_eq!(Reason::SloGuard.to_string(), "slo_guard");
        assert_eq!(Verdict::Promote.to_string(), "promote");
    }
}
