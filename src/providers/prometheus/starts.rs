//! When processes began that are seen for the first time.
//!
//! Such a process counts from 0, unless it is older than the run: a pod whose labels were changed, or whose scrapes
//! failed for longer than the opening looks back, would otherwise bring all requests of its life into one window.

use std::collections::BTreeSet;
use std::time::Duration;

use serin_judge::counter::{Ledger, Read, quoted};
use serin_judge::time::Timestamp;

use super::client::Client;
use super::decode::QueryResult;
use super::samples::origin;

/// Most client libraries expose it.
const START_TIME: &str = "process_start_time_seconds";
/// Targets in one query; more of them at once come in several.
const TARGETS_PER_QUERY: usize = 50;

/// Fills in `started_at` of the processes that the ledger does not know. One that has no start time stays without.
pub(super) async fn fill_in(
    client: &Client,
    target_label: &str,
    ledger: &Ledger,
    reads: &mut [Read],
    (end, range): (Timestamp, Duration),
) -> Result<(), String> {
    let unknown: BTreeSet<_> = reads
        .iter()
        .filter(|read| !ledger.knows(&read.target, &read.origin))
        .map(|read| read.target.clone())
        .collect();
    let targets: Vec<_> = unknown.into_iter().collect();
    for targets in targets.chunks(TARGETS_PER_QUERY) {
        let ranges = targets.iter().map(|target| {
            let value = quoted(target);
            // The process may have ended inside the window: its last start time still counts.
            format!(
                "last_over_time({START_TIME}{{{target_label}={value}}}[{}ms])",
                range.as_millis().max(1)
            )
        });
        let query = ranges.collect::<Vec<_>>().join(" or ");
        let QueryResult::Vector(starts) = client.instant(&query, end).await?.result else {
            return Err(client.failure(&format!(
                "`{query}` gave no vector; is this the address of a Prometheus?"
            )));
        };
        for read in reads.iter_mut().filter(|read| targets.contains(&read.target)) {
            let start = starts.iter().find(|(series, _)| {
                series.get(target_label) == &*read.target && origin(series) == *read.origin
            });
            if !ledger.knows(&read.target, &read.origin) {
                read.started_at = start
                    .map(|(_, seconds)| *seconds)
                    .filter(|seconds| seconds.is_finite());
            }
        }
    }
    Ok(())
}
