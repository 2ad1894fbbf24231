//! Is stable itself inside its own normal range?
//!
//! A fault that hits both sides proves nothing about the canary, but an *additive* one dilutes every ratio: with 8%
//! of all requests failing, a canary three times worse at 0.5% looks almost the same. So windows in which stable is
//! unhealthy do not count towards a promotion.
//!
//! Leaving them out is conservative although the decision looks at the window itself. Let `E` be the window's
//! promotion e-value, `x` stable's events in it, and `h(x) = E[E | x] - 1`, given the past and the window's common
//! state. `E` grows with `x` (the more stable fails, the better the canary looks), so `h` is increasing, and
//! `E[h(x)] <= 0`. Given the past the window is kept if and only if `x <= c`, since every test below is monotone in
//! the latest window's events. If `h(c) <= 0`, then `E[h(x); x <= c] <= 0` term by term; otherwise `h > 0` beyond
//! `c` and `E[h(x); x <= c] <= E[h(x)] <= 0`. So the product over kept windows is still an e-process.

use std::collections::VecDeque;

use super::tally::Tally;

/// Lengths, in windows, of the latest stretches that are put to the test.
const STRETCHES: [usize; 3] = [1, 3, 6];

/// Windows that are remembered for the longest stretch.
const RECENT_MAX: usize = 6;

/// Unhealthy is at least this many times the reference rate ...
const FACTOR: f64 = 2.0;

/// ... plus this part of all requests ...
const EXCESS: f64 = 0.005;

/// ... and beyond chance by this many standard deviations.
const DEVIATIONS: f64 = 4.0;

/// Standard deviations of the lower limit that is compared with the absolute limit.
const LIMIT_DEVIATIONS: f64 = 3.0;

/// Stable's normal range and whether it is inside it now.
#[derive(Clone, Debug, Default)]
pub(super) struct StableHealth {
    /// From history when there is any, else from burn-in and earlier healthy windows.
    reference: Tally,
    is_from_history: bool,
    /// The latest windows, newest last.
    recent: VecDeque<Tally>,
    is_unhealthy: bool,
}

impl StableHealth {
    /// A window of history, when both sides ran the old version.
    pub(super) fn learn(&mut self, stable: Tally) {
        if !self.is_from_history {
            self.is_from_history = true;
            self.reference = Tally::default();
        }
        self.reference.add(stable);
    }

    /// The latest window. `dispersion` is at least 1; `limit` (0..1) is the rate that is unhealthy when there is no
    /// history to tell what is normal.
    pub(super) fn observe(&mut self, stable: Tally, dispersion: f64, limit: f64) {
        if stable.total <= 0.0 {
            return;
        }
        if self.recent.len() == RECENT_MAX {
            self.recent.pop_front();
        }
        self.recent.push_back(stable);
        self.is_unhealthy = STRETCHES.iter().any(|length| {
            let stretch = self.latest(*length);
            self.is_abnormal(stretch, dispersion)
                || (!self.is_from_history && lower_limit(stretch, dispersion) > limit)
        });
        if !self.is_unhealthy && !self.is_from_history {
            self.reference.add(stable);
        }
    }

    pub(super) fn is_healthy(&self) -> bool {
        !self.is_unhealthy
    }

    fn latest(&self, length: usize) -> Tally {
        let mut sum = Tally::default();
        for window in self.recent.iter().rev().take(length) {
            sum.add(*window);
        }
        sum
    }

    /// Materially and significantly above the reference.
    fn is_abnormal(&self, stretch: Tally, dispersion: f64) -> bool {
        if self.reference.total <= 0.0 {
            return false;
        }
        let (rate, normal) = (stretch.rate(), self.reference.rate());
        let mut pooled = stretch;
        pooled.add(self.reference);
        let spread =
            pooled.rate() * (1.0 - pooled.rate()) * (1.0 / stretch.total + 1.0 / self.reference.total);
        rate >= FACTOR * normal + EXCESS && rate - normal >= DEVIATIONS * (dispersion * spread).sqrt()
    }
}

/// Wilson's lower limit (1927) of a rate, with the requests divided by the dispersion factor.
fn lower_limit(stretch: Tally, dispersion: f64) -> f64 {
    let (z, total, rate) = (LIMIT_DEVIATIONS, stretch.total / dispersion, stretch.rate());
    let shrink = 1.0 + z * z / total;
    let radius = z * (rate * (1.0 - rate) / total + z * z / (4.0 * total * total)).sqrt();
    (rate + z * z / (2.0 * total) - radius) / shrink
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(total: f64, events: f64) -> Tally {
        Tally { total, events }
    }

    #[test]
    fn an_incident_begins_and_ends() {
        let mut health = StableHealth::default();
        for _ in 0..20 {
            health.observe(tally(1900.0, 10.0), 2.0, 0.2);
            assert!(health.is_healthy());
        }
        let reference = health.reference;
        for _ in 0..10 {
            health.observe(tally(1900.0, 150.0), 2.0, 0.2);
            assert!(!health.is_healthy());
        }
        assert_eq!(health.reference, reference);
        let windows_until_recovery = (1..20).find(|_| {
            health.observe(tally(1900.0, 10.0), 2.0, 0.2);
            health.is_healthy()
        });
        assert!(windows_until_recovery.is_some_and(|windows| windows <= RECENT_MAX));
    }

    #[test]
    fn history_is_the_reference_once_there_is_any() {
        let mut health = StableHealth::default();
        health.learn(tally(100_000.0, 500.0));
        health.observe(tally(2000.0, 60.0), 1.0, 1.0);
        assert!(!health.is_healthy());
        assert_eq!(health.reference, tally(100_000.0, 500.0));
    }

    #[test]
    fn without_a_past_the_absolute_limit_holds() {
        let mut health = StableHealth::default();
        health.observe(tally(500.0, 200.0), 2.0, 0.2);
        assert!(!health.is_healthy());
        let mut never = StableHealth::default();
        never.observe(tally(500.0, 500.0), 2.0, 1.0);
        assert!(never.is_healthy());
    }

    #[test]
    fn few_requests_prove_nothing() {
        let mut health = StableHealth::default();
        health.learn(tally(100_000.0, 500.0));
        health.observe(tally(20.0, 1.0), 2.0, 0.2);
        assert!(health.is_healthy());
    }
}
