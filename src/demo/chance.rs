//! Random draws from a seed, the same on every machine.

use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};

/// One stream of draws. Streams of one seed are independent of each other, so that a draw more in one place
/// changes nothing in another.
#[derive(Debug)]
pub(super) struct Chance(StdRng);

/// What a stream is for; the numbers are part of what a seed means.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stream {
    /// When users come and what they want.
    Arrivals,
    /// Tokens and simulated markets.
    Records,
    /// Errors and latencies of the instance with this number.
    Instance(u32),
}

impl Chance {
    /// The beginning of `stream`.
    pub(super) fn new(seed: u64, stream: Stream) -> Self {
        let number = match stream {
            Stream::Arrivals => 0,
            Stream::Records => 1,
            Stream::Instance(index) => 2 + u64::from(index),
        };
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&number.to_le_bytes());
        Self(StdRng::from_seed(key))
    }

    /// Uniform in [0, 1).
    pub(super) fn uniform(&mut self) -> f64 {
        self.0.random()
    }

    /// Uniform among `0..count`; 0 when there is nothing to choose from.
    pub(super) fn index(&mut self, count: usize) -> usize {
        pick(self.uniform(), count)
    }

    /// 64 random bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// The waiting time (seconds) until the next event of a Poisson process with `rate` events a second.
    pub(super) fn exponential(&mut self, rate: f64) -> f64 {
        // 1 - u lies in (0, 1], whose logarithm is finite.
        -libm::log(1.0 - self.uniform()) / rate
    }

    /// Standard normal (Box and Muller 1958; the second value of the pair is not used).
    pub(super) fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.uniform()));
        radius * libm::cos(std::f64::consts::TAU * self.uniform())
    }
}

/// The element among `0..count` that a uniform `draw` in [0, 1) points to; 0 when there is none.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "counts of instances and sessions, and a draw in [0, 1)"
)]
pub(super) fn pick(draw: f64, count: usize) -> usize {
    ((draw * count as f64) as usize).min(count.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_streams_differ() {
        let draws = |seed, stream| {
            let mut chance = Chance::new(seed, stream);
            [chance.bits(), chance.bits()]
        };
        assert_eq!(draws(7, Stream::Arrivals), draws(7, Stream::Arrivals));
        assert_ne!(draws(7, Stream::Arrivals), draws(8, Stream::Arrivals));
        assert_ne!(draws(7, Stream::Instance(0)), draws(7, Stream::Instance(1)));
    }

    #[test]
    fn moments_are_those_of_the_distributions() {
        let mut chance = Chance::new(1, Stream::Records);
        let count = 200_000;
        let (mut normal, mut square, mut waiting) = (0.0, 0.0, 0.0);
        for _ in 0..count {
            let draw = chance.normal();
            normal += draw;
            square += draw * draw;
            waiting += chance.exponential(4.0);
        }
        // Five standard errors: 1, sqrt(2) and 1/4 over sqrt(count).
        assert!((normal / f64::from(count)).abs() < 0.012);
        assert!((square / f64::from(count) - 1.0).abs() < 0.016);
        assert!((waiting / f64::from(count) - 0.25).abs() < 0.003);
    }

    #[test]
    fn picks_stay_inside() {
        assert_eq!(pick(0.999_999, 3), 2);
        assert_eq!(pick(0.0, 3), 0);
        assert_eq!(pick(0.5, 0), 0);
    }
}
