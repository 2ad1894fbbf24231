//! What becomes of a series before it is judged, and its statistics.

use super::answer::Statistics;
use super::canary::{Metric, NanStrategy, OutlierStrategy, Outliers};

/// Interquartile ranges beyond the quartiles, where none are given.
const OUTLIER_FACTOR: f64 = 3.0;

/// The points that are judged, ascending.
pub(super) fn transformed(points: &[f64], metric: &Metric) -> Vec<f64> {
    let mut kept: Vec<f64> = match metric.nan_strategy {
        NanStrategy::Remove => points.iter().copied().filter(|point| !point.is_nan()).collect(),
        NanStrategy::Replace => points
            .iter()
            .map(|point| if point.is_nan() { 0.0 } else { *point })
            .collect(),
    };
    kept.sort_unstable_by(f64::total_cmp);
    without_outliers(&mut kept, &metric.outliers);
    kept
}

/// Keeps what lies within `factor` interquartile ranges of the quartiles, and always the middle 98 %.
fn without_outliers(sorted: &mut Vec<f64>, outliers: &Outliers) {
    if outliers.strategy == OutlierStrategy::Keep || sorted.is_empty() {
        return;
    }
    let (first, third) = (percentile(sorted, 25.0), percentile(sorted, 75.0));
    let reach = outliers.outlier_factor.unwrap_or(OUTLIER_FACTOR) * (third - first);
    let low = percentile(sorted, 1.0).min(first - reach);
    let high = percentile(sorted, 99.0).max(third + reach);
    sorted.retain(|point| low <= *point && *point <= high);
}

/// Linear interpolation at `(n-1) p` of ascending points, at least one (R's type 7).
fn percentile(sorted: &[f64], percent: f64) -> f64 {
    let place = (sorted.len() - 1) as f64 * percent / 100.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place within the slice"
    )]
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - place.floor()) * (sorted[above] - sorted[below])
}

/// Mean with one correction for rounding, as Apache Commons Math's `Mean`; 0 for no points.
pub(super) fn mean(points: &[f64]) -> f64 {
    if points.is_empty() {
        return 0.0;
    }
    let count = points.len() as f64;
    let rough = points.iter().sum::<f64>() / count;
    if !rough.is_finite() {
        return rough;
    }
    let correction: f64 = points.iter().map(|point| point - rough).sum();
    rough + correction / count
}

/// Statistics of ascending points; the variance in two passes with a correction, as Apache Commons Math's `Variance`.
pub(super) fn statistics(sorted: &[f64]) -> Statistics {
    let (Some(min), Some(max)) = (sorted.first(), sorted.last()) else {
        return Statistics::default();
    };
    let (count, mean) = (sorted.len() as f64, mean(sorted));
    let std = if sorted.len() > 1 && min < max {
        let deviations = || sorted.iter().map(|point| point - mean);
        let (squares, sum) = (
            deviations().map(|d| d * d).sum::<f64>(),
            deviations().sum::<f64>(),
        );
        let variance = (squares - sum * sum / count) / (count - 1.0);
        // Rounding may leave less than nothing; what is not a number stays so.
        if variance < 0.0 { 0.0 } else { variance.sqrt() }
    } else {
        0.0
    };
    Statistics {
        min: *min,
        max: *max,
        mean,
        std,
        count: sorted.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cases of Kayenta's own suites (`PercentileSuite`, `DescriptiveStatisticsSuite`).
    #[test]
    fn percentiles_and_statistics() {
        let halves = [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5];
        for (percent, expected) in [(5.0, 0.175), (50.0, 1.75), (100.0, 3.5)] {
            assert!(
                (percentile(&halves, percent) - expected).abs() < 1e-12,
                "{percent}"
            );
        }
        assert_eq!(percentile(&[4.0], 99.0), 4.0);
        let single = statistics(&[4.0]);
        assert_eq!(
            (single.min, single.max, single.mean, single.std, single.count),
            (4.0, 4.0, 4.0, 0.0, 1)
        );
        let six = statistics(&[1.0, 1.0, 1.0, 10.0, 10.0, 10.0]);
        assert!(
            (six.mean - 5.5).abs() < 1e-12 && (six.std - 4.9295).abs() < 1e-4,
            "{six:?}"
        );
        assert_eq!(statistics(&[]), Statistics::default());
        assert_eq!(statistics(&[0.1; 10]).std, 0.0);
        let infinite = statistics(&[3.0, f64::INFINITY]);
        assert!(
            infinite.mean == f64::INFINITY && infinite.std.is_nan(),
            "{infinite:?}"
        );
    }

    #[test]
    fn only_the_single_largest_of_a_hundred_can_be_an_outlier() {
        let remove = Outliers {
            strategy: OutlierStrategy::Remove,
            outlier_factor: Some(1.5),
        };
        let mut points = vec![21.0, 21.0, 23.0, 23.0, 24.0, 25.0, 29.0, 50.0];
        without_outliers(&mut points, &remove);
        assert_eq!(points.last(), Some(&29.0));
        let mut tied = vec![1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 50.0, 50.0];
        without_outliers(&mut tied, &remove);
        assert_eq!(tied.len(), 8);
        let mut none: Vec<f64> = vec![];
        without_outliers(&mut none, &remove);
        assert!(none.is_empty());
    }
}
