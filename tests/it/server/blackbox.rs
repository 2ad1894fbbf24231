//! `GET /probe`, beside blackbox_exporter itself and by itself.

mod bad;
mod beside;
mod module_files;

use std::collections::BTreeMap;

use crate::server::rig::Service;

/// Metrics by their series.
type Metrics = BTreeMap<String, f64>;

/// What a probe told; `query` is that of the address.
async fn probed(service: &Service, query: &str) -> Metrics {
    told(&service.address, query).await
}

/// The same of whoever listens there.
async fn told(address: &str, query: &str) -> Metrics {
    let url = format!("http://{address}/probe?{query}");
    let answer = reqwest::get(&url).await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert_eq!(status, 200, "{url}: {text}");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (series, value) = line.rsplit_once(' ').unwrap();
            (series.to_owned(), value.parse().unwrap())
        })
        .collect()
}
