//! How much of the time the data came from everybody who should have sent some.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::analysis::plan::Policy;
use crate::time::Timestamp;

use super::intake::{CanaryTarget, LookSlices, Slice};

/// Windows that may be under way or on their way without counting as missing.
pub(super) const GRACE_WINDOWS: u32 = 3;

/// How much of the time since the burn-in both sides were seen, and all of the canary.
#[derive(Clone, Debug, Default)]
pub(super) struct Coverage {
    pub(super) canary_seen: bool,
    pub(super) stable_seen: bool,
    looks: u64,
    /// Without a side, of different times, or without a target of the canary.
    looks_missing: u64,
    /// Complete, but most of the canary's requests may be others than those that were counted.
    looks_partial: u64,
    /// Complete, but a side had no request.
    looks_empty: u64,
    covered: Duration,
    covered_until: Option<Timestamp>,
    /// When each target of the canary was last read. One that a source lists no more is forgotten after the grace:
    /// pods are replaced.
    canary_read_at: BTreeMap<Arc<str>, Timestamp>,
    /// The newest look had requests of both sides and of every target of the canary.
    is_sound_now: bool,
}

impl Coverage {
    /// Every look of the run, also one that brought nothing.
    pub(super) fn take(&mut self, look: &LookSlices<'_>, judged_from: Timestamp, window: Duration) {
        let current = &look.current;
        if !current.is_invalid {
            self.canary_seen |= current.canary.is_some();
            self.stable_seen |= current.stable.is_some();
        }
        let all_read = self.all_read(look.at, &look.canary_targets, window);
        let both = current.both();
        self.is_sound_now =
            all_read && both.is_some_and(|(canary, stable)| !canary.is_empty() && !stable.is_empty());
        if current.start.is_some_and(|start| start >= judged_from) {
            self.cover(look.at, current, all_read);
        }
    }

    /// Every target of the canary that this look lists was read, and so was every one that was read lately.
    fn all_read(&mut self, at: Timestamp, targets: &[CanaryTarget], window: Duration) -> bool {
        let grace = window.saturating_mul(GRACE_WINDOWS);
        self.canary_read_at
            .retain(|_, read_at| at.since(*read_at) <= grace);
        let mut all_read = true;
        for target in targets {
            if target.was_read {
                let _ = self.canary_read_at.insert(Arc::clone(&target.name), at);
            }
            all_read &= target.was_read;
        }
        all_read && self.canary_read_at.values().all(|read_at| *read_at == at)
    }

    /// A look after the burn-in that brought windows of at least one side. Looks without any show in the time that
    /// is not covered.
    fn cover(&mut self, at: Timestamp, slice: &Slice, all_read: bool) {
        self.looks += 1;
        match (slice.both().filter(|_| all_read), slice.start) {
            (Some(_), _) if slice.is_canary_mostly_partial() => self.looks_partial += 1,
            (Some((canary, stable)), Some(start)) => {
                let from = self.covered_until.map_or(start, |until| until.max(start));
                self.covered += at.since(from);
                self.covered_until = Some(at);
                self.looks_empty += u64::from(canary.is_empty() || stable.is_empty());
            }
            _ => self.looks_missing += 1,
        }
    }

    /// A side, or a part of the canary, was missing in more than half of the looks, or of the time, since the burn-in.
    pub(super) fn is_mostly_missing(&self, judged_from: Timestamp, now: Timestamp, policy: &Policy) -> bool {
        let grace = policy.window.saturating_mul(GRACE_WINDOWS);
        let due = now.since(judged_from).saturating_sub(grace);
        self.looks_missing + self.looks_partial > self.looks / 2 || self.covered.saturating_mul(2) < due
    }

    /// More than half of the looks since the burn-in were missing or had a side without any request.
    pub(super) fn is_mostly_empty(&self) -> bool {
        self.looks_missing + self.looks_empty > self.looks / 2
    }

    pub(super) fn is_sound_now(&self) -> bool {
        self.is_sound_now
    }

    pub(super) fn was_missing(&self) -> bool {
        self.looks_missing > 0
    }

    /// Time after the burn-in that is covered.
    pub(super) fn covered(&self) -> Duration {
        self.covered
    }
}
