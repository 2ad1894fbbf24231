//! The endpoints of one side, and what one reading of them gave.

use std::sync::Arc;
use std::time::Duration;

use serin_judge::counter::{Ledger, NoProspect, Prospect, Read, Sample};
use serin_judge::time::Timestamp;

use super::client::Target;
use crate::engine::ports::PopulationError;
use crate::providers::{Counting, Role};

/// When a process began, in Unix seconds; most client libraries expose it.
const START_TIME: &str = "process_start_time_seconds";
/// Configured endpoints are never taken for gone: one that is silent is failing, however long.
const SILENT_FOR_MAX: Duration = Duration::MAX;

/// The endpoints of one side and what is known of them.
#[derive(Debug)]
pub(super) struct Endpoints {
    pub(super) role: Role,
    pub(super) targets: Vec<Target>,
    /// `None` before the opening.
    pub(super) ledger: Option<Ledger>,
    /// The doubtful selector was seen to match, or to ask for nothing that is not there.
    pub(super) is_proven: bool,
}

/// What one side's endpoints gave.
#[derive(Debug)]
pub(super) struct Scraped {
    pub(super) reads: Vec<Read>,
    /// Names of those that could not be read.
    failed: Vec<Arc<str>>,
    pub(super) first_error: Option<String>,
    /// Whether what is doubtful would be seen, else the selector's name and what there is instead; of consequence once
    /// there are requests at all.
    prospect: Result<(), (&'static str, NoProspect)>,
}

impl Endpoints {
    pub(super) fn new(role: Role, addresses: &[String]) -> Result<Self, PopulationError> {
        let targets = addresses
            .iter()
            .map(|address| Target::new(address))
            .collect::<Result<_, _>>();
        Ok(Self {
            role,
            targets: targets.map_err(PopulationError::Refused)?,
            ledger: None,
            is_proven: false,
        })
    }

    /// Takes what the endpoints answered, in the order of the targets.
    pub(super) fn scraped(
        &self,
        at: Timestamp,
        counting: &Counting,
        texts: Vec<Result<Vec<Sample>, String>>,
    ) -> Scraped {
        let doubtful = counting.doubtful().filter(|_| !self.is_proven);
        let mut prospect = doubtful.map(|(name, selector)| (name, Prospect::new(selector)));
        let (mut reads, mut failed, mut first_error) = (Vec::new(), Vec::new(), None);
        for (target, text) in self.targets.iter().zip(texts) {
            let name: Arc<str> = target.name.as_str().into();
            let read = text.and_then(|samples| {
                if let Some((_, prospect)) = &mut prospect {
                    samples.iter().for_each(|sample| prospect.see(&sample.series));
                }
                let read = read(counting, name.clone(), at, samples);
                let counted = read.check();
                counted
                    .map(|()| read)
                    .map_err(|error| format!("scrape {}: {error}", target.name))
            });
            match read {
                Ok(read) => reads.push(read),
                Err(error) => {
                    tracing::warn!(target = %name, error = %error, "Scrape failed.");
                    failed.push(name);
                    first_error.get_or_insert(error);
                }
            }
        }
        Scraped {
            reads,
            failed,
            first_error,
            prospect: match prospect {
                Some((name, prospect)) => prospect.verdict().map_err(|reason| (name, reason)),
                None => Ok(()),
            },
        }
    }

    /// Begins with what was read; what could not be read begins with a baseline later.
    pub(super) fn open(&mut self, now: Timestamp, counting: &Counting, scraped: &Scraped) {
        let mut ledger = counting.ledger(Ledger::open(now, SILENT_FOR_MAX, &scraped.reads));
        for name in &scraped.failed {
            ledger.await_origin(name, name);
        }
        self.ledger = Some(ledger);
        self.is_proven |= scraped.is_proven();
    }
}

impl Scraped {
    /// Requests of which none can ever be seen to be bad are no evidence, and neither are events that cannot be seen.
    pub(super) fn refuse_blindness(&self, counting: &Counting, role: Role) -> Result<(), PopulationError> {
        let mut counters = self.reads.iter().flat_map(|read| &read.counters);
        let is_due = match counting {
            Counting::Requests { .. } => counters.any(|reading| reading.total),
            Counting::Events { .. } | Counting::Durations { .. } => !self.reads.is_empty(),
        };
        match &self.prospect {
            Err((name, reason)) if is_due => Err(PopulationError::Refused(format!(
                "scrape, {name} of {role:?}: {reason}"
            ))),
            _ => Ok(()),
        }
    }

    pub(super) fn is_proven(&self) -> bool {
        self.prospect.is_ok()
    }
}

fn read(counting: &Counting, target: Arc<str>, at: Timestamp, samples: Vec<Sample>) -> Read {
    let mut starts = samples
        .iter()
        .filter(|sample| sample.series.get("__name__") == START_TIME);
    // Several would be several processes behind one address, and none of them is this one's start.
    let started_at = starts
        .next()
        .map(|sample| sample.value)
        .filter(|_| starts.next().is_none());
    let counters = samples
        .into_iter()
        .filter_map(|sample| counting.reading(sample.series, sample.value))
        .collect();
    Read {
        origin: target.clone(),
        target,
        at,
        started_at,
        counters,
    }
}
