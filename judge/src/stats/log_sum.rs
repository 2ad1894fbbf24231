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
/// no weight is positive. Sums in slice order.
#[must_use]
pub fn log_weighted_sum_exp(terms: &[(f64, f64)]) -> f64 {
    let largest = terms
        .iter()
        .filter(|(weight, _)| *weight > 0.0)
        .fold(f64::NEG_INFINITY, |largest, (_, value)| largest.max(*value));
    if !largest.is_finite() {
        return largest;
    }
    let sum: f64 = terms
        .iter()
        .filter(|(weight, _)| *weight > 0.0)
        .map(|(weight, value)| weight * libm::exp(value - largest))
        .sum();
    largest + libm::log(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_far_beyond_f64_stays_finite() {
        assert!((log_mean_exp(&[5000.0, 5000.0]) - 5000.0).abs() < 1e-9);
        assert!((log_weighted_sum_exp(&[(0.5, 5000.0), (0.5, -5000.0)]) - 4_999.306_852_8).abs() < 1e-6);
        assert_eq!(log_mean_exp(&[]), f64::NEG_INFINITY);
        assert_eq!(log_weighted_sum_exp(&[(0.0, 3.0)]), f64::NEG_INFINITY);
    }
}
