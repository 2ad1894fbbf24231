//! Evidence of several comparisons together.

/// Shares of comparisons in the common statistic. Each entry is the mass of its group, such as 0.8 or 0.2 (`None`
/// takes no part); a group's mass is split equally among its members, and groups without members leave theirs to
/// the others. The shares sum to 1 unless nobody takes part.
///
/// The weighted mean of e-values is valid under any dependence and the only admissible way of merging arbitrary
/// ones (Vovk and Wang 2021; Wang 2024); a share costs its owner `ln(1/share)`.
#[must_use]
pub fn group_shares(masses: &[Option<f64>]) -> Vec<f64> {
    let members = |mass: f64| masses.iter().flatten().filter(|other| **other == mass).count() as f64;
    let raw: Vec<f64> = masses
        .iter()
        .map(|mass| mass.map_or(0.0, |mass| mass / members(mass)))
        .collect();
    let whole: f64 = raw.iter().sum();
    if whole <= 0.0 {
        return raw;
    }
    raw.iter().map(|share| share / whole).collect()
}

/// Closed testing with the plain mean (Vovk and Wang 2021): entry `i` becomes the smallest mean of any subset that
/// contains it. Rejecting where the result reaches `1/alpha` keeps the family-wise error at `alpha`.
///
/// The smallest mean for `i` takes the smallest others one by one while they lower it, so `O(K^2)` after sorting.
#[must_use]
pub fn closed_adjust(e_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..e_values.len()).collect();
    order.sort_by(|a, b| e_values[*a].total_cmp(&e_values[*b]).then(a.cmp(b)));
    (0..e_values.len())
        .map(|member| {
            let (mut sum, mut count) = (e_values[member], 1.0);
            for other in order.iter().filter(|other| **other != member) {
                if e_values[*other] >= sum / count {
                    break;
                }
                sum += e_values[*other];
                count += 1.0;
            }
            sum / count
        })
        .collect()
}

/// The e-BH procedure (Wang and Ramdas 2022): indices of the rejected, ascending. With `e` sorted descending the
/// largest `k` with `k e_(k) / K >= 1/alpha` rejects the first `k`: false discovery rate at most `alpha` under any
/// dependence.
#[must_use]
pub fn e_bh(e_values: &[f64], alpha: f64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..e_values.len()).collect();
    order.sort_by(|a, b| e_values[*b].total_cmp(&e_values[*a]).then(a.cmp(b)));
    let rejected = (1..=order.len())
        .rev()
        .find(|k| *k as f64 * e_values[order[k - 1]] >= order.len() as f64 / alpha)
        .unwrap_or(0);
    let mut indices = order[..rejected].to_vec();
    indices.sort_unstable();
    indices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_group_alone_takes_everything() {
        assert_eq!(group_shares(&[Some(0.8), Some(0.8)]), vec![0.5, 0.5]);
        assert_eq!(group_shares(&[Some(0.2), None]), vec![1.0, 0.0]);
        assert_eq!(group_shares(&[None]), vec![0.0]);
        let mixed = group_shares(&[Some(0.8), Some(0.2), Some(0.2), None]);
        for (share, expected) in mixed.iter().zip([0.8, 0.1, 0.1, 0.0]) {
            assert!((share - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn infinite_evidence_does_not_spoil_the_others() {
        assert_eq!(closed_adjust(&[f64::INFINITY, 2.0]), vec![f64::INFINITY, 2.0]);
        assert_eq!(e_bh(&[f64::INFINITY, 0.0], 0.05), vec![0]);
        assert!(closed_adjust(&[]).is_empty() && e_bh(&[], 0.1).is_empty());
    }
}
