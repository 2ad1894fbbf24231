//! Seeded random numbers, fast enough for a billion requests.

/// SplitMix64 (Steele, Lea and Flood 2014).
pub(crate) struct Chance {
    state: u64,
    /// The second normal of a pair.
    spare: Option<f64>,
}

impl Chance {
    pub(crate) fn from_seed(seed: u64) -> Self {
        Self {
            state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03,
            spare: None,
        }
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in (0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.bits() >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
    }

    /// Standard normal (Box and Muller).
    pub(crate) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        let (sine, cosine) = (2.0 * std::f64::consts::PI * self.uniform()).sin_cos();
        self.spare = Some(radius * sine);
        radius * cosine
    }

    /// Poisson: products of uniforms below 30, above a rounded normal with the skewness corrected.
    pub(crate) fn poisson(&mut self, mean: f64) -> u64 {
        if mean < 30.0 {
            let limit = (-mean).exp();
            let (mut product, mut count) = (self.uniform(), 0);
            while product > limit {
                product *= self.uniform();
                count += 1;
            }
            return count;
        }
        let z = self.normal();
        let value = mean + z * mean.sqrt() + (z * z - 1.0) / 6.0;
        value.round().max(0.0) as u64
    }

    /// Exact: jumps from success to success, so the cost is the number of successes.
    pub(crate) fn binomial(&mut self, trials: u64, probability: f64) -> u64 {
        if probability <= 0.0 {
            return 0;
        }
        if probability > 0.5 {
            return trials - self.binomial(trials, 1.0 - probability);
        }
        let scale = 1.0 / (-probability).ln_1p();
        let (mut position, mut successes) = (0.0, 0);
        loop {
            position += (self.uniform().ln() * scale).floor() + 1.0;
            if position > trials as f64 {
                return successes;
            }
            successes += 1;
        }
    }
}

/// Draws an index in proportion to its mass in constant time (Walker 1977; Vose 1991).
pub(crate) struct Alias {
    /// Probability to stay, as a part of 2^[`STAY_BITS`], and where to go otherwise.
    cells: Vec<(u32, u32)>,
}

/// Half of a random word is for one draw: these for staying, the rest for one of at most 512 cells.
const STAY_BITS: u32 = 23;
const CELLS_MAX: usize = 1 << (32 - STAY_BITS);

impl Alias {
    pub(crate) fn new(mass: &[f64]) -> Self {
        let whole: f64 = mass.iter().sum();
        let mut scaled: Vec<f64> = mass.iter().map(|part| part / whole * CELLS_MAX as f64).collect();
        scaled.resize(CELLS_MAX, 0.0);
        let always = 1 << STAY_BITS;
        let mut table = vec![(always, 0_u32); CELLS_MAX];
        let (mut small, mut large): (Vec<usize>, Vec<usize>) =
            (0..CELLS_MAX).partition(|index| scaled[*index] < 1.0);
        while let (Some(low), Some(high)) = (small.pop(), large.last().copied()) {
            table[low] = ((scaled[low] * f64::from(always)).round() as u32, high as u32);
            scaled[high] -= 1.0 - scaled[low];
            if scaled[high] < 1.0 {
                let _moved = large.pop();
                small.push(high);
            }
        }
        for index in large {
            table[index] = (always, index as u32);
        }
        Self { cells: table }
    }

    pub(crate) fn draw(&self, bits: u32) -> usize {
        let index = (bits >> STAY_BITS) as usize;
        let (stay, other) = self.cells[index];
        // Nobody can foresee which of the two it is, so there is no branch.
        let goes = 0_u32.wrapping_sub(u32::from(bits & ((1 << STAY_BITS) - 1) >= stay));
        (index as u32 & !goes | other & goes) as usize
    }
}
