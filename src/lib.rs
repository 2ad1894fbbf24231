//! Serin judges releases: the service around [`serin_judge`].
#![forbid(unsafe_code)]

pub mod cli;
pub mod config;
pub mod controllers;
pub mod demo;
pub mod engine;
pub mod probes;
pub mod providers;
pub mod server;
pub mod store;
pub mod telemetry;
