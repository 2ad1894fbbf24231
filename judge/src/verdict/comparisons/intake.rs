use std::collections::BTreeMap;

use crate::time::Timestamp;
use crate::verdict::{Counts, Look, Side, Window};

use super::evidence::Evidence;

/// More requests than this in one look of one side are no count of requests: the sum of all looks has to stay
/// exact in an `f64`.
const REQUESTS_MAX: u64 = 1_000_000_000_000;

/// What a window's data may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// From before the release: calibrates.
    History,
    /// Starts inside the burn-in: tells stable's rate.
    BurnIn,
    /// Is judged.
    Judged,
}

/// The windows of one comparison and one use in one look, summed by side into one stratum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Slice {
    /// `None`: no window of this side came.
    pub(super) canary: Option<Counts>,
    pub(super) stable: Option<Counts>,
    /// Earliest start of the windows.
    pub(super) start: Option<Timestamp>,
    /// Some window cannot be right (more bad requests than requests, absurdly many, ends before it starts): the
    /// whole stratum is missing data, since nobody knows what else is wrong with it.
    pub(super) is_invalid: bool,
    /// Some requests may be missing.
    pub(super) is_partial: bool,
    canary_windows: u32,
    canary_windows_partial: u32,
}

/// One look of one comparison.
#[derive(Clone, Debug)]
pub(super) struct LookSlices {
    pub(super) at: Timestamp,
    /// By the end of the windows: history may come in one look, and its windows must not melt into one.
    pub(super) history: BTreeMap<Timestamp, Slice>,
    pub(super) burn_in: Slice,
    pub(super) judged: Slice,
}

impl Slice {
    fn add(&mut self, window: &Window) {
        self.start = Some(self.start.map_or(window.start, |start| start.min(window.start)));
        self.is_partial |= window.flags.partial;
        if window.side == Side::Canary {
            self.canary_windows = self.canary_windows.saturating_add(1);
            self.canary_windows_partial = self
                .canary_windows_partial
                .saturating_add(u32::from(window.flags.partial));
        }
        let side = match window.side {
            Side::Canary => &mut self.canary,
            Side::Stable => &mut self.stable,
        };
        let sum = side.get_or_insert_default();
        sum.total = sum.total.saturating_add(window.counts.total);
        sum.bad = sum.bad.saturating_add(window.counts.bad);
        self.is_invalid |=
            window.counts.bad > window.counts.total || sum.total > REQUESTS_MAX || window.end <= window.start;
    }

    /// Counts of both sides, when both came and are valid.
    pub(super) fn both(&self) -> Option<(Counts, Counts)> {
        if self.is_invalid {
            return None;
        }
        self.canary.zip(self.stable)
    }

    /// Requests may be missing from at least half of the canary's windows. A process that dies takes its last requests
    /// with it, and those are the ones that went wrong.
    pub(super) fn is_canary_mostly_partial(&self) -> bool {
        self.canary_windows_partial > 0
            && self.canary_windows_partial >= self.canary_windows - self.canary_windows_partial
    }

    /// Counts of stable, when they came and are valid.
    pub(super) fn stable_only(&self) -> Option<Counts> {
        self.stable.filter(|_| !self.is_invalid)
    }
}

/// Sorts the windows of a look by comparison, use and side. Windows of comparisons that do not exist are left out.
pub(super) fn slice(look: &Look, comparisons: &[Evidence], judged_from: Timestamp) -> Vec<LookSlices> {
    let empty = LookSlices {
        at: look.at,
        history: BTreeMap::new(),
        burn_in: Slice::default(),
        judged: Slice::default(),
    };
    let mut slices = vec![empty; comparisons.len()];
    for window in &look.windows {
        let found = comparisons
            .iter()
            .position(|evidence| evidence.name == window.comparison);
        let Some(slice) = found.and_then(|index| slices.get_mut(index)) else {
            continue;
        };
        match use_of(window, judged_from) {
            Use::History => slice.history.entry(window.end).or_default().add(window),
            Use::BurnIn => slice.burn_in.add(window),
            Use::Judged => slice.judged.add(window),
        }
    }
    slices
}

fn use_of(window: &Window, judged_from: Timestamp) -> Use {
    if window.flags.history {
        Use::History
    } else if window.start < judged_from {
        Use::BurnIn
    } else {
        Use::Judged
    }
}
