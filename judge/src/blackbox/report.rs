use std::time::Duration;

use super::Gauges;

/// What a probe comes to: whether it succeeded, its metrics, and what happened on the way.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Everything holds.
    pub success: bool,
    /// What Prometheus scrapes.
    pub gauges: Gauges,
    /// For whoever looks why; without secrets.
    pub lines: Vec<Line>,
}

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// What happened.
    Info,
    /// Why the probe failed.
    Error,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// How much it matters.
    pub level: Level,
    /// In words.
    pub message: &'static str,
    /// In figures and names.
    pub fields: Vec<(&'static str, String)>,
}

impl Report {
    /// Nothing is known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub(super) fn info<const N: usize>(
        &mut self,
        message: &'static str,
        fields: [(&'static str, String); N],
    ) {
        self.line(Level::Info, message, fields);
    }

    /// Something for which the probe fails.
    pub fn error<const N: usize>(&mut self, message: &'static str, fields: [(&'static str, String); N]) {
        self.line(Level::Error, message, fields);
    }

    fn line<const N: usize>(
        &mut self,
        level: Level,
        message: &'static str,
        fields: [(&'static str, String); N],
    ) {
        self.lines.push(Line {
            level,
            message,
            fields: fields.into(),
        });
    }

    /// It is over after this time. What is measured of all probes is told.
    #[must_use]
    pub fn ended(mut self, duration: Duration, limit: Duration) -> Self {
        let success = f64::from(u8::from(self.success));
        self.gauges.set("probe_success", success);
        self.gauges.set("probe_duration_seconds", duration.as_secs_f64());
        self.gauges.set("probe_timeout_seconds", limit.as_secs_f64());
        let message = if self.success {
            "the probe succeeded"
        } else {
            "the probe failed"
        };
        self.info(
            message,
            [("duration_seconds", duration.as_secs_f64().to_string())],
        );
        self
    }
}

impl std::fmt::Display for Line {
    /// As logfmt has it.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let level = match self.level {
            Level::Info => "info",
            Level::Error => "error",
        };
        write!(formatter, "level={level} msg={:?}", self.message)?;
        for (name, value) in &self.fields {
            let is_plain = |char: char| char.is_ascii_graphic() && !matches!(char, '"' | '=' | '\\');
            match !value.is_empty() && value.chars().all(is_plain) {
                true => write!(formatter, " {name}={value}")?,
                false => write!(formatter, " {name}={value:?}")?,
            }
        }
        Ok(())
    }
}
