//! Before a release: how long an analysis will take to decide, and what it can see by its deadline.
//!
//! Log evidence is added window by window, so the time to a verdict is that of a drifting sum to a barrier
//! (`stats::first_passage`). Drift and variance are those of expected counts; the alternatives of a test together reach the
//! threshold where their weighted sum does on average, and the one that leads there tells the spread. By the deadline the
//! last test may reject what the looks have not, so the larger probability of the two counts.

use std::time::Duration;

use crate::analysis::plan::{AlphaSpending, Comparison, ComparisonKind, Dispersion, Plan, Policy};
use crate::stats::first_passage::FirstPassage;
use crate::stats::log_sum::log_weighted_sum_exp;
use crate::stats::rate_ratio::{REGRESSION_GRID, REGRESSION_WEIGHTS};
use crate::stats::{Margin, Stratum, combine, dispersion, normal, restarts};

use super::{promotion, rollback};

/// Probability of a rollback by the deadline from which on an effect counts as seen.
pub const SEEN_PART: f64 = 0.8;

/// Rates above this are planned as if they were this: a canary that always fails.
const RATE_MAX: f64 = 1.0;

/// Largest effect that is looked at.
const EFFECT_MAX: f64 = 1000.0;

/// Traffic that is expected, and how stable fares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// Requests a second of both sides, positive.
    pub requests_per_second: f64,
    /// Part of them that the canary takes, in (0, 1).
    pub canary_weight: f64,
    /// Part of stable's requests that fails, in (0, 1).
    pub error_rate: f64,
    /// How many times more the traffic varies than independent requests, at least 1; `None` takes the analysis' factor.
    pub dispersion: Option<f64>,
}

/// What is to be expected of one effect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EffectOutlook {
    /// The canary's rate over stable's.
    pub effect: f64,
    /// Probability of a rollback by the deadline.
    pub rollback_probability: f64,
    /// Median time to it from the start; `None` when it is less likely than not.
    pub rollback_after: Option<Duration>,
    /// Probability of a promotion by the deadline, if nothing rolls back before.
    pub promotion_probability: f64,
    /// Median time to it from the start; `None` when it is less likely than not.
    pub promotion_after: Option<Duration>,
}

/// One comparison of errors on its way.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// The comparison.
    pub name: String,
    policy: Policy,
    rollback: Option<Test>,
    promotion: Option<Test>,
    /// Level of the test at the deadline; 0 without one.
    last_level: f64,
    /// Margin of a rollback as a ratio at the expected rate.
    tolerated: f64,
    expected: Expected,
    /// Factor that evidence is divided by.
    factor: f64,
}

/// A sequential test: its margin, alternatives with weights, and where it decides.
#[derive(Clone, Debug)]
struct Test {
    margin: Margin,
    alternatives: Vec<(f64, f64)>,
    log_threshold: f64,
}

impl Outlook {
    /// Of every comparison of errors in a plan; other kinds have no rate to plan with.
    #[must_use]
    pub fn of_plan(plan: &Plan, expected: &Expected) -> Vec<Self> {
        let masses: Vec<Option<f64>> = plan
            .comparisons
            .iter()
            .map(|spec| rollback::group_mass(spec.weight))
            .collect();
        let shares = combine::group_shares(&masses);
        let both = plan.comparisons.iter().zip(shares);
        both.filter(|(spec, _)| spec.kind == ComparisonKind::Errors)
            .map(|(spec, share)| Self::new(spec, share, &plan.policy, expected))
            .collect()
    }

    fn new(spec: &Comparison, share: f64, policy: &Policy, expected: &Expected) -> Self {
        let factor = match policy.dispersion {
            Dispersion::Fixed(factor) => factor,
            Dispersion::Auto => expected.dispersion.unwrap_or(dispersion::RARE_DEFAULT),
        };
        let prior = share * restarts::first_weight(policy.restarts_planned());
        let rollback = rollback::threshold(policy)
            .filter(|_| share > 0.0)
            .map(|threshold| Test {
                margin: rollback::margin(spec.tolerance),
                alternatives: REGRESSION_GRID.into_iter().zip(REGRESSION_WEIGHTS).collect(),
                log_threshold: libm::log(threshold / prior),
            });
        let target = promotion::of_rates(
            spec.tolerance,
            Some(expected.error_rate),
            expected.error_rate > 0.1,
        );
        let alternatives = target.alternatives().into_iter().enumerate();
        let promotion = spec.required.then(|| Test {
            margin: target.margin,
            alternatives: alternatives
                .map(|(place, alternative)| (alternative, promotion::prior(place)))
                .collect(),
            log_threshold: -libm::log(policy.false_promotion),
        });
        let difference = 1.0 + spec.tolerance.rollback_absolute / expected.error_rate;
        Self {
            name: spec.name.clone(),
            policy: *policy,
            rollback,
            promotion,
            last_level: match policy.alpha_spending {
                AlphaSpending::Hybrid => share * policy.false_rollback / 2.0,
                AlphaSpending::Anytime => 0.0,
                AlphaSpending::ObrienFleming => share * policy.false_rollback,
            },
            tolerated: spec.tolerance.rollback.max(difference),
            expected: *expected,
            factor,
        }
    }

    /// What is to be expected when the canary fails `effect` times as often as stable.
    #[must_use]
    pub fn at(&self, effect: f64) -> EffectOutlook {
        let judged = self.policy.deadline.saturating_sub(self.policy.burn_in);
        let windows = judged.as_secs_f64() / self.policy.window.as_secs_f64();
        let stratum = self.window(effect);
        let looks = self
            .rollback
            .as_ref()
            .and_then(|test| self.passage(test, &stratum, windows));
        let by_looks = looks.map_or(0.0, |passage| passage.by(windows));
        let rollback_probability = by_looks.max(self.last_test(&stratum, windows));
        let at_deadline = Some(self.policy.deadline).filter(|_| rollback_probability >= 0.5);
        let rollback_after = looks
            .and_then(|passage| passage.time(0.5, windows))
            .map(|windows| self.after(windows));
        let promotion = self
            .promotion
            .as_ref()
            .and_then(|test| self.passage(test, &stratum, windows));
        let promotion_after = promotion
            .and_then(|passage| passage.time(0.5, windows))
            .map(|windows| {
                let canary = self.expected.requests_per_second * self.expected.canary_weight;
                let enough = Duration::try_from_secs_f64(self.policy.minimum_requests as f64 / canary)
                    .unwrap_or(Duration::MAX);
                self.after(windows)
                    .max(self.policy.minimum_duration)
                    .max(self.policy.burn_in.saturating_add(enough))
            });
        EffectOutlook {
            effect,
            rollback_probability,
            rollback_after: rollback_after.or(at_deadline),
            promotion_probability: promotion.map_or(0.0, |passage| passage.by(windows)),
            promotion_after: promotion_after.filter(|after| *after <= self.policy.deadline),
        }
    }

    /// The smallest effect that is rolled back by the deadline with probability [`SEEN_PART`]; `None` when none is.
    #[must_use]
    pub fn detectable(&self) -> Option<f64> {
        let most = EFFECT_MAX.min(RATE_MAX / self.expected.error_rate);
        let is_seen = |effect: f64| self.at(effect).rollback_probability >= SEEN_PART;
        if !is_seen(most) {
            return None;
        }
        let (mut low, mut high) = (1.0, most);
        while high / low > 1.001 {
            let middle = (low * high).sqrt();
            if is_seen(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        Some(high)
    }

    /// A window at its end, seen from the start.
    fn after(&self, windows: f64) -> Duration {
        let judged = self.policy.window.as_secs_f64() * windows.ceil().max(1.0);
        self.policy
            .burn_in
            .saturating_add(Duration::try_from_secs_f64(judged).unwrap_or(Duration::MAX))
    }

    /// Expected counts of a window.
    fn window(&self, effect: f64) -> Stratum {
        let Expected {
            requests_per_second,
            canary_weight,
            error_rate,
            ..
        } = self.expected;
        let requests = requests_per_second * self.policy.window.as_secs_f64();
        let (canary, stable) = (requests * canary_weight, requests * (1.0 - canary_weight));
        Stratum {
            canary_total: canary,
            canary_events: canary * (effect * error_rate).min(RATE_MAX),
            stable_total: stable,
            stable_events: stable * error_rate,
        }
    }

    /// The way of a test's evidence to its threshold, in windows; `None` when no alternative ever gains.
    fn passage(&self, test: &Test, stratum: &Stratum, longest: f64) -> Option<FirstPassage> {
        let steps: Vec<(f64, f64, f64)> = test
            .alternatives
            .iter()
            .map(|(multiplier, weight)| {
                let (drift, variance) = self.step(test.margin, stratum, *multiplier);
                (*weight, drift, variance)
            })
            .collect();
        let together = |time: f64| {
            let terms: Vec<(f64, f64)> = steps
                .iter()
                .map(|(weight, drift, _)| (*weight, drift * time))
                .collect();
            log_weighted_sum_exp(terms.into_iter())
        };
        // Far beyond the deadline there is still a mean time, which tells the chance of being early.
        let (mut low, mut high) = (0.0, 1e6 * longest);
        let leading = |time: f64| {
            let ahead = |step: &&(f64, f64, f64)| libm::log(step.0) + step.1 * time;
            steps.iter().max_by(|a, b| ahead(a).total_cmp(&ahead(b)))
        };
        if together(high) < test.log_threshold {
            // Only by chance: the alternative with the best prospect.
            let passage = |(weight, drift, variance): &(f64, f64, f64)| FirstPassage {
                barrier: test.log_threshold - libm::log(*weight),
                drift: *drift,
                variance: *variance,
            };
            let by_chance = steps.iter().map(passage);
            return by_chance.max_by(|a, b| a.by(longest).total_cmp(&b.by(longest)));
        }
        for _ in 0..100 {
            let middle = 0.5 * (low + high);
            if together(middle) >= test.log_threshold {
                high = middle;
            } else {
                low = middle;
            }
        }
        let (_, drift, variance) = leading(high)?;
        Some(FirstPassage {
            barrier: drift * high,
            drift: *drift,
            variance: *variance,
        })
    }

    /// Mean and variance of one window's log evidence. Where a window counts for the smaller of two forms, both vary alike
    /// and the smaller mean is that of the window.
    fn step(&self, margin: Margin, stratum: &Stratum, multiplier: f64) -> (f64, f64) {
        let drift = margin.expected_log_increment(stratum, multiplier) / self.factor;
        // The increments are linear in the events of each side.
        let more = |canary: f64, stable: f64| {
            let shifted = Stratum {
                canary_events: stratum.canary_events + canary,
                stable_events: stratum.stable_events + stable,
                ..*stratum
            };
            margin.expected_log_increment(&shifted, multiplier) / self.factor - drift
        };
        let (of_canary, of_stable) = (more(1.0, 0.0), more(0.0, 1.0));
        let binomial = |events: f64, total: f64| events * (1.0 - events / total).max(0.0);
        let variance = of_canary * of_canary * binomial(stratum.canary_events, stratum.canary_total)
            + of_stable * of_stable * binomial(stratum.stable_events, stratum.stable_total);
        (drift, variance * self.noise())
    }

    /// How much more the traffic really varies.
    fn noise(&self) -> f64 {
        self.expected.dispersion.unwrap_or(1.0).max(1.0)
    }

    /// Probability that the stratified test at the deadline rejects, by the normal approximation.
    fn last_test(&self, stratum: &Stratum, windows: f64) -> f64 {
        if self.last_level <= 0.0 {
            return 0.0;
        }
        let tolerated = stratum.canary_total * self.tolerated;
        let share = tolerated / (tolerated + stratum.stable_total);
        let events = stratum.canary_events + stratum.stable_events;
        let distance = windows * (stratum.canary_events - events * share);
        let null = (windows * self.factor * events * share * (1.0 - share)).sqrt();
        let spread = windows
            * self.noise()
            * ((1.0 - share) * (1.0 - share) * stratum.canary_events + share * share * stratum.stable_events);
        normal::cdf((distance - normal::upper_quantile(self.last_level) * null) / spread.sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::chance::Chance;
    use crate::verdict::comparisons::Comparisons;
    use crate::verdict::comparisons::tests::{START, at, comparison, look};

    /// Seconds to rollback and to promotion of simulated rollouts, each sorted; `None` is never.
    fn simulated(policy: &Policy, expected: &Expected, effect: f64, runs: u64) -> [Vec<Option<u64>>; 2] {
        let mut times = [Vec::new(), Vec::new()];
        for run in 0..runs {
            let mut chance = Chance::from_seed(1000 + run);
            let mut comparisons = Comparisons::new(&[comparison("errors")], policy, START);
            let requests = expected.requests_per_second * 10.0;
            let canary = whole(requests * expected.canary_weight);
            let stable = whole(requests) - canary;
            let (mut rolled_back, mut promoted) = (None, None);
            for step in 1..=policy.deadline.as_secs() / 10 {
                let seconds = step * 10;
                let bad = chance.binomial(canary, (effect * expected.error_rate).min(1.0));
                let stable_bad = chance.binomial(stable, expected.error_rate);
                comparisons.look(&look(at(seconds), (canary, bad, stable, stable_bad)));
                if rolled_back.is_none() && comparisons.regressed() {
                    rolled_back = Some(seconds);
                }
                if promoted.is_none() && comparisons.promotable(at(seconds)) {
                    promoted = Some(seconds);
                }
            }
            if rolled_back.is_none() {
                comparisons.finish(at(policy.deadline.as_secs()));
                rolled_back = comparisons.regressed().then_some(policy.deadline.as_secs());
            }
            times[0].push(rolled_back);
            times[1].push(promoted);
        }
        for times in &mut times {
            times.sort_by_key(|time| time.unwrap_or(u64::MAX));
        }
        times
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count of some hundred requests"
    )]
    fn whole(number: f64) -> u64 {
        number.round() as u64
    }

    fn outlook(policy: &Policy, expected: &Expected) -> Outlook {
        Outlook::new(&comparison("errors"), 1.0, policy, expected)
    }

    fn fixed(factor: f64) -> Policy {
        Policy {
            dispersion: Dispersion::Fixed(factor),
            ..Policy::default()
        }
    }

    fn expected(requests_per_second: f64, canary_weight: f64, error_rate: f64) -> Expected {
        Expected {
            requests_per_second,
            canary_weight,
            error_rate,
            dispersion: None,
        }
    }

    #[test]
    fn times_agree_with_simulated_rollouts_within_15_percent() {
        let (runs, middle) = (81, 40);
        for (factor, traffic, effect) in [
            (1.0, expected(200.0, 0.05, 0.005), 2.0),
            (1.0, expected(200.0, 0.05, 0.005), 3.0),
            (2.0, expected(200.0, 0.05, 0.005), 3.0),
            (2.0, expected(500.0, 0.1, 0.002), 4.0),
            (1.0, expected(2000.0, 0.01, 0.01), 2.0),
        ] {
            let policy = fixed(factor);
            let [rolled_back, _] = simulated(&policy, &traffic, effect, runs);
            let told = outlook(&policy, &traffic)
                .at(effect)
                .rollback_after
                .unwrap()
                .as_secs_f64();
            let seen = rolled_back[middle].unwrap() as f64;
            println!("{factor} {traffic:?} x{effect}: rolled back after {told} s, simulated {seen} s");
            assert!(
                (told / seen - 1.0).abs() < 0.15,
                "{factor} {traffic:?} x{effect}: {told} {seen}"
            );
        }
        for (factor, traffic) in [
            (1.0, expected(200.0, 0.05, 0.005)),
            (2.0, expected(500.0, 0.1, 0.005)),
            (1.0, expected(60.0, 0.1, 0.000_2)),
        ] {
            let policy = fixed(factor);
            let [_, promoted] = simulated(&policy, &traffic, 1.0, runs);
            let told = outlook(&policy, &traffic)
                .at(1.0)
                .promotion_after
                .unwrap()
                .as_secs_f64();
            let seen = promoted[middle].unwrap() as f64;
            println!("{factor} {traffic:?}: promoted after {told} s, simulated {seen} s");
            assert!(
                (told / seen - 1.0).abs() < 0.15,
                "{factor} {traffic:?}: {told} {seen}"
            );
        }
    }

    #[test]
    fn what_counts_as_seen_is_seen_in_simulations() {
        let (policy, traffic, runs) = (fixed(1.0), expected(200.0, 0.05, 0.005), 120);
        let outlook = outlook(&policy, &traffic);
        let effect = outlook.detectable().unwrap();
        let [rolled_back, _] = simulated(&policy, &traffic, effect, runs);
        let part = rolled_back.iter().flatten().count() as f64 / runs as f64;
        println!(
            "detectable {effect}: rolled back {part}, told {}",
            outlook.at(effect).rollback_probability
        );
        assert!((part - SEEN_PART).abs() < 0.15 * SEEN_PART, "{effect}: {part}");
    }

    #[test]
    fn more_traffic_and_larger_effects_are_decided_sooner_and_nothing_is_not_seen() {
        let policy = Policy::default();
        let base = outlook(&policy, &expected(200.0, 0.05, 0.005));
        let more = outlook(&policy, &expected(800.0, 0.05, 0.005));
        assert!(more.detectable().unwrap() < base.detectable().unwrap());
        let mut last = base.at(1.0).rollback_probability;
        for effect in [1.2, 1.5, 2.0, 3.0, 5.0, 10.0, 100.0] {
            let now = base.at(effect).rollback_probability;
            assert!(now >= last, "{effect}: {now} {last}");
            last = now;
        }
        assert!(base.at(1.0).rollback_probability < 0.01, "{:?}", base.at(1.0));
        let hardly_any = outlook(&policy, &expected(0.01, 0.05, 0.005));
        assert_eq!(
            (hardly_any.detectable(), hardly_any.at(3.0).rollback_after),
            (None, None)
        );
    }
}
