//! Prometheus, and whatever speaks its query API: values by PromQL, and exact counts from raw samples.

mod client;
mod config;
mod counters;
mod decode;
mod gauges;
mod measure;
mod native;
mod population;
mod prospect;
mod samples;
mod series;
mod sides;
mod starts;

pub use config::{Connection, Limits};
pub use measure::PrometheusMeasure;
pub use population::PrometheusPopulation;
pub use series::PrometheusSeries;
pub use sides::Sides;

#[cfg(test)]
mod tests;
