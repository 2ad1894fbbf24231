//! Recorded windows, judged as a run would have judged them.
//!
//! One JSON object a line, in order of time; all lines that end at one instant are one look. Each line holds one window of
//! both sides, or of one: `{"at", "seconds", "comparison", "target", "history", "partial", "canary", "stable"}`. With
//! `"before": true` its stable side was seen before the release; with `"overloaded": true` whoever measured was too busy, and
//! it is not judged; `"mixedBuckets": true` says that histograms of different buckets were compared at the bounds that all have;
//! `"control"` is a side of an A/A control; `"stage"` tells the stages of a release apart.

#[cfg(test)]
mod bad_input;
mod judged;
mod line;
mod reader;
#[cfg(test)]
mod tests;
mod write;

pub use judged::{JudgedRecording, judge, plan};
pub use line::{Malformed, line_windows};
pub use reader::{Recording, RecordingError, RecordingReader};
pub use write::write;
