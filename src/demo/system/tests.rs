//! The whole system under traffic.

use std::time::Duration;

use axum::body::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serin_judge::time::Timestamp;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::*;
use crate::demo::api::Event;
use crate::demo::eventually::eventually;

fn options(rate: f64) -> SystemOptions {
    SystemOptions {
        rate,
        canary_share: 0.4,
        event_log_limit: 100_000,
        ..SystemOptions::new(11, Timestamp::from_micros(0))
    }
}

/// All and bad requests, as one scrape shows them.
async fn scrape(url: &str) -> (u64, u64) {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let answer = client.get(url.parse().unwrap()).await.unwrap();
    let text = answer.into_body().collect().await.unwrap().to_bytes();
    let (mut total, mut bad) = (0, 0);
    for line in std::str::from_utf8(&text).unwrap().lines() {
        let Some(series) = line.strip_prefix("http_requests_total{") else {
            continue;
        };
        let (labels, value) = series.split_once("} ").unwrap();
        let value: u64 = value.parse().unwrap();
        total += value;
        if labels.contains("code=\"5") {
            bad += value;
        }
    }
    (total, bad)
}

/// All and bad requests between the scrapes of a log, counted from the start before each.
fn counts_at_scrapes(log: &EventLog) -> Vec<(u64, u64)> {
    let (mut total, mut bad, mut counts) = (0, 0, Vec::new());
    for event in &log.events {
        match event {
            Event::Started => (total, bad) = (0, 0),
            Event::Request { code, .. } => {
                total += 1;
                bad += u64::from(*code >= 500);
            }
            Event::Scrape => counts.push((total, bad)),
        }
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scrapes_under_load_equal_the_log_exactly_over_restarts() {
    let mut system = System::start(options(300.0)).await.unwrap();
    system.apply(Fault::Shared);
    let url = system.metrics_urls(Side::Canary).remove(0);
    let mut scraped = Vec::new();
    for round in 1..=4 {
        eventually(|| system.traffic().sent >= 60 * round).await;
        scraped.push(scrape(&url).await);
        if round == 2 {
            system.restart_instance(Side::Canary, 0).await.unwrap();
        }
    }
    let log = system.event_log(Side::Canary, 0).unwrap();
    assert_eq!(log.lost, 0);
    assert_eq!(counts_at_scrapes(&log), scraped);
    let starts = log
        .events
        .iter()
        .filter(|event| **event == Event::Started)
        .count();
    assert_eq!(starts, 2);
    assert!(scraped[1].1 > 0 && scraped[1].0 > scraped[1].1, "{scraped:?}");
    system.stop().await;
}

/// Requests that the instances of `side` have counted.
fn counted(system: &System, side: Side) -> u64 {
    let logs = (0..system.instances(side).len()).map(|index| system.event_log(side, index).unwrap());
    let is_request = |event: &&Event| matches!(event, Event::Request { .. });
    logs.map(|log| log.events.iter().filter(is_request).count() as u64)
        .sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn traffic_has_its_rate_and_every_request_is_accounted_for() {
    let begun = Instant::now();
    let system = System::start(options(400.0)).await.unwrap();
    eventually(|| system.traffic().sent >= 400).await;
    let took = begun.elapsed().as_secs_f64();
    // At most four standard deviations early; late only as far as the machine is busy.
    assert!((0.8..10.0).contains(&took), "{took}");
    // Whoever has an answer finds it counted already.
    let figures = system.traffic();
    let (canary, stable) = (counted(&system, Side::Canary), counted(&system, Side::Stable));
    assert!(canary + stable >= figures.ok + figures.failed);
    let part = canary as f64 / (canary + stable) as f64;
    assert!((part - 0.4).abs() < 0.11, "{part}");
    let figures = system.stop().await;
    assert_eq!(figures.sent, figures.ok + figures.failed);
    assert_eq!(figures.dropped, 0);
    // Only what the baseline spoils (0.5 %) fails: no user is refused for other reasons.
    assert!(figures.failed * 100 < figures.sent * 3, "{figures:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_share_moves_the_traffic() {
    let system = System::start(options(400.0)).await.unwrap();
    eventually(|| counted(&system, Side::Canary) >= 20).await;
    system.set_canary_share(0.0);
    // What was sent before the change is answered in its own time; then the canary gets nothing for 100 requests.
    let mut seen = (counted(&system, Side::Canary), counted(&system, Side::Stable));
    eventually(|| {
        let (canary, stable) = (counted(&system, Side::Canary), counted(&system, Side::Stable));
        if canary > seen.0 {
            seen = (canary, stable);
        }
        stable >= seen.1 + 100
    })
    .await;
    system.stop().await;
}

#[tokio::test]
async fn faults_reach_the_side_that_they_are_meant_for() {
    let system = System::start(options(0.0)).await.unwrap();
    let behaviours = |side| {
        let instances = system.instances(side).iter();
        instances
            .map(|instance| instance.pod().behaviour())
            .collect::<Vec<_>>()
    };
    for fault in [Fault::None, Fault::Errors, Fault::Shared, Fault::None] {
        system.apply(fault);
        for side in Side::BOTH {
            let expected = fault.behaviour(side, Behaviour::HEALTHY);
            let count = system.instances(side).len();
            assert_eq!(behaviours(side), vec![expected; count], "{fault:?} {side}");
        }
    }
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_shows_in_the_answers() {
    let system = System::start(options(400.0)).await.unwrap();
    system.apply(Fault::Shared);
    let before = counted(&system, Side::Canary);
    eventually(|| counted(&system, Side::Canary) >= before + 200).await;
    let events = [0, 1]
        .map(|index| system.event_log(Side::Canary, index).unwrap().events)
        .concat();
    let bad = events
        .iter()
        .filter(|event| matches!(event, Event::Request { code, .. } if *code >= 500));
    // 60 are expected of 200. With the baseline of 0.5 % it would be 1.
    assert!(bad.count() > 20);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_leaves_nothing_listening() {
    let system = System::start(options(200.0)).await.unwrap();
    eventually(|| system.traffic().ok >= 20).await;
    let addresses: Vec<String> = Side::BOTH
        .into_iter()
        .flat_map(|side| system.base_urls(side))
        .map(|url| url.trim_start_matches("http://").to_owned())
        .collect();
    assert_eq!(addresses.len(), 5);
    system.stop().await;
    for address in addresses {
        assert!(
            TcpStream::connect(&address).await.is_err(),
            "{address} still listens"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forgotten_system_stops_as_well() {
    let system = System::start(options(200.0)).await.unwrap();
    let address = system.base_urls(Side::Stable)[0]
        .trim_start_matches("http://")
        .to_owned();
    drop(system);
    timeout(Duration::from_secs(30), async {
        while TcpStream::connect(&address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let mut system = System::start(options(0.0)).await.unwrap();
    let error = system.restart_instance(Side::Canary, 2).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no canary instance with index 2");
    let error = System::start(options(-1.0)).await.unwrap_err();
    assert_eq!(error.to_string(), "option rate is -1, and must be in [0, 100000]");
    system.stop().await;
}

#[tokio::test]
async fn the_analysis_has_an_argument_for_each_of_its_placeholders() {
    let system = System::start(options(0.0)).await.unwrap();
    let args = system.analysis_args();
    assert_eq!(args[0].1.split(',').count(), 2);
    assert_eq!(args[1].1.split(',').count(), 3);
    for (name, value) in &args {
        assert!(
            crate::demo::ANALYSIS.contains(&format!("{{{{args.{name}}}}}")),
            "{name}"
        );
        assert!(value.starts_with("http://127.0.0.1:"), "{value}");
    }
    for named in crate::demo::ANALYSIS.split("{{args.").skip(1) {
        let name = named.split("}}").next().unwrap();
        assert!(args.iter().any(|(known, _)| known == name), "{name}");
    }
    system.stop().await;
}
