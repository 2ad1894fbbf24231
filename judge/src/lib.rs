//! Everything in Serin that judges a release.
//!
//! Documents come in as text and become checked plans ([`analysis`]); values that providers
//! measured are put to conditions ([`condition`]); counts of two sides are put to sequential
//! tests ([`stats`]); all of it ends in a verdict ([`verdict`]). There is no clock, no input and
//! output and no randomness in this crate: data and `now` go in, a decision comes out, so the same
//! data gives the same verdict, bit for bit, on every machine.
#![forbid(unsafe_code)]

pub mod analysis;
pub mod blackbox;
pub mod condition;
pub mod counter;
pub mod histogram;
pub mod import;
pub mod journey;
pub mod kayenta;
pub mod stats;
pub mod time;
pub mod verdict;
