//! The stratified (Cochran-Mantel-Haenszel) test against a tolerated margin, for one look at a fixed time.
//!
//! Ratio margin, `rho = rho(r0)`: score `x_c - m rho`, variance `m rho (1-rho)(n-m)/(n-1)`; `r0 = 1` is the
//! textbook test (Mantel and Haenszel 1959). Difference margin, `W = n_c n_s/n`, `q = n_c/n`: score
//! `x_c - m q - W delta`, which is `W (x_c/n_c - x_s/n_s - delta)`, with the Poisson variance
//! `W p + (1-q)^2 n_c delta` at the stable rate `p = max(0, (m - n_c delta)/n)` that the null implies.
//! `z = sum score / sqrt(phi sum variance)` with the dispersion factor `phi`.
//!
//! Against the larger of the two, each window takes the one that allows more at its own event total: its score is
//! then at most either of the two, so its expectation is at most 0 whichever null holds.
//!
//! Below [`EXACT_EVENTS_BELOW`] events in all the p-value is exact instead, because the normal tail is too thin for
//! the skewed counts of a small canary: given the windows' event totals the canary's events are a sum of Bernoulli
//! variables with the windows' shares `rho(r0)`, whose distribution is convolved event by event: at most
//! 999 * 1000, a million multiplications, once. (For Bernoulli requests the conditional law is
//! hypergeometric, which the binomial dominates in convex order: Hoeffding 1963, theorem 4.) A window against a
//! difference has the share `q` and a Poisson number of extra events of mean `n_c delta`: without the canary's extra
//! events the total would be smaller still, so this law is above the true one whatever stable's rate is. The dispersion factor
//! then divides the squared normal score that belongs to the exact p-value.

use super::{Margin, Stratum, normal};

/// With fewer events than this, both sides together, the p-value is exact.
pub const EXACT_EVENTS_BELOW: u32 = 1000;

/// Probabilities of so many canary events that they are smaller than this are left out: a thousand of them are far
/// below any level.
const NEGLIGIBLE_MASS: f64 = 1e-60;

/// The accumulated test.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cmh {
    score: f64,
    variance: f64,
    canary_events: f64,
    events: f64,
    /// The canary's share under the null for each event, kept while there are few.
    shares: Vec<f64>,
    /// Events on the canary that differences allow beyond its share of all events, on average.
    extra: f64,
}

impl Cmh {
    /// Adds a window; one where a side had no requests changes nothing.
    pub fn add(&mut self, stratum: &Stratum, margin: Margin) {
        if !stratum.is_comparable() {
            return;
        }
        let against_ratio = |ratio| (ratio_score(stratum, ratio), stratum.canary_share(ratio), 0.0);
        let against_difference = |difference: f64| {
            let score = difference_score(stratum, difference);
            (
                score,
                stratum.canary_share(1.0),
                stratum.canary_total * difference,
            )
        };
        let ((score, variance), share, extra) = match margin {
            Margin::Ratio(ratio) | Margin::Odds { odds: ratio } => against_ratio(ratio),
            Margin::Difference { difference } => against_difference(difference),
            Margin::Larger { ratio, difference } => {
                let (one, other) = (against_ratio(ratio), against_difference(difference));
                if one.0.0 <= other.0.0 { one } else { other }
            }
        };
        self.score += score;
        self.variance += variance;
        self.canary_events += stratum.canary_events;
        self.events += stratum.events();
        self.extra += extra;
        if self.is_exact() {
            let mut left = stratum.events();
            while left >= 1.0 {
                self.shares.push(share);
                left -= 1.0;
            }
        } else {
            self.shares = Vec::new();
        }
    }

    /// Events of the canary in all windows.
    #[must_use]
    pub fn canary_events(&self) -> f64 {
        self.canary_events
    }

    fn is_exact(&self) -> bool {
        self.events < f64::from(EXACT_EVENTS_BELOW)
    }

    /// Sum of the variances times the dispersion factor (at least 1): the information for sequential boundaries.
    #[must_use]
    pub fn information(&self, dispersion: f64) -> f64 {
        self.variance * dispersion
    }

    /// The normal score; 0 while there is no variance.
    #[must_use]
    pub fn z(&self, dispersion: f64) -> f64 {
        let information = self.information(dispersion);
        if information > 0.0 {
            self.score / information.sqrt()
        } else {
            0.0
        }
    }

    /// One-sided p-value of "the canary is not worse than the margin"; 1 without any event.
    #[must_use]
    pub fn p_value(&self, dispersion: f64) -> f64 {
        if self.events == 0.0 {
            return 1.0;
        }
        if !self.is_exact() {
            return normal::survival(self.z(dispersion));
        }
        let exact = self.exact_tail();
        let z = normal::upper_quantile(exact);
        if z <= 0.0 || dispersion <= 1.0 {
            exact
        } else {
            normal::survival(z / dispersion.sqrt())
        }
    }

    /// `P(X + Z >= canary_events)` for the sum X of the Bernoulli variables and a Poisson number Z of extra events.
    fn exact_tail(&self) -> f64 {
        let mut mass = vec![1.0];
        for share in &self.shares {
            if mass[mass.len() - 1] * share > NEGLIGIBLE_MASS {
                mass.push(0.0);
            }
            for count in (1..mass.len()).rev() {
                mass[count] = mass[count] * (1.0 - share) + mass[count - 1] * share;
            }
            mass[0] *= 1.0 - share;
        }
        let tails = poisson_tails(self.extra, self.shares.len());
        // From the far end inwards, so that a small tail is summed before large terms.
        let mut tail = 0.0;
        for (count, probability) in mass.iter().enumerate().rev() {
            let needed = self.canary_events - count as f64;
            tail += probability
                * if needed <= 0.0 {
                    1.0
                } else {
                    tails.get(to_index(needed)).copied().unwrap_or(0.0)
                };
        }
        tail.min(1.0)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number of events in [0, EXACT_EVENTS_BELOW]"
)]
fn to_index(events: f64) -> usize {
    events as usize
}

/// `P(Z >= k)` for `k` in `0..=up_to` and a Poisson variable of this mean.
fn poisson_tails(mean: f64, up_to: usize) -> Vec<f64> {
    let mass = |k: usize| {
        if mean > 0.0 {
            libm::exp(k as f64 * libm::log(mean) - mean - libm::lgamma(k as f64 + 1.0))
        } else {
            f64::from(k == 0)
        }
    };
    // Where the mean is beyond the last count, what lies beyond it is next to everything.
    let below: f64 = (0..=up_to).map(mass).sum();
    let (mut term, mut k) = (mass(up_to), up_to as f64);
    let mut beyond = 0.0;
    if mean < k {
        while term > beyond * 1e-17 && term > 0.0 {
            k += 1.0;
            term *= mean / k;
            beyond += term;
        }
    } else {
        beyond = (1.0 - below).max(0.0);
    }
    let mut tails = vec![0.0; up_to + 1];
    for k in (0..=up_to).rev() {
        beyond += mass(k);
        tails[k] = beyond.min(1.0);
    }
    tails
}

/// Score and variance of one window against a ratio.
#[must_use]
pub fn ratio_score(stratum: &Stratum, ratio: f64) -> (f64, f64) {
    let (events, total) = (stratum.events(), stratum.total());
    let share = stratum.canary_share(ratio);
    let variance = events * share * (1.0 - share) * (total - events) / (total - 1.0).max(1.0);
    (stratum.canary_events - events * share, variance)
}

/// Score and variance of one window against a difference of rates.
fn difference_score(stratum: &Stratum, difference: f64) -> (f64, f64) {
    let (events, total, canary) = (stratum.events(), stratum.total(), stratum.canary_total);
    let share = canary / total;
    let weight = share * stratum.stable_total;
    let stable_rate = ((events - canary * difference) / total).max(0.0);
    let variance = weight * stable_rate + (1.0 - share) * (1.0 - share) * canary * difference;
    (
        stratum.canary_events - events * share - weight * difference,
        variance,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::chance::Chance;

    #[test]
    fn exact_tail_of_one_share_is_the_binomial_tail() {
        let mut test = Cmh::default();
        test.add(&Stratum::from_counts(1000, 10_000, 15, 30), Margin::Ratio(1.0));
        // Upper tail of Binomial(45, 1/11) at 15.
        let expected: f64 = (15..=45)
            .map(|k| {
                let log_choose =
                    libm::lgamma(46.0) - libm::lgamma(f64::from(k) + 1.0) - libm::lgamma(46.0 - f64::from(k));
                libm::exp(
                    log_choose
                        + f64::from(k) * libm::log(1.0 / 11.0)
                        + f64::from(45 - k) * libm::log(10.0 / 11.0),
                )
            })
            .sum();
        assert!((test.p_value(1.0) / expected - 1.0).abs() < 1e-9);
        assert!(test.p_value(2.0) > test.p_value(1.0));
    }

    #[test]
    fn exact_poisson_case_of_the_reference_table() {
        // stat_cases 053: 3 events in exposure 5 against 20 in 95, one-sided 0.105174.
        let mut test = Cmh::default();
        test.add(&Stratum::from_counts(5, 95, 3, 20), Margin::Ratio(1.0));
        assert!((test.p_value(1.0) - 0.105_174_326_927_977_4).abs() < 1e-9);
    }

    #[test]
    fn no_event_is_no_evidence() {
        let mut test = Cmh::default();
        assert_eq!(test.p_value(1.0), 1.0);
        test.add(&Stratum::from_counts(100, 100, 0, 0), Margin::Ratio(1.1));
        test.add(&Stratum::from_counts(0, 100, 0, 9), Margin::Ratio(1.1));
        assert_eq!((test.p_value(1.0), test.z(1.0)), (1.0, 0.0));
    }

    #[test]
    fn level_at_both_kinds_of_margin() {
        let mut chance = Chance::from_seed(11);
        for (margin, canary_rate) in [
            (Margin::Ratio(1.1), 0.0055),
            (Margin::Difference { difference: 0.001 }, 0.006),
            (
                Margin::Larger {
                    ratio: 1.2,
                    difference: 0.001,
                },
                0.006,
            ),
        ] {
            let runs = 4000;
            let mut rejected = 0;
            for _ in 0..runs {
                let mut test = Cmh::default();
                for _ in 0..60 {
                    test.add(
                        &Stratum::from_counts(
                            100,
                            1900,
                            chance.binomial(100, canary_rate),
                            chance.binomial(1900, 0.005),
                        ),
                        margin,
                    );
                }
                rejected += i32::from(test.p_value(1.0) <= 0.01);
            }
            let level = f64::from(rejected) / f64::from(runs);
            println!("CMH at {margin:?}: rejected {level:.4} at 0.01");
            assert!(
                level <= 0.01 + 3.0 * (0.01_f64 * 0.99 / f64::from(runs)).sqrt(),
                "{margin:?}: {level}"
            );
        }
    }
}
