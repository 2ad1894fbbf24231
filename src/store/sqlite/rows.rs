//! What stands in a row, and back.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serin_judge::time::Timestamp;
use serin_judge::verdict::{Phase, Reason, Verdict};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::seal::Seal;
use crate::engine::ports::{Delivery, Ended, RunRecord, RunRequest, RunSummary, StoreError};

/// The columns that [`summary`] reads.
pub(super) const SUMMARY: &str = "run.id, run.analysis, run.release, run.stage, run.attempt, run.labels, \
     run.config_hash, run.started_at, run.request, run.ended_at, run.verdict, run.ending, run.answered_at";

/// The columns that [`delivery`] reads, of a delivery and its run.
pub(super) const DELIVERY: &str = "delivery.id, run.id AS run_id, delivery.hook, delivery.event, delivery.created_at, \
     delivery.body, delivery.state, delivery.attempts, delivery.next_at, delivery.since, delivery.last_error, \
     delivery.ended_at";

/// What of an end has no column of its own.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ending {
    phase: Phase,
    reasons: Vec<Reason>,
    summary: String,
}

/// The text of a column that holds JSON.
pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value)
        .map_err(|error| StoreError::Broken(format!("it cannot be written as JSON: {error}")))
}

/// A word of a closed list as it stands in a column.
pub(super) fn word<T: Serialize>(value: &T) -> Result<String, StoreError> {
    json(value).map(|text| text.trim_matches('"').to_owned())
}

pub(super) fn ending(ended: &Ended) -> Result<String, StoreError> {
    json(&Ending {
        phase: ended.phase,
        reasons: ended.reasons.clone(),
        summary: ended.summary.clone(),
    })
}

pub(super) fn summary(row: &SqliteRow, seal: &Seal) -> Result<RunSummary, sqlx::Error> {
    let id: String = row.try_get("id")?;
    Ok(RunSummary {
        run: RunRecord {
            analysis: row.try_get("analysis")?,
            release: row.try_get("release")?,
            stage: row.try_get("stage")?,
            attempt: row.try_get("attempt")?,
            labels: parsed(row, "labels")?,
            config_hash: row.try_get("config_hash")?,
            started_at: instant(row, "started_at")?,
            request: sealed::<RunRequest>(row, "request", seal, &id)?,
            id,
        },
        ended: ended(row)?,
        answered_at: row
            .try_get::<Option<i64>, _>("answered_at")?
            .map(Timestamp::from_micros),
    })
}

fn ended(row: &SqliteRow) -> Result<Option<Ended>, sqlx::Error> {
    let Some(at) = row.try_get::<Option<i64>, _>("ended_at")? else {
        return Ok(None);
    };
    let Ending {
        phase,
        reasons,
        summary,
    } = parsed(row, "ending")?;
    Ok(Some(Ended {
        at: Timestamp::from_micros(at),
        verdict: listed::<Verdict>(row, "verdict")?,
        phase,
        reasons,
        summary,
    }))
}

pub(super) fn delivery(row: &SqliteRow) -> Result<Delivery, sqlx::Error> {
    Ok(Delivery {
        id: row.try_get("id")?,
        run: row.try_get("run_id")?,
        hook: row.try_get("hook")?,
        event: listed(row, "event")?,
        created_at: instant(row, "created_at")?,
        body: Arc::from(row.try_get::<&str, _>("body")?),
        state: listed(row, "state")?,
        attempts: row.try_get("attempts")?,
        next_at: instant(row, "next_at")?,
        since: instant(row, "since")?,
        last_error: row.try_get("last_error")?,
        ended_at: row
            .try_get::<Option<i64>, _>("ended_at")?
            .map(Timestamp::from_micros),
    })
}

fn instant(row: &SqliteRow, column: &str) -> Result<Timestamp, sqlx::Error> {
    row.try_get(column).map(Timestamp::from_micros)
}

/// What stands in a column as JSON.
pub(super) fn parsed<T: DeserializeOwned>(row: &SqliteRow, column: &str) -> Result<T, sqlx::Error> {
    serde_json::from_str(row.try_get(column)?).map_err(|error| unreadable(column, error))
}

/// What stands in a column as sealed JSON of this owner.
pub(super) fn sealed<T: DeserializeOwned>(
    row: &SqliteRow,
    column: &str,
    seal: &Seal,
    owner: &str,
) -> Result<T, sqlx::Error> {
    let text = seal.open(row.try_get(column)?, owner);
    let text = text.map_err(|error| sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: error.into(),
    })?;
    serde_json::from_str(&text).map_err(|error| unreadable(column, error))
}

fn listed<T: DeserializeOwned>(row: &SqliteRow, column: &str) -> Result<T, sqlx::Error> {
    let word: String = row.try_get(column)?;
    serde_json::from_value(word.into()).map_err(|error| unreadable(column, error))
}

fn unreadable(column: &str, error: serde_json::Error) -> sqlx::Error {
    sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: error.into(),
    }
}

/// A number as the database wants it. Beyond its range there is nothing to count.
pub(super) fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
