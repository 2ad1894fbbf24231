//! Interval of the mean of an autocorrelated series by resampling blocks of it (Kunsch 1989).
//!
//! Values that follow one another depend on one another, so whole stretches are drawn, with replacement, from every
//! position of the series and joined to its length; the percentiles of many such means are the limits. For fixed-horizon
//! reports on series of at least [`POINTS_MIN`] points. The draws come from a seed: the same seed gives the same interval.

use thiserror::Error;

use super::chance::Chance;

/// Shorter series have too few blocks to draw from.
pub const POINTS_MIN: usize = 50;

/// Draws beyond this only cost time: their noise is far below a block's own.
pub const RESAMPLES_MAX: usize = 100_000;

/// Limits of a mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BootstrapMean {
    /// The mean of the series.
    pub estimate: f64,
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
}

/// How to resample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resampling {
    /// Points a block, from 1 to the length of the series.
    pub block: usize,
    /// Number of resampled series, from 1 to [`RESAMPLES_MAX`].
    pub resamples: usize,
    /// Seed of the draws.
    pub seed: u64,
}

/// Why there is no interval.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum BootstrapError {
    /// Too short a series.
    #[error("the series has {found} points: a block bootstrap needs at least {POINTS_MIN}")]
    TooFew {
        /// Its length.
        found: usize,
    },
    /// NaN, an infinity, or a sum beyond the range of numbers.
    #[error("the series has values that are not finite, or too large to sum")]
    NotFinite,
    /// A block that does not fit.
    #[error("blocks of {block} points cannot be drawn from a series of {found}")]
    Block {
        /// Points asked for.
        block: usize,
        /// Length of the series.
        found: usize,
    },
    /// None, or too many.
    #[error("{0} resamples: from 1 to {RESAMPLES_MAX} are possible")]
    Resamples(usize),
}

/// The usual block length, `n^(1/3)` rounded, at least 1.
#[must_use]
pub fn usual_block(count: usize) -> usize {
    let root = libm::cbrt(count as f64).round();
    (1..=count)
        .take_while(|block| *block as f64 <= root)
        .last()
        .unwrap_or(1)
}

/// Limits of the mean of `series` in the order of time, at the two-sided level `confidence` in (0, 1).
///
/// # Errors
///
/// When the series is too short or not finite, or the resampling is out of range.
pub fn mean(
    series: &[f64],
    confidence: f64,
    resampling: Resampling,
) -> Result<BootstrapMean, BootstrapError> {
    let (
        count,
        Resampling {
            block,
            resamples,
            seed,
        },
    ) = (series.len(), resampling);
    if count < POINTS_MIN {
        return Err(BootstrapError::TooFew { found: count });
    }
    if block == 0 || block > count {
        return Err(BootstrapError::Block { block, found: count });
    }
    if !(1..=RESAMPLES_MAX).contains(&resamples) {
        return Err(BootstrapError::Resamples(resamples));
    }
    let estimate = series.iter().sum::<f64>() / count as f64;
    // Sums from the start, of the distance from the mean: a block is one difference.
    let mut sums = vec![0.0];
    for value in series {
        sums.push(sums[sums.len() - 1] + (value - estimate));
    }
    if !sums.iter().all(|sum| sum.is_finite()) {
        return Err(BootstrapError::NotFinite);
    }
    let mut chance = Chance::from_seed(seed);
    let mut means: Vec<f64> = (0..resamples)
        .map(|_| estimate + resampled(&sums, block, &mut chance) / count as f64)
        .collect();
    means.sort_unstable_by(f64::total_cmp);
    let tail = 0.5 * (1.0 - confidence);
    let at = |share: f64| {
        let place = share * (means.len() - 1) as f64;
        let below = (0..means.len())
            .take_while(|index| *index as f64 <= place)
            .last()
            .unwrap_or(0);
        let above = (below + 1).min(means.len() - 1);
        means[below] + (place - below as f64) * (means[above] - means[below])
    };
    Ok(BootstrapMean {
        estimate,
        lower: at(tail),
        upper: at(1.0 - tail),
    })
}

/// The sum of blocks joined to the length of the series; the last one is cut.
fn resampled(sums: &[f64], block: usize, chance: &mut Chance) -> f64 {
    let count = sums.len() - 1;
    let (mut sum, mut filled) = (0.0, 0);
    while filled < count {
        let start = chance.below(count - block + 1);
        let taken = block.min(count - filled);
        sum += sums[start + taken] - sums[start];
        filled += taken;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESAMPLING: Resampling = Resampling {
        block: 5,
        resamples: 400,
        seed: 1,
    };

    #[test]
    fn blocks_cover_autocorrelated_means_where_single_points_do_not() {
        let (mut chance, runs) = (Chance::from_seed(12), 300);
        let mut covered = [0, 0];
        for run in 0..runs {
            let mut noise = 0.0;
            let series: Vec<f64> = (0..240)
                .map(|_| {
                    noise = 0.7 * noise + chance.normal();
                    noise
                })
                .collect();
            for (block, covered) in [16, 1].into_iter().zip(&mut covered) {
                let found = mean(
                    &series,
                    0.9,
                    Resampling {
                        block,
                        resamples: 300,
                        seed: run,
                    },
                )
                .unwrap();
                *covered += u32::from(found.lower <= 0.0 && 0.0 <= found.upper);
            }
        }
        let share = covered.map(|count| f64::from(count) / runs as f64);
        assert!(share[0] > 0.75 && share[1] < 0.65, "{share:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_bits_and_constants_have_no_width() {
        let series: Vec<f64> = (0..60).map(|t| f64::from(t % 7)).collect();
        assert_eq!(mean(&series, 0.95, RESAMPLING), mean(&series, 0.95, RESAMPLING));
        let constant = mean(&[2.5; 50], 0.95, RESAMPLING).unwrap();
        assert_eq!(
            (constant.lower, constant.estimate, constant.upper),
            (2.5, 2.5, 2.5)
        );
        assert_eq!(
            (usual_block(0), usual_block(1), usual_block(60), usual_block(1000)),
            (1, 1, 4, 10)
        );
    }

    #[test]
    fn series_and_settings_that_cannot_be_resampled() {
        let series = [1.0; 60];
        assert_eq!(
            mean(&series[..49], 0.95, RESAMPLING),
            Err(BootstrapError::TooFew { found: 49 })
        );
        for (block, resamples) in [(0, 10), (61, 10), (5, 0), (5, RESAMPLES_MAX + 1)] {
            assert!(
                mean(
                    &series,
                    0.95,
                    Resampling {
                        block,
                        resamples,
                        seed: 1
                    }
                )
                .is_err()
            );
        }
        for value in [f64::NAN, f64::INFINITY, f64::MAX] {
            let mut series = [value; 60];
            series[3] = 1.0;
            assert_eq!(
                mean(&series, 0.95, RESAMPLING),
                Err(BootstrapError::NotFinite),
                "{value}"
            );
        }
    }
}
