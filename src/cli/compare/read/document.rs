//! Recordings that are one JSON document: summaries of k6 and oha, and Serin's runs.

use serde_json::Value;

use super::input::Input;
use super::{Format, Recording, Wanted, k6, oha, own};

pub(super) fn read(input: &mut Input, format: Option<Format>, wanted: &Wanted) -> Result<Recording, String> {
    let text = input.rest()?;
    let document: Value = serde_json::from_slice(&text).map_err(|error| {
        if error.is_eof() {
            format!("the JSON document ends in the middle ({error}); was the file cut?")
        } else {
            format!("no JSON document: {error}")
        }
    })?;
    let has = |key: &str| document.get(key).is_some();
    let found = if has("latencyPercentiles") && has("summary") {
        Format::Oha
    } else if has("comparisons") && has("verdict") {
        Format::Serin
    } else if has("metrics") {
        Format::K6
    } else {
        return Err("a JSON document that is neither oha's, nor a k6 summary, nor a run of Serin".to_owned());
    };
    if let Some(format) = format.filter(|format| *format != found) {
        return Err(format!("a document of {found:?}, which --format says is {format:?}").to_lowercase());
    }
    match found {
        Format::Oha => oha::read(&document, wanted),
        Format::Serin => own::run(&document, wanted),
        _ => k6::summary(&document, wanted),
    }
}

/// What to say of a population that only its summary tells of.
pub(super) fn outlined(quantiles: usize) -> String {
    format!(
        "a summary has {quantiles} quantiles and no values: everything between them, and every interval, is an estimate"
    )
}
