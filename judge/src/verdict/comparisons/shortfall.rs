use serde::Serialize;

use crate::analysis::plan::Policy;
use crate::time::Timestamp;

use super::evidence::Evidence;
use super::stable_health::StableState;

/// Why the data is not enough to decide, worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shortfall {
    /// Data came, but too few requests: of the canary in all, or of a side in most looks.
    InsufficientData,
    /// Stable itself is outside its own normal range.
    StableUnhealthy,
    /// The stable side was never seen, so there is nothing to compare with.
    NoBaseline,
    /// No data, none of the canary, or most of it is missing.
    MissingData,
}

impl Evidence {
    /// The newest look is sound and nothing is missing that a promotion needs, evidence aside. `newest` is the end of
    /// the run's newest look.
    pub(super) fn is_covered(&self, judged_from: Timestamp, newest: Timestamp, policy: &Policy) -> bool {
        self.coverage.is_sound_now()
            && !self.coverage.is_mostly_empty()
            && !self.coverage.is_mostly_missing(judged_from, newest, policy)
            && self.method.has_enough(policy)
    }

    fn shortfall(&self, judged_from: Timestamp, now: Timestamp, policy: &Policy) -> Option<Shortfall> {
        if !self.coverage.canary_seen {
            Some(Shortfall::MissingData)
        } else if !self.coverage.stable_seen {
            Some(Shortfall::NoBaseline)
        } else if self.coverage.is_mostly_missing(judged_from, now, policy) {
            Some(Shortfall::MissingData)
        } else if self.speaks_for_stable() && self.method.stable_state() == StableState::Unhealthy {
            Some(Shortfall::StableUnhealthy)
        } else {
            let too_few = !self.method.has_enough(policy);
            (too_few || self.coverage.is_mostly_empty()).then_some(Shortfall::InsufficientData)
        }
    }
}

/// The required comparisons, or all when none is required.
pub(super) fn deciding(evidence: &[Evidence]) -> impl Iterator<Item = &Evidence> {
    let any_required = evidence.iter().any(|one| one.required);
    evidence.iter().filter(move |one| one.required || !any_required)
}

/// The names of those that decide and have not seen anything of either side.
pub(super) fn never_seen(evidence: &[Evidence]) -> impl Iterator<Item = &str> {
    let unseen = |one: &&Evidence| !one.coverage.canary_seen && !one.coverage.stable_seen;
    deciding(evidence).filter(unseen).map(|one| &*one.name)
}

/// The worst shortfall among the required comparisons, or among all when none is required.
pub(super) fn worst(
    evidence: &[Evidence],
    judged_from: Timestamp,
    now: Timestamp,
    policy: &Policy,
) -> Option<Shortfall> {
    deciding(evidence)
        .filter_map(|one| one.shortfall(judged_from, now, policy))
        .max()
}
