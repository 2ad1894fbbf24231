//! Logs.

use tracing_subscriber::EnvFilter;

/// Sends log lines to standard error: errors, or what `SERIN_LOG` asks for (such as `debug` or
/// `serin::engine=trace`). A filter that cannot be read is left out.
///
/// Warnings are left out by default: what they tell is in the picture and the report of a run, and lines between would
/// tear the picture.
pub fn init() {
    let filter = EnvFilter::builder()
        .with_default_directive(tracing::level_filters::LevelFilter::ERROR.into())
        .with_env_var("SERIN_LOG")
        .from_env_lossy();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
}
