//! The exact conditional form of the two-rate test, for events that are common.
//!
//! Given `n_c`, `n_s` and `m` events in all, the canary's events follow Fisher's noncentral hypergeometric
//! distribution of the odds ratio `psi`. With `W_x = C(n_c, x) C(n_s, m-x)`,
//!
//! ```text
//! l = x_c ln(psi1/psi0) - ln sum_x W_x psi1^x + ln sum_x W_x psi0^x ,   max(0, m-n_s) <= x <= min(n_c, m)
//! ```
//!
//! is the log likelihood ratio of `psi1` against `psi0`: a martingale at `psi0` and, by the monotone likelihood
//! ratio, a supermartingale on the far side of it. A sequential Cochran-Mantel-Haenszel test.
//!
//! The rate-ratio form is valid for common events as well but wasteful: at a rate of 0.3 its null expectation is
//! 0.34 where this form's is 1.

use super::Stratum;

/// Strata with more requests than this use the rate-ratio form: the log-gamma differences lose digits and the
/// sums get long (their length is the standard deviation of the table, about 16 times over).
pub const REQUESTS_MAX: f64 = 1e7;

/// Terms smaller than this part of the largest cannot change an `f64` sum any more.
const NEGLIGIBLE: f64 = 1e-17;

/// `ln C(n, k)`.
fn log_choose(n: f64, k: f64) -> f64 {
    libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0)
}

/// The most probable count: the root of `W_{x+1} psi / W_x = 1` (Liao and Rosen 2001), kept inside the support.
fn mode(stratum: &Stratum, odds: f64, low: f64, high: f64) -> f64 {
    let (canary, stable, events) = (stratum.canary_total, stratum.stable_total, stratum.events());
    let a = odds - 1.0;
    let b = -((canary + events + 2.0) * odds + stable - events);
    let c = (canary + 1.0) * (events + 1.0) * odds;
    let root = -2.0 * c / (b - (b * b - 4.0 * a * c).max(0.0).sqrt());
    root.floor().clamp(low, high)
}

/// `ln sum_x W_x psi^x`, summed outwards from the mode.
fn log_partition(stratum: &Stratum, odds: f64) -> f64 {
    let (canary, stable, events) = (stratum.canary_total, stratum.stable_total, stratum.events());
    let (low, high) = ((events - stable).max(0.0), canary.min(events));
    let centre = mode(stratum, odds, low, high);
    let (mut sum, mut term, mut x) = (1.0, 1.0, centre);
    while x < high && term > NEGLIGIBLE {
        term *= odds * (canary - x) * (events - x) / ((x + 1.0) * (stable - events + x + 1.0));
        sum += term;
        x += 1.0;
    }
    (term, x) = (1.0, centre);
    while x > low && term > NEGLIGIBLE {
        term *= x * (stable - events + x) / (odds * (canary - x + 1.0) * (events - x + 1.0));
        sum += term;
        x -= 1.0;
    }
    log_choose(canary, centre)
        + log_choose(stable, events - centre)
        + centre * libm::log(odds)
        + libm::log(sum)
}

/// The weights `W_x psi0^x` relative to the one at a centre, outwards in both directions: the partition sums at all odds
/// are polynomials of them.
struct Weights {
    centre: f64,
    /// From the centre (1) upwards.
    upwards: Vec<f64>,
    /// From below the centre downwards.
    downwards: Vec<f64>,
}

/// Room for as many weights in a direction as most strata have.
const TERMS_USUAL: usize = 64;

/// Weights below this are next to where an `f64` loses them.
const SMALLEST: f64 = 1e-250;

impl Weights {
    /// Around the most probable count at `null_odds`, as far as a sum at odds up to `highest` and down to `lowest` times
    /// those may need. `None` where the sums lie too far apart for one set of weights.
    fn new(stratum: &Stratum, null_odds: f64, lowest: f64, highest: f64) -> Option<Self> {
        let (canary, stable, events) = (stratum.canary_total, stratum.stable_total, stratum.events());
        let (low, high) = ((events - stable).max(0.0), canary.min(events));
        let centre = mode(stratum, null_odds, low, high);
        let mut weights = Self {
            centre,
            upwards: Vec::with_capacity(TERMS_USUAL),
            downwards: Vec::with_capacity(TERMS_USUAL),
        };
        weights.upwards.push(1.0);
        let (mut weight, mut extreme, mut largest, mut x) = (1.0, 1.0, 1.0_f64, centre);
        while x < high && (weight > NEGLIGIBLE || extreme > NEGLIGIBLE * largest) {
            let step = null_odds * (canary - x) * (events - x) / ((x + 1.0) * (stable - events + x + 1.0));
            weight *= step;
            extreme *= step * highest.max(1.0);
            largest = largest.max(extreme);
            if weight < SMALLEST || extreme > 1.0 / SMALLEST {
                return None;
            }
            x += 1.0;
            weights.upwards.push(weight);
        }
        (weight, extreme, largest, x) = (1.0, 1.0, 1.0, centre);
        while x > low && (weight > NEGLIGIBLE || extreme > NEGLIGIBLE * largest) {
            let step = x * (stable - events + x) / (null_odds * (canary - x + 1.0) * (events - x + 1.0));
            weight *= step;
            extreme *= step / lowest.min(1.0);
            largest = largest.max(extreme);
            if weight < SMALLEST || extreme > 1.0 / SMALLEST {
                return None;
            }
            x -= 1.0;
            weights.downwards.push(weight);
        }
        Some(weights)
    }

    /// `ln` of the sums at these multiples of the odds of the weights, each less the centre's logarithm there.
    fn log_sums(&self, multipliers: &[f64]) -> Vec<f64> {
        let below: Vec<f64> = multipliers.iter().map(|multiplier| 1.0 / multiplier).collect();
        let (upper, lower) = (
            horner(&self.upwards, multipliers),
            horner(&self.downwards, &below),
        );
        let sums = upper.iter().zip(&lower).zip(&below);
        sums.map(|((upper, lower), below)| libm::log(upper + below * lower))
            .collect()
    }
}

/// The polynomial of these coefficients, ascending, at several places, four side by side: none waits for another.
fn horner(coefficients: &[f64], places: &[f64]) -> Vec<f64> {
    let mut values = Vec::with_capacity(places.len());
    for some in places.chunks(4) {
        let at: [f64; 4] = std::array::from_fn(|lane| some.get(lane).copied().unwrap_or_default());
        let mut sums = [0.0; 4];
        for coefficient in coefficients.iter().rev() {
            for (sum, at) in sums.iter_mut().zip(at) {
                *sum = *sum * at + coefficient;
            }
        }
        values.extend_from_slice(&sums[..some.len()]);
    }
    values
}

/// Log evidence of one window for several odds ratios `multiplier * null_odds` against `null_odds`, as
/// [`log_increment`] gives it for each: the weights are computed once.
#[must_use]
pub fn log_increments(stratum: &Stratum, null_odds: f64, multipliers: &[f64]) -> Vec<f64> {
    if !stratum.is_comparable() {
        return vec![0.0; multipliers.len()];
    }
    let lowest = multipliers.iter().copied().fold(1.0, f64::min);
    let highest = multipliers.iter().copied().fold(1.0, f64::max);
    if let Some(weights) = Weights::new(stratum, null_odds, lowest, highest) {
        let places: Vec<f64> = [1.0].into_iter().chain(multipliers.iter().copied()).collect();
        let sums = weights.log_sums(&places);
        let excess = stratum.canary_events - weights.centre;
        let each = multipliers.iter().zip(&sums[1..]);
        return each
            .map(|(multiplier, sum)| excess * libm::log(*multiplier) - sum + sums[0])
            .collect();
    }
    let null = log_partition(stratum, null_odds);
    let one = |multiplier: &f64| {
        stratum.canary_events * libm::log(*multiplier) - log_partition(stratum, null_odds * multiplier) + null
    };
    multipliers.iter().map(one).collect()
}

/// Log evidence of one window for an odds ratio of `multiplier * null_odds` against `null_odds`, both positive;
/// 0 when one side had no requests. Whole counts only, at most [`REQUESTS_MAX`] requests.
#[must_use]
pub fn log_increment(stratum: &Stratum, null_odds: f64, multiplier: f64) -> f64 {
    log_increments(stratum, null_odds, &[multiplier])[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_weights_give_what_each_sum_alone_gives() {
        for counts in [
            (100, 1900, 57, 950),
            (10, 190, 10, 20),
            (5000, 5000, 2600, 2500),
            (3, 2, 3, 0),
        ] {
            let stratum = Stratum::from_counts(counts.0, counts.1, counts.2, counts.3);
            for (null, multipliers) in [(1.0, [1.15, 1.5, 2.5]), (1.3, [0.9, 0.5, 1.0 / 6.0])] {
                let alone = log_partition(&stratum, null);
                for (m, together) in multipliers
                    .iter()
                    .zip(log_increments(&stratum, null, &multipliers))
                {
                    let apart =
                        stratum.canary_events * libm::log(*m) - log_partition(&stratum, null * m) + alone;
                    assert!(
                        (together - apart).abs() < 1e-8,
                        "{counts:?} {null} {m}: {together} {apart}"
                    );
                }
            }
        }
    }

    #[test]
    fn null_expectation_is_exactly_one() {
        let (canary, stable, events) = (12_u64, 30_u64, 17_u64);
        for (null, multiplier) in [(1.0, 3.0), (1.4, 1.5), (0.7, 0.2)] {
            let whole = log_partition(&Stratum::from_counts(canary, stable, 0, events), null);
            let expectation: f64 = (0..=canary)
                .map(|x| {
                    let stratum = Stratum::from_counts(canary, stable, x, events - x);
                    let log_weight = log_choose(canary as f64, x as f64)
                        + log_choose(stable as f64, (events - x) as f64)
                        + x as f64 * libm::log(null);
                    libm::exp(log_weight - whole + log_increment(&stratum, null, multiplier))
                })
                .sum();
            assert!(
                (expectation - 1.0).abs() < 1e-10,
                "{null} {multiplier}: {expectation}"
            );
        }
    }

    #[test]
    fn edges_of_the_support() {
        for counts in [(5, 5, 5, 5), (5, 5, 0, 0), (1, 1, 1, 0), (3, 900, 3, 900)] {
            let stratum = Stratum::from_counts(counts.0, counts.1, counts.2, counts.3);
            assert!(log_increment(&stratum, 1.0, 3.0).is_finite(), "{counts:?}");
        }
        assert_eq!(log_increment(&Stratum::from_counts(5, 5, 0, 0), 1.0, 3.0), 0.0);
    }

    #[test]
    fn large_tables_stay_cheap_and_finite() {
        let stratum = Stratum::from_counts(1_000_000, 9_000_000, 310_000, 2_700_000);
        let value = log_increment(&stratum, 1.0, 1.05);
        assert!(value.is_finite() && value > 0.0, "{value}");
    }
}
