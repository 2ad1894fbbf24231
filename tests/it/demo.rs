//! `serin demo`.
