//! Several tests at one fixed time (Holm 1979).

/// Adjusted p-values in the order given: rejecting where they are at most `alpha` keeps the probability of any false
/// rejection at `alpha`, under any dependence. With `p` ascending, entry `i` (from 0) of `K` becomes the largest of
/// `(K - j) p_(j)` for `j <= i`, at most 1. A NaN counts as 1: a test that could not be made rejects nothing.
#[must_use]
pub fn adjust(p_values: &[f64]) -> Vec<f64> {
    let known = |index: &usize| probability(p_values[*index]);
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| known(a).total_cmp(&known(b)).then(a.cmp(b)));
    let (mut adjusted, mut largest) = (vec![0.0; p_values.len()], 0.0_f64);
    for (rank, index) in order.iter().enumerate() {
        largest = largest.max(((p_values.len() - rank) as f64 * known(index)).min(1.0));
        adjusted[*index] = largest;
    }
    adjusted
}

/// The same with weights, at least 0: some tests are worth more of the error than others (Holm 1979, section 4). In the
/// order of `p/w` entry `i` becomes the largest of `p_(j) sum_{l >= j} w_(l) / w_(j)` for `j <= i`, at most 1; without
/// weight it is 1. What is left by those that were rejected goes to the others. The slices have the same length.
#[must_use]
pub fn adjust_weighted(p_values: &[f64], weights: &[f64]) -> Vec<f64> {
    let ratio = |index: &usize| probability(p_values[*index]) / weights[*index];
    let mut order: Vec<usize> = (0..p_values.len())
        .filter(|index| weights[*index] > 0.0)
        .collect();
    order.sort_by(|a, b| ratio(a).total_cmp(&ratio(b)).then(a.cmp(b)));
    let (mut adjusted, mut largest) = (vec![1.0; p_values.len()], 0.0_f64);
    for (rank, index) in order.iter().enumerate() {
        let left: f64 = order[rank..].iter().map(|other| weights[*other]).sum();
        largest = largest.max((ratio(index) * left).min(1.0));
        adjusted[*index] = largest;
    }
    adjusted
}

fn probability(p: f64) -> f64 {
    if p.is_nan() { 1.0 } else { p.clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_weights_are_no_weights_and_no_weight_is_no_test() {
        let p_values = [0.01, 0.2, 0.03, f64::NAN];
        for (weighted, plain) in adjust_weighted(&p_values, &[0.25; 4])
            .iter()
            .zip(adjust(&p_values))
        {
            assert!((weighted - plain).abs() < 1e-12, "{weighted} {plain}");
        }
        assert_eq!(adjust_weighted(&[0.001, 0.5], &[0.0, 2.0]), vec![1.0, 0.5]);
        assert!(adjust_weighted(&[], &[]).is_empty());
    }

    #[test]
    fn what_is_rejected_leaves_its_part_to_the_others() {
        // 0.004/0.8 is the smallest ratio; then the second one has the whole error: 0.008.
        let adjusted = adjust_weighted(&[0.004, 0.008], &[0.8, 0.2]);
        assert!(
            (adjusted[0] - 0.005).abs() < 1e-12 && (adjusted[1] - 0.008).abs() < 1e-12,
            "{adjusted:?}"
        );
        let alone = adjust_weighted(&[0.5, 0.008], &[0.8, 0.2]);
        assert!((alone[1] - 0.04).abs() < 1e-12, "{alone:?}");
    }

    #[test]
    fn order_limits_and_missing_values() {
        assert!(adjust(&[]).is_empty());
        assert_eq!(adjust(&[0.5]), vec![0.5]);
        assert_eq!(adjust(&[0.9, 0.9]), vec![1.0, 1.0]);
        assert_eq!(adjust(&[f64::NAN, 0.01]), vec![1.0, 0.02]);
    }
}
