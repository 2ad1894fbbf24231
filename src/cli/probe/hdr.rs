//! Windows as an HDR histogram interval log, as `HistogramLogWriter` writes them: V2 with DEFLATE, microseconds, one line a
//! window, journey, step, side and outcome.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serin_judge::analysis::plan::journey::Journey;
use serin_judge::time::Timestamp;

use super::json::milliseconds;
use super::probed::arm_word;
use crate::cli::output;
use crate::engine::journeys::{Durations, JourneyWindow, Since};

/// Writes to standard output as windows close, so that a log of any length takes no memory.
pub(super) struct Log;

impl Log {
    /// The head of the log.
    pub(super) fn begin(now: Timestamp) -> Self {
        output::print(&format!(
            "#[serin {}; response times from the planned start]\n#[Unit: us]\n#[StartTime: {:.3} (seconds since epoch), {now}]\n\
             \"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n",
            env!("CARGO_PKG_VERSION"),
            now.as_seconds()
        ));
        Self
    }

    /// All steps of a window. What passed is in `passed`, degraded included; what failed other than by a timeout, which is
    /// no duration, in `failed`.
    pub(super) fn window(&self, journey: &Journey, window: &JourneyWindow) {
        let mut lines = String::new();
        for (arm, step) in window
            .arms
            .iter()
            .flat_map(|arm| journey.all_steps().into_iter().map(move |step| (arm, step)))
        {
            let Some(of_step) = arm.steps.get(step.index) else {
                continue;
            };
            let passed = of_step.durations(Since::Planned);
            for (outcome, durations) in [("passed", &passed), ("failed", &of_step.failed)] {
                if !durations.is_empty() {
                    let names = [&journey.name, &step.name, arm_word(arm.arm), outcome];
                    lines.push_str(&line(&names.map(word).join("/"), window, durations));
                }
            }
        }
        output::print(&lines);
    }
}

fn line(tag: &str, window: &JourneyWindow, durations: &Durations) -> String {
    let encoded = match durations.to_v2_deflate() {
        Ok(bytes) => STANDARD.encode(bytes),
        Err(error) => {
            output::complain(&format!("{tag}: {error}"));
            return String::new();
        }
    };
    let longest = durations.longest().map_or(0.0, milliseconds);
    format!(
        "Tag={tag},{:.3},{:.3},{longest:.3},{encoded}\n",
        window.start.as_seconds(),
        window.end.since(window.start).as_secs_f64(),
    )
}

/// A name as a part of a tag, which ends at a comma or a blank.
fn word(name: &str) -> String {
    let is_plain =
        |character: char| !character.is_whitespace() && !character.is_control() && character != ',';
    let plain = name
        .chars()
        .map(|character| if is_plain(character) { character } else { '_' });
    plain.collect()
}
