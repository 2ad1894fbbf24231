//! The runbook's template against a real Prometheus that scrapes the sample API.

use std::time::Duration;

use serin_judge::verdict::Side;

use crate::binary::{Ended, repository, run};
use crate::peers::prometheus::Prometheus;
use crate::peers::sample::{fail, scraped_twice, system, targets};

/// Where the template says that Prometheus is.
const ADDRESS: &str = "http://prometheus.monitoring.svc.cluster.local:9090";
/// As the template's query has it.
const JOB: &str = "financial-planning-api";
/// Five measurements, one a minute, and what a busy machine takes on top.
const PATIENCE: Duration = Duration::from_secs(300);

async fn judged(error_ratio: f64) -> Ended {
    let system = system(11, 60.0).await;
    for side in Side::BOTH {
        fail(&system, side, error_ratio);
    }
    let prometheus = Prometheus::start_with_job(JOB, "1s", &targets(&system)).await;
    scraped_twice(&prometheus).await;
    let connect = format!("{ADDRESS}={}", prometheus.address());
    let template = repository("analyses/success-rate.yaml");
    let ended = run(
        ["run", &template, "--connect", &connect, "--output", "json"],
        PATIENCE,
    )
    .await;
    system.stop().await;
    ended
}

/// The values of all measurements, each a vector of one number.
fn values(ended: &Ended) -> Vec<f64> {
    let json = ended.json();
    let measurements = json["metrics"][0]["measurements"].as_array().unwrap();
    let values = measurements.iter().map(|measurement| {
        let text = measurement["value"].as_str().unwrap();
        text.trim_matches(['[', ']']).parse().unwrap()
    });
    values.collect()
}

/// Takes the four minutes that the template says, for both releases at once.
#[tokio::test]
async fn the_runbooks_template_promotes_a_healthy_release_and_rolls_back_a_failing_one() {
    let (healthy, failing) = tokio::join!(judged(0.005), judged(0.3));

    let json = healthy.json();
    assert_eq!(healthy.code, Some(0), "{healthy:?}");
    assert_eq!(
        (&json["verdict"], &json["phase"]),
        (&"promote".into(), &"Successful".into())
    );
    assert_eq!(json["reasons"], serde_json::json!(["metrics_successful"]));
    assert_eq!(json["metrics"][0]["successful"], 5);
    let rates = values(&healthy);
    assert!(
        rates.len() == 5 && rates.iter().all(|rate| (0.95..=1.0).contains(rate)),
        "{rates:?}"
    );

    let json = failing.json();
    assert_eq!(failing.code, Some(1), "{failing:?}");
    assert_eq!(
        (&json["verdict"], &json["phase"]),
        (&"rollback".into(), &"Failed".into())
    );
    assert_eq!(json["reasons"], serde_json::json!(["metric_failed"]));
    assert_eq!(
        json["summary"],
        "Metric \"success-rate\" assessed Failed due to failed (4) > failureLimit (3)."
    );
    assert_eq!(json["metrics"][0]["failed"], 4);
    let rates = values(&failing);
    assert!(
        rates.len() == 4 && rates.iter().all(|rate| (0.5..0.9).contains(rate)),
        "{rates:?}"
    );
}
