//! The ratio of one quantile of two populations, at every look.
//!
//! A ratio `r` stays in while some `x` may be stable's quantile and `r x` the canary's: while
//! `min_x M_c(r x) M_s(x) < 1/alpha` with the beta-binomial mixtures of both (the two-sample product test of Howard and
//! Ramdas 2022, turned into an interval). In buckets an `x` anywhere inside one may be meant, so a pair of buckets that
//! is not rejected keeps all ratios of their bounds; the evidence falls towards a side's own quantile and grows beyond
//! it, so the farthest partner of each bucket is found by bisection: `O(B log B)` altogether.
//!
//! Both sides are taken as independent over time. What hits both sides at once is *not* cancelled: this is to show the
//! size of an effect, not to decide.

use super::beta_binomial::BetaBinomial;

/// Buckets of one side: upper bound, ascending and positive, maybe infinite at the end; and count.
pub type Buckets<'a> = &'a [(f64, u64)];

/// Limits of the canary's quantile of order `p` over stable's at level `1 - alpha`, both in (0, 1), tightest after
/// `count_best` values. A limit that the buckets cannot show is 0 or infinite. `None` when a side is empty or a number
/// is out of range.
#[must_use]
pub fn limits(
    canary: Buckets<'_>,
    stable: Buckets<'_>,
    p: f64,
    count_best: f64,
    alpha: f64,
) -> Option<(f64, f64)> {
    let mixture = BetaBinomial::of_share(p, count_best, alpha)?;
    let (canary, stable) = (evidence(canary, p, &mixture)?, evidence(stable, p, &mixture)?);
    let threshold = -libm::log(alpha);
    let centre = least_evidence(&canary)?;
    let (mut lower, mut upper) = (f64::INFINITY, 0.0_f64);
    for bucket in &stable {
        let Some((first, last)) = kept(&canary, centre, threshold - bucket.log_e) else {
            continue;
        };
        lower = lower.min(quotient(canary[first].above, bucket.up_to, 0.0));
        upper = upper.max(quotient(canary[last].up_to, bucket.above, f64::INFINITY));
    }
    // The test of both at once may reject everything: then the quantiles themselves are the best that can be said.
    (lower <= upper).then_some((lower, upper))
}

/// One bucket as a place for the quantile.
struct Place {
    above: f64,
    up_to: f64,
    /// Against the quantile being in it: that of the count in it that is most compatible.
    log_e: f64,
}

fn evidence(buckets: Buckets<'_>, p: f64, mixture: &BetaBinomial) -> Option<Vec<Place>> {
    let total: u64 = buckets.iter().map(|(_, count)| *count).sum();
    if total == 0 || p <= 0.0 || p >= 1.0 {
        return None;
    }
    let (mut below, mut above) = (0_u64, 0.0);
    let place = |(up_to, count): &(f64, u64)| {
        let (least, most) = (below as f64, (below + count) as f64);
        let nearest = (total as f64 * p).clamp(least, most);
        let place = Place {
            above,
            up_to: *up_to,
            log_e: mixture.log_e_of_share(nearest, total as f64),
        };
        (below, above) = (below + count, *up_to);
        place
    };
    let mut places: Vec<Place> = buckets.iter().map(place).collect();
    // Beyond the last bound there may be more.
    if above.is_finite() {
        places.push(Place {
            above,
            up_to: f64::INFINITY,
            log_e: mixture.log_e_of_share(total as f64, total as f64),
        });
    }
    Some(places)
}

/// The first place with the least evidence against it.
fn least_evidence(places: &[Place]) -> Option<usize> {
    let least = |one: &usize, other: &usize| places[*one].log_e.total_cmp(&places[*other].log_e);
    (0..places.len()).min_by(least)
}

/// The first and last place whose evidence is below a limit; those between them are, too. `centre` has the least.
fn kept(places: &[Place], centre: usize, limit: f64) -> Option<(usize, usize)> {
    if places[centre].log_e >= limit {
        return None;
    }
    let first = places[..centre].partition_point(|place| place.log_e >= limit);
    let beyond = places[centre..].partition_point(|place| place.log_e < limit);
    Some((first, centre + beyond - 1))
}

/// `part/whole`, or what an open bucket leaves.
fn quotient(part: f64, whole: f64, open: f64) -> f64 {
    let quotient = part / whole;
    if quotient.is_finite() { quotient } else { open }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Pooled;
    use crate::stats::chance::Chance;
    use crate::stats::quantile_sequence::QuantileSequence;

    /// Log-normal latencies in buckets of 2%.
    fn histogram(chance: &mut Chance, count: u32, factor: f64) -> Vec<(f64, u64)> {
        let mut buckets: Vec<(f64, u64)> = (0..500)
            .map(|index| (libm::exp(0.02 * f64::from(index)), 0))
            .collect();
        for _ in 0..count {
            let value = factor * 80.0 * libm::exp(0.45 * chance.normal());
            let place = buckets.partition_point(|(bound, _)| *bound < value);
            buckets[place.min(499)].1 += 1;
        }
        buckets
    }

    #[test]
    fn the_truth_is_inside_at_all_looks_together() {
        let (mut chance, mut missed, mut widths) = (Chance::from_seed(4), 0, 0.0);
        for _ in 0..100 {
            let (mut canary, mut stable) = (histogram(&mut chance, 0, 1.0), histogram(&mut chance, 0, 1.0));
            let mut add = |buckets: &mut Vec<(f64, u64)>, count, factor| {
                let more = histogram(&mut chance, count, factor);
                buckets
                    .iter_mut()
                    .zip(more)
                    .for_each(|(bucket, more)| bucket.1 += more.1);
            };
            let mut inside = true;
            let mut found = (0.0, 0.0);
            for _ in 0..20 {
                add(&mut canary, 50, 1.3);
                add(&mut stable, 400, 1.0);
                found = limits(&canary, &stable, 0.9, 1000.0, 0.05).unwrap();
                inside &= found.0 <= 1.3 && 1.3 <= found.1;
            }
            missed += u32::from(!inside);
            widths += found.1 / found.0;
        }
        assert!(missed <= 5, "{missed} of 100");
        assert!(widths / 100.0 < 1.6, "{}", widths / 100.0);
    }

    #[test]
    fn a_ratio_of_one_is_inside_exactly_when_the_test_of_equal_quantiles_does_not_reject() {
        let mut chance = Chance::from_seed(6);
        for factor in [1.0, 1.05, 1.1, 1.15, 1.2, 1.4] {
            let canary = histogram(&mut chance, 1000, factor);
            let stable = histogram(&mut chance, 1000, 1.0);
            let counts = |buckets: &[(f64, u64)]| buckets.iter().map(|(_, count)| *count).collect::<Vec<_>>();
            let pooled = Pooled::of_histograms(&counts(&canary), &counts(&stable)).unwrap();
            let log_e = QuantileSequence::try_new(0.5, 1000.0, 0.05)
                .unwrap()
                .log_e(&pooled);
            let (lower, upper) = limits(&canary, &stable, 0.5, 1000.0, 0.05).unwrap();
            // A bucket is 2% wide and shares its ends with its neighbours.
            if log_e < -libm::log(0.05) {
                assert!(lower <= 1.0 && 1.0 <= upper, "{factor}: {lower} {upper}");
            } else {
                assert!(lower > 0.97, "{factor}: {lower} {upper}");
            }
            let (low, high) = limits(&stable, &canary, 0.5, 1000.0, 0.05).unwrap();
            assert!((low * upper - 1.0).abs() < 1e-9 && (high * lower - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn what_cannot_be_shown_is_open() {
        let few = [(10.0, 3_u64), (20.0, 1), (f64::INFINITY, 1)];
        assert_eq!(limits(&few, &few, 0.99, 100.0, 0.05).unwrap().1, f64::INFINITY);
        assert_eq!(limits(&[], &few, 0.5, 100.0, 0.05), None);
        assert_eq!(limits(&[(1.0, 0)], &few, 0.5, 100.0, 0.05), None);
        for (p, alpha) in [(0.0, 0.05), (1.0, 0.05), (0.5, 0.0), (0.5, 1.0), (f64::NAN, 0.05)] {
            assert_eq!(limits(&few, &few, p, 100.0, alpha), None);
        }
    }
}
