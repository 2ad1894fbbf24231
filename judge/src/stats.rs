//! Statistical methods, one file each: sequential tests of two populations, their intervals, and planning.
//!
//! Everything here is a pure function or a small accumulator of sums. Transcendental functions come from
//! `libm` and every sum has a fixed order, so the same counts give the same bits on any machine.
//!
//! An *e-process* is non-negative, starts at 1 and has expectation at most 1 at every stopping time under its
//! null, so the probability that it ever reaches `1/alpha` is at most `alpha` (Ville 1939). That is what makes
//! looking often free. All logarithms are natural.
//!
//! Nothing here calls `statrs`, although its Fisher, Mann-Whitney, Kolmogorov-Smirnov and beta functions agree with the
//! reference values on ordinary data: its logarithms are the platform's, so its digits differ between machines. The
//! methods that it also has name what else differs.

pub mod alternative;
pub mod asymptotic_sequence;
pub mod bernoulli_sequence;
pub mod beta;
pub mod beta_binomial;
pub mod binomial;
pub mod bisection;
pub mod block_bootstrap;
pub mod chance;
pub mod cmh;
pub mod combine;
pub mod design_effect;
pub mod difference;
pub mod dispersion;
pub mod distribution;
pub mod distribution_band;
pub mod e_detector;
pub mod event_share;
pub mod first_passage;
pub mod fisher;
pub mod group_shift;
pub mod hodges_lehmann;
pub mod holm;
pub mod hypergeometric;
pub mod kolmogorov;
pub mod kolmogorov_smirnov;
pub mod log_sum;
pub mod mann_whitney;
pub mod mantel_haenszel;
pub mod margin;
pub mod miettinen_nurminen;
pub mod newcombe;
pub mod newey_west;
pub mod normal;
pub mod obrien_fleming;
pub mod order_statistics;
pub mod paired_probes;
pub mod planning;
pub mod poisson_rates;
pub mod pooled;
#[cfg(test)]
mod properties;
pub mod quantile_ratio;
pub mod quantile_sequence;
mod radix;
pub mod rank_distribution;
pub mod rate_ratio;
pub mod ratio_interval;
pub mod reference;
pub mod restarts;
pub mod sample;
pub mod self_normalised;
pub mod stratum;
pub mod student;
pub mod traffic_split;
pub mod two_recordings;
pub mod welch;

pub use margin::Margin;
pub use pooled::Pooled;
pub use sample::Sample;
pub use stratum::Stratum;
