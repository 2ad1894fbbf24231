//! Synthetic journeys: their outcomes as a metric, their latencies and failures as populations of both sides.
//!
//! Inside of one run each journey is driven once for the same targets, whatever metrics and comparisons ask for it: a
//! [`Feed`](feed::Feed) keeps the windows that its probing closes, and everybody who needs them reads them from there.

mod feed;
mod feeds;
mod measure;
mod population;
mod value;

pub use feeds::Feeds;
pub use measure::JourneyMeasure;
pub use population::{Compares, JourneyPopulation};

#[cfg(test)]
mod tests;
