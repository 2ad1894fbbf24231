use super::*;
use crate::counter::{BucketLayout, LayoutError, Ledger, NativeBuckets, Read, Reading};
use crate::histogram::Histogram;
use std::time::Duration;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

/// A read of one histogram: upper bounds as text, and counts.
fn read(seconds: i64, buckets: &[(&str, f64)]) -> Read {
    let counters = buckets.iter().map(|(bound, value)| Reading {
        series: Arc::new(Series::new([("__name__", "took_bucket"), ("le", *bound)])),
        value: *value,
        total: *bound == "+Inf",
        bad: false,
        bucket: true,
    });
    Read {
        target: "pod".into(),
        origin: "pod".into(),
        at: at(seconds),
        started_at: None,
        counters: counters.collect(),
    }
}

fn also(mut read: Read, route: &str, buckets: &[(&str, f64)]) -> Read {
    let more = self::read(0, buckets).counters.into_iter().map(|mut reading| {
        let labels = reading.series.labels().chain([("route", route)]);
        reading.series = Arc::new(Series::new(labels));
        reading
    });
    read.counters.extend(more);
    read
}

fn buckets(histogram: &Histogram) -> Vec<(f64, u64)> {
    histogram.buckets().collect()
}

/// What the last of some reads adds to the one before, in a layout that only this side has.
fn added(reads: &[Read]) -> (Option<Histogram>, bool) {
    let mut ledger = Ledger::open(at(0), Duration::from_secs(60), &reads[..1]);
    let increase = ledger.close(at(100), &reads[1..]).remove("pod").unwrap();
    let buckets = Buckets::new(&increase.buckets, 1000.0);
    let mut layout = BucketLayout::new(1);
    layout.see(0, &buckets);
    layout.agree().unwrap();
    (layout.histogram(&buckets), layout.differs())
}

const INF: f64 = f64::INFINITY;

#[test]
fn increments_are_told_by_bucket_and_in_milliseconds() {
    let (histogram, differs) = added(&[
        read(0, &[("0.0525", 10.0), ("0.1", 15.0), ("+Inf", 16.0)]),
        read(10, &[("0.0525", 12.0), ("0.1", 20.0), ("+Inf", 25.0)]),
    ]);
    assert_eq!(buckets(&histogram.unwrap()), [(52.5, 2), (100.0, 3), (INF, 4)]);
    assert!(!differs);
}

#[test]
fn all_histograms_of_a_target_are_added_up_over_restarts_and_several_reads() {
    let first = read(0, &[("1", 10.0), ("+Inf", 10.0)]);
    let (histogram, _) = added(&[
        also(first, "/a", &[("1", 5.0), ("+Inf", 9.0)]),
        also(
            read(10, &[("1", 11.0), ("+Inf", 12.0)]),
            "/a",
            &[("1", 5.0), ("+Inf", 9.0)],
        ),
        // Another process: everything counts from 0.
        also(
            read(20, &[("1", 1.0), ("+Inf", 1.0)]),
            "/a",
            &[("1", 30.0), ("+Inf", 31.0)],
        ),
    ]);
    assert_eq!(buckets(&histogram.unwrap()), [(1000.0, 1 + 1 + 30), (INF, 1 + 1)]);
}

#[test]
fn different_bounds_are_compared_where_they_are_the_same() {
    let coarse: &[(&str, f64)] = &[("1.0", 2.0), ("4", 6.0), ("+Inf", 7.0)];
    let (histogram, differs) = added(&[
        read(0, &[]),
        also(
            read(10, &[("1", 1.0), ("2", 3.0), ("4e0", 4.0), ("+Inf", 4.0)]),
            "/a",
            coarse,
        ),
    ]);
    assert_eq!(buckets(&histogram.unwrap()), [(1000.0, 3), (4000.0, 7), (INF, 1)]);
    assert!(differs);
}

#[test]
fn a_bucket_that_is_a_request_behind_takes_none_away() {
    let (histogram, _) = added(&[
        read(0, &[("1", 10.0), ("2", 11.0), ("+Inf", 13.0)]),
        read(10, &[("1", 15.0), ("2", 15.0), ("+Inf", 17.0)]),
    ]);
    assert_eq!(buckets(&histogram.unwrap()), [(1000.0, 5), (2000.0, 0), (INF, 0)]);
}

#[test]
fn what_is_no_histogram_is_no_read() {
    for (buckets, expected) in [
        (
            &[("1", 5.0), ("2", 4.0), ("+Inf", 9.0)][..],
            "histogram took_bucket: the bucket up to 2 has 4, less than a smaller one",
        ),
        (
            &[("1", 5.0), ("2", 6.0)],
            "histogram took_bucket has no bucket `le=\"+Inf\"`",
        ),
        (&[("1", 5.0), ("1.0", 5.0), ("+Inf", 9.0)], "two buckets up to 1"),
        (
            &[("1", 5.0), ("one", 6.0), ("+Inf", 9.0)],
            "the label `le` is no upper bound",
        ),
        (&[("NaN", 5.0), ("+Inf", 9.0)], "the label `le` is no upper bound"),
        (&[("1", f64::NAN), ("+Inf", 9.0)], "has the value NaN"),
        (&[("1", -1.0), ("+Inf", 9.0)], "has the value -1"),
    ] {
        let error = read(0, buckets).check().unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    read(0, &[("0", 0.0), ("1", 0.0), ("+Inf", 0.0)]).check().unwrap();
}

#[test]
fn a_side_without_histograms_is_waited_for_and_later_strangers_are_left_out() {
    let of = |bounds: &[(&str, u64)]| {
        let increments: Vec<Increment> = bounds
            .iter()
            .map(|(bound, added)| Increment {
                series: Arc::new(Series::new([("le", *bound)])),
                at: at(0),
                added: *added,
            })
            .collect();
        Buckets::new(&increments, 1.0)
    };
    let stable = of(&[("10", 1), ("20", 2), ("40", 3), ("+Inf", 3)]);
    let mut layout = BucketLayout::new(2);
    layout.see(1, &stable);
    layout.agree().unwrap();
    assert_eq!(
        layout.histogram(&stable),
        None,
        "the canary has shown nothing yet"
    );
    let canary = of(&[("10", 1), ("40", 3), ("80", 4), ("+Inf", 4)]);
    layout.see(0, &canary);
    layout.agree().unwrap();
    assert!(layout.differs());
    assert_eq!(
        buckets(&layout.histogram(&canary).unwrap()),
        [(10.0, 1), (40.0, 2), (INF, 1)]
    );
    assert_eq!(
        buckets(&layout.histogram(&stable).unwrap()),
        [(10.0, 1), (40.0, 2), (INF, 0)]
    );
    assert_eq!(
        layout.histogram(&of(&[("20", 1), ("40", 2), ("+Inf", 3)])),
        None,
        "not at 10"
    );
    assert!(
        layout.histogram(&Buckets::default()).is_some(),
        "no histogram, no requests"
    );

    let mut layout = BucketLayout::new(2);
    layout.see(0, &of(&[("1", 1), ("+Inf", 1)]));
    layout.see(1, &stable);
    let error = layout.agree().unwrap_err().to_string();
    assert!(
        error.contains("no bucket bound in common: canary has 1 ms, stable has 10 ms, 20 ms, 40 ms"),
        "{error}"
    );

    let mut layout = BucketLayout::new(2);
    let native = NativeBuckets {
        count: 1.0,
        buckets: vec![(1.0, 2.0, 1.0)],
    };
    let series = Series::new([("__name__", "took")]);
    let increments = native
        .counters(&series, Some(0))
        .into_iter()
        .map(|(series, _)| Increment {
            series: Arc::new(series),
            at: at(0),
            added: 1,
        });
    layout.see(0, &Buckets::new(&increments.collect::<Vec<_>>(), 1.0));
    layout.see(1, &stable);
    assert_eq!(layout.agree(), Err(LayoutError::Forms));
}

#[test]
fn many_buckets() {
    let bounds: Vec<String> = (1..=20_000).map(|bound| bound.to_string()).collect();
    let with = |seconds: i64, each: f64| {
        let mut buckets: Vec<(&str, f64)> = bounds
            .iter()
            .zip(1..)
            .map(|(bound, place)| (&**bound, each * f64::from(place)))
            .collect();
        buckets.push(("+Inf", each * 20_000.0));
        read(seconds, &buckets)
    };
    let (histogram, _) = added(&[with(0, 1.0), with(10, 3.0)]);
    let histogram = histogram.unwrap();
    assert_eq!((histogram.total(), histogram.bounds().len()), (40_000, 20_001));
    assert!(histogram.buckets().take(20_000).all(|(_, count)| count == 2));
}
