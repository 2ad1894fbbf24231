//! A look sorted into what each comparison may judge.
//!
//! A stratum compares the sides only as far as they saw the same time: whatever hits both must be in both counts. A
//! target that could not be read brings its requests later, in a window that began earlier than the others'; put
//! beside them, a fault of everybody would be in one side's counts and not, or less so, in the other's. So a look
//! whose windows do not all begin (and end) together is left out of all evidence, whole: dropping only the late
//! window would leave a side without some of its requests, and cutting it is not possible. It counts as missing.
//! Whether a look is left out depends on which reads succeeded, which is known from the windows' times alone, never
//! on the counts. Stable's counts in it still tell stable's rate and health, and the windows themselves stay stored.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::time::Timestamp;
use crate::verdict::{Data, Look, Side, Window};

use super::evidence::Evidence;

/// Windows are of one time when they begin and end within one part in so many of a window.
const UNEVEN_PART: u32 = 10;

/// The windows of one comparison and one use in one look, summed by side into one stratum.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Slice {
    /// `None`: no window of this side came that was read.
    pub(super) canary: Option<Sum>,
    pub(super) stable: Option<Sum>,
    /// Earliest start of the windows.
    pub(super) start: Option<Timestamp>,
    latest_start: Option<Timestamp>,
    /// Earliest and latest end of the windows.
    ends: Option<(Timestamp, Timestamp)>,
    /// The windows are not of one time: nothing to be compared.
    pub(super) is_uneven: bool,
    /// Some window cannot be right (more bad requests than requests, absurdly many, ends before it starts): the
    /// whole stratum is missing data, since nobody knows what else is wrong with it.
    pub(super) is_invalid: bool,
    /// Some requests may be missing.
    pub(super) is_partial: bool,
    /// Stable is of another time.
    pub(super) is_unprotected: bool,
    /// Whoever measured was too busy to measure right: how slow both sides look is how slow the prober was.
    pub(super) is_overloaded: bool,
    /// Only at some of their bounds can its histograms be compared.
    pub(super) has_mixed_buckets: bool,
    canary_windows: u32,
    canary_windows_partial: u32,
}

/// What a look says of one target of the canary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CanaryTarget {
    pub(super) name: Arc<str>,
    /// As its window says.
    pub(super) was_read: bool,
}

/// What one target of the run itself has seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'look> {
    pub(super) side: Side,
    pub(super) target: &'look Arc<str>,
    pub(super) data: &'look Data,
}

/// One look of one comparison.
#[derive(Clone, Debug)]
pub(super) struct LookSlices<'look> {
    pub(super) at: Timestamp,
    /// By the end of the windows: history may come in one look, and its windows must not melt into one.
    pub(super) history: BTreeMap<Timestamp, HistorySlice<'look>>,
    /// All windows of the run itself.
    pub(super) current: Slice,
    /// Of those windows.
    pub(super) canary_targets: Vec<CanaryTarget>,
    /// Of those windows, what was read.
    pub(super) parts: Vec<Part<'look>>,
    /// The A/A control's.
    pub(super) control: Slice,
    /// Of a stable target that is known to be bad.
    pub(super) left_out: Vec<&'look Data>,
}

/// The windows of history that end at one instant.
#[derive(Clone, Debug, Default)]
pub(super) struct HistorySlice<'look> {
    pub(super) whole: Slice,
    pub(super) control: Slice,
    pub(super) parts: Vec<Part<'look>>,
}

impl Slice {
    fn add(&mut self, window: &Window) {
        self.start = Some(self.start.map_or(window.start, |start| start.min(window.start)));
        self.latest_start = self.latest_start.max(Some(window.start));
        let (first, last) = self.ends.unwrap_or((window.end, window.end));
        self.ends = Some((first.min(window.end), last.max(window.end)));
        self.is_partial |= window.flags.partial;
        self.is_unprotected |= window.flags.before;
        self.is_overloaded |= window.flags.overloaded;
        self.has_mixed_buckets |= window.flags.mixed_buckets;
        if window.side == Side::Canary {
            self.canary_windows = self.canary_windows.saturating_add(1);
            self.canary_windows_partial = self
                .canary_windows_partial
                .saturating_add(u32::from(window.flags.partial));
        }
        self.is_invalid |= !window.data.is_valid() || window.end <= window.start;
        if !window.was_read() {
            return;
        }
        let side = match window.side {
            Side::Canary => &mut self.canary,
            // A control has a slice of its own, in the canary's place.
            Side::Stable if window.flags.control => &mut self.canary,
            Side::Stable => &mut self.stable,
        };
        match side {
            None => *side = Some(Sum::new(window.data.clone())),
            Some(sum) => self.is_invalid |= !sum.add(&window.data),
        }
        let is_sound = side.as_ref().is_some_and(|sum| sum.data.is_valid());
        self.is_invalid |= !is_sound;
    }

    /// After all windows have been added: do they begin and end together, as nearly as `slack`?
    fn settle(&mut self, slack: Duration) {
        let starts = self.start.zip(self.latest_start);
        self.is_uneven = [starts, self.ends]
            .into_iter()
            .flatten()
            .any(|(first, last)| last.since(first) > slack);
    }

    /// Nothing of it can be compared.
    pub(super) fn is_left_out(&self) -> bool {
        self.is_invalid || self.is_uneven || self.is_overloaded
    }

    /// Both sides, when both came, are valid, of one time and measured right.
    pub(super) fn both(&self) -> Option<(&Data, &Data)> {
        if self.is_left_out() {
            return None;
        }
        self.data(Side::Canary).zip(self.data(Side::Stable))
    }

    /// What came of a side.
    pub(super) fn data(&self, side: Side) -> Option<&Data> {
        let sum = match side {
            Side::Canary => &self.canary,
            Side::Stable => &self.stable,
        };
        sum.as_ref().map(|sum| &sum.data)
    }

    /// Requests may be missing from at least half of the canary's windows. A process that dies takes its last requests
    /// with it, and those are the ones that went wrong.
    pub(super) fn is_canary_mostly_partial(&self) -> bool {
        self.canary_windows_partial > 0
            && self.canary_windows_partial >= self.canary_windows - self.canary_windows_partial
    }

    /// The control beside stable, when both came, are valid and of the same time.
    pub(super) fn beside<'slice>(&'slice self, stable: &'slice Self) -> Option<(&'slice Data, &'slice Data)> {
        let is_sound = |slice: &Self| !slice.is_left_out() && !slice.is_partial;
        let is_same_time = self.start == stable.start && self.ends == stable.ends;
        let both = self.data(Side::Canary).zip(stable.data(Side::Stable));
        both.filter(|_| is_sound(self) && is_sound(stable) && is_same_time)
    }

    /// Stable's side, when it came, is valid and measured right.
    pub(super) fn stable_only(&self) -> Option<&Data> {
        self.data(Side::Stable)
            .filter(|_| !self.is_invalid && !self.is_overloaded)
    }
}

/// What the windows of one side hold together.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sum {
    data: Data,
    windows: f64,
}

impl Sum {
    fn new(data: Data) -> Self {
        Self { data, windows: 1.0 }
    }

    /// Adds what another target has seen; a series is the mean over its targets. False for data of another kind.
    fn add(&mut self, more: &Data) -> bool {
        self.windows += 1.0;
        match (&mut self.data, more) {
            (Data::Errors(sum), Data::Errors(more)) => {
                sum.total = sum.total.saturating_add(more.total);
                sum.bad = sum.bad.saturating_add(more.bad);
            }
            (Data::Events(sum), Data::Events(more)) => {
                sum.events = sum.events.saturating_add(more.events);
                sum.exposure += more.exposure;
            }
            (Data::Latency(sum), Data::Latency(more)) => sum.merge(more),
            (Data::Series(mean), Data::Series(more)) => *mean += (more - *mean) / self.windows,
            _ => return false,
        }
        true
    }
}

impl<'look> LookSlices<'look> {
    /// The window is of a kind that the comparison cannot take.
    fn refuse(&mut self, window: &Window) {
        let (whole, control) = self.slices(window);
        let slice = if window.flags.control { control } else { whole };
        slice.is_invalid = true;
    }

    /// Where a window belongs: to the sides, or to the control.
    fn slices(&mut self, window: &Window) -> (&mut Slice, &mut Slice) {
        if window.flags.history {
            let history = self.history.entry(window.end).or_default();
            (&mut history.whole, &mut history.control)
        } else {
            (&mut self.current, &mut self.control)
        }
    }

    fn add(&mut self, window: &'look Window) {
        if window.flags.control {
            self.slices(window).1.add(window);
            return;
        }
        let part = window.was_read().then_some(Part {
            side: window.side,
            target: &window.target,
            data: &window.data,
        });
        if window.flags.history {
            let history = self.history.entry(window.end).or_default();
            history.whole.add(window);
            history.parts.extend(part);
            return;
        }
        self.current.add(window);
        self.parts.extend(part);
        if window.side == Side::Canary {
            self.canary_targets.push(CanaryTarget {
                name: Arc::clone(&window.target),
                was_read: window.was_read(),
            });
        }
    }
}

/// Sorts the windows of a look by comparison and use. Windows of comparisons that do not exist are left out, and so
/// are those of a stable target that is known to be bad.
pub(super) fn slice<'look>(
    look: &'look Look,
    comparisons: &[Evidence],
    window_length: Duration,
) -> Vec<LookSlices<'look>> {
    let empty = LookSlices {
        at: look.at,
        history: BTreeMap::new(),
        current: Slice::default(),
        canary_targets: Vec::new(),
        parts: Vec::new(),
        control: Slice::default(),
        left_out: Vec::new(),
    };
    let mut slices = vec![empty; comparisons.len()];
    for window in &look.windows {
        let found = comparisons
            .iter()
            .position(|evidence| evidence.name == window.comparison);
        let Some(index) = found else { continue };
        if comparisons[index].leaves_out(window) {
            slices[index].left_out.push(&window.data);
            continue;
        }
        slices[index].add(window);
        if !comparisons[index].method.fits(&window.data) {
            slices[index].refuse(window);
        }
    }
    let slack = window_length / UNEVEN_PART;
    for slice in &mut slices {
        slice.current.settle(slack);
        slice.control.settle(slack);
        for history in slice.history.values_mut() {
            history.whole.settle(slack);
            history.control.settle(slack);
        }
    }
    slices
}
