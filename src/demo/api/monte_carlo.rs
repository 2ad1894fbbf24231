//! The simulation of savings: small, but a real one.

use serde::Serialize;

use super::planning::{ProfileRequest, RiskTolerance, SimulationRequest};
use crate::demo::chance::{Chance, Stream};

/// Markets that are simulated, in pairs of one and its mirror image, which halves the noise for the same work.
/// As many as keep an answer under 0.1 ms.
const PAIRS: usize = 50;

/// What somebody saves, and for what.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Goal {
    pub(super) amount: f64,
    pub(super) years: u32,
    savings: f64,
    monthly_contribution: f64,
    risk_tolerance: RiskTolerance,
}

/// What may become of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Outlook {
    /// Markets in which the goal is reached, among all; in [0, 1].
    pub(super) success_probability: f64,
    /// Savings at the end that a tenth of the markets stay below.
    pub(super) pessimistic: f64,
    /// Savings at the end in the middle.
    pub(super) median: f64,
    /// Savings at the end that a tenth of the markets exceed.
    pub(super) optimistic: f64,
}

impl Goal {
    /// From a profile and what is asked about it.
    pub(super) fn new(profile: &ProfileRequest, request: &SimulationRequest) -> Self {
        Self {
            amount: request.goal_amount,
            years: request.years_to_goal,
            savings: profile.current_savings,
            monthly_contribution: request.monthly_contribution,
            risk_tolerance: profile.risk_tolerance,
        }
    }
}

impl RiskTolerance {
    /// Mean and standard deviation of the logarithm of a year's growth.
    fn market(self) -> (f64, f64) {
        match self {
            Self::Conservative => (0.03, 0.05),
            Self::Moderate => (0.05, 0.10),
            Self::Aggressive => (0.065, 0.17),
        }
    }
}

/// Simulates the goal in markets drawn from `seed`.
#[expect(clippy::cast_precision_loss, reason = "a hundred markets")]
pub(super) fn run(goal: &Goal, seed: u64) -> Outlook {
    let (mean, deviation) = goal.risk_tolerance.market();
    let yearly = 12.0 * goal.monthly_contribution;
    // Growth and mirrored growth of a year multiplied: exp(mean + shock) * exp(mean - shock).
    let both = libm::exp(2.0 * mean);
    let mut chance = Chance::new(seed, Stream::Records);
    let mut ends = Vec::with_capacity(2 * PAIRS);
    for _ in 0..PAIRS {
        let (mut savings, mut mirrored) = (goal.savings, goal.savings);
        for _ in 0..goal.years {
            let growth = libm::exp(mean + deviation * chance.normal());
            // What comes in during a year grows for half of it on average; added at the end, to be careful.
            savings = savings * growth + yearly;
            mirrored = mirrored * (both / growth) + yearly;
        }
        ends.extend([savings, mirrored]);
    }
    ends.sort_by(f64::total_cmp);
    let reached = ends.iter().filter(|end| **end >= goal.amount).count();
    let quantile = |part: usize| ends.get(ends.len() * part / 10).copied().unwrap_or_default();
    Outlook {
        success_probability: reached as f64 / ends.len() as f64,
        pessimistic: quantile(1),
        median: quantile(5),
        optimistic: quantile(9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goal(amount: f64, risk_tolerance: RiskTolerance) -> Goal {
        Goal {
            amount,
            years: 20,
            savings: 25_000.0,
            monthly_contribution: 2_000.0,
            risk_tolerance,
        }
    }

    #[test]
    fn outlooks_make_sense() {
        let moderate = run(&goal(500_000.0, RiskTolerance::Moderate), 1);
        assert!(moderate.pessimistic < moderate.median && moderate.median < moderate.optimistic);
        // 24,000 a year at 5 % for 20 years, and 25,000 at the beginning: about 880,000.
        assert!(
            (700_000.0..1_100_000.0).contains(&moderate.median),
            "{moderate:?}"
        );
        let high = run(&goal(1_000_000.0, RiskTolerance::Moderate), 1);
        assert!(high.success_probability < moderate.success_probability);
        let careful = run(&goal(500_000.0, RiskTolerance::Conservative), 1);
        assert!(careful.optimistic - careful.pessimistic < moderate.optimistic - moderate.pessimistic);
    }

    #[test]
    fn a_seed_repeats() {
        let goal = goal(500_000.0, RiskTolerance::Aggressive);
        assert_eq!(run(&goal, 5), run(&goal, 5));
        assert_ne!(run(&goal, 5), run(&goal, 6));
    }
}
