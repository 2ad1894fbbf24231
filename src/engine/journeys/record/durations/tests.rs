use proptest::prelude::*;

use super::*;

fn of(digits: Digits, micros: &[u64]) -> Durations {
    let mut all = Durations::new(digits);
    for micros in micros {
        all.record(Duration::from_micros(*micros));
    }
    all
}

/// The same, counted from the first one on.
fn counted(digits: Digits, micros: &[u64]) -> Durations {
    let mut all = Durations::new(digits);
    all.counts();
    all.merge(&of(digits, micros));
    all
}

fn micros() -> impl Strategy<Value = u64> {
    prop_oneof![0..5_000_u64, 0..200_000_000_u64]
}

proptest! {
    #[test]
    fn few_answer_as_many_do(all in prop::collection::vec(micros(), 1..300), part in 0.0..=1.0_f64) {
        for digits in [Digits::Two, Digits::Three] {
            let (kept, counts) = (of(digits, &all), counted(digits, &all));
            prop_assert_eq!(kept.classes(), counts.classes());
            prop_assert_eq!(kept.quantile(part), counts.quantile(part));
            prop_assert_eq!(kept.longest(), counts.longest());
            prop_assert_eq!(kept.len(), all.len() as u64);
        }
    }

    #[test]
    fn counts_are_those_of_the_library(all in prop::collection::vec(micros(), 1..300), part in 0.01..=1.0_f64) {
        for digits in [Digits::Two, Digits::Three] {
            let mut known = digits.empty();
            for micros in &all {
                known.saturating_record((*micros).clamp(1, u64::from(LONGEST_US)));
            }
            let counts = counted(digits, &all);
            let ends = known.iter_recorded().map(|step| known.highest_equivalent(step.value_iterated_to()));
            let ends: Vec<u64> = ends.collect();
            prop_assert_eq!(counts.classes().iter().map(|(end, _)| *end).collect::<Vec<_>>(), ends);
            let quantile = counts.quantile(part).unwrap();
            prop_assert_eq!(quantile, Duration::from_micros(known.value_at_quantile(part)));
        }
    }

    #[test]
    fn merging_is_recording_both(
        a in prop::collection::vec(micros(), 0..300),
        b in prop::collection::vec(micros(), 0..300),
    ) {
        let mut merged = of(Digits::Three, &a);
        merged.merge(&of(Digits::Three, &b));
        let together: Vec<u64> = a.iter().chain(&b).copied().collect();
        prop_assert_eq!(&merged, &of(Digits::Three, &together));
        let mut coarse = of(Digits::Two, &a);
        coarse.merge(&of(Digits::Three, &b));
        prop_assert_eq!(coarse, of(Digits::Two, &together));
    }

    #[test]
    fn what_is_written_is_read(all in prop::collection::vec(micros(), 0..400)) {
        for digits in [Digits::Two, Digits::Three] {
            let written = of(digits, &all);
            let bytes = written.to_v2_deflate().unwrap();
            prop_assert_eq!(Durations::from_v2_deflate(&bytes).unwrap(), written);
        }
    }
}

#[test]
fn a_window_of_few_requests_is_written_in_few_bytes() {
    let spread: Vec<u64> = (0..300).map(|step| 20_000 + step * 37).collect();
    let bytes = of(Digits::Three, &spread).to_v2_deflate().unwrap();
    assert!(bytes.len() < 600, "{} bytes", bytes.len());
}

#[test]
fn bytes_that_are_no_histogram_are_refused() {
    let good = of(Digits::Three, &[1, 2, 3]).to_v2_deflate().unwrap();
    for bytes in [&[][..], b"hello, world", &good[..good.len() / 2]] {
        assert!(Durations::from_v2_deflate(bytes).is_err(), "{bytes:?}");
    }
}
