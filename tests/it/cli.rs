//! The command line: what is refused and how, and what never shows.

mod compare;
mod documents;
mod endpoints;
mod eval;
mod hostile;
mod import;
mod kayenta;
mod plan;
mod prometheus;
mod recordings;
mod secrets;
mod stats;
mod terminal;
mod usage;
mod validate;
