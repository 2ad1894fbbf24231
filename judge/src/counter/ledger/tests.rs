use proptest::prelude::*;

use super::*;
use crate::counter::{Reading, Series};

const TOTAL: &str = "total";
const BAD: &str = "bad";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn read(seconds: i64, counters: &[(&str, f64)]) -> Read {
    Read {
        target: "pod".into(),
        origin: "pod:80".into(),
        at: at(seconds),
        started_at: None,
        counters: counters
            .iter()
            .map(|(name, value)| Reading {
                series: Arc::new(Series::new([("__name__", *name)])),
                value: *value,
                total: !name.starts_with(BAD),
                bad: name.starts_with(BAD),
                bucket: false,
            })
            .collect(),
    }
}

fn started(read: Read, started_at: f64) -> Read {
    Read {
        started_at: Some(started_at),
        ..read
    }
}

fn of(target: &str, read: Read) -> Read {
    Read {
        target: target.into(),
        origin: target.into(),
        ..read
    }
}

fn opened(reads: &[Read]) -> Ledger {
    Ledger::open(at(0), Duration::from_secs(60), reads)
}

/// Total, bad, partial of the only target.
fn closed(ledger: &mut Ledger, end: i64, reads: &[Read]) -> (u64, u64, bool) {
    let increase = &ledger.close(at(end), reads)["pod"];
    (increase.total, increase.bad, increase.partial)
}

#[test]
fn the_opening_is_a_baseline_and_the_next_reads_count() {
    let mut ledger = opened(&[
        read(-10, &[(TOTAL, 90.0), (BAD, 1.0)]),
        read(0, &[(TOTAL, 100.0), (BAD, 1.0)]),
    ]);
    assert_eq!(
        closed(&mut ledger, 10, &[read(10, &[(TOTAL, 130.0), (BAD, 3.0)])]),
        (30, 2, false)
    );
    assert_eq!(
        closed(&mut ledger, 20, &[read(20, &[(TOTAL, 130.0), (BAD, 3.0)])]),
        (0, 0, false)
    );
}

#[test]
fn one_counter_that_goes_back_restarts_all_of_its_process() {
    let mut ledger = opened(&[read(0, &[(TOTAL, 100.0), (BAD, 1.0)])]);
    let after = [read(10, &[(TOTAL, 20.0), (BAD, 5.0)])];
    assert_eq!(
        closed(&mut ledger, 10, &after),
        (20, 5, true),
        "bad is 5 since the restart, not 4"
    );
}

#[test]
fn another_start_time_is_a_restart_even_when_all_counters_are_higher() {
    let mut ledger = opened(&[started(read(0, &[(TOTAL, 10.0)]), -500.0)]);
    assert_eq!(
        closed(&mut ledger, 10, &[started(read(10, &[(TOTAL, 50.0)]), 3.0)]),
        (50, 0, true)
    );
    assert_eq!(
        closed(&mut ledger, 20, &[started(read(20, &[(TOTAL, 60.0)]), 3.0)]),
        (10, 0, false)
    );
}

#[test]
fn an_absent_counter_is_dead_and_reborn_from_zero() {
    let mut ledger = opened(&[read(0, &[(TOTAL, 100.0), ("total2", 7.0)])]);
    assert_eq!(
        closed(&mut ledger, 10, &[read(10, &[("total2", 8.0)])]),
        (1, 0, false)
    );
    assert_eq!(
        closed(&mut ledger, 20, &[read(20, &[(TOTAL, 120.0), ("total2", 8.0)])]),
        (120, 0, true)
    );
}

#[test]
fn a_counter_that_comes_back_in_a_new_process_is_no_second_restart() {
    let mut ledger = opened(&[read(0, &[(TOTAL, 100.0), (BAD, 4.0)])]);
    // A counter of errors is only there after the first error.
    assert_eq!(
        closed(&mut ledger, 10, &[read(10, &[(TOTAL, 20.0)])]),
        (20, 0, true)
    );
    assert_eq!(
        closed(&mut ledger, 20, &[read(20, &[(TOTAL, 50.0), (BAD, 6.0)])]),
        (30, 6, false),
        "nothing is missing since the restart"
    );
    assert_eq!(
        closed(&mut ledger, 30, &[read(30, &[(TOTAL, 60.0)])]),
        (10, 0, false)
    );
    assert_eq!(
        closed(&mut ledger, 40, &[read(40, &[(TOTAL, 60.0), (BAD, 1.0)])]),
        (0, 1, true),
        "here nobody restarted, so something may be missing"
    );
}

#[test]
fn without_any_counter_of_all_requests_nothing_is_known() {
    let mut ledger = opened(&[read(0, &[])]);
    assert_eq!(closed(&mut ledger, 10, &[read(10, &[])]), (0, 0, true));
    assert_eq!(
        closed(&mut ledger, 20, &[read(20, &[(BAD, 2.0)])]),
        (0, 2, true),
        "more bad ones than requests: it cannot be judged"
    );
    // It comes with the first request, and then nothing was missed before it.
    let increases = ledger.close(
        at(30),
        &[read(30, &[(TOTAL, 4.0), (BAD, 2.0)]), of("idle", read(30, &[]))],
    );
    let pod = &increases["pod"];
    assert_eq!(
        (pod.total, pod.bad, pod.partial, pod.since),
        (4, 0, false, at(20))
    );
    let increases = ledger.close(
        at(40),
        &[read(40, &[(TOTAL, 9.0), (BAD, 2.0)]), of("idle", read(40, &[]))],
    );
    let idle = &increases["idle"];
    assert_eq!(
        (idle.total, idle.partial),
        (0, false),
        "others have the counter: here was no request yet"
    );
}

#[test]
fn a_read_of_a_window_that_was_closed_without_it_is_late() {
    let mut ledger = opened(&[read(-5, &[(TOTAL, 1.0)])]);
    let first = &ledger.close(at(10), &[read(5, &[(TOTAL, 2.0)])])["pod"];
    assert_eq!((first.total, first.partial, first.late), (1, false, false));
    let reads = [
        read(5, &[(TOTAL, 2.0)]),
        read(8, &[(TOTAL, 4.0)]),
        read(15, &[(TOTAL, 5.0)]),
    ];
    let second = &ledger.close(at(20), &reads)["pod"];
    assert_eq!((second.total, second.partial, second.late), (3, true, true));
    let third = &ledger.close(at(30), &reads[1..])["pod"];
    assert!(!third.late, "it was counted before");
}

#[test]
fn a_counter_whose_process_was_not_read_is_not_dead() {
    let mut ledger = opened(&[read(0, &[(TOTAL, 100.0)])]);
    assert_eq!(closed(&mut ledger, 10, &[]), (0, 0, true));
    let increase = &ledger.close(at(20), &[read(20, &[(TOTAL, 120.0)])])["pod"];
    assert_eq!(
        (increase.total, increase.since, increase.partial),
        (20, at(0), true)
    );
    let increase = &ledger.close(at(30), &[read(30, &[(TOTAL, 121.0)])])["pod"];
    assert_eq!(
        (increase.total, increase.since, increase.partial),
        (1, at(20), false)
    );
}

#[test]
fn a_new_counter_counts_from_zero() {
    let mut ledger = opened(&[read(0, &[(TOTAL, 100.0)])]);
    assert_eq!(
        closed(&mut ledger, 10, &[read(10, &[(TOTAL, 105.0), (BAD, 2.0)])]),
        (5, 2, false)
    );
}

#[test]
fn a_process_without_counters_at_the_opening_is_known() {
    let mut ledger = opened(&[read(0, &[])]);
    assert_eq!(
        closed(&mut ledger, 10, &[read(10, &[(TOTAL, 5.0)])]),
        (5, 0, false)
    );
}

#[test]
fn a_new_target_counts_from_zero_and_is_partial() {
    let mut ledger = opened(&[]);
    assert_eq!(
        closed(&mut ledger, 10, &[read(10, &[(TOTAL, 5.0)])]),
        (5, 0, true)
    );
}

#[test]
fn a_new_target_that_is_older_than_the_run_gives_only_a_baseline() {
    let mut ledger = opened(&[]);
    let first = started(read(10, &[(TOTAL, 1e6)]), -3600.0);
    assert_eq!(closed(&mut ledger, 10, &[first]), (0, 0, true));
    let second = started(read(20, &[(TOTAL, 1e6 + 4.0)]), -3600.0);
    assert_eq!(closed(&mut ledger, 20, &[second]), (4, 0, false));
}

#[test]
fn a_target_that_failed_at_the_opening_begins_with_its_first_read() {
    let mut ledger = opened(&[]);
    ledger.await_origin(&"pod".into(), &"pod:80".into());
    assert_eq!(closed(&mut ledger, 10, &[]), (0, 0, true));
    assert_eq!(
        closed(&mut ledger, 20, &[read(20, &[(TOTAL, 1e6)])]),
        (0, 0, true)
    );
    assert_eq!(
        closed(&mut ledger, 30, &[read(30, &[(TOTAL, 1e6 + 2.0)])]),
        (2, 0, false)
    );

    let mut ledger = opened(&[]);
    ledger.await_origin(&"pod".into(), &"pod:80".into());
    assert_eq!(
        closed(&mut ledger, 10, &[started(read(10, &[(TOTAL, 9.0)]), 5.0)]),
        (9, 0, true)
    );
}

#[test]
fn values_that_no_counter_has_make_the_read_invalid() {
    for value in [-1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e17] {
        let mut ledger = opened(&[read(0, &[(TOTAL, 100.0), (BAD, 1.0)])]);
        assert_eq!(
            closed(&mut ledger, 10, &[read(10, &[(TOTAL, 200.0), (BAD, value)])]),
            (0, 0, true),
            "{value}"
        );
        assert_eq!(
            closed(&mut ledger, 20, &[read(20, &[(TOTAL, 201.0), (BAD, 1.0)])]),
            (101, 0, true),
            "{value}"
        );
    }
}

#[test]
fn an_invalid_read_at_the_opening_leaves_the_baseline_to_the_next() {
    let mut ledger = opened(&[read(0, &[(TOTAL, f64::NAN)])]);
    assert_eq!(
        closed(&mut ledger, 10, &[read(10, &[(TOTAL, 1e6)])]),
        (0, 0, true)
    );
    assert_eq!(
        closed(&mut ledger, 20, &[read(20, &[(TOTAL, 1e6 + 1.0)])]),
        (1, 0, false)
    );
}

#[test]
fn two_values_for_one_series_make_the_read_invalid() {
    let mut ledger = opened(&[read(0, &[(TOTAL, 100.0)])]);
    assert_eq!(
        closed(&mut ledger, 10, &[read(10, &[(TOTAL, 110.0), (TOTAL, 111.0)])]),
        (0, 0, true)
    );
}

#[test]
fn reads_from_before_the_opening_that_come_late_are_baseline() {
    let mut ledger = opened(&[read(-10, &[(TOTAL, 100.0)])]);
    let reads = [read(-1, &[(TOTAL, 140.0)]), read(9, &[(TOTAL, 150.0)])];
    assert_eq!(closed(&mut ledger, 10, &reads), (10, 0, false));
}

#[test]
fn late_series_count_in_the_next_window_and_are_not_taken_for_dead() {
    let mut ledger = opened(&[read(0, &[(TOTAL, 100.0), ("total2", 50.0)])]);
    let first = [read(10, &[("total2", 51.0)])];
    assert_eq!(closed(&mut ledger, 10, &first), (1, 0, false));
    let second = [
        read(10, &[(TOTAL, 103.0), ("total2", 51.0)]),
        read(20, &[(TOTAL, 104.0), ("total2", 52.0)]),
    ];
    assert_eq!(closed(&mut ledger, 20, &second), (5, 0, false));
    assert_eq!(
        closed(&mut ledger, 30, &second),
        (0, 0, true),
        "the same reads again add nothing"
    );
}

#[test]
fn origins_of_one_target_restart_by_themselves() {
    let sidecar = |read: Read| Read {
        origin: "pod:9000".into(),
        ..read
    };
    let mut ledger = opened(&[read(0, &[(TOTAL, 100.0)]), sidecar(read(3, &[(TOTAL, 10.0)]))]);
    let reads = [
        read(10, &[(TOTAL, 101.0)]),
        sidecar(read(13, &[(TOTAL, 4.0)])),
        read(20, &[(TOTAL, 102.0)]),
    ];
    assert_eq!(closed(&mut ledger, 20, &reads), (6, 0, true));
}

#[test]
fn a_target_that_is_gone_is_reported_for_a_while_only() {
    let mut ledger = opened(&[read(0, &[(TOTAL, 1.0)])]);
    assert!(
        ledger
            .close(at(10), &[read(10, &[(TOTAL, 2.0)])])
            .contains_key("pod")
    );
    assert!(ledger.close(at(70), &[]).contains_key("pod"));
    assert!(!ledger.close(at(80), &[]).contains_key("pod"));
    assert_eq!(
        closed(&mut ledger, 90, &[read(90, &[(TOTAL, 7.0)])]),
        (5, 0, true)
    );
}

#[test]
fn targets_come_in_order_of_their_names() {
    let mut ledger = opened(&[
        of("b", read(0, &[(TOTAL, 1.0)])),
        of("a", read(0, &[(TOTAL, 1.0)])),
    ]);
    let increases = ledger.close(
        at(10),
        &[
            of("b", read(10, &[(TOTAL, 3.0)])),
            of("a", read(10, &[(TOTAL, 2.0)])),
        ],
    );
    let shown: Vec<_> = increases
        .iter()
        .map(|(name, increase)| (&**name, increase.total))
        .collect();
    assert_eq!(shown, [("a", 1), ("b", 2)]);
}

/// What happens to a simulated process between two reads.
#[derive(Clone, Debug)]
enum Event {
    Requests(Vec<u16>),
    Restart,
    FailedRead,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => prop::collection::vec(0_u16..50, 3).prop_map(Event::Requests),
        1 => Just(Event::Restart),
        1 => Just(Event::FailedRead),
    ]
}

/// Reads of a process with a start time, every ten seconds, and all requests that a reader can know of: those
/// between the last read before a restart and the restart are lost with the process.
fn simulate(events: &[Event]) -> (Vec<Read>, u64) {
    let (mut counters, mut start, mut counted, mut since_read) = ([40.0, 3.0, 0.0_f64], -100.0, 0_u64, 0_u64);
    let mut reads = vec![];
    for (index, event) in events.iter().enumerate() {
        let now = 10 * i64::try_from(index).unwrap();
        match event {
            Event::Requests(requests) => {
                for (counter, requests) in counters.iter_mut().zip(requests) {
                    *counter += f64::from(*requests);
                    since_read += u64::from(*requests);
                }
            }
            Event::Restart => {
                (counters, since_read) = ([0.0; 3], 0);
                #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
                let now = now as f64;
                start = now;
            }
            Event::FailedRead => {}
        }
        if !matches!(event, Event::FailedRead) {
            // A counter at 0 is not exposed, as with labels that were never used.
            let names = ["total1", "total2", "total3"];
            let exposed: Vec<_> = names
                .into_iter()
                .zip(counters)
                .filter(|(_, value)| *value > 0.0)
                .collect();
            reads.push(started(read(now + 1, &exposed), start));
            counted += std::mem::take(&mut since_read);
        }
    }
    (reads, counted)
}

proptest! {
    #[test]
    fn windows_add_up_to_what_the_process_counted(
        events in prop::collection::vec(event(), 1..40), cuts in prop::collection::vec(1_usize..6, 40),
    ) {
        let (reads, expected) = simulate(&events);
        let mut ledger = opened(&[started(read(0, &[("total1", 40.0), ("total2", 3.0)]), -100.0)]);
        let (mut sum, mut rest, mut previous) = (0, &reads[..], &reads[..0]);
        for cut in cuts {
            let (now, later) = rest.split_at(cut.min(rest.len()));
            let end = now.last().map_or(ledger.closed_at, |read| read.at);
            // Overlapping reads, newest first: neither may matter.
            let handed: Vec<Read> = now.iter().rev().chain(previous).cloned().collect();
            sum += ledger.close(end, &handed).get("pod").map_or(0, |increase| increase.total);
            (rest, previous) = (later, now);
        }
        prop_assume!(rest.is_empty());
        prop_assert_eq!(sum, expected);
    }

    #[test]
    fn without_start_times_each_counter_is_last_minus_first_with_resets(values in prop::collection::vec(0_u32..1000, 2..40)) {
        let expected: u64 = values.windows(2).map(|pair| u64::from(pair[1].checked_sub(pair[0]).unwrap_or(pair[1]))).sum();
        let mut ledger = opened(&[read(0, &[(TOTAL, f64::from(values[0]))])]);
        let mut sum = 0;
        for (index, value) in values.iter().enumerate().skip(1) {
            let now = i64::try_from(index).unwrap();
            sum += closed(&mut ledger, now, &[read(now, &[(TOTAL, f64::from(*value))])]).0;
        }
        prop_assert_eq!(sum, expected);
    }

    #[test]
    fn fractions_do_not_add_up_to_errors(values in prop::collection::vec(0.0_f64..50.0, 1..40)) {
        let mut ledger = opened(&[read(0, &[(TOTAL, 0.0)])]);
        let (mut sum, mut counter) = (0, 0.0);
        for (index, value) in values.iter().enumerate() {
            let now = 1 + i64::try_from(index).unwrap();
            counter += value;
            sum += closed(&mut ledger, now, &[read(now, &[(TOTAL, counter)])]).0;
        }
        #[expect(clippy::cast_precision_loss, reason = "below 2000")]
        let difference = (sum as f64 - counter).abs();
        prop_assert!(difference <= 0.5);
    }

    #[test]
    fn the_order_of_reads_and_counters_makes_no_difference(
        mut reads in prop::collection::vec((0_i64..30, prop::collection::btree_map(0_u8..4, any::<f64>().prop_map(f64::abs), 0..4)), 0..12),
        opening in 0_i64..10,
    ) {
        reads.sort_by_key(|(now, _)| *now);
        reads.dedup_by_key(|(now, _)| *now);
        let names = ["total0", "total1", "bad2", "bad3"];
        let reads: Vec<Read> = reads.iter().map(|(now, counters)| {
            let counters: Vec<_> = counters.iter().map(|(name, value)| (names[usize::from(*name)], value % 1e4)).collect();
            read(*now, &counters)
        }).collect();
        let mut turned = reads.clone();
        turned.reverse();
        for read in &mut turned {
            read.counters.reverse();
        }
        let run = |reads: &[Read]| {
            let (before, after): (Vec<_>, Vec<_>) = reads.iter().cloned().partition(|read| read.at <= at(opening));
            let mut ledger = Ledger::open(at(opening), Duration::from_secs(60), &before);
            [ledger.close(at(20), &after), ledger.close(at(30), &after)]
        };
        prop_assert_eq!(run(&reads), run(&turned));
    }
}
