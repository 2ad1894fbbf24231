//! Whatever numbers come in, no method panics, gives a probability outside [0, 1] or an interval inside out.

use proptest::collection::vec;
use proptest::prelude::*;

use super::alternative::Alternative;
use super::kolmogorov_smirnov::KolmogorovSmirnov;
use super::mann_whitney::MannWhitney;
use super::quantile_sequence::QuantileSequence;
use super::{
    Pooled, Sample, Stratum, bernoulli_sequence, binomial, fisher, hodges_lehmann, miettinen_nurminen,
    newcombe, order_statistics, poisson_rates, welch,
};

const ALTERNATIVES: [Alternative; 3] = [Alternative::TwoSided, Alternative::Greater, Alternative::Less];

/// Ordinary, tied, constant, tiny and huge values, NaN and infinities.
fn values() -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![
        vec(-100.0..100.0, 0..30),
        vec((-3..3).prop_map(f64::from), 0..30),
        vec(any::<f64>(), 0..10),
        vec(
            prop_oneof![
                Just(f64::MAX),
                Just(-f64::MAX),
                Just(5e-324),
                Just(-0.0),
                Just(1.0)
            ],
            0..20
        ),
        (any::<f64>(), 0..20_usize).prop_map(|(value, count)| vec![value; count]),
    ]
}

fn is_probability(p: f64) -> bool {
    (0.0..=1.0).contains(&p)
}

proptest! {
    #[test]
    fn a_sample_is_finite_and_ascending_or_refused(values in values()) {
        let finite = values.iter().all(|value| value.is_finite());
        match Sample::try_new(&values) {
            Ok(sample) => {
                prop_assert!(finite && sample.count() == values.len());
                prop_assert!(sample.sorted().is_sorted());
            }
            Err(_) => prop_assert!(values.is_empty() || !finite),
        }
    }

    #[test]
    fn methods_of_samples(x in values(), y in values()) {
        let (Ok(x), Ok(y)) = (Sample::try_new(&x), Sample::try_new(&y)) else { return Ok(()) };
        let pooled = Pooled::of_samples(&x, &y);
        prop_assert_eq!(pooled.totals(), [x.count() as u64, y.count() as u64]);
        let (ranks, distance) = (MannWhitney::new(&pooled), KolmogorovSmirnov::new(&pooled));
        prop_assert!(is_probability(ranks.effect()) && ranks.z(true).is_finite());
        for alternative in ALTERNATIVES {
            prop_assert!(is_probability(ranks.p_value(alternative, true)));
            prop_assert!(ranks.exact_p_value(alternative).is_none_or(is_probability));
            prop_assert!(is_probability(distance.distance(alternative)));
            prop_assert!(is_probability(distance.asymptotic_p_value(alternative)));
            prop_assert!(distance.exact_p_value(alternative).is_some_and(is_probability));
        }
        let shift = hodges_lehmann::asymptotic(&x, &y, 0.9);
        prop_assert!(shift.lower <= shift.estimate && shift.estimate <= shift.upper, "{:?}", shift);
        if let Some((shift, achieved)) = hodges_lehmann::exact(&x, &y, 0.9) {
            prop_assert!(shift.lower <= shift.upper && is_probability(achieved), "{:?} {}", shift, achieved);
        }
        if let Ok(found) = welch::test(&x, &y, 0.9) {
            prop_assert!(is_probability(found.two_sided) && is_probability(found.greater), "{:?}", found);
            prop_assert!(found.lower <= found.difference && found.difference <= found.upper, "{:?}", found);
        }
        let sequence = QuantileSequence::try_new(0.9, 100.0, 0.05).ok_or_else(|| TestCaseError::fail("no mixture"))?;
        prop_assert!(is_probability(sequence.p_value(&pooled)));
    }

    #[test]
    fn methods_of_counts(nc in 1_u64..10_000_000_000, ns in 1_u64..10_000_000_000, a in 0.0..1.0, b in 0.0..1.0) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 2^53 and at least 0")]
        let part = |total: u64, share: f64| (total as f64 * share * share * share) as u64;
        let (xc, xs) = (part(nc, a), part(ns, b));
        let stratum = Stratum::from_counts(nc, ns, xc, xs);
        let p = fisher::exact(&stratum);
        prop_assert!([p.two_sided, p.greater, p.less].into_iter().all(is_probability), "{:?}", p);
        let estimate = xc as f64 / nc as f64 - xs as f64 / ns as f64;
        for (lower, upper) in [newcombe::difference(&stratum, 0.95), miettinen_nurminen::difference(&stratum, 0.95)] {
            prop_assert!((-1.0..=1.0).contains(&lower) && (-1.0..=1.0).contains(&upper));
            prop_assert!(lower <= estimate + 1e-12 && estimate <= upper + 1e-12, "{} {} {}", lower, estimate, upper);
        }
        let (lower, upper) = miettinen_nurminen::ratio(&stratum, 0.95);
        prop_assert!(lower >= 0.0 && lower < upper, "{} {}", lower, upper);
        let rates = poisson_rates::compare((xc, nc as f64), (xs, ns as f64), 0.95);
        prop_assert!(is_probability(rates.two_sided) && is_probability(rates.greater) && rates.lower < rates.upper);
        let (low, high) = binomial::clopper_pearson(xc, nc, 0.95);
        prop_assert!(is_probability(low) && is_probability(high) && low < high);
        let (low, high) = bernoulli_sequence::limits(xc, nc, 0.05, 1000.0, 0.05)
            .ok_or_else(|| TestCaseError::fail("no limits"))?;
        prop_assert!(is_probability(low) && is_probability(high) && low < high, "{} {}", low, high);
    }

    #[test]
    fn methods_of_histograms(x in vec(0_u64..1_000_000_000, 1..40), y in vec(0_u64..1_000_000_000, 1..40)) {
        let buckets = x.len().min(y.len());
        let (x, y) = (&x[..buckets], &y[..buckets]);
        let Ok(pooled) = Pooled::of_histograms(x, y) else { return Ok(()) };
        let ranks = MannWhitney::new(&pooled);
        prop_assert!(is_probability(ranks.effect()) && is_probability(ranks.p_value(Alternative::TwoSided, true)));
        let distance = KolmogorovSmirnov::new(&pooled);
        prop_assert!(is_probability(distance.asymptotic_p_value(Alternative::TwoSided)));
        let ratio = hodges_lehmann::ratio_of_histograms(x, y, 1.02, 0.95).ok_or_else(|| TestCaseError::fail("no ratio"))?;
        prop_assert!(ratio.lower <= ratio.estimate && ratio.estimate <= ratio.upper, "{:?}", ratio);
        let count = pooled.totals()[0];
        let ranks = order_statistics::ranks(count, 0.99, 0.95);
        prop_assert!(ranks.lower <= ranks.upper && ranks.upper <= count + 1 && ranks.coverage >= 0.95 - 1e-9, "{:?}", ranks);
    }
}
