use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::buckets::Increment;
use super::origin::{Added, Origin, Read};
use crate::time::Timestamp;

/// The counters of all targets of one side, from the opening of a run on.
///
/// Rules, each of them the one that keeps every request exactly once:
/// - The opening is a baseline: nothing before it is counted.
/// - A counter that goes back was restarted, and all counters of its process with it: they count from 0.
/// - A counter that was not there although its process was read is dead; when it returns it counts from 0.
/// - A counter that is new in a known process counts from 0. So does a process that is new after the opening,
///   unless its start time says that it is older than the opening.
/// - A read with a value that no counter can have is no read.
/// - A process that is not read in a window has its requests counted in the next one that reads it.
/// - Where no read of a window has a counter of all requests, nobody knows whether there were any: all are partial.
#[derive(Clone, Debug)]
pub struct Ledger {
    opened_at: Timestamp,
    /// End of the last window.
    closed_at: Timestamp,
    silent_for_max: Duration,
    targets: BTreeMap<Arc<str>, Target>,
    /// A window without a counter of all requests is one in which nobody knows whether there were any.
    needs_total: bool,
}

#[derive(Clone, Debug)]
struct Target {
    /// End of the last window that read it.
    read_until: Timestamp,
    /// Its newest valid read.
    newest: Option<Timestamp>,
    /// One that is there and unread was known at the opening and could not be read.
    origins: BTreeMap<Arc<str>, Origin>,
}

/// What one window added for one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Increase {
    /// End of the last window that read this target; earlier than the last window's end when reads failed.
    pub since: Timestamp,
    /// Requests between `since` and the end of this window.
    pub total: u64,
    /// Bad ones among them.
    pub bad: u64,
    /// Some requests may be missing (a restart, a failed read), or they came late.
    pub partial: bool,
    /// Some reads belong to windows that were closed before they could be had.
    pub late: bool,
    /// This target was read in this window.
    pub was_read: bool,
    /// What each bucket of a histogram added from one read to the next; of every bucket, those that stood still as well.
    pub buckets: Vec<Increment>,
}

/// What the reads of one window gave for one target.
#[derive(Clone, Debug, Default)]
struct Taken {
    total: u64,
    bad: u64,
    partial: bool,
    /// One of them is valid and newer than all before.
    was_read: bool,
    /// One such has a counter of all requests.
    has_total: bool,
    late: bool,
    buckets: Vec<Increment>,
}

impl Ledger {
    /// Begins at `opened_at` with the reads before it, which are baseline only. A target that is not read any
    /// more is reported as partial and empty for `silent_for_max` after its last read, then it is gone.
    #[must_use]
    pub fn open(opened_at: Timestamp, silent_for_max: Duration, reads: &[Read]) -> Self {
        let mut ledger = Self {
            opened_at,
            closed_at: opened_at,
            silent_for_max,
            targets: BTreeMap::new(),
            needs_total: true,
        };
        for (name, reads) in by_target(reads) {
            let target = ledger
                .targets
                .entry(name.clone())
                .or_insert_with(|| Target::new(opened_at));
            for read in reads {
                let valid = target
                    .origins
                    .entry(read.origin.clone())
                    .or_default()
                    .baseline(read);
                target.newest = target.newest.max(valid.then_some(read.at));
            }
        }
        ledger
    }

    /// For counters that may come into being with the first thing they count, such as those of events: where none is
    /// there, there was nothing to count.
    #[must_use]
    pub fn absence_is_none(mut self) -> Self {
        self.needs_total = false;
        self
    }

    /// Takes what an origin counts from now on for something new: its next read is a baseline.
    pub fn forget(&mut self, target: &Arc<str>, origin: &Arc<str>) {
        if let Some(known) = self
            .targets
            .get_mut(target)
            .and_then(|target| target.origins.get_mut(origin))
        {
            *known = Origin::default();
        }
    }

    /// Notes an origin that is known to exist at the opening and could not be read. Its first read is its
    /// baseline unless its start time says that it is newer than the opening: nobody knows how much of it is older.
    pub fn await_origin(&mut self, target: &Arc<str>, origin: &Arc<str>) {
        let target = self
            .targets
            .entry(target.clone())
            .or_insert_with(|| Target::new(self.closed_at));
        let _ = target.origins.entry(origin.clone()).or_default();
    }

    /// True when this origin was read before, or is awaited.
    #[must_use]
    pub fn knows(&self, target: &str, origin: &str) -> bool {
        self.targets
            .get(target)
            .is_some_and(|target| target.origins.contains_key(origin))
    }

    /// Closes the window that ends at `end`: what each target added, in order of their names. Reads may
    /// overlap with those of earlier windows and come in any order, at most one for an origin and instant;
    /// nothing counts twice.
    pub fn close(&mut self, end: Timestamp, reads: &[Read]) -> BTreeMap<Arc<str>, Increase> {
        let last_end = self.closed_at;
        let mut reads = by_target(reads);
        for name in reads.keys() {
            let _ = self
                .targets
                .entry((*name).clone())
                .or_insert_with(|| Target::new(last_end));
        }
        self.closed_at = end;
        let mut increases = BTreeMap::new();
        let mut has_total = false;
        for (name, target) in &mut self.targets {
            let taken = target.take(self.opened_at, last_end, &reads.remove(name).unwrap_or_default());
            has_total |= taken.has_total;
            let gone = !taken.was_read && end.since(target.read_until) > self.silent_for_max;
            let since = if taken.was_read {
                target.read_until
            } else {
                last_end
            };
            if taken.was_read {
                target.read_until = end;
            }
            let increase = Increase {
                since,
                total: taken.total,
                bad: taken.bad,
                partial: taken.partial || taken.late || !taken.was_read || since < last_end,
                late: taken.late,
                was_read: taken.was_read,
                buckets: taken.buckets,
            };
            if !gone || (increase.total, increase.bad) != (0, 0) {
                let _ = increases.insert(name.clone(), increase);
            }
        }
        for increase in increases.values_mut() {
            increase.partial |= self.needs_total && !has_total;
        }
        increases
    }
}

impl Target {
    fn new(read_until: Timestamp) -> Self {
        Self {
            read_until,
            newest: None,
            origins: BTreeMap::new(),
        }
    }

    /// Counts the reads.
    fn take(&mut self, opened_at: Timestamp, last_end: Timestamp, reads: &[&Read]) -> Taken {
        let mut taken = Taken::default();
        for read in reads {
            let added = self.take_one(opened_at, read);
            taken.partial |= added.as_ref().is_none_or(|added| added.partial);
            if let Some(added) = added {
                if self.newest.is_none_or(|newest| newest < read.at) {
                    taken.was_read = true;
                    taken.has_total |= read.counters.iter().any(|reading| reading.total);
                    taken.late |= opened_at < read.at && read.at <= last_end;
                }
                self.newest = self.newest.max(Some(read.at));
                taken.total = taken.total.saturating_add(added.total);
                taken.bad = taken.bad.saturating_add(added.bad);
                taken.buckets.extend(added.buckets);
            }
        }
        taken
    }

    fn take_one(&mut self, opened_at: Timestamp, read: &Read) -> Option<Added> {
        let awaited = self.origins.contains_key(&read.origin);
        let origin = self.origins.entry(read.origin.clone()).or_default();
        let first = origin.is_unread();
        let started_at = read.started_at.and_then(Timestamp::from_seconds);
        // Counting from 0 what is older than the run would be a flood of requests that never came in it.
        let older = first && started_at.map_or(awaited, |started_at| started_at <= opened_at);
        if read.at <= opened_at || older {
            let valid = origin.baseline(read);
            return valid.then_some(Added {
                partial: read.at > opened_at,
                ..Added::default()
            });
        }
        origin.advance(read).map(|added| Added {
            partial: added.partial || first,
            ..added
        })
    }
}

/// Reads of each target, oldest first.
fn by_target(reads: &[Read]) -> BTreeMap<&Arc<str>, Vec<&Read>> {
    let mut targets: BTreeMap<&Arc<str>, Vec<&Read>> = BTreeMap::new();
    for read in reads {
        targets.entry(&read.target).or_default().push(read);
    }
    for reads in targets.values_mut() {
        reads.sort_by(|one, other| (one.at, &one.origin).cmp(&(other.at, &other.origin)));
    }
    targets
}

#[cfg(test)]
mod tests;
