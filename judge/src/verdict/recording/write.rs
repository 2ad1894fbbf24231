use serde_json::{Value, json};

use super::line::CONTROL;
use crate::verdict::{Data, Look, Side, Window};

/// Appends the windows of a look, one line for each in their order: what [`super::RecordingReader`] reads back to the same look.
/// Looks of several stages need the name of theirs; those of one stage are read back without.
pub fn write(look: &Look, stage: Option<&str>, lines: &mut String) {
    for window in &look.windows {
        let mut line = line(look, window);
        if let Some(stage) = stage {
            line["stage"] = stage.into();
        }
        lines.push_str(&line.to_string());
        lines.push('\n');
    }
}

fn line(look: &Look, window: &Window) -> Value {
    let mut line = json!({
        "at": look.at,
        "seconds": look.at.since(window.start).as_secs_f64(),
        "comparison": window.comparison,
        "target": window.target,
    });
    for (flag, is_set) in [
        ("history", window.flags.history),
        ("partial", window.flags.partial),
        ("overloaded", window.flags.overloaded),
        ("before", window.flags.before),
        ("mixedBuckets", window.flags.mixed_buckets),
    ] {
        if is_set {
            line[flag] = Value::Bool(true);
        }
    }
    let side = match window.side {
        Side::Canary => "canary",
        Side::Stable if window.flags.control => CONTROL,
        Side::Stable => "stable",
    };
    line[side] = match &window.data {
        Data::Errors(counts) => json!({"total": counts.total, "bad": counts.bad}),
        Data::Events(events) => json!({"events": events.events, "exposure": events.exposure}),
        Data::Latency(latencies) => json!({"histogram": latencies.histogram, "timeouts": latencies.timeouts}),
        Data::Series(value) => json!({"value": value}),
    };
    line
}
