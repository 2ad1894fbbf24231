//! What a comparison counts: from its selectors to readings of series, and from increases to windows' data.

use std::collections::BTreeMap;
use std::sync::Arc;

use serin_judge::analysis::plan::Selection;
use serin_judge::counter::{
    BucketLayout, Buckets, Increase, Increment, Ledger, Read, Reading, Selector, Series,
};
use serin_judge::time::Timestamp;
use serin_judge::verdict::{Counts, Data, Events, Latencies};

/// Behind the name of a histogram's buckets.
const BUCKET: &str = "_bucket";
/// The label of their upper bounds, and the bound of all.
const BOUND_LABEL: &str = "le";
const OVERFLOW: &str = "+Inf";

/// What a comparison counts.
#[derive(Clone, Debug)]
pub(crate) enum Counting {
    Requests {
        bad: Selector,
        total: Selector,
    },
    Events {
        events: Selector,
    },
    Durations {
        /// The histograms themselves, when they are native ones.
        whole: Selector,
        /// Their buckets, when they are classic ones.
        buckets: Selector,
        /// In one of their units.
        milliseconds: f64,
    },
}

impl Counting {
    /// # Errors
    /// Which selector is none, and why.
    pub(crate) fn new(selection: &Selection) -> Result<Self, String> {
        let parse = |name: &str, text: &str| {
            Selector::parse(text).map_err(|error| format!("{name} `{text}`: {error}"))
        };
        Ok(match selection {
            Selection::Requests { bad, total } => Self::Requests {
                bad: parse("bad", bad)?,
                total: parse("total", total)?,
            },
            Selection::Events { events } => Self::Events {
                events: parse("events", events)?,
            },
            Selection::Histogram { histogram, unit } => {
                let whole = parse("histogram", histogram)?;
                Self::Durations {
                    buckets: whole
                        .with_suffix(BUCKET)
                        .map_err(|error| format!("histogram `{histogram}`: {error}"))?,
                    whole,
                    milliseconds: unit.milliseconds(),
                }
            }
            Selection::Value { series } => {
                return Err(format!("series `{series}` is a value, and no counter"));
            }
        })
    }

    /// A series as one of the counters; `None` when it is none of them.
    pub(crate) fn reading(&self, series: Series, value: f64) -> Option<Reading> {
        let (total, bad, bucket) = match self {
            Self::Requests { bad, total } => (total.matches(&series), bad.matches(&series), false),
            Self::Events { events } => (events.matches(&series), false, false),
            Self::Durations { buckets, .. } => {
                let bound = series.get(BOUND_LABEL);
                let bucket = !bound.is_empty() && buckets.matches(&series);
                (bucket && bound == OVERFLOW, false, bucket)
            }
        };
        (total || bad || bucket).then(|| Reading {
            series: Arc::new(series),
            value,
            total,
            bad,
            bucket,
        })
    }

    /// The selector that may match nothing for a good reason, or because it is mistyped.
    pub(crate) fn doubtful(&self) -> Option<(&'static str, &Selector)> {
        match self {
            Self::Requests { bad, .. } => Some(("bad", bad)),
            Self::Events { events } => Some(("events", events)),
            Self::Durations { .. } => None,
        }
    }

    /// The selector of what there always is.
    pub(crate) fn main(&self) -> &Selector {
        match self {
            Self::Requests { total, .. } => total,
            Self::Events { events } => events,
            Self::Durations { buckets, .. } => buckets,
        }
    }

    /// The ledger with the rules of what is counted.
    pub(crate) fn ledger(&self, ledger: Ledger) -> Ledger {
        match self {
            Self::Events { .. } => ledger.absence_is_none(),
            Self::Requests { .. } | Self::Durations { .. } => ledger,
        }
    }

    /// The buckets that were added; none where no histograms are counted.
    pub(crate) fn buckets(&self, increase: &Increase) -> Buckets {
        match self {
            Self::Durations { milliseconds, .. } => Buckets::new(&increase.buckets, *milliseconds),
            Self::Requests { .. } | Self::Events { .. } => Buckets::default(),
        }
    }

    /// The buckets of histograms at the opening, with nothing in them: those to come will have the same bounds. Of each
    /// process its newest read, one after the other: two of them may have the same series at the same instant.
    pub(crate) fn first_buckets(&self, reads: &[Read]) -> Vec<Buckets> {
        let Self::Durations { milliseconds, .. } = self else {
            return Vec::new();
        };
        let mut newest: BTreeMap<(&str, &str), &Read> = BTreeMap::new();
        for read in reads.iter().filter(|read| read.check().is_ok()) {
            let known = newest.entry((&read.target, &read.origin)).or_insert(read);
            if known.at < read.at {
                *known = read;
            }
        }
        let buckets = newest.into_values().map(|read| {
            let buckets = read.counters.iter().filter(|reading| reading.bucket);
            let increments = buckets.map(|reading| Increment {
                series: Arc::clone(&reading.series),
                at: read.at,
                added: 0,
            });
            Buckets::new(&increments.collect::<Vec<_>>(), *milliseconds)
        });
        buckets.collect()
    }

    /// What a target's increase until `end` holds; `None` when its buckets cannot be compared with the others'.
    pub(crate) fn data(
        &self,
        increase: &Increase,
        end: Timestamp,
        layout: &mut BucketLayout,
    ) -> Option<Data> {
        Some(match self {
            Self::Requests { .. } => Data::Errors(Counts {
                total: increase.total,
                bad: increase.bad,
            }),
            Self::Events { .. } => Data::Events(Events {
                events: increase.total,
                exposure: if increase.was_read {
                    end.since(increase.since).as_secs_f64()
                } else {
                    0.0
                },
            }),
            Self::Durations { .. } => Data::Latency(Latencies {
                histogram: layout.histogram(&self.buckets(increase))?,
                timeouts: 0,
            }),
        })
    }
}
