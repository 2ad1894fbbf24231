//! From raw samples to reads of processes, and what can be seen from them before they are counted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serin_judge::counter::{Read, Reading, Series};
use serin_judge::time::Timestamp;

use super::decode::Matrix;

/// Labels by which two Prometheus that scrape the same targets tell themselves apart.
const REPLICA_LABELS: [&str; 5] = [
    "prometheus_replica",
    "receive_replica",
    "thanos_replica",
    "__replica__",
    "replica",
];

/// Scrapes seldom keep their interval to the millisecond; this part of it (0..1) is forgiven.
const INTERVAL_TOLERANCE: f64 = 0.02;

/// What the samples of one selector count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// All requests, or events.
    Total,
    /// Bad requests.
    Bad,
    /// Buckets of histograms; the one without an upper bound counts all.
    Buckets,
}

/// Raw samples of one side's selectors, put together as they were scraped: all samples of one scrape carry
/// the same time, and a scrape is told by target, job and instance. The error says why these samples can
/// never be counted.
pub(super) fn reads(target_label: &str, parts: &[(Part, &Matrix)]) -> Result<Vec<Read>, String> {
    let mut reads: BTreeMap<(Arc<str>, Arc<str>, Timestamp), Vec<Reading>> = BTreeMap::new();
    for (part, matrix) in parts {
        refuse_replicas(matrix.iter().map(|(series, _)| series))?;
        for (series, samples) in *matrix {
            let target = target(series, target_label)?;
            let origin: Arc<str> = origin(series).into();
            let is_total = match part {
                Part::Total => true,
                Part::Bad => false,
                Part::Buckets => series.get("le") == "+Inf",
            };
            let series = Arc::new(series.clone());
            for (at, value) in samples {
                let reading = Reading {
                    series: series.clone(),
                    value: *value,
                    total: is_total,
                    bad: *part == Part::Bad,
                    bucket: *part == Part::Buckets,
                };
                reads
                    .entry((target.clone(), origin.clone(), *at))
                    .or_default()
                    .push(reading);
            }
        }
    }
    Ok(reads
        .into_iter()
        .map(|((target, origin, at), counters)| Read {
            target,
            origin,
            at,
            started_at: None,
            counters,
        })
        .collect())
}

/// What is scraped in one go.
pub(super) fn origin(series: &Series) -> String {
    format!("{} {}", series.get("job"), series.get("instance"))
}

pub(super) fn target(series: &Series, label: &str) -> Result<Arc<str>, String> {
    let value = series.get(label);
    if !value.is_empty() {
        return Ok(value.into());
    }
    let labels: Vec<&str> = series
        .labels()
        .map(|(name, _)| name)
        .filter(|name| *name != "__name__")
        .collect();
    Err(format!(
        "series {series} has no label `{label}` to tell targets apart; its labels are: {}; name one of them as `target`",
        if labels.is_empty() {
            "none".to_owned()
        } else {
            labels.join(", ")
        }
    ))
}

/// Two copies of each counter would count each request twice.
pub(super) fn refuse_replicas<'s>(matrix: impl Iterator<Item = &'s Series> + Clone) -> Result<(), String> {
    for label in REPLICA_LABELS {
        let mut seen = BTreeSet::new();
        for series in matrix.clone().filter(|series| !series.get(label).is_empty()) {
            if !seen.insert(series.without(label)) {
                return Err(format!(
                    "series {series} is there more than once, told apart by `{label}` only: several Prometheus scrape the same targets; choose one with a matcher such as `{label}=\"{}\"`, or ask with deduplication",
                    series.get(label)
                ));
            }
        }
    }
    Ok(())
}

/// A series of both sides would compare a population with itself.
pub(super) fn refuse_overlap(canary: &[Read], stable: &[Read]) -> Result<(), String> {
    fn series(reads: &[Read]) -> BTreeSet<&Series> {
        reads
            .iter()
            .flat_map(|read| &read.counters)
            .map(|reading| &*reading.series)
            .collect()
    }
    match series(canary).intersection(&series(stable)).next() {
        None => Ok(()),
        Some(both) => Err(format!(
            "series {both} is selected for two sides; add a matcher that tells them apart"
        )),
    }
}

/// The slowest process' median distance between two scrapes; `None` when no process was scraped twice.
/// The median, since a scrape that failed doubles one distance and must not double the interval.
pub(super) fn scrape_interval<'a>(reads: impl IntoIterator<Item = &'a Read>) -> Option<Duration> {
    let mut instants: BTreeMap<(&str, &str), Vec<Timestamp>> = BTreeMap::new();
    for read in reads {
        instants
            .entry((&read.target, &read.origin))
            .or_default()
            .push(read.at);
    }
    instants
        .into_values()
        .filter_map(|mut instants| {
            instants.sort();
            let mut distances: Vec<Duration> = instants
                .array_windows()
                .map(|[earlier, later]| later.since(*earlier))
                .collect();
            distances.sort();
            distances.get(distances.len().saturating_sub(1) / 2).copied()
        })
        .max()
}

/// A window of counts needs two scrapes in it, or its counts say more about when scrapes fell than about requests; one of
/// values needs one.
pub(super) fn refuse_short_window(window: Duration, interval: Duration, scrapes: u32) -> Result<(), String> {
    if window.as_secs_f64() * (1.0 + INTERVAL_TOLERANCE) >= f64::from(scrapes) * interval.as_secs_f64() {
        return Ok(());
    }
    let shortest = Duration::from_millis(u64::try_from((scrapes * interval).as_millis()).unwrap_or(u64::MAX));
    let needed = if scrapes == 1 {
        "a scrape interval"
    } else {
        "two scrape intervals"
    };
    Err(format!(
        "a window of {window:?} is shorter than {needed}: these targets are scraped every {interval:?}; the shortest window that would do is {shortest:?}"
    ))
}
