use futures::future::BoxFuture;
use serin_judge::time::Timestamp;
use sqlx::{SqliteConnection, SqlitePool};

use super::error::{Failure, broken};
use super::rows::count;
use super::writer::Writer;
use crate::engine::ports::StoreError;

/// Each run is a change of its own, so that what runs learn meanwhile does not have to wait for all of them.
pub(super) async fn prune(
    writer: &Writer,
    readers: &SqlitePool,
    runs: Timestamp,
    windows: Timestamp,
    limit: usize,
) -> Result<usize, StoreError> {
    let old = sqlx::query_scalar("SELECT number FROM run WHERE ended_at < $1 ORDER BY ended_at LIMIT $2")
        .bind(runs.as_micros())
        .bind(count(limit))
        .fetch_all(readers);
    let old: Vec<i64> = old
        .await
        .map_err(|error| broken("looking for old runs", &error))?;
    let mut gone = 0;
    for number in old {
        gone += writer.write("forgetting an old run", forgetting(number)).await?;
    }
    while gone < limit {
        let next = sqlx::query_scalar(
            "SELECT number FROM run WHERE ended_at < $1 AND has_windows = 1 ORDER BY ended_at LIMIT 1",
        )
        .bind(windows.as_micros())
        .fetch_optional(readers);
        let next: Option<i64> = next
            .await
            .map_err(|error| broken("looking for old windows", &error))?;
        let Some(number) = next else { break };
        gone += writer
            .write("forgetting old windows", thinning(number, limit - gone))
            .await?;
    }
    Ok(gone)
}

/// The same for runs that have a time to live of their own.
pub(super) async fn expire(
    writer: &Writer,
    readers: &SqlitePool,
    now: Timestamp,
    limit: usize,
) -> Result<usize, StoreError> {
    let over =
        sqlx::query_scalar("SELECT number FROM run WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2")
            .bind(now.as_micros())
            .bind(count(limit))
            .fetch_all(readers);
    let over: Vec<i64> = over
        .await
        .map_err(|error| broken("looking for runs whose time to live is over", &error))?;
    let mut gone = 0;
    for number in over {
        gone += writer
            .write("forgetting a run whose time to live is over", forgetting(number))
            .await?;
    }
    Ok(gone)
}

/// Takes away a run with all that is its own, and its documents when no other run has them.
fn forgetting(
    number: i64,
) -> impl for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<usize, Failure>> + Send {
    move |connection| {
        Box::pin(async move {
            let bundle: Option<String> =
                sqlx::query_scalar("DELETE FROM run WHERE number = $1 RETURNING bundle")
                    .bind(number)
                    .fetch_optional(&mut *connection)
                    .await?;
            let Some(bundle) = bundle else { return Ok(0) };
            let _orphaned = sqlx::query(
                "DELETE FROM bundle WHERE hash = $1 AND NOT EXISTS (SELECT 1 FROM run WHERE run.bundle = $1)",
            )
            .bind(bundle)
            .execute(connection)
            .await?;
            Ok(1)
        })
    }
}

/// Takes away at most so many looks of a run, the oldest first.
fn thinning(
    number: i64,
    limit: usize,
) -> impl for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<usize, Failure>> + Send {
    move |connection| {
        Box::pin(async move {
            let deleted = sqlx::query(
                "DELETE FROM record WHERE run = $1 AND place IN \
                 (SELECT place FROM record WHERE run = $1 AND is_look = 1 ORDER BY place LIMIT $2)",
            )
            .bind(number)
            .bind(count(limit))
            .execute(&mut *connection)
            .await?;
            let gone = usize::try_from(deleted.rows_affected()).unwrap_or(usize::MAX);
            if gone < limit {
                let _none_left = sqlx::query("UPDATE run SET has_windows = 0 WHERE number = $1")
                    .bind(number)
                    .execute(connection)
                    .await?;
            }
            Ok(gone)
        })
    }
}
