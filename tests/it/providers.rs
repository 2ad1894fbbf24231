//! The measuring adapters against real and against broken peers.

mod faults;
mod histograms;
mod latency;
mod population;
mod prometheus;
mod scrape;
mod web;

use std::time::Duration;

use serin::config::Settings;
use serin::config::secrets::EnvironmentAndFiles;
use serin::engine::ports::{Measure, MeasureError, Reading};
use serin::providers::prometheus::Limits;
use serin_judge::analysis::plan::{PrometheusAccess, PrometheusQuery, Provider, ScrapeQuery, WebRequest};

use crate::peers::now;

/// Long enough for loopback on a busy machine, short enough for tests of timeouts.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(5);

pub(crate) fn settings() -> Settings {
    // Samples of loopback targets are there at once.
    Settings {
        prometheus: Limits {
            settling: Duration::ZERO,
            ..Limits::default()
        },
        ..Settings::default()
    }
}

/// Asked more than once it is made once: making it reads the roots that TLS trusts.
pub(crate) fn measure(provider: &Provider) -> Box<dyn Measure> {
    serin::config::measure(provider, &settings(), &EnvironmentAndFiles)
}

pub(crate) async fn reading(provider: &Provider) -> Result<Reading, MeasureError> {
    measure(provider).measure(now()).await
}

pub(crate) fn access(address: &str, timeout: Duration) -> PrometheusAccess {
    PrometheusAccess {
        address: Some(address.to_owned()),
        timeout: Some(timeout),
        ..PrometheusAccess::default()
    }
}

pub(crate) fn prometheus_query(address: &str, query: &str, timeout: Duration) -> Provider {
    Provider::Prometheus(PrometheusQuery {
        access: access(address, timeout),
        query: query.to_owned(),
        range: None,
    })
}

fn web_request(url: &str) -> WebRequest {
    WebRequest {
        method: "GET".into(),
        url: url.to_owned(),
        headers: vec![],
        body: None,
        json_body: None,
        json_path: "{$}".into(),
        timeout: TIMEOUT,
        insecure: false,
    }
}

fn scrape_query(addresses: &[String], series: &str, timeout: Duration) -> Provider {
    Provider::Scrape(ScrapeQuery {
        addresses: addresses.to_vec(),
        series: series.to_owned(),
        timeout,
    })
}
