//! Integration tests, one binary: linking is the slow part.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that fails says so by a panic"
)]

mod house;
