//! Where values and counts come from: one folder each, none of which knows another.
//!
//! [`http`] is what they share: clients with limits, and errors that hold no secret.

pub mod http;
pub mod prometheus;
pub mod scrape;
mod unavailable;
pub mod web;

pub use unavailable::Unavailable;
