//! Where values and counts come from: one folder each, none of which knows another.
//!
//! [`http`] is what they share: clients with limits, and errors that hold no secret; and so is how values are
//! written and increases become windows.

mod counted;
mod counting;
pub mod http;
pub mod journey;
pub mod prometheus;
pub mod scrape;
mod unavailable;
mod valued;
pub mod web;

pub(crate) use counted::{Counted, Role};
pub(crate) use counting::Counting;
pub(crate) use serin_judge::condition::Decimal;
pub use unavailable::Unavailable;
pub(crate) use valued::Valued;
