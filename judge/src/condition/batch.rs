//! `serin eval --batch`: one JSON object a line in, one a line out.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value as Json;

use super::assess::{Assessment, Outcome, Side, decide};
use super::budget::TEXT_BYTES_LIMIT;
use super::error::ConditionError;
use super::program::Condition;
use super::value::{Value, write_string};
use crate::time::Timestamp;

/// Conditions that are kept compiled. Files have few distinct ones; when a file has more, all are dropped at once.
const CACHE_LIMIT: usize = 1024;

/// The answer to one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchAnswer {
    /// One JSON object without a line end.
    pub json: String,
    /// False when the line was no object as the contract wants it; the exit code is 2 then.
    pub well_formed: bool,
}

/// Answers lines and keeps the conditions it has compiled.
#[derive(Debug, Default)]
pub struct Batch {
    compiled: HashMap<Box<str>, Result<Condition, ConditionError>>,
}

/// What a line asks.
struct Request<'text> {
    id: Json,
    result: Value,
    success: Cow<'text, str>,
    failure: Cow<'text, str>,
}

impl Batch {
    /// With nothing compiled yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers a line; `number` counts from one.
    pub fn line(&mut self, number: usize, line: &str, now: Timestamp) -> BatchAnswer {
        let request = match read(line) {
            Ok(request) => request,
            Err(message) => return malformed(number, &message),
        };
        let mut json = format!("{{\"id\":{},\"phase\":", request.id);
        match self.assess(&request, now) {
            Ok(Outcome::Successful) => json.push_str("\"Successful\"}"),
            Ok(Outcome::Failed) => json.push_str("\"Failed\"}"),
            Ok(Outcome::Inconclusive) => json.push_str("\"Inconclusive\"}"),
            Err(error) => {
                json.push_str("\"Error\",\"error\":");
                write_string(&mut json, &error.to_string());
                json.push('}');
            }
        }
        BatchAnswer {
            json,
            well_formed: true,
        }
    }

    fn assess(&mut self, request: &Request<'_>, now: Timestamp) -> Result<Outcome, Assessment> {
        let success = self.answer(Side::Success, &request.success, &request.result, now)?;
        let failure = self.answer(Side::Failure, &request.failure, &request.result, now)?;
        Ok(decide(success, failure))
    }

    fn answer(
        &mut self,
        side: Side,
        text: &str,
        result: &Value,
        now: Timestamp,
    ) -> Result<Option<bool>, Assessment> {
        if text.is_empty() {
            return Ok(None);
        }
        let answer = match self.compiled(text) {
            Ok(condition) => condition.evaluate_at(result, now),
            Err(error) => Err(error),
        };
        match answer {
            Ok(holds) => Ok(Some(holds)),
            Err(error) => Err(Assessment::new(side, text, error, result)),
        }
    }

    fn compiled(&mut self, text: &str) -> Result<Condition, ConditionError> {
        if let Some(known) = self.compiled.get(text) {
            return known.clone();
        }
        let compiled = Condition::compile(text);
        if text.len() <= TEXT_BYTES_LIMIT {
            if self.compiled.len() >= CACHE_LIMIT {
                self.compiled.clear();
            }
            self.compiled.insert(text.into(), compiled.clone());
        }
        compiled
    }
}

/// Answers one line without keeping anything.
#[must_use]
pub fn batch_line(line_number: usize, line: &str, now: Timestamp) -> BatchAnswer {
    Batch::new().line(line_number, line, now)
}

/// A line as it is written. Unknown fields are left to whoever wrote them.
#[derive(Deserialize)]
struct Line<'text> {
    #[serde(default)]
    id: Json,
    #[serde(default, borrow)]
    kind: Option<Cow<'text, str>>,
    #[serde(default)]
    result: Json,
    #[serde(default, borrow)]
    success: Option<Cow<'text, str>>,
    #[serde(default, borrow)]
    failure: Option<Cow<'text, str>>,
}

fn read(line: &str) -> Result<Request<'_>, String> {
    // A list would do for serde where an object is meant.
    if !line.trim_start().starts_with('{') {
        return Err("no JSON object".into());
    }
    let line: Line<'_> = serde_json::from_str(line).map_err(|error| format!("no such object: {error}"))?;
    Ok(Request {
        result: Value::from_batch(&line.kind.unwrap_or_default(), &line.result)?,
        success: line.success.unwrap_or_default(),
        failure: line.failure.unwrap_or_default(),
        id: line.id,
    })
}

fn malformed(number: usize, message: &str) -> BatchAnswer {
    let mut json = format!("{{\"id\":null,\"line\":{number},\"phase\":\"Error\",\"error\":");
    write_string(&mut json, message);
    json.push('}');
    BatchAnswer {
        json,
        well_formed: false,
    }
}
