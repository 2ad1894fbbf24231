//! `/metrics` endpoints read directly: for small installations without a Prometheus, and for windows
//! shorter than one would scrape.

mod client;
mod config;
mod endpoints;
mod measure;
mod population;
mod series;

pub use config::Limits;
pub use measure::ScrapeMeasure;
pub use population::{ScrapePopulation, ScrapeTargets};
pub use series::ScrapeSeries;

#[cfg(test)]
mod tests;
