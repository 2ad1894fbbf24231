//! Logs.

use tracing_subscriber::EnvFilter;

/// Sends log lines to standard error: warnings and worse, or what `SERIN_LOG` asks for (such as `debug` or
/// `serin::engine=trace`). A filter that cannot be read is left out.
pub fn init() {
    let filter = EnvFilter::builder()
        .with_default_directive(tracing::level_filters::LevelFilter::WARN.into())
        .with_env_var("SERIN_LOG")
        .from_env_lossy();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
}
