//! Native histograms as counters, and what becomes of them when a process changes their resolution.

use std::collections::BTreeMap;
use std::sync::Arc;

use serin_judge::counter::{Read, Series};
use serin_judge::time::Timestamp;

use super::decode::{Matrix, NativeMatrix};
use super::samples::{origin, target};

/// A process: its target and origin.
type Process = (Arc<str>, Arc<str>);

/// How finely each native histogram is told. A process may make its buckets coarser at any time, to have fewer of them;
/// what they added until then and from then on cannot be told apart, so such a process begins anew.
#[derive(Clone, Debug, Default)]
pub(super) struct Resolutions {
    /// Of each series: its schema, and when it was read last.
    known: BTreeMap<Series, (i32, Timestamp)>,
    /// Reads of these processes are left out until then.
    begun_at: BTreeMap<Process, Timestamp>,
    /// Those that began anew with the newest samples.
    changed: Vec<Process>,
}

impl Resolutions {
    /// Samples of native histograms as counters of their buckets. The error says why they can never be compared.
    pub(super) fn counters(&mut self, target_label: &str, native: &NativeMatrix) -> Result<Matrix, String> {
        self.changed.clear();
        let mut matrix: BTreeMap<Series, Vec<(Timestamp, f64)>> = BTreeMap::new();
        for (series, samples) in native {
            let process = (target(series, target_label)?, Arc::from(origin(series)));
            for (at, buckets) in samples {
                let schema = buckets.schema(series).map_err(|error| error.to_string())?;
                if let Some(schema) = schema {
                    self.note(series, &process, schema, *at);
                }
                for (counter, value) in buckets.counters(series, schema) {
                    matrix.entry(counter).or_default().push((*at, value));
                }
            }
        }
        Ok(matrix.into_iter().collect())
    }

    fn note(&mut self, series: &Series, process: &Process, schema: i32, at: Timestamp) {
        let known = self.known.get(series).copied();
        if known.is_some_and(|(_, until)| at <= until) {
            return;
        }
        if known.is_some_and(|(before, _)| before != schema) {
            self.changed.push(process.clone());
            let _ = self.begun_at.insert(process.clone(), at);
        }
        let _ = self.known.insert(series.clone(), (schema, at));
    }

    /// Leaves out what was read of a process before it began anew.
    pub(super) fn retain(&self, reads: &mut Vec<Read>) {
        reads.retain(|read| {
            let process = (Arc::clone(&read.target), Arc::clone(&read.origin));
            self.begun_at
                .get(&process)
                .is_none_or(|begun_at| *begun_at <= read.at)
        });
    }

    /// Processes that began anew since the last samples.
    pub(super) fn changed(&self) -> impl Iterator<Item = &Process> {
        self.changed.iter()
    }
}
