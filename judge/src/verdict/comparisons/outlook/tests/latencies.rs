use std::sync::Arc;

use super::*;
use crate::analysis::plan::Tolerance;
use crate::histogram::Histogram;
use crate::stats::normal;
use crate::verdict::{Data, Latencies, Side, Window};

/// Lognormal latencies with a 99th percentile of `tail` times the median, in buckets of 2 %.
struct Body {
    sigma: f64,
    empty: Histogram,
}

const BUCKETS: usize = 560;
const FIRST_MS: f64 = 0.5;

impl Body {
    fn new(tail: f64) -> Self {
        let bound = |place: usize| (FIRST_MS * libm::exp(0.02 * place as f64), 0);
        Self {
            sigma: libm::log(tail) / normal::upper_quantile(0.01),
            empty: Histogram::new((0..BUCKETS).map(bound).collect()).unwrap(),
        }
    }

    /// So many requests, `slower` times as slow as a median of 80 ms.
    fn draw(&self, chance: &mut Chance, requests: u64, slower: f64) -> Latencies {
        let mut counts = vec![0; BUCKETS];
        for _ in 0..requests {
            let log_ms = libm::log(80.0 * slower / FIRST_MS) + self.sigma * chance.normal();
            let place = usize::try_from(whole((log_ms / 0.02).ceil().max(0.0))).unwrap();
            counts[place.min(BUCKETS - 1)] += 1;
        }
        Latencies {
            histogram: self.empty.with_counts(counts).unwrap(),
            timeouts: 0,
        }
    }
}

fn spec() -> Comparison {
    Comparison {
        kind: ComparisonKind::Latency,
        tolerance: Tolerance {
            rollback: 1.05,
            promote: 1.25,
            ..Tolerance::default()
        },
        ..comparison("latency")
    }
}

fn simulated(
    policy: &Policy,
    expected: &Expected,
    slower: f64,
    runs: u64,
    wanted: Wanted,
) -> Vec<Option<u64>> {
    let body = Body::new(expected.tail);
    let requests = expected.requests_per_second * 10.0;
    let canary = whole(requests * expected.canary_weight);
    let stable = whole(requests) - canary;
    played(policy, &spec(), runs, wanted, |chance, seconds| {
        let mut window = |side, requests, slower| Window {
            comparison: Arc::from("latency"),
            data: Data::Latency(body.draw(chance, requests, slower)),
            ..crate::verdict::comparisons::tests::window("latency", side, at(seconds), 0, 0)
        };
        let windows = vec![
            window(Side::Canary, canary, slower),
            window(Side::Stable, stable, 1.0),
        ];
        Look {
            at: at(seconds),
            windows,
        }
    })
}

fn shaped(traffic: Expected, tail: f64) -> Expected {
    Expected { tail, ..traffic }
}

fn close(told: Option<Duration>, seen: Option<u64>, of: &str) {
    println!("{of}: told {told:?}, simulated {seen:?} s");
    let (told, seen) = (told.unwrap().as_secs_f64(), seen.unwrap() as f64);
    assert!((told / seen - 1.0).abs() < 0.15, "{of}: {told} {seen}");
}

#[test]
fn times_to_a_rollback_agree_with_simulated_rollouts_within_15_percent() {
    let (runs, middle) = (61, 30);
    for (policy, traffic, slower) in [
        (fixed(1.0), shaped(expected(60.0, 0.1, 0.005), 4.0), 1.2),
        (fixed(1.0), shaped(expected(200.0, 0.05, 0.005), 4.0), 1.15),
        (fixed(2.0), shaped(expected(30.0, 0.2, 0.005), 3.0), 1.3),
        (fixed(1.0), shaped(expected(40.0, 0.05, 0.005), 10.0), 1.5),
        (Policy::default(), shaped(expected(200.0, 0.05, 0.005), 4.0), 1.3),
        (Policy::default(), shaped(expected(20.0, 0.3, 0.005), 6.0), 2.0),
    ] {
        let rolled_back = simulated(&policy, &traffic, slower, runs, Wanted::Rollback);
        let told = of(&spec(), &policy, &traffic).at(slower).rollback_after;
        close(
            told,
            rolled_back[middle],
            &format!("{:?} {traffic:?} x{slower}", policy.dispersion),
        );
    }
}

#[test]
fn times_to_a_promotion_agree_with_simulated_rollouts_within_15_percent() {
    let (runs, middle) = (121, 60);
    for (policy, traffic) in [
        (fixed(1.0), shaped(expected(60.0, 0.1, 0.005), 4.0)),
        (fixed(2.0), shaped(expected(100.0, 0.1, 0.005), 3.0)),
        (Policy::default(), shaped(expected(200.0, 0.1, 0.005), 4.0)),
        (fixed(1.0), shaped(expected(40.0, 0.2, 0.005), 10.0)),
    ] {
        let promoted = simulated(&policy, &traffic, 1.0, runs, Wanted::Promotion);
        let told = of(&spec(), &policy, &traffic).at(1.0).promotion_after;
        close(
            told,
            promoted[middle],
            &format!("{:?} {traffic:?}", policy.dispersion),
        );
    }
}

#[test]
fn what_counts_as_seen_is_seen_in_simulations() {
    let (policy, runs) = (
        Policy {
            deadline: Duration::from_secs(600),
            ..fixed(1.0)
        },
        80,
    );
    let traffic = shaped(expected(30.0, 0.1, 0.005), 4.0);
    let outlook = of(&spec(), &policy, &traffic);
    let effect = outlook.detectable().unwrap();
    let rolled_back = simulated(&policy, &traffic, effect, runs, Wanted::Rollback);
    let part = rolled_back.iter().flatten().count() as f64 / runs as f64;
    println!("detectable x{effect}: rolled back {part}");
    assert!((part - SEEN_PART).abs() < 0.15 * SEEN_PART, "{effect}: {part}");
}

#[test]
fn more_traffic_sees_less_slow_canaries_and_a_like_one_is_not_rolled_back() {
    let policy = Policy::default();
    let base = of(&spec(), &policy, &expected(200.0, 0.05, 0.005));
    let more = of(&spec(), &policy, &expected(2000.0, 0.05, 0.005));
    assert!(more.detectable().unwrap() < base.detectable().unwrap());
    let mut last = base.at(1.0).rollback_probability;
    assert!(last < 0.01, "{last}");
    for effect in [1.05, 1.1, 1.2, 1.5, 2.0, 4.0, 20.0, 1000.0] {
        let now = base.at(effect).rollback_probability;
        assert!(now >= last, "{effect}: {now} {last}");
        last = now;
    }
    let hardly_any = of(&spec(), &policy, &expected(0.01, 0.05, 0.005));
    assert_eq!(
        (hardly_any.detectable(), hardly_any.at(3.0).rollback_after),
        (None, None)
    );
}
