//! Counts from a seed, the same on every machine.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

pub(super) struct Chance(StdRng);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// Uniform in [0, 1).
    pub(super) fn uniform(&mut self) -> f64 {
        self.0.random()
    }

    /// Poisson, exact up to rounding: walks outwards from the mode until the draw is used up (Kemp and Kemp 1991),
    /// which takes a few square roots of the mean steps.
    pub(super) fn poisson(&mut self, mean: f64) -> u64 {
        let mode = mean.floor();
        let at_mode = libm::exp(mode * libm::log(mean) - mean - libm::lgamma(mode + 1.0));
        let mut left = self.uniform() - at_mode;
        let (mut up, mut down) = ((mode, at_mode), (mode, at_mode));
        while left > 0.0 && up.1 + down.1 > 0.0 {
            up = (up.0 + 1.0, up.1 * mean / (up.0 + 1.0));
            left -= up.1;
            if left <= 0.0 {
                return whole(up.0);
            }
            down = (down.0 - 1.0, down.1 * down.0 / mean);
            left -= down.1;
            if left <= 0.0 {
                return whole(down.0);
            }
        }
        whole(mode)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count of a few thousand, never below zero: the walk down has probability 0 there"
)]
fn whole(count: f64) -> u64 {
    count as u64
}

#[test]
fn poisson_has_its_moments() {
    let mut chance = Chance::new(1);
    for mean in [0.3, 0.5, 9.0, 600.0] {
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..20_000 {
            #[expect(clippy::cast_precision_loss, reason = "small counts")]
            let draw = chance.poisson(mean) as f64;
            sum += draw;
            squares += (draw - mean) * (draw - mean);
        }
        // Five standard errors of a mean, and of a variance (whose own is nearly 2 mean^2 + mean).
        assert!((sum / 2e4 - mean).abs() < 5.0 * (mean / 2e4).sqrt(), "{mean}");
        let spread = ((2.0 * mean * mean + mean) / 2e4).sqrt();
        assert!((squares / 2e4 - mean).abs() < 5.0 * spread, "{mean}");
    }
}
