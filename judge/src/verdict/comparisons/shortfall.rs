use std::time::Duration;

use serde::Serialize;

use crate::analysis::plan::Policy;
use crate::time::Timestamp;

use super::evidence::Evidence;
use super::intake::Slice;

/// Why the data is not enough to decide, worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shortfall {
    /// Data came, but too few canary requests have been judged.
    InsufficientData,
    /// Stable itself is outside its own normal range.
    StableUnhealthy,
    /// The stable side was never seen, so there is nothing to compare with.
    NoBaseline,
    /// No data, none of the canary, or most of it is missing.
    MissingData,
}

/// Windows that may be under way or on their way without counting as missing.
const GRACE_WINDOWS: u32 = 3;

/// How much of the time since the burn-in both sides were seen.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Coverage {
    canary_seen: bool,
    stable_seen: bool,
    looks: u64,
    looks_missing: u64,
    looks_partial: u64,
    covered: Duration,
    covered_until: Option<Timestamp>,
}

impl Coverage {
    /// Which sides have ever sent anything valid, burn-in included.
    pub(super) fn see(&mut self, slice: &Slice) {
        if !slice.is_invalid {
            self.canary_seen |= slice.canary.is_some();
            self.stable_seen |= slice.stable.is_some();
        }
    }

    /// A look after the burn-in that brought windows of at least one side. Looks without any show in the time that
    /// is not covered.
    pub(super) fn cover(&mut self, at: Timestamp, slice: &Slice) {
        self.looks += 1;
        match (slice.both(), slice.start) {
            (Some(_), _) if slice.is_canary_mostly_partial() => self.looks_partial += 1,
            (Some(_), Some(start)) => {
                let from = self.covered_until.map_or(start, |until| until.max(start));
                self.covered += at.since(from);
                self.covered_until = Some(at);
            }
            _ => self.looks_missing += 1,
        }
    }

    /// A side, or most of the canary, was missing in more than half of the looks, or of the time, since the burn-in.
    pub(super) fn is_mostly_missing(&self, judged_from: Timestamp, now: Timestamp, policy: &Policy) -> bool {
        let grace = policy.window.saturating_mul(GRACE_WINDOWS);
        let due = now.since(judged_from).saturating_sub(grace);
        self.looks_missing + self.looks_partial > self.looks / 2 || self.covered.saturating_mul(2) < due
    }

    pub(super) fn was_missing(&self) -> bool {
        self.looks_missing > 0
    }

    /// Time after the burn-in for which both sides were seen.
    pub(super) fn covered(&self) -> Duration {
        self.covered
    }
}

impl Evidence {
    fn shortfall(&self, judged_from: Timestamp, now: Timestamp, policy: &Policy) -> Option<Shortfall> {
        if !self.coverage.canary_seen {
            Some(Shortfall::MissingData)
        } else if !self.coverage.stable_seen {
            Some(Shortfall::NoBaseline)
        } else if self.coverage.is_mostly_missing(judged_from, now, policy) {
            Some(Shortfall::MissingData)
        } else if self.speaks_for_stable() && !self.health.is_healthy() {
            Some(Shortfall::StableUnhealthy)
        } else {
            (self.judged.canary_requests < policy.minimum_requests).then_some(Shortfall::InsufficientData)
        }
    }
}

/// The worst shortfall among the required comparisons, or among all when none is required.
pub(super) fn worst(
    evidence: &[Evidence],
    judged_from: Timestamp,
    now: Timestamp,
    policy: &Policy,
) -> Option<Shortfall> {
    let any_required = evidence.iter().any(|one| one.required);
    evidence
        .iter()
        .filter(|one| one.required || !any_required)
        .filter_map(|one| one.shortfall(judged_from, now, policy))
        .max()
}
