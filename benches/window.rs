//! One window: the text of a `/metrics` endpoint, its increments, one look of many comparisons, and the report.
#![allow(clippy::unwrap_used, reason = "a bench whose inputs are broken has to stop")]

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use serin_judge::analysis::plan::{Comparison, ComparisonKind, Policy, Population, Tolerance, Weight};
use serin_judge::counter::{ExpositionLimits, Ledger, Read, Reading, Sample, Selector, parse_exposition};
use serin_judge::time::Timestamp;
use serin_judge::verdict::{Comparisons, Counts, Data, Flags, Look, Side, Window};

const START: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
const WINDOW: Duration = Duration::from_secs(10);
const COMPARISONS: usize = 20;
/// A run of five minutes under the default policy: two of burn-in, three judged.
const LOOKS: u32 = 30;

/// The first is as long as what the sample API answers (13 kB), the second a large exporter.
const SERIES: [usize; 2] = [127, 5000];

fn main() {
    divan::main();
}

fn name(number: usize) -> String {
    format!("comparison-{number}")
}

fn comparison(number: usize) -> Comparison {
    Comparison {
        name: name(number),
        kind: ComparisonKind::Errors,
        population: Population::Recorded,
        tolerance: Tolerance::default(),
        required: true,
        weight: Weight::Critical,
        traffic_split: None,
    }
}

/// Two canary and three stable instances a comparison, at 200 requests a second with 0.5 % errors.
fn look(number: u32) -> Look {
    let end = START + WINDOW * number;
    let window = |comparison: usize, side, target: usize, total, bad| Window {
        comparison: name(comparison).into(),
        side,
        target: format!("pod-{target}").into(),
        start: end - WINDOW,
        end,
        data: Data::Errors(Counts { total, bad }),
        flags: Flags::default(),
    };
    let windows = (0..COMPARISONS).flat_map(|comparison| {
        let wobble = (number as usize * 7 + comparison * 3) % 3;
        let canary = (0..2).map(move |pod| (Side::Canary, pod, 50, (pod + wobble) as u64 % 2));
        let stable = (2..5).map(move |pod| (Side::Stable, pod, 633, 2 + (pod + wobble) as u64 % 3));
        canary
            .chain(stable)
            .map(move |(side, pod, total, bad)| window(comparison, side, pod, total, bad))
    });
    Look {
        at: end,
        windows: windows.collect(),
    }
}

fn under_way() -> Comparisons {
    let specs: Vec<Comparison> = (0..COMPARISONS).map(comparison).collect();
    let mut comparisons = Comparisons::new(&specs, &Policy::default(), START);
    (1..=LOOKS).for_each(|number| comparisons.look(&look(number)));
    assert!(!comparisons.regressed());
    comparisons
}

#[divan::bench]
fn look_of_20_comparisons(bencher: Bencher<'_, '_>) {
    let (comparisons, next) = (under_way(), look(LOOKS + 1));
    bencher
        .with_inputs(|| comparisons.clone())
        .bench_refs(|comparisons| comparisons.look(black_box(&next)));
}

#[divan::bench]
fn reports_of_20_comparisons(bencher: Bencher<'_, '_>) {
    let comparisons = under_way();
    let now = START + WINDOW * LOOKS;
    bencher.bench(|| black_box(&comparisons).reports(now));
}

/// A counter with labels as the sample API has them, and the start of the process.
fn text(series: usize, value: usize) -> String {
    let mut text =
        String::from("# HELP http_requests_total Answered requests.\n# TYPE http_requests_total counter\n");
    for number in 0..series {
        let (route, code) = (number / 5, ["200", "201", "404", "500", "503"][number % 5]);
        writeln!(
            text,
            "http_requests_total{{track=\"canary\",pod=\"canary-0\",method=\"GET\",route=\"/v1/plans/{route}\",code=\"{code}\"}} {}",
            value + number
        )
        .unwrap();
    }
    text.push_str("process_start_time_seconds{track=\"canary\",pod=\"canary-0\"} 1700000000\n");
    text
}

fn parse(text: &str) -> Vec<Sample> {
    parse_exposition(text, &ExpositionLimits::default()).unwrap()
}

#[divan::bench(args = SERIES)]
fn metrics_text(bencher: Bencher<'_, '_>, series: usize) {
    let text = text(series, 1000);
    bencher
        .counter(BytesCount::of_str(&text))
        .counter(ItemsCount::new(series))
        .bench(|| parse(black_box(&text)));
}

/// The yardstick: the same text, only cut into its words.
#[divan::bench(args = SERIES)]
fn metrics_text_words_alone(bencher: Bencher<'_, '_>, series: usize) {
    let text = text(series, 1000);
    bencher
        .counter(BytesCount::of_str(&text))
        .counter(ItemsCount::new(series))
        .bench(|| {
            let words = black_box(&text).lines().flat_map(str::split_whitespace);
            words.map(str::to_owned).collect::<Vec<_>>()
        });
}

/// The selectors of all requests and of bad ones, parsed once a run.
fn selectors() -> [Selector; 2] {
    ["http_requests_total", "http_requests_total{code=~\"5..\"}"].map(|text| Selector::parse(text).unwrap())
}

fn read([total, bad]: &[Selector; 2], at: Timestamp, samples: Vec<Sample>) -> Read {
    let reading = |sample: Sample| Reading {
        total: total.matches(&sample.series),
        bad: bad.matches(&sample.series),
        series: Arc::new(sample.series),
        value: sample.value,
        bucket: false,
    };
    let counters = samples.into_iter().map(reading);
    Read {
        target: "canary-0".into(),
        origin: "canary-0".into(),
        at,
        started_at: None,
        counters: counters.filter(|reading| reading.total).collect(),
    }
}

/// Selecting the counters of a parsed text, and their increments since the text before.
#[divan::bench(args = SERIES)]
fn increments(bencher: Bencher<'_, '_>, series: usize) {
    let (end, selectors) = (START + WINDOW, selectors());
    let before = read(&selectors, START, parse(&text(series, 1000)));
    let ledger = Ledger::open(START, Duration::MAX, &[before]);
    let after = parse(&text(series, 1010));
    bencher
        .counter(ItemsCount::new(series))
        .with_inputs(|| (ledger.clone(), after.clone()))
        .bench_values(|(mut ledger, samples)| ledger.close(end, &[read(&selectors, end, samples)]));
}
