//! Argo's phases.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Argo's phases of a measurement, a metric and a run, written exactly as Argo writes them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Phase {
    /// Nothing has been measured yet.
    #[default]
    Pending,
    /// Begun and not finished.
    Running,
    /// The condition held.
    Successful,
    /// The condition did not hold.
    Failed,
    /// There is a value, and neither condition decides.
    Inconclusive,
    /// There is no usable value.
    Error,
}

impl Phase {
    /// True when nothing can change the phase any more.
    #[must_use]
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::Running)
    }

    /// True when this phase is worse than `other`: Failed > Error > Inconclusive > (Pending, Running) > Successful.
    ///
    /// Source: Argo Rollouts `utils/analysis/helpers.go`, `IsWorse`.
    #[must_use]
    pub fn is_worse_than(self, other: Self) -> bool {
        self.badness() > other.badness()
    }

    fn badness(self) -> u8 {
        match self {
            Self::Successful => 0,
            Self::Pending | Self::Running => 1,
            Self::Inconclusive => 2,
            Self::Error => 3,
            Self::Failed => 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Phase::{Error, Failed, Inconclusive, Pending, Running, Successful};

    #[test]
    fn worst_first_order_is_argos() {
        let order = [Successful, Running, Inconclusive, Error, Failed];
        for (index, phase) in order.iter().enumerate() {
            for (other_index, other) in order.iter().enumerate() {
                assert_eq!(
                    phase.is_worse_than(*other),
                    index > other_index,
                    "{phase:?} against {other:?}"
                );
            }
        }
        assert!(!Running.is_worse_than(Pending) && !Pending.is_worse_than(Running));
    }
}
