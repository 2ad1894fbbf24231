//! Logs, to standard error.

use std::io::IsTerminal;

use serin_judge::analysis::{Log, LogFormat, LogLevel};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

const VARIABLE: &str = "SERIN_LOG";

/// For commands that end by themselves: errors, or what `SERIN_LOG` asks for (such as `debug` or
/// `serin::engine=trace`). A filter that cannot be read is left out.
///
/// Warnings are left out by default: what they tell is in the picture and the report of a run, and lines between would
/// tear the picture.
pub fn init() {
    tracing_subscriber::fmt()
        .with_env_filter(filter(LevelFilter::ERROR))
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
}

/// For the service: as the settings say; `SERIN_LOG` wins over their level.
pub fn init_service(log: Log) {
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter(level(log.level)))
        .with_writer(std::io::stderr);
    let is_json = match log.format {
        LogFormat::Json => true,
        LogFormat::Human => false,
        LogFormat::Auto => !std::io::stderr().is_terminal(),
    };
    if is_json {
        lines
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .init();
    } else {
        lines
            .with_target(false)
            .with_ansi(std::io::stderr().is_terminal())
            .init();
    }
}

fn filter(default: LevelFilter) -> EnvFilter {
    EnvFilter::builder()
        .with_default_directive(default.into())
        .with_env_var(VARIABLE)
        .from_env_lossy()
}

fn level(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    }
}
