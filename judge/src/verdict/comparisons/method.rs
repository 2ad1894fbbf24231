use crate::analysis::plan::{Comparison, ComparisonKind, Policy};
use crate::histogram::Histogram;
use crate::verdict::Data;

use super::latency::Latency;
use super::rate_test::RateTest;
use super::rates::Rates;
use super::report::{DispersionSource, Remark};
use super::series::{POINTS_MIN, Series};
use super::stable_health::StableState;
use super::tally::Judged;

/// How a comparison is judged, and all that has been gathered for it.
#[derive(Clone, Debug)]
pub(super) enum Method {
    Errors(Box<Rates>),
    Events(Box<Rates>),
    Latency(Box<Latency>),
    Series(Box<Series>),
}

impl Method {
    pub(super) fn new(spec: &Comparison, policy: &Policy) -> Self {
        match spec.kind {
            ComparisonKind::Errors => Self::Errors(Box::new(Rates::of_requests(spec.tolerance, policy))),
            ComparisonKind::Events => Self::Events(Box::new(Rates::of_events(spec.tolerance, policy))),
            ComparisonKind::Latency => Self::Latency(Box::new(Latency::new(spec.tolerance, policy))),
            ComparisonKind::Series => Self::Series(Box::new(Series::new(spec.tolerance, policy))),
        }
    }

    /// The kind's and the method's name with its version.
    pub(super) fn names(&self) -> (&'static str, &'static str) {
        match self {
            Self::Errors(_) => ("errors", "rate_ratio/2"),
            Self::Events(_) => ("events", "event_rate_ratio/1"),
            Self::Latency(_) => ("latency", "latency_exceedance/1"),
            Self::Series(_) => ("series", "paired_series/1"),
        }
    }

    /// A window of this kind.
    pub(super) fn fits(&self, data: &Data) -> bool {
        matches!(
            (self, data),
            (Self::Errors(_), Data::Errors(_))
                | (Self::Events(_), Data::Events(_))
                | (Self::Latency(_), Data::Latency(_))
                | (Self::Series(_), Data::Series(_))
        )
    }

    /// False when these windows cannot be compared with those before them.
    pub(super) fn accept(&mut self, canary: Option<&Data>, stable: Option<&Data>) -> bool {
        let Self::Latency(latency) = self else {
            return true;
        };
        latency
            .layouts
            .accept(canary.and_then(histogram), stable.and_then(histogram))
    }

    /// Rules may not change with data that came later: history is of no use once judging has begun.
    pub(super) fn is_frozen(&self) -> bool {
        match self {
            Self::Errors(rates) | Self::Events(rates) => rates.test.dispersion.is_frozen(),
            Self::Latency(latency) => latency.tests.iter().any(|test| test.dispersion.is_frozen()),
            Self::Series(series) => series.points > 0,
        }
    }

    /// A window of history with both sides.
    pub(super) fn calibrate(&mut self, batch: i64, canary: &Data, stable: &Data) {
        match (self, canary, stable) {
            (Self::Errors(rates) | Self::Events(rates), ..) => rates.calibrate(batch, canary, stable),
            (Self::Latency(latency), Data::Latency(canary), Data::Latency(stable)) => {
                latency.calibrate(batch, canary, stable);
            }
            (Self::Series(series), Data::Series(canary), Data::Series(stable)) => {
                series.calibrate(*canary, *stable);
            }
            _ => {}
        }
    }

    /// Stable's part of a window of history.
    pub(super) fn learn_stable(&mut self, stable: &Data) {
        match (self, stable) {
            (Self::Errors(rates) | Self::Events(rates), _) => rates.learn_stable(stable),
            (Self::Latency(latency), Data::Latency(stable)) => latency.learn_stable(stable),
            _ => {}
        }
    }

    /// Stable's part of a window that is not judged.
    pub(super) fn watch_stable(&mut self, stable: &Data) {
        match (self, stable) {
            (Self::Errors(rates) | Self::Events(rates), _) => rates.watch_stable(stable),
            (Self::Latency(latency), Data::Latency(stable)) => latency.watch_stable(stable),
            _ => {}
        }
    }

    /// A look without a window that can be judged.
    pub(super) fn interrupt(&mut self) {
        if let Self::Series(series) = self {
            series.interrupt();
        }
    }

    /// Another stage of the release begins.
    pub(super) fn begin_stage(&mut self) {
        self.tests_mut().iter_mut().for_each(RateTest::begin_stage);
        if let Self::Series(series) = self {
            series.begin_stage();
        }
    }

    pub(super) fn start_components(&mut self, count: usize) {
        match self {
            Self::Errors(rates) | Self::Events(rates) => rates.test.start_components(count),
            Self::Latency(latency) => latency
                .tests
                .iter_mut()
                .for_each(|test| test.start_components(count)),
            Self::Series(series) => series.start_components(count),
        }
    }

    /// Judges a window; what has to be said about it.
    pub(super) fn judge(&mut self, canary: &Data, stable: &Data) -> Option<Remark> {
        match (self, canary, stable) {
            (Self::Errors(rates) | Self::Events(rates), ..) => {
                rates.judge(canary, stable);
                (!rates.health.is_healthy()).then_some(Remark::StableUnhealthy)
            }
            (Self::Latency(latency), Data::Latency(canary), Data::Latency(stable)) => {
                latency.judge(canary, stable);
                (!latency.health.is_healthy()).then_some(Remark::StableUnhealthy)
            }
            (Self::Series(series), Data::Series(canary), Data::Series(stable)) => {
                (!series.judge(*canary, *stable)).then_some(Remark::InvalidWindows)
            }
            _ => Some(Remark::InvalidWindows),
        }
    }

    /// Some threshold of a latency cannot be multiplied in the buckets at hand.
    pub(super) fn is_coarse(&self) -> bool {
        matches!(self, Self::Latency(latency) if latency.is_coarse)
    }

    /// Evidence of a regression.
    pub(super) fn log_e(&self) -> f64 {
        match self {
            Self::Errors(rates) | Self::Events(rates) => rates.test.log_e(),
            Self::Latency(latency) => latency.log_e(0),
            Self::Series(series) => series.log_e(),
        }
    }

    /// The part of it that has enough canary events to roll back.
    pub(super) fn rollback_log_e(&self, minimum_events: u64) -> f64 {
        match self {
            Self::Errors(rates) | Self::Events(rates) if rates.judged.canary_events >= minimum_events => {
                rates.test.log_e()
            }
            Self::Errors(_) | Self::Events(_) => f64::NEG_INFINITY,
            Self::Latency(latency) => latency.log_e(minimum_events),
            Self::Series(series) => series.log_e(),
        }
    }

    /// Evidence of a canary that is good enough.
    pub(super) fn promotion_log_e(&self) -> f64 {
        match self {
            Self::Errors(rates) | Self::Events(rates) => rates.test.promotion.log_e(),
            Self::Latency(latency) => latency.promotion_log_e(),
            Self::Series(series) => series.promotion_log_e(),
        }
    }

    /// Of the test at the deadline; 1 where there is none or too few canary events.
    pub(super) fn deadline_p(&self, minimum_events: u64) -> f64 {
        match self {
            Self::Errors(rates) | Self::Events(rates) if rates.judged.canary_events >= minimum_events => {
                rates.test.deadline_p()
            }
            Self::Latency(latency) => latency.deadline_p(minimum_events),
            _ => 1.0,
        }
    }

    /// The streams of counts, each with a test of its own.
    pub(super) fn tests(&self) -> &[RateTest] {
        match self {
            Self::Errors(rates) | Self::Events(rates) => std::slice::from_ref(&rates.test),
            Self::Latency(latency) => &latency.tests,
            Self::Series(_) => &[],
        }
    }

    pub(super) fn tests_mut(&mut self) -> &mut [RateTest] {
        match self {
            Self::Errors(rates) | Self::Events(rates) => std::slice::from_mut(&mut rates.test),
            Self::Latency(latency) => &mut latency.tests,
            Self::Series(_) => &mut [],
        }
    }

    /// Takes back what speaks for a promotion so far, not what speaks against one.
    pub(super) fn cut_promotion_back(&mut self) {
        for test in self.tests_mut() {
            test.promotion.cut_back();
        }
    }

    pub(super) fn stable_state(&self) -> StableState {
        match self {
            Self::Errors(rates) | Self::Events(rates) => rates.health.state(),
            Self::Latency(latency) => latency.health.state(),
            Self::Series(_) => StableState::Well,
        }
    }

    /// Requests, or what stands for them.
    pub(super) fn judged(&self) -> Judged {
        match self {
            Self::Errors(rates) | Self::Events(rates) => rates.judged,
            Self::Latency(latency) => latency.judged,
            Self::Series(series) => Judged {
                canary_requests: series.points,
                stable_requests: series.points,
                ..Judged::default()
            },
        }
    }

    /// Canary requests; `None` where nothing is a request.
    pub(super) fn canary_requests(&self) -> Option<u64> {
        match self {
            Self::Errors(rates) => Some(rates.judged.canary_requests),
            Self::Latency(latency) => Some(latency.judged.canary_requests),
            Self::Events(_) | Self::Series(_) => None,
        }
    }

    /// Enough was judged for a promotion.
    pub(super) fn has_enough(&self, policy: &Policy) -> bool {
        match self {
            Self::Series(series) => series.points >= POINTS_MIN,
            _ => self
                .canary_requests()
                .is_none_or(|requests| requests >= policy.minimum_requests),
        }
    }

    /// The factor that is shown: the largest of its streams.
    pub(super) fn dispersion(&self) -> (f64, DispersionSource) {
        match self {
            Self::Errors(rates) | Self::Events(rates) => rates.test.dispersion.estimate(),
            Self::Latency(latency) => latency
                .tests
                .iter()
                .map(|test| test.dispersion.estimate())
                .max_by(|a, b| a.0.total_cmp(&b.0))
                .unwrap_or((1.0, DispersionSource::Default)),
            Self::Series(series) => (series.inflation(), series.source()),
        }
    }
}

fn histogram(data: &Data) -> Option<&Histogram> {
    match data {
        Data::Latency(latencies) => Some(&latencies.histogram),
        _ => None,
    }
}
