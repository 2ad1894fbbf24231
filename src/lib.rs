//! Serin judges releases: the service around [`serin_judge`].
#![forbid(unsafe_code)]

pub mod demo;
pub mod engine;
pub mod store;
