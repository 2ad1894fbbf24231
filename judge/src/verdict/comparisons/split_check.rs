//! Is traffic split as the analysis says?

use crate::analysis::plan::TrafficSplit as Expected;
use crate::stats::traffic_split::TrafficSplit;
use crate::verdict::Data;

use super::intake::LookSlices;
use super::number::shown;
use super::report::TrafficSplitReport;

/// Probability that a split which is as it should be is found not to be, over a whole run and all comparisons.
const ALPHA: f64 = 0.001;

/// The test of one comparison.
#[derive(Clone, Copy, Debug)]
pub(super) struct SplitCheck {
    expected: Expected,
    test: TrafficSplit,
    log_e_max: f64,
    /// Comparisons that have such a test.
    tests: f64,
}

impl SplitCheck {
    /// One of `tests` in the run.
    pub(super) fn new(expected: Expected, tests: usize) -> Option<Self> {
        Some(Self {
            expected,
            test: TrafficSplit::try_new(expected.canary_share, expected.tolerance)?,
            log_e_max: 0.0,
            tests: tests as f64,
        })
    }

    /// A look after the burn-in. One with a target that could not be read, or only in part, says nothing of the split.
    pub(super) fn take(&mut self, look: &LookSlices<'_>) {
        let current = &look.current;
        let Some((canary, stable)) = current.both().filter(|_| !current.is_partial) else {
            return;
        };
        let left_out: f64 = look
            .left_out
            .iter()
            .filter(|data| data.is_valid())
            .map(|data| requests(data))
            .sum();
        self.test.add(requests(canary), requests(stable) + left_out);
        self.log_e_max = self.log_e_max.max(self.test.log_e());
    }

    /// The split has been shown to be wrong, at some look.
    pub(super) fn is_mismatched(&self) -> bool {
        self.log_e_max >= libm::log(self.tests / ALPHA)
    }

    pub(super) fn report(&self) -> TrafficSplitReport {
        TrafficSplitReport {
            expected: self.expected.canary_share,
            tolerance: self.expected.tolerance,
            observed: self.test.observed(),
            e_value: shown(self.test.log_e()),
            e_value_max: shown(self.log_e_max),
            threshold: self.tests / ALPHA,
            is_mismatched: self.is_mismatched(),
        }
    }
}

/// What is split: requests.
fn requests(data: &Data) -> f64 {
    match data {
        Data::Errors(counts) => counts.total as f64,
        Data::Latency(latencies) => latencies.total() as f64,
        Data::Events(_) | Data::Series(_) => 0.0,
    }
}
