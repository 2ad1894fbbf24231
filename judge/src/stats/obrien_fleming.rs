//! Group-sequential boundaries by alpha spending of O'Brien and Fleming's shape.
//!
//! Lan and DeMets (1983): by the fraction `t` of the time to the deadline the one-sided error spent is
//! `alpha*(t) = 2 - 2 phi( z_{alpha/2} / sqrt(t) )`. Under the null the score after information `I` is Brownian
//! motion at time `I`; each look's boundary is where the probability of a first crossing equals what has been
//! spent since the look before. The density of "not yet crossed" is carried from look to look by numerical
//! integration (Armitage, McPherson and Rowe 1969).

use super::normal;

/// Looks per run, equally spaced in time.
pub const LOOKS_MAX: u32 = 60;

/// Grid points of the density: Simpson's rule needs an odd number. A run of [`LOOKS_MAX`] looks costs at most
/// 60 * 301^2, about 5 million, kernel evaluations, and a fifth of that with looks at even distances.
const GRID: usize = 301;

/// The density is kept from this many standard deviations below zero: what lies below is 1e-9 of the runs, the
/// least likely to cross.
const REACH: f64 = 6.0;

/// No boundary is more standard deviations above zero than this: [`SPENDING_MIN`] is spent at 7.
const BOUNDARY_MAX: f64 = 8.0;

/// Beyond this many standard deviations the kernel is below 1e-16.
const KERNEL_REACH: f64 = 8.5;

/// Error to spend below which a look is put off: no count could cross its boundary.
const SPENDING_MIN: f64 = 1e-12;

/// Growth of information (as a part of the whole) below which a look is put off: the kernel would be narrower than
/// the grid.
const GROWTH_MIN: f64 = 0.003;

/// The error spent by the fraction `t` (0..1) of the time, of `alpha` in all (0..0.5).
#[must_use]
pub fn spent(alpha: f64, fraction: f64) -> f64 {
    if fraction <= 0.0 {
        return 0.0;
    }
    2.0 * normal::survival(normal::upper_quantile(alpha / 2.0) / fraction.min(1.0).sqrt())
}

/// Density of the score of runs that have not crossed, on an even grid.
#[derive(Clone, Debug, PartialEq)]
struct Density {
    low: f64,
    step: f64,
    values: Vec<f64>,
}

/// The boundaries of one test, look by look.
#[derive(Clone, Debug, PartialEq)]
pub struct Boundaries {
    alpha: f64,
    spent: f64,
    information: f64,
    density: Option<Density>,
}

impl Boundaries {
    /// For a one-sided error of `alpha` in (0, 0.5).
    #[must_use]
    pub fn new(alpha: f64) -> Self {
        Self {
            alpha,
            spent: 0.0,
            information: 0.0,
            density: None,
        }
    }

    /// A look at `fraction` of the time with `information` in all so far (the variance of the score): the smallest
    /// normal score `score / sqrt(information)` that rejects. `None` when the look is put off, because next to
    /// nothing is to be spent or learnt; its share goes to the next one.
    pub fn look(&mut self, fraction: f64, information: f64) -> Option<f64> {
        let spent = spent(self.alpha, fraction);
        let to_spend = spent - self.spent;
        let grown = information - self.information;
        if to_spend < SPENDING_MIN || grown.is_nan() || grown <= GROWTH_MIN * information {
            return None;
        }
        let boundary = match &self.density {
            None => normal::upper_quantile(to_spend) * information.sqrt(),
            Some(density) => density.crossing(grown, to_spend, BOUNDARY_MAX * information.sqrt()),
        };
        self.density = Some(self.propagate(grown, information, boundary));
        self.spent = spent;
        self.information = information;
        Some(boundary / information.sqrt())
    }

    /// The density after a look, cut off at its boundary.
    fn propagate(&self, grown: f64, information: f64, boundary: f64) -> Density {
        let low = -REACH * information.sqrt();
        let step = (boundary - low) / (GRID - 1) as f64;
        let deviation = grown.sqrt();
        let value = |index: usize| {
            let score = low + step * index as f64;
            match &self.density {
                None => normal::density(score / deviation) / deviation,
                Some(before) => {
                    let near = KERNEL_REACH * deviation;
                    before.integral(score - near, score + near, |from| {
                        normal::density((score - from) / deviation) / deviation
                    })
                }
            }
        };
        Density {
            low,
            step,
            values: (0..GRID).map(value).collect(),
        }
    }
}

impl Density {
    /// Integral of `weight` times the density by Simpson's rule; `weight` is negligible outside `from..to`.
    fn integral(&self, from: f64, to: f64, weight: impl Fn(f64) -> f64) -> f64 {
        let mut sum = 0.0;
        for (index, value) in self.values.iter().enumerate() {
            let at = self.low + self.step * index as f64;
            if at < from || at > to {
                continue;
            }
            let coefficient = match index {
                0 => 1.0,
                last if last == GRID - 1 => 1.0,
                odd if odd % 2 == 1 => 4.0,
                _ => 2.0,
            };
            sum += coefficient * value * weight(at);
        }
        sum * self.step / 3.0
    }

    /// The score above which the next look has probability `target`, by bisection below `high`.
    fn crossing(&self, grown: f64, target: f64, high: f64) -> f64 {
        let deviation = grown.sqrt();
        let (mut low, mut high) = (0.0, high);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            let near = middle - KERNEL_REACH * deviation;
            let reached = self.integral(near, f64::INFINITY, |from| {
                normal::survival((middle - from) / deviation)
            });
            if reached > target {
                low = middle;
            } else {
                high = middle;
            }
        }
        high
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::chance::Chance;

    #[test]
    fn published_boundaries_for_five_looks() {
        // One-sided 0.025, five equal looks (Lan and DeMets 1983; gsDesign sfLDOF; Jennison and Turnbull 2000).
        let mut boundaries = Boundaries::new(0.025);
        for (look, expected) in [4.8769, 3.3569, 2.6803, 2.2898, 2.0310].into_iter().enumerate() {
            let fraction = (look + 1) as f64 / 5.0;
            let got = boundaries.look(fraction, fraction * 37.0).unwrap();
            assert!((got - expected).abs() < 5e-4, "look {look}: {got}");
        }
    }

    #[test]
    fn spends_everything_by_the_deadline() {
        assert!((spent(0.01, 1.0) - 0.01).abs() < 1e-12);
        assert_eq!(spent(0.01, 0.0), 0.0);
        assert!(spent(0.01, 0.1) < 1e-9);
    }

    #[test]
    fn looks_without_new_information_are_put_off() {
        let mut boundaries = Boundaries::new(0.05);
        assert_eq!(boundaries.look(0.5, 0.0), None);
        assert_eq!(boundaries.look(0.5, f64::NAN), None);
        assert!(boundaries.look(0.5, 10.0).is_some());
        assert_eq!(boundaries.look(0.6, 10.0), None);
    }

    #[test]
    fn level_of_sixty_looks_by_simulation() {
        let mut boundaries = Boundaries::new(0.05);
        let limits: Vec<Option<f64>> = (1..=60)
            .map(|k| boundaries.look(f64::from(k) / 60.0, f64::from(k)))
            .collect();
        let mut chance = Chance::from_seed(2);
        let runs = 20_000;
        let mut crossed = 0;
        for _ in 0..runs {
            let mut score = 0.0;
            let hit = limits.iter().enumerate().any(|(index, limit)| {
                score += chance.normal();
                limit.is_some_and(|limit| score / ((index + 1) as f64).sqrt() >= limit)
            });
            crossed += i32::from(hit);
        }
        let level = f64::from(crossed) / f64::from(runs);
        println!("O'Brien-Fleming, 60 looks: crossed in {level:.4} at 0.05");
        assert!((level - 0.05).abs() < 0.005, "{level}");
    }
}
