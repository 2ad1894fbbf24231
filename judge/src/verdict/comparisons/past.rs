//! What recorded windows tell of a service: how much traffic it has, how often it fails and how slow it is, how noisy that is.
//!
//! They are history to the judge of each comparison, which calibrates by them as it would before a release. Windows of earlier
//! releases, which are not history themselves, count with what ran the old version alone: their stable side.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::analysis::plan::{Plan, Policy};
use crate::time::Timestamp;
use crate::verdict::{Counts, Data, Look, Side, Window};

use super::evidence::Evidence;
use super::intake;
use super::method::Method;
use super::threshold;

/// Traffic of one comparison.
#[derive(Clone, Debug, Default)]
struct Seen {
    covered: Duration,
    last_end: Option<Timestamp>,
    requests: u64,
    canary_requests: u64,
    /// Of the old version: errors alone.
    old: Counts,
}

/// Takes recorded windows in.
#[derive(Clone, Debug)]
pub struct PastWindows {
    policy: Policy,
    evidence: Vec<Evidence>,
    seen: BTreeMap<Arc<str>, Seen>,
    /// The windows that end at the instant at hand.
    open: Vec<Window>,
    last_end: Option<Timestamp>,
}

/// What all recorded windows together tell.
#[derive(Clone, Debug)]
pub struct Past {
    evidence: Vec<Evidence>,
    seen: BTreeMap<Arc<str>, Seen>,
}

/// What the windows of one comparison say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PastTraffic {
    /// Requests a second of both sides while windows were recorded.
    pub requests_per_second: f64,
    /// The canary's part of them; 0 when it had none.
    pub canary_weight: f64,
    /// Part of the old version's requests that failed, of errors.
    pub error_rate: Option<f64>,
    /// Stable's median and 99th percentile in milliseconds, of latencies.
    pub quantiles_ms: Option<[f64; 2]>,
}

impl PastWindows {
    /// Of a plan's comparisons, before any window.
    #[must_use]
    pub fn of_plan(plan: &Plan) -> Self {
        let evidence = plan
            .comparisons
            .iter()
            .map(|spec| Evidence::new(spec, &plan.policy, 0.0));
        Self {
            policy: plan.policy,
            evidence: evidence.collect(),
            seen: BTreeMap::new(),
            open: Vec::new(),
            last_end: None,
        }
    }

    /// Takes in windows in order of time: those that end together come one after another. What ends before something that
    /// was taken in (two releases at once) is left out.
    pub fn take(&mut self, windows: &[Window]) {
        for window in windows {
            if self.open.first().is_some_and(|open| open.end != window.end) {
                self.close();
            }
            if self.last_end.is_none_or(|last| window.end > last) {
                self.open.push(window.clone());
            }
        }
    }

    /// After the last window.
    #[must_use]
    pub fn finish(mut self) -> Past {
        self.close();
        Past {
            evidence: self.evidence,
            seen: self.seen,
        }
    }

    fn close(&mut self) {
        let windows = std::mem::take(&mut self.open);
        let Some(at) = windows.first().map(|window| window.end) else {
            return;
        };
        self.last_end = Some(at);
        for window in windows.iter().filter(|window| window.data.is_valid()) {
            let seen = self.seen.entry(Arc::clone(&window.comparison)).or_default();
            seen.take(window);
        }
        let old = windows.into_iter().filter_map(of_the_old_version);
        let look = Look {
            at,
            windows: old.collect(),
        };
        let slices = intake::slice(&look, &self.evidence, self.policy.window);
        for (evidence, slice) in self.evidence.iter_mut().zip(slices) {
            evidence.take(slice, &self.policy, Timestamp::default());
        }
    }
}

/// As history; `None` for the new version's.
fn of_the_old_version(mut window: Window) -> Option<Window> {
    let is_old = window.flags.history || window.side == Side::Stable;
    window.flags.history = true;
    is_old.then_some(window)
}

impl Past {
    /// What a comparison's windows say; `None` when there are none with requests.
    #[must_use]
    pub fn of(&self, comparison: &str) -> Option<PastTraffic> {
        let seen = self.seen.get(comparison)?;
        let method = self.method(comparison)?;
        let seconds = seen.covered.as_secs_f64();
        let latencies = match method {
            Method::Latency(latency) => Some(&latency.past_stable),
            Method::Errors(_) | Method::Events(_) | Method::Series(_) => None,
        };
        let quantiles = latencies.map(|latencies| threshold::quantiles(latencies, [0.5, 0.99]));
        (seconds > 0.0 && seen.requests > 0).then(|| PastTraffic {
            requests_per_second: seen.requests as f64 / seconds,
            canary_weight: seen.canary_requests as f64 / seen.requests as f64,
            error_rate: (seen.old.total > 0).then(|| seen.old.bad as f64 / seen.old.total as f64),
            quantiles_ms: quantiles.and_then(|[median, high]| Some([median?, high?])),
        })
    }

    /// All that a comparison has learned.
    pub(super) fn method(&self, comparison: &str) -> Option<&Method> {
        let evidence = self.evidence.iter().find(|one| &*one.name == comparison);
        evidence.map(|evidence| &evidence.method)
    }
}

impl Seen {
    fn take(&mut self, window: &Window) {
        let requests = match &window.data {
            Data::Errors(counts) => counts.total,
            Data::Latency(latencies) => latencies.total(),
            Data::Events(_) | Data::Series(_) => 0,
        };
        if window.flags.control {
            return;
        }
        let from = self.last_end.map_or(window.start, |last| window.start.max(last));
        self.covered += window.end.since(from);
        self.last_end = Some(window.end);
        self.requests = self.requests.saturating_add(requests);
        if window.side == Side::Canary {
            self.canary_requests = self.canary_requests.saturating_add(requests);
        }
        let counts = window.counts();
        if window.flags.history || window.side == Side::Stable {
            self.old.total = self.old.total.saturating_add(counts.total);
            self.old.bad = self.old.bad.saturating_add(counts.bad);
        }
    }
}
