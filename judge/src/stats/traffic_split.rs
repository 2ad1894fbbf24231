//! Sample-ratio mismatch: does the canary get the share of the traffic that it should?
//!
//! The sequential multinomial test of Lindon and Malek (2022) in both directions: a mixture over shares above the
//! tolerated range tests "at most its upper end", one over shares below it "at least its lower end", and the mean of both
//! is evidence against "inside the range". Under a share that moves inside the range each factor still has expectation 1
//! at most, since `theta/rho p + (1-theta)/(1-rho) (1-p) <= 1` for `theta > rho >= p`. Without a tolerance both ends are
//! the expected share.

use super::event_share;
use super::log_sum::log_mean_exp;

/// Prior observations that the mixture is worth: shares that differ by a tenth part or by several times are both near.
const PRIOR: f64 = 100.0;

/// Requests of both sides against an expected share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrafficSplit {
    /// Ends of the tolerated range, in (0, 1).
    lower: f64,
    upper: f64,
    /// Of the mixture.
    prior: (f64, f64),
    canary: f64,
    total: f64,
}

impl TrafficSplit {
    /// For a canary that should get `share`, in (0, 1), of all requests, give or take `tolerance` (0 to below 1) of it.
    /// `None` outside these ranges, or when the range's upper end is no share.
    #[must_use]
    pub fn try_new(share: f64, tolerance: f64) -> Option<Self> {
        let (lower, upper) = (share * (1.0 - tolerance), share * (1.0 + tolerance));
        let is_sound = share > 0.0 && share < 1.0 && (0.0..1.0).contains(&tolerance) && upper < 1.0;
        is_sound.then_some(Self {
            lower,
            upper,
            prior: (PRIOR * share, PRIOR * (1.0 - share)),
            canary: 0.0,
            total: 0.0,
        })
    }

    /// Requests of one window; whole numbers.
    pub fn add(&mut self, canary: f64, stable: f64) {
        self.canary += canary;
        self.total += canary + stable;
    }

    /// The canary's share so far; `None` before any request.
    #[must_use]
    pub fn observed(&self) -> Option<f64> {
        (self.total > 0.0).then(|| self.canary / self.total)
    }

    /// Log evidence against a share inside the tolerated range.
    #[must_use]
    pub fn log_e(&self) -> f64 {
        if self.total <= 0.0 {
            return 0.0;
        }
        let (a, b) = self.prior;
        let above = event_share::log_e_above(self.canary, self.total, self.upper, (a, b));
        let below = event_share::log_e_above(self.total - self.canary, self.total, 1.0 - self.lower, (b, a));
        log_mean_exp(&[above, below])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::chance::Chance;

    /// Whether 1/alpha is crossed within 200 windows of 100 requests of which the canary gets `share`.
    fn crossed(chance: &mut Chance, mut test: TrafficSplit, share: impl Fn(u32) -> f64, alpha: f64) -> bool {
        (0..200).any(|window| {
            let canary = chance.binomial(100, share(window)) as f64;
            test.add(canary, 100.0 - canary);
            test.log_e() >= -libm::log(alpha)
        })
    }

    #[test]
    fn the_level_holds_at_all_looks_and_at_the_ends_of_the_range() {
        let mut chance = Chance::from_seed(7);
        let (alpha, runs) = (0.05, 1000);
        for (tolerance, share) in [(0.0, 0.1), (0.1, 0.11), (0.1, 0.09), (0.1, 0.1)] {
            let test = TrafficSplit::try_new(0.1, tolerance).unwrap();
            let alarms = (0..runs)
                .filter(|_| crossed(&mut chance, test, |_| share, alpha))
                .count();
            let level = alarms as f64 / f64::from(runs);
            println!("traffic split, tolerance {tolerance}, true {share}: {level}");
            assert!(
                level <= alpha + 3.0 * (alpha * (1.0 - alpha) / f64::from(runs)).sqrt(),
                "{level}"
            );
        }
        let test = TrafficSplit::try_new(0.1, 0.1).unwrap();
        let moving = |window: u32| if window.is_multiple_of(2) { 0.09 } else { 0.11 };
        let alarms = (0..runs)
            .filter(|_| crossed(&mut chance, test, moving, alpha))
            .count();
        assert!(alarms as f64 / f64::from(runs) <= alpha, "{alarms}");
    }

    #[test]
    fn a_wrong_split_is_found_in_both_directions() {
        let mut chance = Chance::from_seed(8);
        for share in [0.0, 0.04, 0.2, 0.5, 1.0] {
            let test = TrafficSplit::try_new(0.1, 0.1).unwrap();
            assert!(crossed(&mut chance, test, |_| share, 0.001), "{share}");
        }
    }

    #[test]
    fn the_same_as_one_beta_mixture_at_each_end() {
        let mut test = TrafficSplit::try_new(0.05, 0.0).unwrap();
        assert_eq!((test.log_e(), test.observed()), (0.0, None));
        test.add(80.0, 920.0);
        let prior = (5.0, 95.0);
        let above = libm::exp(event_share::log_e_above(80.0, 1000.0, 0.05, prior));
        let both = libm::exp(event_share::log_e(80.0, 1000.0, 0.05, prior));
        let inside = libm::exp(test.log_e());
        assert!(
            inside > 0.49 * above && inside < 2.0 * both,
            "{inside} {above} {both}"
        );
        assert_eq!(test.observed(), Some(0.08));
    }

    #[test]
    fn what_is_no_share_is_refused_and_a_billion_requests_are_finite() {
        for (share, tolerance) in [
            (0.0, 0.1),
            (1.0, 0.0),
            (0.95, 0.1),
            (0.5, -0.1),
            (0.5, 1.0),
            (f64::NAN, 0.0),
        ] {
            assert_eq!(
                TrafficSplit::try_new(share, tolerance),
                None,
                "{share} {tolerance}"
            );
        }
        let mut test = TrafficSplit::try_new(0.05, 0.1).unwrap();
        test.add(5e8, 9.5e9);
        assert!(test.log_e().is_finite() && test.log_e() < 0.0);
        test.add(5e8, 0.0);
        assert!(test.log_e().is_finite() && test.log_e() > 1e6);
    }
}
