//! Canaries as lines of JSON, one in, one out.

use serde_json::json;

use super::{Canary, judge};

/// The answer to one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// One line of JSON, without its end.
    pub json: String,
    /// The line was a canary.
    pub well_formed: bool,
}

/// Judges the canary of one line; `number` counts lines from 1. A line that is none is answered with what is wrong.
#[must_use]
pub fn answer_line(number: usize, text: &str) -> Answered {
    let refused = |error: String| Answered {
        json: json!({"id": null, "line": number, "error": error}).to_string(),
        well_formed: false,
    };
    match serde_json::from_str::<Canary>(text) {
        Err(error) => refused(format!("no canary: {error}")),
        Ok(canary) => match serde_json::to_string(&judge(&canary)) {
            Ok(json) => Answered {
                json,
                well_formed: true,
            },
            Err(error) => refused(format!("the answer cannot be written: {error}")),
        },
    }
}
