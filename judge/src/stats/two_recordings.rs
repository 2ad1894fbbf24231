//! Two recorded populations against each other, once: quantiles, their ratios, ranks and shifts with intervals.
//!
//! Every method is one of this room: quantile intervals and the square-and-add ratio of `order_statistics`, the rank
//! statistic of `mann_whitney`, the distance of `kolmogorov_smirnov`, the pairwise shift and ratio of `group_shift`. Values
//! are taken to be independent; what else differed between the two recordings is in the difference too.

use super::alternative::Alternative;
use super::hodges_lehmann::Shift;
use super::kolmogorov_smirnov::KolmogorovSmirnov;
use super::mann_whitney::MannWhitney;
use super::order_statistics::{self, Combination, QuantileRatio};
use super::{distribution::Distribution, group_shift};

/// A quantile with its limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile {
    /// The value at the rank.
    pub value: f64,
    /// Lower limit, 0 when there are too few values for one.
    pub lower: f64,
    /// Upper limit, infinite when there are too few values for one.
    pub upper: f64,
}

/// One quantile of both populations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuantilePair {
    /// Its order, in (0, 1).
    pub p: f64,
    /// Of x.
    pub x: Quantile,
    /// Of y.
    pub y: Quantile,
    /// x over y, its interval at the level that holds for all of them together; `None` when one is 0.
    pub ratio: Option<QuantileRatio>,
}

/// What is to be told of the difference between two populations.
#[derive(Clone, Debug, PartialEq)]
pub struct TwoRecordings {
    /// In the order asked for.
    pub quantiles: Vec<QuantilePair>,
    /// `P(X > Y) + P(X = Y)/2`, in [0, 1].
    pub effect: f64,
    /// Two-sided p-value of the rank test: exact for few values without ties, else the normal approximation.
    pub rank_p_value: f64,
    /// Largest distance between the distribution functions, in [0, 1].
    pub distance: f64,
    /// Its p-value (asymptotic, two-sided).
    pub distance_p_value: f64,
    /// Median of all pairwise differences `x - y`.
    pub shift: Shift,
    /// Median of all pairwise ratios `x / y`; `None` when there are values of 0.
    pub ratio: Option<Shift>,
}

/// Compares x with y at the two-sided level `confidence` in (0, 1). Each interval has it on its own, except for the
/// quantiles' ratios: `claims` of them (at least 1, this population's and others') have it together, by Bonferroni.
/// `None` when one is empty.
#[must_use]
pub fn compare(
    x: &Distribution,
    y: &Distribution,
    orders: &[f64],
    confidence: f64,
    claims: usize,
) -> Option<TwoRecordings> {
    let pooled = Distribution::pooled(x, y)?;
    let ranks = MannWhitney::new(&pooled);
    let distance = KolmogorovSmirnov::new(&pooled);
    let (x_groups, y_groups) = (x.groups(), y.groups());
    let (x, y) = (Ranked::new(&x_groups), Ranked::new(&y_groups));
    let together = 1.0 - (1.0 - confidence) / claims as f64;
    let pair = |p: f64| QuantilePair {
        p,
        x: x.quantile(p, confidence),
        y: y.quantile(p, confidence),
        ratio: quantile_ratio(&x, &y, p, together),
    };
    let two_sided = Alternative::TwoSided;
    Some(TwoRecordings {
        quantiles: orders.iter().map(|p| pair(*p)).collect(),
        effect: ranks.effect(),
        rank_p_value: ranks
            .exact_p_value(two_sided)
            .unwrap_or_else(|| ranks.p_value(two_sided, true)),
        distance: distance.distance(two_sided),
        distance_p_value: distance.asymptotic_p_value(two_sided),
        shift: group_shift::difference(&x_groups, &y_groups, confidence)?,
        ratio: group_shift::ratio(&x_groups, &y_groups, confidence),
    })
}

fn quantile_ratio(x: &Ranked, y: &Ranked, p: f64, confidence: f64) -> Option<QuantileRatio> {
    let (of_x, of_y) = (|rank: u64| x.at(rank), |rank: u64| y.at(rank));
    let is_positive = |ranked: &Ranked| ranked.at(order_statistics::rank(ranked.count, p)) > 0.0;
    (is_positive(x) && is_positive(y)).then(|| {
        order_statistics::ratio(
            (x.count, &of_x),
            (y.count, &of_y),
            p,
            confidence,
            Combination::SquareAndAdd,
        )
    })
}

/// Values by their rank.
struct Ranked<'a> {
    groups: &'a [(f64, u64)],
    /// Values up to each group.
    up_to: Vec<u64>,
    count: u64,
}

impl<'a> Ranked<'a> {
    fn new(groups: &'a [(f64, u64)]) -> Self {
        let mut count = 0;
        let up_to = groups.iter().map(|(_, more)| {
            count += more;
            count
        });
        Self {
            groups,
            up_to: up_to.collect(),
            count,
        }
    }

    /// The value at a rank from 1 to the count.
    fn at(&self, rank: u64) -> f64 {
        let place = self.up_to.partition_point(|up_to| *up_to < rank);
        self.groups[place.min(self.groups.len() - 1)].0
    }

    fn quantile(&self, p: f64, confidence: f64) -> Quantile {
        let ranks = order_statistics::ranks(self.count, p, confidence);
        Quantile {
            value: self.at(order_statistics::rank(self.count, p)),
            lower: if ranks.lower == 0 {
                0.0
            } else {
                self.at(ranks.lower)
            },
            upper: if ranks.upper > self.count {
                f64::INFINITY
            } else {
                self.at(ranks.upper)
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::chance::Chance;

    const ORDERS: [f64; 3] = [0.5, 0.9, 0.99];

    fn of(values: impl IntoIterator<Item = f64>) -> Distribution {
        let mut distribution = Distribution::default();
        for value in values {
            distribution.record(value).unwrap();
        }
        distribution
    }

    #[test]
    fn intervals_of_ratios_cover_together() {
        let mut chance = Chance::from_seed(9);
        let (runs, mut missed) = (300, 0);
        for _ in 0..runs {
            let mut draw = |count: usize, factor: f64| {
                of((0..count)
                    .map(|_| factor * libm::exp(chance.normal()))
                    .collect::<Vec<f64>>())
            };
            let (x, y) = (draw(1500, 1.5), draw(2000, 1.0));
            let found = compare(&x, &y, &ORDERS, 0.9, ORDERS.len()).unwrap();
            let covers = |pair: &QuantilePair| {
                let ratio = pair.ratio.unwrap();
                ratio.lower <= 1.5 && 1.5 <= ratio.upper
            };
            missed += u32::from(!found.quantiles.iter().all(covers));
        }
        // At most a tenth, and a standard error of 0.017 beyond.
        assert!(missed < 45, "{missed} of {runs}");
    }

    #[test]
    fn small_and_constant_populations_have_open_intervals() {
        let found = compare(&of([7.0]), &of([7.0]), &ORDERS, 0.95, 3).unwrap();
        let pair = found.quantiles[0];
        assert_eq!(
            (pair.x.lower, pair.x.value, pair.x.upper),
            (0.0, 7.0, f64::INFINITY)
        );
        let ratio = pair.ratio.unwrap();
        assert_eq!(
            (ratio.lower, ratio.estimate, ratio.upper),
            (0.0, 1.0, f64::INFINITY)
        );
        assert_eq!(
            (found.effect, found.rank_p_value, found.shift.estimate),
            (0.5, 1.0, 0.0)
        );
        let zeros = compare(&of([0.0; 50]), &of([1.0; 50]), &ORDERS, 0.95, 3).unwrap();
        assert!(zeros.ratio.is_none() && zeros.quantiles[0].ratio.is_none());
        assert_eq!((zeros.effect, zeros.shift.upper), (0.0, -1.0));
        assert_eq!(
            compare(&Distribution::default(), &of([1.0]), &ORDERS, 0.95, 3),
            None
        );
    }
}
