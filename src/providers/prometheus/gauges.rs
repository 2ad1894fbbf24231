//! One side of values: what to ask for, who is known, and the mean of each target.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serin_judge::analysis::plan::{Selection, SideSelection};
use serin_judge::counter::{Read, Selector, Series};
use serin_judge::time::Timestamp;

use super::client::Client;
use super::counters::{SILENT_FOR_MAX, raw};
use super::samples::{self, Part};
use crate::engine::ports::PopulationError;
use crate::providers::{Role, Valued};

/// One side: what to ask for and what is known.
pub(super) struct Gauges {
    pub(super) role: Role,
    pub(super) series: Selector,
    target: String,
    /// It is read this long before the others.
    pub(super) before: Duration,
    /// When each target was seen last.
    pub(super) seen: BTreeMap<Arc<str>, Timestamp>,
}

impl Gauges {
    pub(super) fn new(role: Role, side: &SideSelection, before: Duration) -> Result<Self, PopulationError> {
        let Selection::Value { series } = &side.selection else {
            return Err(PopulationError::Refused(format!(
                "prometheus, {role:?}: no series of values is selected"
            )));
        };
        Ok(Self {
            role,
            series: Selector::parse(series).map_err(|error| {
                PopulationError::Refused(format!("prometheus, series of {role:?} `{series}`: {error}"))
            })?,
            target: side.target.clone(),
            before,
            seen: BTreeMap::new(),
        })
    }

    pub(super) async fn read(
        &self,
        client: &Client,
        end: Timestamp,
        range: Duration,
    ) -> Result<Vec<Read>, PopulationError> {
        let raw = raw(client, self.series.text(), end - self.before, range)
            .await
            .map_err(PopulationError::Unavailable)?;
        let native = raw
            .native
            .first()
            .map(|(series, _)| format!("series {series} is a native histogram, which is no number"));
        let reads = native.map_or_else(
            || samples::reads(&self.target, &[(Part::Total, &raw.matrix)]),
            Err,
        );
        reads.map_err(|reason| {
            PopulationError::Refused(
                client
                    .redaction()
                    .apply(&format!("prometheus, {:?}: {reason}", self.role)),
            )
        })
    }

    /// The mean of each target's samples after `start` until `end`, and whether samples came too late for their window.
    pub(super) fn values(
        &mut self,
        (start, end): (Timestamp, Timestamp),
        reads: &[Read],
    ) -> Result<(BTreeMap<Arc<str>, f64>, bool), String> {
        let (start, end) = (start - self.before, end - self.before);
        let mut sums: BTreeMap<&Arc<str>, (BTreeSet<&Series>, f64, f64)> = BTreeMap::new();
        let mut late = false;
        for read in reads {
            if read.at <= start {
                late |= self.seen.get(&read.target).is_some_and(|seen| *seen < read.at);
                continue;
            }
            let (series, sum, count) = sums.entry(&read.target).or_default();
            for reading in &read.counters {
                let _ = series.insert(&*reading.series);
                *sum += reading.value;
                *count += 1.0;
            }
        }
        let mut values = BTreeMap::new();
        for (target, (series, sum, count)) in sums {
            let _only = Valued::only(target, series.iter().map(|series| (*series, 0.0)))?;
            let _ = values.insert(Arc::clone(target), sum / count);
        }
        for read in reads {
            let seen = self.seen.entry(Arc::clone(&read.target)).or_insert(read.at);
            *seen = (*seen).max(read.at);
        }
        self.seen.retain(|_, seen| end.since(*seen) <= SILENT_FOR_MAX);
        for target in self.seen.keys() {
            let _ = values.entry(Arc::clone(target)).or_insert(f64::NAN);
        }
        Ok((values, late))
    }
}
