//! How long until a test can decide, and what it can see by then.

use super::{Margin, Stratum, normal};

/// Halvings of a bisection: from any starting interval down to the last bits of an `f64`.
const BISECTIONS: usize = 80;

/// Kullback-Leibler divergence of two Bernoulli distributions, `KL(p || q)`, both in (0, 1).
#[must_use]
pub fn bernoulli_divergence(p: f64, q: f64) -> f64 {
    p * libm::log(p / q) + (1.0 - p) * libm::log((1.0 - p) / (1.0 - q))
}

/// Wald's bound (1945): canary requests that any test at level `alpha` needs on average to tell `canary_rate` from
/// a known `stable_rate`, `ln(1/alpha) / KL`.
#[must_use]
pub fn wald_bound(alpha: f64, canary_rate: f64, stable_rate: f64) -> f64 {
    -libm::log(alpha) / bernoulli_divergence(canary_rate, stable_rate)
}

/// What a fixed-horizon test of two shares is planned for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TwoShares {
    /// Events per canary request that should be found, in (0, 1).
    pub canary_rate: f64,
    /// Events per stable request, in (0, 1), another one.
    pub stable_rate: f64,
    /// Stable requests per canary request, positive.
    pub stable_per_canary: f64,
    /// Level of the test, in (0, 1).
    pub alpha: f64,
    /// Probability of finding it, in (0, 1).
    pub power: f64,
    /// Whether only a worse canary counts.
    pub one_sided: bool,
}

/// Canary requests that a single look needs, by the normal approximation with pooled variance under the null:
/// `[ z_a sqrt(p(1-p)(1+1/k)) + z_b sqrt(p_c(1-p_c) + p_s(1-p_s)/k) ]^2 / (p_c-p_s)^2`, `p = (p_c + k p_s)/(1+k)`
/// (Fleiss, Levin and Paik 2003, section 4.3, for unequal groups). Infinite for equal rates.
#[must_use]
pub fn sample_size(plan: &TwoShares) -> f64 {
    let TwoShares {
        canary_rate: canary,
        stable_rate: stable,
        stable_per_canary: split,
        ..
    } = *plan;
    let pooled = (canary + split * stable) / (1.0 + split);
    let alpha = if plan.one_sided {
        plan.alpha
    } else {
        0.5 * plan.alpha
    };
    let null = normal::upper_quantile(alpha) * (pooled * (1.0 - pooled) * (1.0 + 1.0 / split)).sqrt();
    let found = normal::upper_quantile(1.0 - plan.power)
        * (canary * (1.0 - canary) + stable * (1.0 - stable) / split).sqrt();
    let reach = (null + found) / (canary - stable);
    reach * reach
}

/// Traffic and rates as planning assumes them to go on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Traffic {
    /// Events per canary request, in [0, 1].
    pub canary_rate: f64,
    /// Events per stable request, in [0, 1].
    pub stable_rate: f64,
    /// Stable requests per canary request, positive.
    pub stable_per_canary: f64,
}

/// Expected log evidence per canary request for the best of `multipliers`: the evidence rate
/// `g = p_c ln(rho1/rho0) + k p_s ln((1-rho1)/(1-rho0))` for a ratio margin, with the toll for a difference.
/// Negative infinity for an empty grid.
#[must_use]
pub fn evidence_rate(margin: Margin, traffic: &Traffic, multipliers: &[f64]) -> f64 {
    let expected = Stratum {
        canary_total: 1.0,
        canary_events: traffic.canary_rate,
        stable_total: traffic.stable_per_canary,
        stable_events: traffic.stable_per_canary * traffic.stable_rate,
    };
    multipliers
        .iter()
        .map(|multiplier| margin.expected_log_increment(&expected, *multiplier))
        .fold(f64::NEG_INFINITY, f64::max)
}

/// The smallest ratio of canary to stable rate that is expected to give `log_evidence` within `canary_requests`
/// (both positive; `log_evidence` already times the dispersion factor); `None` when not even a canary that always
/// fails would. Solves `g(theta) n_c = log_evidence`; `g` grows with theta.
#[must_use]
pub fn detectable_ratio(
    margin: Margin,
    traffic: &Traffic,
    multipliers: &[f64],
    log_evidence: f64,
    canary_requests: f64,
) -> Option<f64> {
    if traffic.stable_rate <= 0.0 || canary_requests <= 0.0 {
        return None;
    }
    let enough = |ratio: f64| {
        let shifted = Traffic {
            canary_rate: (ratio * traffic.stable_rate).min(1.0),
            ..*traffic
        };
        evidence_rate(margin, &shifted, multipliers) * canary_requests >= log_evidence
    };
    let (mut low, mut high) = (1.0, 1.0 / traffic.stable_rate);
    if !enough(high) {
        return None;
    }
    for _ in 0..BISECTIONS {
        let middle = (low * high).sqrt();
        if enough(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::rate_ratio::REGRESSION_GRID;

    #[test]
    fn evidence_rate_of_the_reference_table() {
        // 0.5% to 1.5%, two samples: ln 100 / g is 768 at 5/95, 831 at 10/90, 1760 at 50/50.
        for (stable_per_canary, requests) in [(99.0, 722.0), (19.0, 768.0), (9.0, 831.0), (1.0, 1760.0)] {
            let traffic = Traffic {
                canary_rate: 0.015,
                stable_rate: 0.005,
                stable_per_canary,
            };
            let rate = evidence_rate(Margin::Ratio(1.0), &traffic, &[3.0]);
            assert!(
                (libm::log(100.0) / rate - requests).abs() < 1.0,
                "{stable_per_canary}"
            );
        }
    }

    #[test]
    fn detectable_ratio_is_where_the_evidence_just_suffices() {
        let traffic = Traffic {
            canary_rate: 0.005,
            stable_rate: 0.005,
            stable_per_canary: 19.0,
        };
        let margin = Margin::Ratio(1.1);
        let ratio = detectable_ratio(margin, &traffic, &REGRESSION_GRID, 7.0, 5000.0).unwrap();
        let at = Traffic {
            canary_rate: ratio * 0.005,
            ..traffic
        };
        assert!(
            (evidence_rate(margin, &at, &REGRESSION_GRID) * 5000.0 - 7.0).abs() < 1e-6,
            "{ratio}"
        );
        assert_eq!(
            detectable_ratio(margin, &traffic, &REGRESSION_GRID, 7.0, 0.5),
            None
        );
    }
}
