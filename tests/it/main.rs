//! Serin against real peers, in one binary for link time.
#![allow(missing_docs, reason = "tests document themselves by their names")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that fails says so by a panic"
)]

mod peers;
mod providers;
