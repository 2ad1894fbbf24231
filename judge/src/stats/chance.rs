//! Seeded random numbers: chance is an argument, and the same seed gives the same numbers on any machine.

/// SplitMix64 (Steele, Lea and Flood 2014).
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// A generator whose numbers follow from `seed` alone.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03)
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in (0, 1).
    pub fn uniform(&mut self) -> f64 {
        ((self.bits() >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
    }

    /// A whole number in `0..limit`, all equally likely (Lemire 2019, without rejection: off by at most `limit / 2^64`);
    /// `limit` at least 1.
    pub fn below(&mut self, limit: usize) -> usize {
        let product = u128::from(self.bits()) * limit as u128;
        usize::try_from(product >> 64).unwrap_or(0)
    }

    /// Successes among `trials`. Exact: jumps from success to success, so the cost is the number of successes.
    pub fn binomial(&mut self, trials: u64, probability: f64) -> u64 {
        if probability <= 0.0 {
            return 0;
        }
        if probability > 0.5 {
            return trials - self.binomial(trials, 1.0 - probability);
        }
        let scale = 1.0 / libm::log1p(-probability);
        let (mut position, mut successes) = (0.0, 0);
        loop {
            position += (libm::log(self.uniform()) * scale).floor() + 1.0;
            if position > trials as f64 {
                return successes;
            }
            successes += 1;
        }
    }

    /// Standard normal (Box and Muller).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(self.uniform())).sqrt();
        radius * libm::cos(2.0 * std::f64::consts::PI * self.uniform())
    }
}
