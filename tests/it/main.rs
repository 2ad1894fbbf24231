//! Serin against real peers, and the rules of the house. One binary: linking is the slow part.
#![allow(missing_docs, reason = "tests document themselves by their names")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that fails says so by a panic"
)]

mod house;
mod peers;
mod providers;
mod simulation;
