//! `serin compare`: two recordings against each other, or a recorded release window by window.

mod compared;
mod html;
mod human;
mod json;
mod options;
mod picture;
mod read;
mod recordings;
mod sentence;
mod windows;

use std::process::ExitCode;

pub(super) use compared::{Compared, Settings};
pub(super) use html::{section, share_plot};
pub(super) use human::ratio_text;
pub(super) use json::document;
pub use options::CompareOptions;
pub(super) use picture::{Bins, rows};
pub(super) use read::Recording;

use super::exit;

/// Runs the command.
#[must_use]
pub fn execute(options: &CompareOptions) -> ExitCode {
    let done = match (&options.windows.file, &options.recordings.pair()) {
        (Some(file), _) => windows::execute(file, &options.windows, options.output),
        (None, Some([a, b])) => recordings::execute(a, b, &options.recordings, options.output),
        // clap asks for the one or the other.
        (None, None) => Err("error: two recordings or --windows are wanted".to_owned()),
    };
    done.unwrap_or_else(|message| exit::fail(exit::INVALID, &message))
}
