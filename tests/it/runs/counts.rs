//! Windows against the sample API's own log of events, under traffic that never stops.

use std::time::Duration;

use serin::config::secrets::EnvironmentAndFiles;
use serin::demo::{Event, System};
use serin::engine::ports::Population;
use serin_judge::analysis::plan::{Comparison, CounterSelectors, Population as Source, Tolerance, Weight};
use serin_judge::time::Timestamp;
use serin_judge::verdict::Side;
use serin_judge::verdict::{Side as Population_, Window};

use crate::peers::prometheus::Prometheus;
use crate::peers::sample::{INSTANCES, scraped_twice, system, targets};
use crate::peers::{now, wait_for};
use crate::providers::{TIMEOUT, access, prometheus_query, reading, settings};

const WINDOW: Duration = Duration::from_secs(3);
/// The instance that is started anew: stable ones come first.
const FIRST_STABLE: usize = 0;
const BAD: &str = "code=~\"5..\"";

fn population(source: Source) -> Box<dyn Population> {
    let comparison = Comparison {
        name: "error-rate".into(),
        population: source,
        tolerance: Tolerance::default(),
        required: true,
        weight: Weight::default(),
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

/// The process was started anew after mark `from` and not later than mark `to`.
fn restarted(events: &[Event], from: usize, to: usize) -> bool {
    let mut marks = 0;
    events.iter().any(|event| {
        marks += usize::from(*event == Event::Scrape);
        *event == Event::Started && (from..to).contains(&marks)
    })
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

/// Compares the windows with the logs and gives the marks at which they ended; `marks` are those of the last window and of this one, for each instance.
fn compare(
    system: &System,
    windows: &[Window],
    marks: &[(usize, usize)],
    names: &[String],
) -> (u64, Vec<usize>) {
    let (mut requests, mut ended) = (0, Vec::new());
    for ((side, index, ..), ((from, to), name)) in instances(system).into_iter().zip(marks.iter().zip(names))
    {
        let log = system.event_log(side, index).unwrap();
        assert_eq!(log.lost, 0);
        let found = window(windows, name);
        // A scrape at the very end of a window may belong to it or to the next one; what it counts is exact in both.
        let counts = (found.counts().total, found.counts.bad);
        let mut ends = [*to, to.saturating_sub(1), to + 1]
            .into_iter()
            .filter(|end| *end >= *from);
        let last = log.events.iter().filter(|event| **event == Event::Scrape).count();
        let end = ends.find(|end| *end <= last && logged(&log.events, *from, *end) == counts);
        assert!(end.is_some(), "{name}, marks {from} to {to}: {found:?}");
        ended.extend(end);
        let wanted = if side == Side::Canary {
            Population_::Canary
        } else {
            Population_::Stable
        };
        assert_eq!(found.side, wanted, "{name}");
        requests += found.counts().total;
    }
    (requests, ended)
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
        bad: format!("http_requests_total{{{BAD}}}"),
        total: "http_requests_total".into(),
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
        requests += compare(&system, &windows, &[(number, number + 1); INSTANCES], &names).0;
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

/// Scrapes that ended well until `at`, for each instance: each of them left a mark in the instance's log.
async fn marks(prometheus: &Prometheus, system: &System, at: Timestamp) -> Vec<usize> {
    // A sample that is newer than `at` says that all older ones of its instance can be asked for.
    let newer = format!("count(timestamp(up) > {})", at.as_seconds());
    let provider = prometheus_query(prometheus.address(), &newer, TIMEOUT);
    wait_for("samples until the end of the window", async || {
        (reading(&provider).await.ok()?.text == format!("[{INSTANCES}]")).then_some(())
    })
    .await;
    let mut marks = vec![];
    for (.., url) in instances(system) {
        let instance = url.trim_start_matches("http://").trim_end_matches("/metrics");
        let query = format!(
            "sum_over_time(up{{instance=\"{instance}\"}}[1h] @ {})",
            at.as_seconds()
        );
        let text = reading(&prometheus_query(prometheus.address(), &query, TIMEOUT))
            .await
            .unwrap()
            .text;
        marks.push(text.trim_matches(['[', ']']).parse().unwrap());
    }
    marks
}

/// Waits until every target has been scraped after `end`, so that no sample of before is still on its way.
async fn settled(prometheus: &Prometheus, end: Timestamp) {
    let query = prometheus_query(prometheus.address(), "min(timestamp(up))", TIMEOUT);
    wait_for("a later scrape of every target", async || {
        let text = reading(&query).await.ok()?.text;
        let newest: f64 = text.trim_matches(['[', ']']).parse().ok()?;
        (newest > end.as_seconds()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn windows_of_prometheus_are_what_the_api_logged_between_two_marks() {
    let mut system = system(22, 300.0).await;
    let prometheus = Prometheus::start("1s", &targets(&system)).await;
    scraped_twice(&prometheus).await;
    let selectors = |track: &str| CounterSelectors {
        bad: format!("http_requests_total{{track=\"{track}\",{BAD}}}"),
        total: format!("http_requests_total{{track=\"{track}\"}}"),
        target: "pod".into(),
    };
    let mut population = population(Source::Prometheus {
        access: access(prometheus.address(), TIMEOUT),
        canary: selectors("canary"),
        stable: selectors("stable"),
    });
    let names: Vec<String> = instances(&system).into_iter().map(|(_, _, pod, _)| pod).collect();
    let opened_at = now();
    settled(&prometheus, opened_at).await;
    let mut before = marks(&prometheus, &system, opened_at).await;
    population.open(opened_at, WINDOW).await.unwrap();
    let (mut requests, mut restarts_seen) = (0, 0);
    for number in 1..=5 {
        traffic(&system, 400).await;
        if number == 3 {
            system.restart_instance(Side::Stable, 0).await.unwrap();
            traffic(&system, 400).await;
        }
        let end = now();
        settled(&prometheus, end).await;
        let after = marks(&prometheus, &system, end).await;
        let windows = population.close(end).await.unwrap();
        let between: Vec<(usize, usize)> = before.iter().copied().zip(after.iter().copied()).collect();
        let (seen, ended) = compare(&system, &windows, &between, &names);
        requests += seen;
        let log = system.event_log(Side::Stable, 0).unwrap();
        if restarted(&log.events, between[FIRST_STABLE].0, ended[FIRST_STABLE]) {
            assert!(window(&windows, "stable-1").flags.partial, "window {number}");
            restarts_seen += 1;
        }
        before = ended;
    }
    assert_eq!(restarts_seen, 1, "the process was started anew between two marks");
    assert!(requests > 1_000, "{requests}");
    system.stop().await;
}
