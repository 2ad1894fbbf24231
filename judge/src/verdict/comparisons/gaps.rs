//! Targets that cannot be read, sides that go, data that stops.

use std::sync::Arc;
use std::time::Duration;

use super::tests::{START, at, comparison, independent, look, window};
use super::*;
use crate::analysis::plan::Weight;
use crate::verdict::{Counts, Data, Side, Window};

/// Good enough to promote by the ratio, given the time.
const GOOD: (u64, u64, u64, u64) = (1000, 0, 1900, 40);

fn begin(policy: &Policy) -> Comparisons {
    Comparisons::new(&[comparison("errors")], policy, START)
}

fn feed(comparisons: &mut Comparisons, seconds: std::ops::RangeInclusive<u64>, counts: (u64, u64, u64, u64)) {
    for step in seconds.step_by(10) {
        comparisons.look(&look(at(step), counts));
    }
}

fn only(comparisons: &Comparisons, now: Timestamp) -> ComparisonReport {
    comparisons.reports(now).remove(0)
}

fn of(target: &str, mut window: Window) -> Window {
    window.target = Arc::from(target);
    window
}

fn unread(target: &str, end: Timestamp) -> Window {
    let mut window = of(target, window("errors", Side::Canary, end, 0, 0));
    window.flags.partial = true;
    window
}

/// A canary of three targets of which the last `dead` cannot be read.
fn three(end: Timestamp, dead: usize) -> Look {
    let mut windows = vec![window("errors", Side::Stable, end, 1900, 40)];
    for (index, name) in ["a", "b", "c"].into_iter().enumerate() {
        windows.push(if index + dead < 3 {
            of(name, window("errors", Side::Canary, end, 330, 0))
        } else {
            unread(name, end)
        });
    }
    Look { at: end, windows }
}

#[test]
fn windows_of_different_times_are_never_compared() {
    // Windows of a second; stable is unreadable for seven around a fault of three that hits both sides.
    let policy = Policy {
        window: Duration::from_secs(1),
        minimum_events: 0,
        ..independent()
    };
    for late in [Side::Stable, Side::Canary] {
        let mut comparisons = begin(&policy);
        let mut missed = (0, 0);
        for second in 1..=400_u64 {
            let end = at(second);
            let fault = (301..=303).contains(&second);
            let rate = |total: u64| if fault { total / 2 } else { 0 };
            let mut now = look(end, (200, rate(200), 1000, rate(1000)));
            for window in &mut now.windows {
                window.start = end - Duration::from_secs(1);
            }
            let was_late = |window: &Window| window.side == late;
            if (296..=302).contains(&second) {
                for window in now.windows.iter().filter(|window| was_late(window)) {
                    missed.0 += window.counts().total;
                    missed.1 += window.counts().bad;
                }
                now.windows.retain(|window| !was_late(window));
            } else if second == 303 {
                for window in now.windows.iter_mut().filter(|window| was_late(window)) {
                    window.start = at(295);
                    let Counts { total, bad } = window.counts();
                    window.data = Data::Errors(Counts {
                        total: total + missed.0,
                        bad: bad + missed.1,
                    });
                }
            }
            let before = only(&comparisons, end);
            comparisons.look(&now);
            if second == 303 {
                let after = only(&comparisons, end);
                assert_eq!(after.e_value.to_bits(), before.e_value.to_bits(), "{late}");
                let promotion = (after.promotion.e_value, before.promotion.e_value);
                assert_eq!(promotion.0.to_bits(), promotion.1.to_bits(), "{late}");
                assert_eq!(after.n_canary, before.n_canary);
                assert!(after.remarks.contains(&Remark::UnevenWindows));
                assert!(after.remarks.contains(&Remark::MissingWindows));
                assert!(!comparisons.promotable(end));
            }
        }
        assert!(!comparisons.regressed(), "{late}");
    }
}

#[test]
fn a_target_that_is_late_leaves_its_look_out() {
    let mut comparisons = begin(&independent());
    feed(&mut comparisons, 10..=300, GOOD);
    let before = only(&comparisons, at(300)).n_canary;
    let mut late = look(at(310), GOOD);
    let mut other = of("late", window("errors", Side::Stable, at(310), 500, 400));
    other.start = at(290);
    late.windows.push(other);
    comparisons.look(&late);
    assert_eq!(only(&comparisons, at(310)).n_canary, before);
    assert!(!comparisons.promotable(at(310)));
    let mut jitter = look(at(320), GOOD);
    jitter.windows[0].start = at(309);
    comparisons.look(&jitter);
    assert_eq!(only(&comparisons, at(320)).n_canary, before + 1000);
}

#[test]
fn a_dead_part_of_the_canary_never_promotes() {
    let mut comparisons = begin(&independent());
    for step in 1..=180 {
        comparisons.look(&three(at(step * 10), 2));
        assert!(!comparisons.promotable(at(step * 10)));
    }
    assert_eq!(only(&comparisons, at(1800)).decision, Decision::Noninferior);
    assert_eq!(comparisons.shortfall(at(1800)), Some(Shortfall::MissingData));
}

#[test]
fn a_target_that_fails_now_holds_a_promotion_back_until_it_is_gone() {
    let mut comparisons = begin(&independent());
    for step in 1..=40 {
        comparisons.look(&three(at(step * 10), 0));
    }
    assert!(comparisons.promotable(at(400)));
    comparisons.look(&three(at(410), 1));
    assert!(!comparisons.promotable(at(410)));
    // No longer listed: still missed for three windows after its last read, then taken for gone.
    for (seconds, promotes) in [(420, false), (430, false), (440, true)] {
        let mut without = three(at(seconds), 1);
        without.windows.retain(|window| &*window.target != "c");
        comparisons.look(&without);
        assert_eq!(comparisons.promotable(at(seconds)), promotes, "{seconds}");
    }
}

#[test]
fn a_canary_that_is_gone_now_never_promotes() {
    for gone in [(0, 0, 1900, 40), (1000, 0, 0, 0)] {
        let mut comparisons = begin(&independent());
        feed(&mut comparisons, 10..=290, GOOD);
        feed(&mut comparisons, 300..=320, gone);
        assert_eq!(only(&comparisons, at(320)).decision, Decision::Noninferior);
        assert!(!comparisons.promotable(at(320)));
        feed(&mut comparisons, 330..=330, GOOD);
        assert!(comparisons.promotable(at(330)));
        comparisons.look(&Look {
            at: at(340),
            windows: Vec::new(),
        });
        assert!(!comparisons.promotable(at(340)));
    }
}

#[test]
fn a_promotion_depends_on_looks_alone_and_goes_stale() {
    let mut comparisons = begin(&independent());
    feed(&mut comparisons, 10..=290, GOOD);
    assert!(
        !comparisons.promotable(at(310)),
        "no look since the minimum duration"
    );
    feed(&mut comparisons, 300..=300, GOOD);
    for (seconds, promotes) in [(300, true), (330, true), (331, false)] {
        assert_eq!(comparisons.promotable(at(seconds)), promotes, "{seconds}");
    }
}

#[test]
fn nothing_required_still_needs_requests() {
    let mut info = comparison("errors");
    (info.weight, info.required) = (Weight::Info, false);
    let outcome = |counts: (u64, u64, u64, u64)| {
        let mut comparisons = Comparisons::new(std::slice::from_ref(&info), &independent(), START);
        feed(&mut comparisons, 10..=400, counts);
        comparisons.promotable(at(400))
    };
    assert!(!outcome((0, 0, 0, 0)) && !outcome((1, 0, 1900, 10)));
    assert!(outcome((100, 1, 1900, 10)));
    assert!(!Comparisons::new(&[info.clone()], &independent(), START).promotable(at(400)));
}
