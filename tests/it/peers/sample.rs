use serin::demo::{Behaviour, System, SystemOptions};
use serin_judge::verdict::Side;

use super::prometheus::{Prometheus, Scraped};
use super::{now, wait_for};
use crate::providers::{measure, prometheus_query};

/// Instances of both sides: three stable ones, two canaries.
pub(crate) const INSTANCES: usize = 5;

/// The sample API with both sides healthy and a third of the traffic on the canary, so that little traffic decides;
/// each instance remembers all that happens to it.
pub(crate) async fn system(seed: u64, rate: f64) -> System {
    let options = SystemOptions {
        rate,
        canary_share: 0.33,
        event_log_limit: 1_000_000,
        ..SystemOptions::new(seed, now())
    };
    System::start(options).await.unwrap()
}

/// Lets `side` answer this part of its requests with an error.
pub(crate) fn fail(system: &System, side: Side, error_ratio: f64) {
    let behaviour = Behaviour {
        error_ratio,
        ..Behaviour::HEALTHY
    };
    system.set_behaviour(side, behaviour);
}

/// All instances, for a Prometheus.
pub(crate) fn targets(system: &System) -> Vec<Scraped> {
    let urls = Side::BOTH.map(|side| system.base_urls(side)).concat();
    urls.iter()
        .map(|url| Scraped {
            address: url.strip_prefix("http://").unwrap().parse().unwrap(),
            labels: vec![],
        })
        .collect()
}

/// Waits until Prometheus has read every instance twice, so that rates and the scrape interval are known.
pub(crate) async fn scraped_twice(prometheus: &Prometheus) {
    let query =
        "count(count_over_time(http_requests_total{code=\"200\",route=\"/api/v1/auth/login\"}[1m]) >= 2)";
    let provider = measure(&prometheus_query(
        prometheus.address(),
        query,
        crate::providers::TIMEOUT,
    ));
    wait_for("Prometheus has read every instance twice", async || {
        let text = provider.measure(now()).await.ok()?.text;
        (text == format!("[{INSTANCES}]")).then_some(())
    })
    .await;
}
