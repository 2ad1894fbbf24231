//! What is planned with: what was said, else what was recorded, else what is usual.

use serin_judge::analysis::plan::{Comparison, ComparisonKind, Plan};
use serin_judge::verdict::{Expected, Outlook, Past};

use super::history::History;
use super::options::OutlookOptions;

/// Part of stable's requests that fails when nothing tells.
const ERROR_RATE: f64 = 0.005;

/// Stable's 99th percentile over its median when nothing tells.
const TAIL: f64 = 4.0;

/// What is known before options are looked at.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) past: Option<Past>,
    pub(super) history: Option<History>,
}

/// All that a plan is judged by before a release.
#[derive(Clone, Debug)]
pub(super) struct Basis {
    pub(super) plan: Plan,
    /// Of each comparison of the plan.
    pub(super) expected: Vec<Expected>,
    pub(super) past: Option<Past>,
}

impl Basis {
    pub(super) fn new(plan: &Plan, options: &OutlookOptions, past: Option<Past>) -> Result<Self, String> {
        let each = plan.comparisons.iter();
        let expected: Result<Vec<Expected>, String> = each
            .map(|comparison| expected(plan, comparison, options, past.as_ref()))
            .collect();
        Ok(Self {
            plan: plan.clone(),
            expected: expected?,
            past,
        })
    }

    pub(super) fn outlooks(&self) -> Vec<Outlook> {
        Outlook::of_plan(&self.plan, &self.expected, self.past.as_ref())
    }

    /// Of the first comparison that is planned, errors before latencies.
    pub(super) fn first(&self) -> &Expected {
        let kinds = [ComparisonKind::Errors, ComparisonKind::Latency];
        let place = kinds
            .into_iter()
            .find_map(|kind| self.plan.comparisons.iter().position(|one| one.kind == kind));
        &self.expected[place.unwrap_or(0)]
    }

    pub(super) fn of(&self, name: &str) -> &Expected {
        let place = self.plan.comparisons.iter().position(|one| one.name == name);
        &self.expected[place.unwrap_or(0)]
    }

    /// Some latencies are planned of which nothing is recorded.
    pub(super) fn takes_a_shape_for_granted(&self, outlooks: &[Outlook]) -> bool {
        let mut latencies = outlooks
            .iter()
            .filter(|outlook| outlook.kind == ComparisonKind::Latency);
        latencies.any(|outlook| self.quantiles_ms(&outlook.name).is_none())
    }

    /// Stable's median and 99th percentile, where they are recorded.
    pub(super) fn quantiles_ms(&self, name: &str) -> Option<[f64; 2]> {
        self.past.as_ref()?.of(name)?.quantiles_ms
    }
}

fn expected(
    plan: &Plan,
    comparison: &Comparison,
    options: &OutlookOptions,
    past: Option<&Past>,
) -> Result<Expected, String> {
    let own = past.and_then(|past| past.of(&comparison.name));
    // Another comparison of the same release has had the same traffic.
    let traffic = own.or_else(|| {
        let mut others = plan.comparisons.iter();
        others.find_map(|other| past?.of(&other.name))
    });
    let recorded_weight = traffic.map(|traffic| traffic.canary_weight);
    let canary_weight = options
        .canary_weight
        .or(recorded_weight.filter(|weight| (1e-9..1.0).contains(weight)));
    let expected = Expected {
        requests_per_second: options
            .rps
            .or(traffic.map(|traffic| traffic.requests_per_second))
            .unwrap_or_default(),
        canary_weight: canary_weight
            .ok_or("error: no requests of a canary are recorded; say --canary-weight")?,
        error_rate: options
            .error_rate
            .or(own.and_then(|own| own.error_rate))
            .unwrap_or(ERROR_RATE),
        tail: options.p99_over_p50.unwrap_or(TAIL),
        dispersion: None,
    };
    if expected.error_rate > 0.0 && expected.error_rate < 1.0 && expected.requests_per_second > 0.0 {
        Ok(expected)
    } else {
        Err(format!(
            "error: {}: {} requests a second of which {} fail; say --rps and --error-rate",
            comparison.name, expected.requests_per_second, expected.error_rate
        ))
    }
}
