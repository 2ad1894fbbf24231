//! Whatever comes in, nothing panics, and bad data never promotes.

use proptest::prelude::*;

use super::tests::{START, at, comparison, independent, window};
use super::*;
use crate::verdict::{Counts, Data, Flags, Side, Window};

/// Counts as a broken exporter may send them.
fn any_count() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        Just(1),
        0..2000_u64,
        Just(u64::MAX),
        Just(u64::MAX - 1),
        Just(1 << 53),
        any::<u64>()
    ]
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        (0..4000_u64).prop_map(at),
        Just(Timestamp::from_micros(i64::MIN)),
        Just(Timestamp::from_micros(i64::MAX)),
        any::<i64>().prop_map(Timestamp::from_micros),
    ]
}

fn any_window() -> impl Strategy<Value = Window> {
    let flags = any::<[bool; 6]>().prop_map(
        |[partial, history, before, control, overloaded, mixed_buckets]| Flags {
            partial,
            history,
            before,
            control,
            overloaded,
            mixed_buckets,
        },
    );
    let name = prop_oneof![Just("errors"), Just("logins"), Just("unknown")];
    let side = prop_oneof![Just(Side::Canary), Just(Side::Stable)];
    (
        name,
        side,
        any_time(),
        any_time(),
        any_count(),
        any_count(),
        flags,
    )
        .prop_map(|(name, side, start, end, total, bad, flags)| Window {
            comparison: name.into(),
            side,
            target: "pod".into(),
            start,
            end,
            data: Data::Errors(Counts { total, bad }),
            flags,
        })
}

fn any_look() -> impl Strategy<Value = Look> {
    (any_time(), prop::collection::vec(any_window(), 0..6)).prop_map(|(at, windows)| Look { at, windows })
}

/// Looks in good order whose canary side is bad in one way throughout.
fn bad_canary() -> impl Strategy<Value = Vec<Option<Counts>>> {
    let one = prop_oneof![
        Just(None),
        Just(Some(Counts { total: 0, bad: 0 })),
        (0..1000_u64).prop_map(|total| Some(Counts {
            total,
            bad: total + 1
        })),
        (0..1000_u64).prop_map(|bad| Some(Counts {
            total: u64::MAX - bad,
            bad
        })),
    ];
    prop::collection::vec(one, 180)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn nothing_panics_and_reports_are_json(looks in prop::collection::vec(any_look(), 0..40), now in any_time()) {
        let specs = [comparison("errors"), comparison("logins")];
        let mut comparisons = Comparisons::new(&specs, &Policy::default(), START);
        for look in &looks {
            comparisons.look(look);
        }
        comparisons.finish(now);
        let _ = (comparisons.regressed(), comparisons.promotable(now), comparisons.shortfall(now));
        let json = serde_json::to_value(comparisons.reports(now)).unwrap();
        for report in json.as_array().unwrap() {
            prop_assert!(report["eValue"].is_f64() && report["eValueMax"].is_f64(), "{report}");
            prop_assert!(report["promotion"]["eValue"].is_f64(), "{report}");
        }
    }

    #[test]
    fn bad_data_decides_nothing(counts in bad_canary(), stable_bad in 0..50_u64) {
        let mut comparisons = Comparisons::new(&[comparison("errors")], &independent(), START);
        for (step, canary) in counts.iter().enumerate() {
            let end = at(10 * (step as u64 + 1));
            let sides = [(Side::Canary, *canary), (Side::Stable, Some(Counts { total: 1900, bad: stable_bad }))];
            let windows = sides
                .into_iter()
                .filter_map(|(side, counts)| {
                    counts.map(|counts| window("errors", side, end, counts.total, counts.bad))
                })
                .collect();
            comparisons.look(&Look { at: end, windows });
            prop_assert!(!comparisons.promotable(end) && !comparisons.regressed());
        }
        comparisons.finish(at(1800));
        prop_assert!(!comparisons.regressed());
        prop_assert!(comparisons.shortfall(at(1800)).is_some());
    }
}
