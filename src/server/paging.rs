use std::str::FromStr;

use serde::Deserialize;
use serin_judge::time::Timestamp;

use crate::engine::ports::Cursor;
use crate::server::problem::Problem;

const LIMIT: usize = 50;
const LIMIT_MAX: usize = 500;

/// How much of a list is wanted, and from where.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Page {
    cursor: Option<String>,
    limit: Option<String>,
}

impl Page {
    pub(super) fn limit(&self) -> Result<usize, Problem> {
        let Some(text) = given(self.limit.as_deref()) else {
            return Ok(LIMIT);
        };
        let limit = usize::from_str(text)
            .ok()
            .filter(|limit| (1..=LIMIT_MAX).contains(limit));
        limit.ok_or_else(|| malformed("limit", text, &format!("a number from 1 to {LIMIT_MAX}")))
    }

    /// The cursor as it was given out.
    pub(super) fn cursor(&self) -> Option<&str> {
        given(self.cursor.as_deref())
    }

    /// The cursor of a list of runs.
    pub(super) fn run_cursor(&self) -> Result<Option<Cursor>, Problem> {
        let Some(text) = self.cursor() else {
            return Ok(None);
        };
        let read = text.split_once('-').and_then(|(micros, id)| {
            let started_at = Timestamp::from_micros(micros.parse().ok()?);
            Some(Cursor {
                started_at,
                id: id.to_owned(),
            })
        });
        match read {
            Some(cursor) => Ok(Some(cursor)),
            None => Err(malformed("cursor", text, "`next` of the page before")),
        }
    }
}

/// Where a list of runs goes on after this one.
pub(super) fn after(started_at: Timestamp, id: &str) -> String {
    format!("{}-{id}", started_at.as_micros())
}

/// A parameter without a value is none.
pub(super) fn given(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

pub(super) fn malformed(name: &str, text: &str, expected: &str) -> Problem {
    Problem::new(
        "malformed-parameter",
        format!("`{name}` is `{text}`; {expected} is wanted"),
    )
}
