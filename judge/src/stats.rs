//! Statistical methods, one file each: sequential tests of two populations, their intervals, and planning.
//!
//! Everything here is a pure function or a small accumulator of sums. Transcendental functions come from
//! `libm` and every sum has a fixed order, so the same counts give the same bits on any machine.
//!
//! An *e-process* is non-negative, starts at 1 and has expectation at most 1 at every stopping time under its
//! null, so the probability that it ever reaches `1/alpha` is at most `alpha` (Ville 1939). That is what makes
//! looking often free. All logarithms are natural.

#[cfg(test)]
pub(crate) mod chance;
pub mod cmh;
pub mod combine;
pub mod difference;
pub mod dispersion;
pub mod hypergeometric;
pub mod log_sum;
pub mod mantel_haenszel;
pub mod margin;
pub mod normal;
pub mod obrien_fleming;
pub mod planning;
pub mod rate_ratio;
pub mod ratio_interval;
pub mod restarts;
pub mod stratum;

pub use margin::Margin;
pub use stratum::Stratum;
