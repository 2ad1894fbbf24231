//! Windows against the sample API's own log of events, under traffic that never stops.

use std::time::Duration;

use serin::config::secrets::EnvironmentAndFiles;
use serin::demo::{Event, System};
use serin::engine::ports::{Measure, Population};
use serin_judge::analysis::plan::{
    Comparison, ComparisonKind, Population as Source, Selection, SideSelection, Tolerance, Weight,
};
use serin_judge::time::Timestamp;
use serin_judge::verdict::Side;
use serin_judge::verdict::{Side as Population_, Window};

use crate::peers::prometheus::Prometheus;
use crate::peers::sample::{scraped_twice, system, targets};
use crate::peers::{now, wait_for};
use crate::providers::{TIMEOUT, access, measure, prometheus_query, settings};

/// Only to be told from one that is too short for the scrape interval, which a busy machine stretches.
const WINDOW: Duration = Duration::from_secs(60);
/// Of one query on a busy machine.
const BUSY: Duration = Duration::from_secs(30);
/// The instance that is started anew: stable ones come first.
const FIRST_STABLE: usize = 0;
const BAD: &str = "code=~\"5..\"";

fn population(source: Source) -> Box<dyn Population> {
    let comparison = Comparison {
        name: "error-rate".into(),
        kind: ComparisonKind::Errors,
        population: source,
        tolerance: Tolerance::default(),
        required: true,
        weight: Weight::default(),
        traffic_split: None,
    };
    serin::config::population(&comparison, &settings(), &EnvironmentAndFiles).unwrap()
}

/// All instances: side, index, and how Prometheus and scrapes call them.
fn instances(system: &System) -> Vec<(Side, usize, String, String)> {
    let of = |side: Side| {
        let urls = system.metrics_urls(side).into_iter().enumerate();
        urls.map(move |(index, url)| (side, index, format!("{side}-{}", index + 1), url))
    };
    Side::BOTH.into_iter().flat_map(of).collect()
}

/// Requests and bad requests that a reader of marks `from` and `to` (counted from 1) can know of: what a process
/// answered after the last mark before its end is lost with it.
fn logged(events: &[Event], from: usize, to: usize) -> (u64, u64) {
    let (mut marks, mut known, mut unread) = (0, (0, 0), (0, 0));
    for event in events {
        match event {
            Event::Started => unread = (0, 0),
            Event::Request { code, .. } => {
                unread.0 += 1;
                unread.1 += u64::from(*code >= 500);
            }
            Event::Scrape => {
                marks += 1;
                if marks > from {
                    known = (known.0 + unread.0, known.1 + unread.1);
                }
                unread = (0, 0);
                if marks == to {
                    return known;
                }
            }
        }
    }
    panic!("the log has {marks} marks, and no number {to}");
}

fn window<'a>(windows: &'a [Window], target: &str) -> &'a Window {
    let mut of_target = windows.iter().filter(|window| &*window.target == target);
    let found = of_target
        .next()
        .unwrap_or_else(|| panic!("no window of {target}"));
    assert!(
        of_target.next().is_none(),
        "several windows of {target}: {windows:?}"
    );
    found
}

/// Compares the windows with what the logs say, in the order of the instances; gives the requests of all.
fn compare(system: &System, windows: &[Window], expected: &[(u64, u64)], names: &[String]) -> u64 {
    let mut requests = 0;
    for ((side, index, ..), (expected, name)) in instances(system).into_iter().zip(expected.iter().zip(names))
    {
        assert_eq!(system.event_log(side, index).unwrap().lost, 0);
        let found = window(windows, name);
        assert_eq!(
            (found.counts().total, found.counts().bad),
            *expected,
            "{name}: {found:?}"
        );
        let wanted = if side == Side::Canary {
            Population_::Canary
        } else {
            Population_::Stable
        };
        assert_eq!(found.side, wanted, "{name}");
        requests += found.counts().total;
    }
    requests
}

/// Waits until some more requests have been sent.
async fn traffic(system: &System, more: u64) {
    let before = system.traffic().sent;
    wait_for("traffic", async || {
        (system.traffic().sent >= before + more).then_some(())
    })
    .await;
}

#[tokio::test]
async fn windows_of_scrapes_are_what_the_api_logged_between_two_marks() {
    let mut system = system(21, 300.0).await;
    let mut population = population(Source::Scrape {
        canary: system.metrics_urls(Side::Canary),
        stable: system.metrics_urls(Side::Stable),
        control: Vec::new(),
        selection: Selection::Requests {
            bad: format!("http_requests_total{{{BAD}}}"),
            total: "http_requests_total".into(),
        },
        timeout: TIMEOUT,
    });
    let names: Vec<String> = instances(&system).into_iter().map(|(.., url)| url).collect();
    traffic(&system, 200).await;
    population.open(now(), WINDOW).await.unwrap();
    let mut requests = 0;
    for number in 1..=6 {
        traffic(&system, 200).await;
        let restarts = number == 4;
        if restarts {
            system.restart_instance(Side::Canary, 1).await.unwrap();
            traffic(&system, 200).await;
        }
        let windows = population.close(now()).await.unwrap();
        let expected: Vec<(u64, u64)> = instances(&system)
            .into_iter()
            .map(|(side, index, ..)| {
                logged(&system.event_log(side, index).unwrap().events, number, number + 1)
            })
            .collect();
        requests += compare(&system, &windows, &expected, &names);
        let partial: Vec<&str> = windows
            .iter()
            .filter(|window| window.flags.partial)
            .map(|window| &*window.target)
            .collect();
        let restarted = system.metrics_urls(Side::Canary).remove(1);
        let expected: &[&str] = if restarts { &[&restarted] } else { &[] };
        assert_eq!(partial, expected, "window {number}");
    }
    assert!(requests > 1_000, "{requests}");
    system.stop().await;
}

/// Requests and bad ones among the first `lives[n]` requests of each life of a process.
fn answered(events: &[Event], lives: &[u64]) -> (u64, u64) {
    let (mut lives, mut left, mut known) = (lives.iter(), 0, (0, 0));
    for event in events {
        match event {
            Event::Started => {
                assert_eq!(left, 0, "the log has fewer requests than were scraped");
                left = lives.next().copied().unwrap_or(0);
            }
            Event::Request { code, .. } if left > 0 => {
                left -= 1;
                known.0 += 1;
                known.1 += u64::from(*code >= 500);
            }
            Event::Request { .. } | Event::Scrape => {}
        }
    }
    assert_eq!(
        (left, lives.next()),
        (0, None),
        "the log has fewer requests than were scraped"
    );
    known
}

/// Of each instance: where the starts of its process and its counts come from, all samples of the last hour.
fn sources(prometheus: &Prometheus, system: &System) -> Vec<[Box<dyn Measure>; 2]> {
    let of = |(.., url): (Side, usize, String, String)| {
        let instance = url.trim_start_matches("http://").trim_end_matches("/metrics");
        [
            "process_start_time_seconds",
            "http_request_duration_seconds_count",
        ]
        .map(|name| {
            let query = format!("{name}{{instance=\"{instance}\"}}[1h]");
            measure(&prometheus_query(prometheus.address(), &query, BUSY))
        })
    };
    instances(system).into_iter().map(of).collect()
}

async fn samples(source: &dyn Measure, at: Timestamp) -> Vec<f64> {
    let text = source.measure(at).await.unwrap().text;
    let numbers = text.trim_matches(['[', ']']).split(',');
    numbers.map(|number| number.trim().parse().unwrap()).collect()
}

/// What was answered in each life of each instance until the newest scrape that Prometheus has of that life.
///
/// A scrape that failed is in the log of the instance, too, when it failed only on its way back. So scrapes are told by
/// what they brought: the count of another metric that all requests are in.
async fn scraped(sources: &[[Box<dyn Measure>; 2]], at: Timestamp) -> Vec<Vec<u64>> {
    let mut all = Vec::new();
    for [starts, counts] in sources {
        let (starts, counts) = (samples(&**starts, at).await, samples(&**counts, at).await);
        assert_eq!(starts.len(), counts.len(), "both are in each scrape");
        let mut lives: Vec<(f64, u64)> = Vec::new();
        for (start, count) in starts.into_iter().zip(counts) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a small count"
            )]
            let count = count as u64;
            match lives.last_mut() {
                Some((known, newest)) if known.to_bits() == start.to_bits() => *newest = count,
                _ => lives.push((start, count)),
            }
        }
        all.push(lives.into_iter().map(|(_, count)| count).collect());
    }
    all
}

/// Now, in whole milliseconds as Prometheus' own time, after every target has been scraped once more, so that no sample
/// of before is still on its way.
async fn settled(prometheus: &Prometheus) -> Timestamp {
    let end = Timestamp::from_micros(now().as_micros() / 1000 * 1000);
    let query = measure(&prometheus_query(
        prometheus.address(),
        "min(timestamp(up))",
        BUSY,
    ));
    wait_for("a later scrape of every target", async || {
        let text = query.measure(now()).await.ok()?.text;
        let newest: f64 = text.trim_matches(['[', ']']).parse().ok()?;
        (newest > end.as_seconds()).then_some(())
    })
    .await;
    end
}

/// What each instance had answered.
fn logs(system: &System, scraped: &[Vec<u64>]) -> Vec<(u64, u64)> {
    let all = instances(system).into_iter().zip(scraped);
    all.map(|((side, index, ..), lives)| answered(&system.event_log(side, index).unwrap().events, lives))
        .collect()
}

#[tokio::test]
async fn windows_of_prometheus_are_what_the_api_logged_between_two_marks() {
    let mut system = system(22, 150.0).await;
    let prometheus = Prometheus::start("1s", &targets(&system)).await;
    scraped_twice(&prometheus).await;
    let selectors = |track: &str| SideSelection {
        selection: Selection::Requests {
            bad: format!("http_requests_total{{track=\"{track}\",{BAD}}}"),
            total: format!("http_requests_total{{track=\"{track}\"}}"),
        },
        target: "pod".into(),
    };
    let mut population = population(Source::Prometheus {
        access: access(prometheus.address(), BUSY),
        canary: selectors("canary"),
        stable: selectors("stable"),
        before: None,
        control: None,
    });
    let names: Vec<String> = instances(&system).into_iter().map(|(_, _, pod, _)| pod).collect();
    let sources = sources(&prometheus, &system);
    let opened_at = settled(&prometheus).await;
    let mut before = scraped(&sources, opened_at).await;
    population.open(opened_at, WINDOW).await.unwrap();
    let (mut requests, mut restarts_seen) = (0, 0);
    for number in 1..=5 {
        traffic(&system, 400).await;
        if number == 3 {
            system.restart_instance(Side::Stable, 0).await.unwrap();
            traffic(&system, 400).await;
        }
        let end = settled(&prometheus).await;
        let after = scraped(&sources, end).await;
        let windows = population.close(end).await.unwrap();
        let (earlier, later) = (logs(&system, &before), logs(&system, &after));
        let expected: Vec<(u64, u64)> = earlier
            .into_iter()
            .zip(later)
            .map(|(earlier, later)| (later.0 - earlier.0, later.1 - earlier.1))
            .collect();
        requests += compare(&system, &windows, &expected, &names);
        if after[FIRST_STABLE].len() > before[FIRST_STABLE].len() {
            assert!(window(&windows, "stable-1").flags.partial, "window {number}");
            restarts_seen += 1;
        }
        before = after;
    }
    assert_eq!(restarts_seen, 1, "the process was started anew between two marks");
    assert!(requests > 1_000, "{requests}");
    system.stop().await;
}
