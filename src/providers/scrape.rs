//! `/metrics` endpoints read directly: for small installations without a Prometheus, and for windows
//! shorter than one would scrape.

mod client;
mod config;
mod endpoints;
mod measure;
mod population;

pub use config::Limits;
pub use measure::ScrapeMeasure;
pub use population::{ScrapePopulation, ScrapeSelectors, ScrapeTargets};

#[cfg(test)]
mod tests;
