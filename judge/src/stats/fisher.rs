//! Fisher's exact test of two shares, at one look.
//!
//! Given both totals and the number of events in all, the canary's events are hypergeometric:
//! `P(x) = C(n_c, x) C(n_s, m-x) / C(n, m)` (Fisher 1935). A tail is summed outward from its largest term, which is
//! exact however small it is; two-sided, every table counts that is not more probable than the observed one.
//!
//! statrs' `fishers_exact` agrees on tables of ordinary size. It takes probabilities as alike within 1e-4 (R and scipy:
//! 1e-7), makes the upper tail as one minus the lower (so small p-values are noise or negative), walks every table below the
//! observed one, multiplies counts in `u64`, and uses the platform's logarithms; therefore not used.

use super::binomial::{ALIKE, log_choose};
use super::{Stratum, bisection};

/// Terms smaller than this part of the sum cannot change an `f64` any more.
const NEGLIGIBLE: f64 = 1e-18;

/// p-values of one table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fisher {
    /// Of "both shares are equal".
    pub two_sided: f64,
    /// Of "the canary's share is not larger".
    pub greater: f64,
    /// Of "the canary's share is not smaller".
    pub less: f64,
}

/// Hypergeometric distribution of the canary's events.
struct Events {
    canary: f64,
    stable: f64,
    events: f64,
    low: u64,
    high: u64,
}

impl Events {
    fn log_mass(&self, x: u64) -> f64 {
        let x = x as f64;
        log_choose(self.canary, x) + log_choose(self.stable, self.events - x)
            - log_choose(self.canary + self.stable, self.events)
    }

    /// `P(x + 1) / P(x)`.
    fn ratio(&self, x: f64) -> f64 {
        (self.canary - x) * (self.events - x) / ((x + 1.0) * (self.stable - self.events + x + 1.0))
    }

    /// `P(X >= x)`, for `x` not below the mode.
    fn from(&self, x: u64) -> f64 {
        let (mut sum, mut term) = (1.0, 1.0);
        for value in x..self.high {
            term *= self.ratio(value as f64);
            sum += term;
            if term < sum * NEGLIGIBLE {
                break;
            }
        }
        libm::exp(self.log_mass(x)) * sum
    }

    /// `P(X <= x)`, for `x` not above the mode.
    fn up_to(&self, x: u64) -> f64 {
        let (mut sum, mut term) = (1.0, 1.0);
        for value in (self.low..x).rev() {
            term /= self.ratio(value as f64);
            sum += term;
            if term < sum * NEGLIGIBLE {
                break;
            }
        }
        libm::exp(self.log_mass(x)) * sum
    }

    /// The most probable count, `floor((n_c+1)(m+1)/(n+2))`.
    fn mode(&self) -> u64 {
        let mode = (self.canary + 1.0) * ((self.events + 1.0) / (self.canary + self.stable + 2.0));
        bisection::last_true_count(self.low, self.high, |x| x as f64 <= mode)
    }
}

/// The p-values of one table, whose counts are whole and events within totals; all 1 when a side or the events are
/// missing altogether.
#[must_use]
pub fn exact(table: &Stratum) -> Fisher {
    let whole = |value: f64| bisection::last_true_count(0, 1 << 53, |count| count as f64 <= value);
    let events = Events {
        canary: table.canary_total,
        stable: table.stable_total,
        events: table.events(),
        low: whole((table.events() - table.stable_total).max(0.0)),
        high: whole(table.canary_total.min(table.events())),
    };
    let (observed, mode) = (whole(table.canary_events), events.mode());
    let (less, greater) = if observed > mode {
        let tail = events.from(observed);
        (1.0 - tail + libm::exp(events.log_mass(observed)), tail)
    } else {
        let tail = events.up_to(observed);
        (tail, 1.0 - tail + libm::exp(events.log_mass(observed)))
    };
    let limit = events.log_mass(observed) + libm::log1p(ALIKE);
    let unlikely = |x: u64| events.log_mass(x) <= limit;
    let two_sided = if unlikely(mode) {
        1.0
    } else if observed > mode {
        let far = bisection::last_true_count(events.low, mode, unlikely);
        greater
            + if unlikely(events.low) {
                events.up_to(far)
            } else {
                0.0
            }
    } else {
        let last_likely = bisection::last_true_count(mode, events.high, |x| !unlikely(x));
        less + if last_likely < events.high {
            events.from(last_likely + 1)
        } else {
            0.0
        }
    };
    Fisher {
        two_sided: two_sided.min(1.0),
        greater: greater.min(1.0),
        less: less.min(1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_sum_over_every_table() {
        for (nc, ns) in [(1, 1), (5, 5), (4, 30), (12, 7)] {
            for events in 0..=nc + ns {
                let stratum = |x: u64| Stratum::from_counts(nc, ns, x, events - x);
                let support: Vec<u64> = (events.saturating_sub(ns)..=nc.min(events)).collect();
                let mass = |x: u64| {
                    let choose =
                        |n: u64, k: u64| (0..k).fold(1.0, |c, i| c * (n - i) as f64 / (i + 1) as f64);
                    choose(nc, x) * choose(ns, events - x) / choose(nc + ns, events)
                };
                for x in &support {
                    let got = exact(&stratum(*x));
                    let sum = |keep: &dyn Fn(u64) -> bool| {
                        support.iter().filter(|y| keep(**y)).map(|y| mass(*y)).sum()
                    };
                    let expected: [f64; 3] = [
                        sum(&|y| mass(y) <= mass(*x) * (1.0 + ALIKE)),
                        sum(&|y| y >= *x),
                        sum(&|y| y <= *x),
                    ];
                    for (got, expected) in [got.two_sided, got.greater, got.less].into_iter().zip(expected) {
                        assert!(
                            (got - expected).abs() < 1e-11,
                            "{nc} {ns} {events} {x}: {got} {expected}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn tiny_tails_and_huge_tables() {
        let tiny = exact(&Stratum::from_counts(1000, 1000, 300, 10));
        assert!(
            tiny.greater > 0.0 && tiny.greater < 1e-60 && tiny.two_sided < 1e-60,
            "{tiny:?}"
        );
        let huge = exact(&Stratum::from_counts(1 << 40, 1 << 45, 1 << 30, 1 << 35));
        assert!(huge.two_sided > 0.99, "{huge:?}");
        let empty = exact(&Stratum::from_counts(0, 10, 0, 3));
        assert_eq!((empty.two_sided, empty.greater, empty.less), (1.0, 1.0, 1.0));
    }
}
