//! Sums of exponentials, kept as logarithms so that no evidence overflows.

/// `ln(mean(exp(values)))`; negative infinity for an empty slice. Sums in slice order.
#[must_use]
pub fn log_mean_exp(values: &[f64]) -> f64 {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !largest.is_finite() {
        return largest;
    }
    let sum: f64 = values.iter().map(|value| libm::exp(value - largest)).sum();
    largest + libm::log(sum / values.len() as f64)
}

/// `ln(sum(weight * exp(value)))` over `(weight, value)` pairs with weights of at least 0; negative infinity when
/// no weight is positive. Sums in the terms' order, without those that cannot change an `f64`.
#[must_use]
pub fn log_weighted_sum_exp(terms: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
    let heavy = terms.filter(|(weight, _)| *weight > 0.0);
    let largest = heavy
        .clone()
        .fold(f64::NEG_INFINITY, |largest, (_, value)| largest.max(value));
    if !largest.is_finite() {
        return largest;
    }
    let sum: f64 = heavy
        .filter(|(_, value)| value - largest > NEGLIGIBLE)
        .map(|(weight, value)| weight * libm::exp(value - largest))
        .sum();
    largest + libm::log(sum)
}

/// A value this far below the largest adds nothing: `exp(-80)` is 1e-35, and a thousand weights are hardly more apart
/// than 1e-9.
const NEGLIGIBLE: f64 = -80.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn weighted(terms: &[(f64, f64)]) -> f64 {
        log_weighted_sum_exp(terms.iter().copied())
    }

    #[test]
    fn evidence_far_beyond_f64_stays_finite() {
        assert!((log_mean_exp(&[5000.0, 5000.0]) - 5000.0).abs() < 1e-9);
        assert!((weighted(&[(0.5, 5000.0), (0.5, -5000.0)]) - 4_999.306_852_8).abs() < 1e-6);
        assert_eq!(log_mean_exp(&[]), f64::NEG_INFINITY);
        assert_eq!(weighted(&[(0.0, 3.0)]), f64::NEG_INFINITY);
    }
}
