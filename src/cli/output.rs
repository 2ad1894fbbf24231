//! How results are written.

use std::io::{self, Write};

use serde::Serialize;

/// Format of a command's result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Output {
    /// For people.
    #[default]
    Human,
    /// For programs: one JSON document.
    Json,
    /// For CI servers: JUnit XML.
    Junit,
}

/// Writes text to standard output. A reader that went away is no error of ours.
pub fn print(text: &str) {
    let mut out = io::stdout().lock();
    let _gone = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes one JSON document and a line end to standard output.
pub fn print_json(value: &impl Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => print(&format!("{text}\n")),
        Err(error) => complain(&format!("the result cannot be written as JSON: {error}")),
    }
}

/// Writes one message to standard error.
pub fn complain(message: &str) {
    let mut out = io::stderr().lock();
    let _gone = writeln!(out, "{message}");
}
