//! Whatever a run learns, in whatever order: nothing panics, and a promotion has seen enough valid canary requests.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::{at, measured, metric, plan};
use crate::analysis::plan::{
    Comparison, ComparisonKind, Dialect, Dispersion, Metric, Plan, Policy, Population, Tolerance, Weight,
};
use crate::time::Timestamp;
use crate::verdict::{
    Counts, Data, Flags, Look, Measurement, Phase, RunIdentity, RunState, Side, Unread, Verdict, Window,
};

const MINIMUM_REQUESTS: u64 = 300;

/// One thing that a run learns.
#[derive(Clone, Debug)]
enum Event {
    Measurements(Vec<(usize, Measurement)>),
    Look(Look, Vec<Unread>),
    Tick(Timestamp),
    Stop(Timestamp),
}

/// Lenient enough that good data promotes within a few looks, so that bad data has its chance to do so wrongly.
fn judged_by() -> Arc<Plan> {
    let comparison = Comparison {
        name: "errors".to_owned(),
        kind: ComparisonKind::Errors,
        population: Population::Recorded,
        tolerance: Tolerance {
            promote: 3.0,
            promote_absolute: 0.3,
            ..Tolerance::default()
        },
        required: true,
        weight: Weight::Critical,
        traffic_split: None,
    };
    let endless = |name: &str, guard| Metric {
        interval: Some(Duration::from_secs(1)),
        guard,
        ..metric(name)
    };
    Arc::new(Plan {
        comparisons: vec![comparison],
        policy: Policy {
            burn_in: Duration::ZERO,
            minimum_duration: Duration::ZERO,
            minimum_requests: MINIMUM_REQUESTS,
            minimum_events: 0,
            window: Duration::from_secs(1),
            deadline: Duration::from_secs(60),
            dispersion: Dispersion::Fixed(1.0),
            ..Policy::default()
        },
        ..plan(
            Dialect::Serin,
            vec![endless("limit", false), endless("guard", true)],
        )
    })
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        20 => (0..70_i64).prop_map(at),
        1 => Just(Timestamp::from_micros(i64::MIN)),
        1 => Just(Timestamp::from_micros(i64::MAX)),
        1 => any::<i64>().prop_map(Timestamp::from_micros),
    ]
}

/// Mostly believable, sometimes more bad than all, sometimes absurd.
fn any_counts() -> impl Strategy<Value = Counts> {
    let count = || {
        prop_oneof![
            Just(u64::MAX),
            Just(1 << 53),
            Just(1_000_000_000_001),
            any::<u64>()
        ]
    };
    prop_oneof![
        8 => (0..200_u64, 0..3_u64).prop_map(|(total, bad)| Counts { total, bad: bad.min(total) }),
        1 => (0..200_u64).prop_map(|total| Counts { total, bad: total + 1 }),
        1 => (count(), count()).prop_map(|(total, bad)| Counts { total, bad }),
        1 => count().prop_map(|total| Counts { total, bad: 0 }),
    ]
}

fn any_window(end: Timestamp) -> impl Strategy<Value = Window> {
    let side = prop_oneof![Just(Side::Canary), Just(Side::Stable)];
    let start = prop_oneof![8 => Just(end - Duration::from_secs(1)), 1 => Just(end), 1 => any_time()];
    let name = prop_oneof![20 => Just("errors"), 1 => Just("unknown")];
    (
        name,
        side,
        start,
        any_counts(),
        any::<bool>(),
        prop::bool::weighted(0.1),
    )
        .prop_map(move |(name, side, start, counts, partial, history)| Window {
            comparison: name.into(),
            side,
            target: "pod".into(),
            start,
            end,
            data: Data::Errors(counts),
            flags: Flags {
                partial,
                history,
                ..Flags::default()
            },
        })
}

fn any_look() -> impl Strategy<Value = Event> {
    let missing = |is_final| {
        vec![Unread {
            comparison: 0,
            message: "no answer".to_owned(),
            is_final,
        }]
    };
    let unread = prop_oneof![16 => Just(Vec::new()), 2 => Just(missing(false)), 1 => Just(missing(true))];
    any_time().prop_flat_map(move |end| {
        (prop::collection::vec(any_window(end), 0..5), unread.clone())
            .prop_map(move |(windows, unread)| Event::Look(Look { at: end, windows }, unread))
    })
}

fn any_measurements() -> impl Strategy<Value = Event> {
    let phase = prop_oneof![
        12 => Just(Phase::Successful),
        1 => Just(Phase::Failed),
        1 => Just(Phase::Inconclusive),
        1 => Just(Phase::Error)
    ];
    let one =
        (0..2_usize, phase, any_time(), any_time()).prop_map(|(metric, phase, started_at, finished_at)| {
            let measurement = Measurement {
                started_at,
                finished_at,
                ..measured(phase, 0)
            };
            (metric, measurement)
        });
    prop::collection::vec(one, 0..3).prop_map(Event::Measurements)
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        12 => any_look(),
        6 => any_measurements(),
        2 => any_time().prop_map(Event::Tick),
        1 => any_time().prop_map(Event::Stop),
    ]
}

fn apply(state: &mut RunState, event: &Event) {
    match event {
        Event::Measurements(measurements) => state.record(measurements).unwrap(),
        Event::Look(look, unread) => state.look(look, unread),
        Event::Tick(now) => state.tick(*now),
        Event::Stop(now) => state.stop(*now),
    }
}

/// Canary requests that could be judged at most, however they are read: of every look, and of valid windows only.
fn valid_canary_requests(event: &Event) -> u64 {
    let Event::Look(look, _) = event else { return 0 };
    let valid = look.windows.iter().filter(|window| {
        let counts = window.counts();
        window.side == Side::Canary
            && &*window.comparison == "errors"
            && !window.flags.history
            && counts.bad <= counts.total
            && window.start < window.end
    });
    valid.fold(0, |sum, window| sum.saturating_add(window.counts().total))
}

/// Plays the events and gives the state, and how many valid canary requests there were at the verdict.
fn played(events: &[Event]) -> (RunState, u64) {
    let mut state = RunState::new(judged_by(), at(0));
    let mut requests = 0_u64;
    for event in events {
        apply(&mut state, event);
        let _ = (state.deadline(), state.due().count());
        requests = requests.saturating_add(valid_canary_requests(event));
        if state.decided_at().is_some() {
            break;
        }
    }
    (state, requests)
}

/// Orderly looks of one second with good counts, and successes: what a run needs for a promotion.
fn orderly(seconds: i64, canary: impl Fn(i64) -> Option<Counts>) -> Vec<Event> {
    let look = |second| {
        let window = |side, counts| Window {
            comparison: "errors".into(),
            side,
            target: "pod".into(),
            start: at(second - 1),
            end: at(second),
            data: Data::Errors(counts),
            flags: Flags::default(),
        };
        let stable = window(Side::Stable, Counts { total: 2000, bad: 10 });
        let canary = canary(second).map(|counts| window(Side::Canary, counts));
        let windows = canary.into_iter().chain([stable]).collect();
        Event::Look(
            Look {
                at: at(second),
                windows,
            },
            Vec::new(),
        )
    };
    let good = |second| {
        vec![
            (0, measured(Phase::Successful, second)),
            (1, measured(Phase::Successful, second)),
        ]
    };
    (1..=seconds)
        .flat_map(|second| [Event::Measurements(good(second)), look(second)])
        .collect()
}

#[test]
fn good_data_promotes_here() {
    let (state, requests) = played(&orderly(60, |_| Some(Counts { total: 100, bad: 0 })));
    assert_eq!(state.decision().verdict, Verdict::Promote);
    assert!(requests >= MINIMUM_REQUESTS);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_order_of_events_panics(events in prop::collection::vec(any_event(), 0..60), now in any_time()) {
        let mut state = RunState::new(judged_by(), at(0));
        let mut decided = None;
        for event in &events {
            apply(&mut state, event);
            let _ = (state.deadline(), state.due().count());
            prop_assert!(serde_json::to_string(&state.report(&RunIdentity::default(), now)).is_ok());
            let decision = state.decision();
            if let Some(decided) = &decided {
                prop_assert_eq!(&decision, decided, "a verdict stays");
            }
            if decision.verdict != Verdict::Continue {
                prop_assert!(!decision.reasons.is_empty());
                decided = Some(decision);
            }
        }
    }

    #[test]
    fn no_promotion_without_enough_valid_canary_requests(
        good in 0..20_i64,
        disorder in prop::collection::vec((any::<prop::sample::Index>(), any_event()), 0..20),
    ) {
        let mut events = orderly(good, |_| Some(Counts { total: 40, bad: 0 }));
        for (place, event) in disorder {
            events.insert(place.index(events.len() + 1), event);
        }
        let (state, requests) = played(&events);
        if state.decision().verdict == Verdict::Promote {
            prop_assert!(requests >= MINIMUM_REQUESTS, "promoted after {} canary requests", requests);
        }
    }

    #[test]
    fn a_canary_without_valid_counts_is_never_promoted(
        canary in prop::collection::vec(
            prop_oneof![
                Just(None),
                (0..500_u64).prop_map(|total| Some(Counts { total, bad: total + 1 })),
                any_absurd().prop_map(Some),
            ],
            60,
        ),
    ) {
        let events = orderly(60, |second| canary[usize::try_from(second - 1).unwrap()]);
        let (state, _) = played(&events);
        prop_assert_eq!(state.decision().verdict, Verdict::Inconclusive);
    }
}

/// More requests than any look can have had.
fn any_absurd() -> impl Strategy<Value = Counts> {
    (1_000_000_000_001..=u64::MAX, 0..1000_u64).prop_map(|(total, bad)| Counts { total, bad })
}
