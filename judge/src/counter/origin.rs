//! The counters of one process: what each read adds to what was known.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::buckets::{self, BucketsError, Increment};
use super::series::Series;
use crate::time::Timestamp;

/// Largest counter value that a `float64` still holds exactly: 2^53.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// The counters of one process at one instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// Pod or instance.
    pub target: Arc<str>,
    /// What is read in one go, at one instant: a `/metrics` endpoint of the target. A target may have several.
    pub origin: Arc<str>,
    /// When.
    pub at: Timestamp,
    /// `process_start_time_seconds` of the process, when it says so.
    pub started_at: Option<f64>,
    /// All counters that were there, in any order.
    pub counters: Vec<Reading>,
}

/// One counter's value in a [`Read`].
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Which.
    pub series: Arc<Series>,
    /// As it was read, valid or not.
    pub value: f64,
    /// Counts all requests.
    pub total: bool,
    /// Counts bad requests. One series may be both.
    pub bad: bool,
    /// One bucket of a histogram: what it adds is handed on by itself.
    pub bucket: bool,
}

/// What is known of one origin.
#[derive(Clone, Debug, Default)]
pub(super) struct Origin {
    /// Its newest read.
    read_at: Option<Timestamp>,
    started_at: Option<f64>,
    counters: BTreeMap<Arc<Series>, Counter>,
}

#[derive(Clone, Copy, Debug)]
struct Counter {
    value: u64,
    at: Timestamp,
    /// First instant after `at` at which the origin was read and this counter was not there.
    missed_at: Option<Timestamp>,
    /// It was not there in the first read of a new process: that it comes back later is no sign of anything lost.
    ended: bool,
}

impl Counter {
    /// True when its origin was read before `at` and this counter was not there.
    fn is_dead_at(&self, at: Timestamp) -> bool {
        self.missed_at.is_some_and(|missed_at| missed_at < at)
    }
}

/// What a read added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Added {
    pub(super) total: u64,
    pub(super) bad: u64,
    pub(super) partial: bool,
    /// Of each bucket that was read.
    pub(super) buckets: Vec<Increment>,
}

/// Counters of one read after checking: whole numbers, one value a series.
type Checked = BTreeMap<Arc<Series>, Count>;

/// One counter of a read.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    value: u64,
    total: bool,
    bad: bool,
    bucket: bool,
}

impl Origin {
    /// True when nothing was read of it yet.
    pub(super) fn is_unread(&self) -> bool {
        self.read_at.is_none()
    }

    /// Takes over the values and counts nothing. False when the read is not valid.
    pub(super) fn baseline(&mut self, read: &Read) -> bool {
        let Ok(checked) = check(read) else { return false };
        for (series, Count { value, .. }) in checked {
            if self.counters.get(&series).is_none_or(|known| known.at < read.at) {
                let _ = self.counters.insert(
                    series,
                    Counter {
                        value,
                        at: read.at,
                        missed_at: None,
                        ended: false,
                    },
                );
            }
        }
        self.finish(read);
        true
    }

    /// Counts what came since the last read. A read may be handed in again, in whole or with series that
    /// came late: only values newer than what is known count. `None` when the read is not valid.
    pub(super) fn advance(&mut self, read: &Read) -> Option<Added> {
        let mut fresh = check(read).ok()?;
        fresh.retain(|series, _| self.counters.get(series).is_none_or(|known| known.at < read.at));
        let mut added = Added::default();
        let restarted = self.has_restarted(read, &fresh);
        added.partial |= restarted;
        for (
            series,
            Count {
                value,
                total,
                bad,
                bucket,
            },
        ) in fresh
        {
            let known = self.counters.get(&series);
            let reborn = known.is_some_and(|known| known.is_dead_at(read.at));
            added.partial |= reborn && known.is_some_and(|known| !known.ended);
            let base = known
                .filter(|_| !restarted && !reborn)
                .map_or(0, |known| known.value);
            let increment = value.saturating_sub(base);
            added.total = added.total.saturating_add(if total { increment } else { 0 });
            added.bad = added.bad.saturating_add(if bad { increment } else { 0 });
            if bucket {
                added.buckets.push(Increment {
                    series: Arc::clone(&series),
                    at: read.at,
                    added: increment,
                });
            }
            let _ = self.counters.insert(
                series,
                Counter {
                    value,
                    at: read.at,
                    missed_at: None,
                    ended: false,
                },
            );
        }
        self.finish(read);
        if restarted {
            for counter in self.counters.values_mut() {
                counter.ended |= counter.at < read.at;
            }
        }
        Some(added)
    }

    /// One counter that went back, or another start time, means that all counters began again at 0:
    /// those that happen to be higher than before as well.
    fn has_restarted(&self, read: &Read, fresh: &Checked) -> bool {
        let another_start = match (self.started_at, read.started_at) {
            (Some(before), Some(now)) => before.to_bits() != now.to_bits() && self.read_at < Some(read.at),
            _ => false,
        };
        another_start
            || fresh.iter().any(|(series, Count { value, .. })| {
                self.counters
                    .get(series)
                    .is_some_and(|known| !known.is_dead_at(read.at) && *value < known.value)
            })
    }

    fn finish(&mut self, read: &Read) {
        // A read that is handed in again must not bring an old start time back.
        if self.read_at <= Some(read.at) {
            self.read_at = Some(read.at);
            self.started_at = read.started_at.or(self.started_at);
        }
        let present: std::collections::BTreeSet<&Arc<Series>> =
            read.counters.iter().map(|reading| &reading.series).collect();
        for (series, counter) in &mut self.counters {
            if counter.at < read.at && counter.missed_at.is_none() && !present.contains(series) {
                counter.missed_at = Some(read.at);
            }
        }
    }
}

/// Why a read cannot be counted.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ReadError {
    /// A count of requests is a number from 0 to 2^53.
    #[error("series {series} has the value {value:?}, which no counter of requests can have")]
    NoCount {
        /// Which.
        series: Arc<Series>,
        /// What was read.
        value: f64,
    },
    /// Nobody knows which of the two is right.
    #[error("series {series} is there twice, with different values")]
    TwoValues {
        /// Which.
        series: Arc<Series>,
    },
    /// Its buckets are none of a histogram.
    #[error(transparent)]
    Buckets(#[from] BucketsError),
}

impl Read {
    /// Whether all values can be counted; a ledger takes a read that has others for none.
    ///
    /// # Errors
    /// Names the first series at fault.
    pub fn check(&self) -> Result<(), ReadError> {
        check(self).map(|_| ())
    }
}

fn check(read: &Read) -> Result<Checked, ReadError> {
    let mut checked = Checked::new();
    for reading in &read.counters {
        let value = whole(reading.value).ok_or_else(|| ReadError::NoCount {
            series: Arc::clone(&reading.series),
            value: reading.value,
        })?;
        let count = checked.entry(reading.series.clone()).or_insert(Count {
            value,
            ..Count::default()
        });
        if count.value != value {
            return Err(ReadError::TwoValues {
                series: Arc::clone(&reading.series),
            });
        }
        count.total |= reading.total;
        count.bad |= reading.bad;
        count.bucket |= reading.bucket;
    }
    let buckets = checked.iter().filter(|(_, count)| count.bucket);
    buckets::check(buckets.map(|(series, count)| (&**series, count.value)))?;
    Ok(checked)
}

/// Counters of requests are whole. Those that are not (weighted by a sampling rate, say) are rounded before
/// they are subtracted, so that the sum over windows stays the difference of the ends.
fn whole(value: f64) -> Option<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked in the same expression"
    )]
    (0.0..=EXACT_MAX).contains(&value).then(|| value.round() as u64)
}
