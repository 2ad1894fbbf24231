//! Any HTTP endpoint that answers with JSON, as Argo's web metric asks it.

mod client;
mod config;
mod jsonpath;
mod measure;

pub use config::{Limits, Text, WebHeaders};
pub use measure::WebMeasure;
