//! Prometheus, and whatever speaks its query API: values by PromQL, and exact counts from raw samples.

mod client;
mod config;
mod counters;
mod decode;
mod measure;
mod population;
mod prospect;
mod samples;
mod starts;

pub use config::{Connection, Limits};
pub use measure::PrometheusMeasure;
pub use population::{PrometheusPopulation, Sides};

#[cfg(test)]
mod tests;
