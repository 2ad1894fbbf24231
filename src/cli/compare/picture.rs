//! Both distributions on common bins: what the terminal and the page draw.

use serin_judge::stats::distribution::Distribution;

use crate::cli::number::time;

/// Bins between two times, evenly on a logarithmic scale, with the share of each population in them.
pub(in crate::cli) struct Bins {
    /// One more than there are bins; ascending, positive.
    pub(in crate::cli) bounds: Vec<f64>,
    /// Shares of A and B.
    pub(in crate::cli) shares: [Vec<f64>; 2],
}

/// The smallest part of a population that is worth a bin of its own at either end.
const TAIL: f64 = 0.0005;

impl Bins {
    /// Bins over what both populations have between them; the outermost ones hold what lies beyond.
    pub(in crate::cli) fn new(sides: [&Distribution; 2], count: usize) -> Self {
        let groups = sides.map(Distribution::groups);
        let ends = [0, 1].map(|side| ends(&groups[side], sides[side].count()));
        let low = ends[0].0.min(ends[1].0);
        let high = ends[0].1.max(ends[1].1).max(low);
        // A single value still has a width.
        let (low, high) = if high / low < 1.02 {
            (low / 1.05, high * 1.05)
        } else {
            (low, high)
        };
        let step = libm::log(high / low) / count as f64;
        let bounds: Vec<f64> = (0..=count)
            .map(|index| low * libm::exp(step * index as f64))
            .collect();
        let shares = [0, 1].map(|side| {
            let mut shares = vec![0.0; count];
            for (value, number) in &groups[side] {
                let bin = bounds
                    .partition_point(|bound| bound <= value)
                    .saturating_sub(1)
                    .min(count - 1);
                shares[bin] += *number as f64 / sides[side].count() as f64;
            }
            shares
        });
        Self { bounds, shares }
    }
}

/// Positive values between which all but the tails lie.
fn ends(groups: &[(f64, u64)], count: u64) -> (f64, f64) {
    let at = |order: f64| {
        let (mut below, wanted) = (0, order * count as f64);
        let found = groups.iter().find(|(value, number)| {
            below += number;
            below as f64 > wanted && *value > 0.0
        });
        found.or(groups.last()).map_or(1.0, |(value, _)| *value)
    };
    let (low, high) = (at(TAIL), at(1.0 - TAIL));
    // A population of zeros alone.
    (
        if low > 0.0 { low } else { 1e-6 },
        if high > 0.0 { high } else { 1e-6 },
    )
}

const ROWS: usize = 18;
const WIDTH: usize = 28;

/// Both distributions as rows of a terminal: A to the left, B to the right.
pub(in crate::cli) fn rows(sides: [&Distribution; 2]) -> String {
    let bins = Bins::new(sides, ROWS);
    let most = bins.shares.iter().flatten().copied().fold(0.0, f64::max);
    let mut text = format!("  {:>10}  {:>WIDTH$} | B\n", "", "A");
    for row in 0..ROWS {
        let bar = |side: usize| "#".repeat(length(bins.shares[side][row] / most));
        let line = format!(
            "  {:>10}  {:>WIDTH$} | {}",
            time(bins.bounds[row]),
            bar(0),
            bar(1)
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Characters for a part of the longest bar; the smallest part that there is shows.
fn length(part: f64) -> usize {
    let whole = (0..=WIDTH)
        .rev()
        .find(|length| *length as f64 <= part * WIDTH as f64 + 0.5);
    whole.unwrap_or(0).max(usize::from(part > 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[(f64, u64)]) -> Distribution {
        let mut distribution = Distribution::default();
        for (value, count) in values {
            distribution.record_many(*value, *count).unwrap();
        }
        distribution
    }

    #[test]
    fn all_requests_are_in_a_bin_whatever_the_populations() {
        for (a, b) in [
            (of(&[(5.0, 1)]), of(&[(5.0, 1)])),
            (of(&[(0.0, 3)]), of(&[(0.0, 9)])),
            (of(&[(0.0, 3), (1e15, 2)]), of(&[(1e-9, 1)])),
            (of(&[(80.0, 100), (120.0, 3000), (900.0, 1)]), of(&[(81.0, 7)])),
        ] {
            let bins = Bins::new([&a, &b], 20);
            for shares in &bins.shares {
                assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{shares:?}");
            }
            assert!(
                bins.bounds
                    .windows(2)
                    .all(|pair| pair[0] > 0.0 && pair[1] > pair[0]),
                "{:?}",
                bins.bounds
            );
            let drawn = rows([&a, &b]);
            assert!(
                drawn.lines().count() == ROWS + 1 && drawn.contains('#'),
                "{drawn}"
            );
            assert!(drawn.lines().all(|line| line.len() <= 80), "{drawn}");
        }
    }
}
