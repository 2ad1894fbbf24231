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

/// Unhealthy is at least this many times the reference rate, plus an excess ...
const FACTOR: f64 = 2.0;

/// ... and beyond chance by this many standard deviations.
const DEVIATIONS: f64 = 4.0;

/// Fewer events than this are chance, however seldom they were before.
const EVENTS_MIN: f64 = 3.0;

/// Standard deviations of the lower limit that is compared with the absolute limit.
const LIMIT_DEVIATIONS: f64 = 3.0;

/// How stable is doing, best first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum StableState {
    /// Nothing speaks against it.
    #[default]
    Well,
    /// Materially worse than it should be in the latest windows, but with so few requests that it may be chance.
    InDoubt,
    /// Outside its own normal range, beyond chance.
    Unhealthy,
}

/// Stable's normal range and whether it is inside it now.
#[derive(Clone, Debug)]
pub(super) struct StableHealth {
    /// Part of all requests that is added to the multiple of the reference rate.
    excess: f64,
    /// The rate that is unhealthy when there is no history to tell what is normal; 1 is none.
    limit: f64,
    /// From history when there is any, else from burn-in and earlier windows that left no doubt.
    reference: Tally,
    is_from_history: bool,
    /// The latest windows, newest last.
    recent: VecDeque<Tally>,
    /// All windows since stable came in doubt: the longest stretch that is put to the test. What is normal is not
    /// learned from them before the doubt is over.
    doubtful: Tally,
    /// The doubt was more than a doubt at some time.
    was_proven: bool,
    state: StableState,
}

impl StableHealth {
    pub(super) fn new(excess: f64, limit: f64) -> Self {
        Self {
            excess,
            limit,
            reference: Tally::default(),
            is_from_history: false,
            recent: VecDeque::new(),
            doubtful: Tally::default(),
            was_proven: false,
            state: StableState::Well,
        }
    }

    /// A window of history, when both sides ran the old version.
    pub(super) fn learn(&mut self, stable: Tally) {
        if !self.is_from_history {
            self.is_from_history = true;
            self.reference = Tally::default();
        }
        self.reference.add(stable);
    }

    /// The latest window. `dispersion` is at least 1.
    pub(super) fn observe(&mut self, stable: Tally, dispersion: f64) {
        if stable.total <= 0.0 {
            return;
        }
        if self.recent.len() == RECENT_MAX {
            self.recent.pop_front();
        }
        self.recent.push_back(stable);
        let stretches = STRETCHES.map(|length| self.latest(length));
        let is_material = stretches.iter().any(|stretch| self.is_material(*stretch));
        let little_known =
            !self.is_from_history && self.limit < 1.0 && upper_limit(self.latest(RECENT_MAX)) > self.limit;
        if is_material || little_known {
            self.doubtful.add(stable);
            let proven = stretches
                .into_iter()
                .chain([self.doubtful])
                .any(|stretch| self.is_proven(stretch, dispersion));
            self.was_proven |= proven;
            self.state = if proven {
                StableState::Unhealthy
            } else {
                StableState::InDoubt
            };
        } else {
            self.state = StableState::Well;
            self.learn_from_windows(stable);
        }
    }

    pub(super) fn state(&self) -> StableState {
        self.state
    }

    pub(super) fn is_healthy(&self) -> bool {
        self.state != StableState::Unhealthy
    }

    /// A window that leaves no doubt, and those before it that left some: leaving them out, too, would make every
    /// event look abnormal in the end. Those of a fault are left out.
    fn learn_from_windows(&mut self, stable: Tally) {
        let doubtful = std::mem::take(&mut self.doubtful);
        let was_fault = std::mem::take(&mut self.was_proven) || doubtful.rate() > self.limit;
        if self.is_from_history {
            return;
        }
        if !was_fault {
            self.reference.add(doubtful);
        }
        self.reference.add(stable);
    }

    fn latest(&self, length: usize) -> Tally {
        let mut sum = Tally::default();
        for window in self.recent.iter().rev().take(length) {
            sum.add(*window);
        }
        sum
    }

    /// Above what is normal by more than anybody would shrug off, chance aside.
    fn is_material(&self, stretch: Tally) -> bool {
        let above_reference =
            self.reference.total > 0.0 && stretch.rate() >= FACTOR * self.reference.rate() + self.excess;
        above_reference || (!self.is_from_history && stretch.rate() > self.limit)
    }

    /// Material, and beyond chance.
    fn is_proven(&self, stretch: Tally, dispersion: f64) -> bool {
        self.is_abnormal(stretch, dispersion)
            || (!self.is_from_history && lower_limit(stretch, dispersion) > self.limit)
    }

    /// Materially and significantly above the reference.
    fn is_abnormal(&self, stretch: Tally, dispersion: f64) -> bool {
        if self.reference.total <= 0.0 || stretch.events < EVENTS_MIN {
            return false;
        }
        let (rate, normal) = (stretch.rate(), self.reference.rate());
        let mut pooled = stretch;
        pooled.add(self.reference);
        let spread =
            pooled.rate() * (1.0 - pooled.rate()) * (1.0 / stretch.total + 1.0 / self.reference.total);
        rate >= FACTOR * normal + self.excess && rate - normal >= DEVIATIONS * (dispersion * spread).sqrt()
    }
}

/// What stable's rate is above almost surely, with the requests divided by the dispersion factor.
fn lower_limit(stretch: Tally, dispersion: f64) -> f64 {
    let (centre, radius) = wilson(stretch.rate(), stretch.total / dispersion, LIMIT_DEVIATIONS);
    centre - radius
}

/// One standard deviation up: where so little is known that stable may well be above the absolute limit.
fn upper_limit(stretch: Tally) -> f64 {
    let (centre, radius) = wilson(stretch.rate(), stretch.total, 1.0);
    centre + radius
}

/// Centre and radius of Wilson's interval (1927) of a rate, `z` standard deviations wide to each side.
fn wilson(rate: f64, total: f64, z: f64) -> (f64, f64) {
    let shrink = 1.0 + z * z / total;
    let radius = z * (rate * (1.0 - rate) / total + z * z / (4.0 * total * total)).sqrt();
    ((rate + z * z / (2.0 * total)) / shrink, radius / shrink)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(total: f64, events: f64) -> Tally {
        Tally { total, events }
    }

    #[test]
    fn an_incident_begins_and_ends() {
        let mut health = StableHealth::new(0.005, 0.2);
        for _ in 0..20 {
            health.observe(tally(1900.0, 10.0), 2.0);
            assert!(health.is_healthy());
        }
        let reference = health.reference;
        for _ in 0..10 {
            health.observe(tally(1900.0, 150.0), 2.0);
            assert!(!health.is_healthy());
        }
        assert_eq!(health.reference, reference);
        let windows_until_recovery = (1..20).find(|_| {
            health.observe(tally(1900.0, 10.0), 2.0);
            health.is_healthy()
        });
        assert!(windows_until_recovery.is_some_and(|windows| windows <= RECENT_MAX));
    }

    #[test]
    fn history_is_the_reference_once_there_is_any() {
        let mut health = StableHealth::new(0.005, 0.2);
        health.learn(tally(100_000.0, 500.0));
        health.observe(tally(2000.0, 60.0), 1.0);
        assert!(!health.is_healthy());
        assert_eq!(health.reference, tally(100_000.0, 500.0));
    }

    #[test]
    fn without_a_past_the_absolute_limit_holds() {
        let mut health = StableHealth::new(0.005, 0.2);
        health.observe(tally(500.0, 200.0), 2.0);
        assert!(!health.is_healthy());
        let mut never = StableHealth::new(0.005, 1.0);
        never.observe(tally(500.0, 500.0), 2.0);
        assert!(never.is_healthy());
    }

    #[test]
    fn a_fault_from_the_start_is_never_taken_for_normal() {
        for (total, events) in [(100.0, 30.0), (20.0, 6.0), (6.0, 2.0)] {
            let mut health = StableHealth::new(0.005, 0.2);
            let mut states = Vec::new();
            for _ in 0..180 {
                health.observe(tally(total, events), 2.0);
                states.push(health.state());
            }
            assert!(!states.contains(&StableState::Well), "{total}");
            assert_eq!(states[0], StableState::InDoubt);
            assert_eq!(states[179], StableState::Unhealthy, "{total}");
            // It is over: what was seen in the meantime is no measure of what is normal.
            for _ in 0..RECENT_MAX {
                health.observe(tally(total, 0.0), 2.0);
            }
            assert_eq!(health.state(), StableState::Well);
            assert_eq!(health.reference.events, 0.0);
        }
    }

    #[test]
    fn a_doubt_that_proves_to_be_chance_is_part_of_what_is_normal() {
        let mut health = StableHealth::new(0.005, 0.2);
        for _ in 0..60 {
            health.observe(tally(20.0, 0.0), 2.0);
        }
        health.observe(tally(20.0, 1.0), 2.0);
        assert_eq!(health.state(), StableState::InDoubt);
        for _ in 0..20 {
            health.observe(tally(20.0, 0.0), 2.0);
        }
        assert_eq!(health.state(), StableState::Well);
        assert_eq!(health.reference, tally(1620.0, 1.0));
    }

    #[test]
    fn few_requests_prove_nothing() {
        let mut health = StableHealth::new(0.005, 0.2);
        health.learn(tally(100_000.0, 500.0));
        health.observe(tally(20.0, 1.0), 2.0);
        assert!(health.is_healthy());
    }
}
