//! Several tests at one fixed time (Holm 1979).

/// Adjusted p-values in the order given: rejecting where they are at most `alpha` keeps the probability of any false
/// rejection at `alpha`, under any dependence. With `p` ascending, entry `i` (from 0) of `K` becomes the largest of
/// `(K - j) p_(j)` for `j <= i`, at most 1. A NaN counts as 1: a test that could not be made rejects nothing.
#[must_use]
pub fn adjust(p_values: &[f64]) -> Vec<f64> {
    let known = |index: &usize| {
        let p = p_values[*index];
        if p.is_nan() { 1.0 } else { p.clamp(0.0, 1.0) }
    };
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| known(a).total_cmp(&known(b)).then(a.cmp(b)));
    let (mut adjusted, mut largest) = (vec![0.0; p_values.len()], 0.0_f64);
    for (rank, index) in order.iter().enumerate() {
        largest = largest.max(((p_values.len() - rank) as f64 * known(index)).min(1.0));
        adjusted[*index] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_limits_and_missing_values() {
        assert!(adjust(&[]).is_empty());
        assert_eq!(adjust(&[0.5]), vec![0.5]);
        assert_eq!(adjust(&[0.9, 0.9]), vec![1.0, 1.0]);
        assert_eq!(adjust(&[f64::NAN, 0.01]), vec![1.0, 0.02]);
    }
}
