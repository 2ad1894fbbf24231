//! A population of which only some quantiles are known, as load generators summarise it.

use thiserror::Error;

use super::{Distribution, ValueError};

/// More values than this add nothing to an outline drawn with a few quantiles.
const STEPS_MAX: u64 = 10_000;

/// Quantiles of a population, and how many values it had.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    /// `(order in [0, 1], value)` in any order; smallest and largest value are orders 0 and 1.
    pub quantiles: Vec<(f64, f64)>,
    /// How many values the population had.
    pub count: u64,
}

/// Why quantiles are no outline.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
pub enum OutlineError {
    /// Nothing to draw between.
    #[error("{0} quantiles: at least two different orders are needed")]
    TooFew(usize),
    /// An order that is no share.
    #[error("a quantile of order {0}: orders are from 0 to 1")]
    Order(f64),
    /// A larger order with a smaller value.
    #[error("the quantile of order {0} is {1}, below that of a smaller order")]
    Falls(f64, f64),
    /// A value that cannot be.
    #[error(transparent)]
    Value(#[from] ValueError),
}

impl Outline {
    /// A population with these quantiles: between two of them values ascend evenly, on a logarithmic scale where both are
    /// positive. Its quantiles in between, and all that follows from them, are estimates.
    ///
    /// # Errors
    /// When the quantiles contradict one another or are no values.
    pub fn filled(&self) -> Result<Distribution, OutlineError> {
        let mut known = self.quantiles.clone();
        known.sort_by(|a, b| a.0.total_cmp(&b.0));
        known.dedup_by(|later, kept| later.0 == kept.0);
        if let Some((order, _)) = known.iter().find(|(order, _)| !(0.0..=1.0).contains(order)) {
            return Err(OutlineError::Order(*order));
        }
        for (_, value) in &known {
            super::check(*value)?;
        }
        if let Some(pair) = known.windows(2).find(|pair| pair[1].1 < pair[0].1) {
            return Err(OutlineError::Falls(pair[1].0, pair[1].1));
        }
        if known.len() < 2 {
            return Err(OutlineError::TooFew(known.len()));
        }
        let mut distribution = Distribution::default();
        let steps = self.count.min(STEPS_MAX);
        for step in 0..steps {
            // The shares of the counts add up to the count, whatever it is.
            let share = |step: u64| u128::from(self.count) * u128::from(step) / u128::from(steps);
            let count = u64::try_from(share(step + 1) - share(step)).unwrap_or(0);
            let order = (step as f64 + 0.5) / steps as f64;
            distribution.record_many(value_at(&known, order), count)?;
        }
        Ok(distribution)
    }
}

/// Between the two known quantiles around `order`; beyond the outermost the value of the nearest.
fn value_at(known: &[(f64, f64)], order: f64) -> f64 {
    let above = known.partition_point(|(known, _)| *known <= order);
    let (Some((low, from)), Some((high, to))) = (known.get(above.wrapping_sub(1)), known.get(above)) else {
        let nearest = if above == 0 { known.first() } else { known.last() };
        return nearest.map_or(0.0, |(_, value)| *value);
    };
    let way = (order - low) / (high - low);
    let value = if *from > 0.0 {
        from * libm::exp(way * libm::log(to / from))
    } else {
        from + way * (to - from)
    };
    value.clamp(*from, *to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(quantiles: &[(f64, f64)], count: u64) -> Outline {
        Outline {
            quantiles: quantiles.to_vec(),
            count,
        }
    }

    #[test]
    fn the_population_has_the_quantiles_that_are_known() {
        let known = [
            (0.0, 1.0),
            (0.5, 80.0),
            (0.9, 150.0),
            (0.99, 420.0),
            (1.0, 2000.0),
        ];
        for count in [1000, 123_456, 1 << 40] {
            let distribution = outline(&known, count).filled().unwrap();
            assert_eq!(distribution.count(), count);
            let groups = distribution.groups();
            for (order, value) in &known[1..4] {
                let below: u64 = groups.iter().filter(|(at, _)| at <= value).map(|(_, n)| n).sum();
                assert!(
                    (below as f64 / count as f64 - order).abs() < 0.002,
                    "{order} of {count}"
                );
            }
        }
        assert_eq!(outline(&known, 0).filled().unwrap().count(), 0);
        let constant = outline(&[(0.0, 0.0), (1.0, 0.0)], 10).filled().unwrap();
        assert_eq!(constant.groups(), [(0.0, 10)]);
    }

    #[test]
    fn quantiles_that_contradict_one_another_are_refused() {
        for quantiles in [
            &[(0.5, 10.0)][..],
            &[(0.5, 10.0), (0.5, 11.0)],
            &[(0.5, 10.0), (0.9, 9.0)],
            &[(0.5, 10.0), (1.5, 12.0)],
            &[(f64::NAN, 10.0), (0.9, 12.0)],
            &[(0.5, f64::NAN), (0.9, 12.0)],
            &[(0.5, -1.0), (0.9, 12.0)],
        ] {
            assert!(outline(quantiles, 100).filled().is_err(), "{quantiles:?}");
        }
    }
}
