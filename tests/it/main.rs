//! Serin against real peers, and the rules of the house. One binary: linking is the slow part.
#![allow(missing_docs, reason = "tests document themselves by their names")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that fails says so by a panic"
)]

// Tests run in the order of their names: `argo` comes first because it holds the longest one.
mod argo;
mod binary;
mod cases;
mod cli;
mod crash;
mod demo;
mod house;
mod peers;
mod probe;
mod probing;
mod providers;
mod runs;
mod server;
mod service;
mod simulation;
mod webhooks;
