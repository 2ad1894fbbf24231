//! Which program benches start.

/// `SERIN_BENCH_BINARY`, which `make bench` sets to one that is optimised as what ships; otherwise the one that cargo built
/// for the bench.
pub(crate) fn serin() -> String {
    std::env::var("SERIN_BENCH_BINARY").unwrap_or_else(|_| env!("CARGO_BIN_EXE_serin").to_owned())
}
