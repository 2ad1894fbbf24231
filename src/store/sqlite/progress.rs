use serin_judge::time::Timestamp;
use sqlx::SqliteConnection;

use super::deliveries;
use super::error::Failure;
use super::rows::{ending, json, word};
use super::writer::Writer;
use crate::engine::ports::{Ended, Finish, Record, StoreError};

pub(super) async fn append(
    writer: &Writer,
    id: &str,
    known: u64,
    records: &[Record],
) -> Result<(), StoreError> {
    let bodies = records
        .iter()
        .map(|record| Ok((matches!(record, Record::Look { .. }), json(record)?)))
        .collect::<Result<Vec<(bool, String)>, StoreError>>()?;
    let step = format!("keeping what run {id} learned");
    let id = id.to_owned();
    writer
        .write(step, move |connection| {
            Box::pin(async move { keep_records(connection, &id, known, &bodies).await })
        })
        .await
}

async fn keep_records(
    connection: &mut SqliteConnection,
    id: &str,
    known: u64,
    bodies: &[(bool, String)],
) -> Result<(), Failure> {
    let number = undecided(connection, id).await?;
    // Nothing is taken away from a run without a verdict, so its last place says how many there are.
    let next: i64 = sqlx::query_scalar("SELECT coalesce(max(place) + 1, 0) FROM record WHERE run = $1")
        .bind(number)
        .fetch_one(&mut *connection)
        .await?;
    if i64::try_from(known) != Ok(next) {
        return Err(StoreError::Overtaken(id.to_owned()).into());
    }
    for (place, (is_look, body)) in (next..).zip(bodies) {
        let _inserted = sqlx::query("INSERT INTO record (run, place, is_look, body) VALUES ($1, $2, $3, $4)")
            .bind(number)
            .bind(place)
            .bind(is_look)
            .bind(body)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

pub(super) async fn finish(writer: &Writer, id: &str, finish: &Finish) -> Result<(), StoreError> {
    let ended = Ended::from(&*finish.report);
    let report = json(&*finish.report)?;
    let (verdict, ending) = (word(&ended.verdict)?, ending(&ended)?);
    let deliveries = finish.deliveries.clone();
    let expires_at = finish.expires_at.map(Timestamp::as_micros);
    let step = format!("keeping the verdict of run {id}");
    let id = id.to_owned();
    writer
        .write(step, move |connection| {
            Box::pin(async move {
                let number = undecided(connection, &id).await?;
                let _updated = sqlx::query(
                    "UPDATE run SET ended_at = $1, verdict = $2, ending = $3, report = $4, expires_at = $5 \
                     WHERE number = $6",
                )
                .bind(ended.at.as_micros())
                .bind(verdict)
                .bind(ending)
                .bind(report)
                .bind(expires_at)
                .bind(number)
                .execute(&mut *connection)
                .await?;
                deliveries::insert(connection, number, &deliveries).await
            })
        })
        .await
}

/// The number of a run that has no verdict.
async fn undecided(connection: &mut SqliteConnection, id: &str) -> Result<i64, Failure> {
    let found: Option<(i64, bool)> =
        sqlx::query_as("SELECT number, ended_at IS NOT NULL FROM run WHERE id = $1")
            .bind(id)
            .fetch_optional(connection)
            .await?;
    match found {
        Some((number, false)) => Ok(number),
        Some((_, true)) => Err(StoreError::Ended(id.to_owned()).into()),
        None => Err(StoreError::Unknown(id.to_owned()).into()),
    }
}

pub(super) async fn answered(writer: &Writer, id: &str, at: Timestamp) -> Result<Timestamp, StoreError> {
    let step = format!("keeping that the verdict of run {id} was told");
    let id = id.to_owned();
    writer
        .write(step, move |connection| {
            Box::pin(async move {
                let first: Option<i64> = sqlx::query_scalar(
                "UPDATE run SET answered_at = coalesce(answered_at, $1) WHERE id = $2 RETURNING answered_at",
            )
            .bind(at.as_micros())
            .bind(&id)
            .fetch_optional(connection)
            .await?;
                Ok(first.map(Timestamp::from_micros).ok_or(StoreError::Unknown(id))?)
            })
        })
        .await
}
