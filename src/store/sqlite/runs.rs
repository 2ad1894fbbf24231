use serin_judge::verdict::Verdict;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, SqlitePool};

use super::deliveries;
use super::error::broken;
use super::rows::{self, SUMMARY, count, parsed, sealed, word};
use super::seal::Seal;
use crate::engine::ports::{Attempt, Cursor, RunFilter, RunSummary, StoreError, StoredRun};

/// A run and everything that is its own, as it was at one instant.
pub(super) async fn load(
    readers: &SqlitePool,
    seal: &Seal,
    id: &str,
) -> Result<Option<StoredRun>, StoreError> {
    let loading = async {
        let mut instant = readers.begin().await?;
        let mut query = select(", run.number, run.report, run.bundle, bundle.sources");
        let _query = query
            .push(" JOIN bundle ON bundle.hash = run.bundle WHERE run.id = ")
            .push_bind(id.to_owned());
        match query.build().fetch_optional(&mut *instant).await? {
            Some(row) => stored(&mut instant, &row, seal).await.map(Some),
            None => Ok(None),
        }
    };
    loading
        .await
        .map_err(|error| broken(&format!("reading run {id}"), &error))
}

async fn stored(
    connection: &mut SqliteConnection,
    row: &SqliteRow,
    seal: &Seal,
) -> Result<StoredRun, sqlx::Error> {
    let RunSummary {
        mut run,
        ended,
        answered_at,
    } = rows::summary(row, seal)?;
    run.request.sources = sealed(row, "sources", seal, row.try_get("bundle")?)?;
    let number: i64 = row.try_get("number")?;
    let report: Option<String> = row.try_get("report")?;
    let records = sqlx::query("SELECT body FROM record WHERE run = $1 ORDER BY place")
        .bind(number)
        .fetch_all(&mut *connection)
        .await?;
    Ok(StoredRun {
        run,
        records: records
            .iter()
            .map(|row| parsed(row, "body"))
            .collect::<Result<_, _>>()?,
        ended: ended.zip(report.map(Into::into)),
        answered_at,
        deliveries: deliveries::of_run(connection, number).await?,
    })
}

pub(super) async fn active(readers: &SqlitePool) -> Result<Vec<String>, StoreError> {
    sqlx::query_scalar("SELECT id FROM run WHERE ended_at IS NULL ORDER BY started_at, id")
        .fetch_all(readers)
        .await
        .map_err(|error| broken("looking for runs without a verdict", &error))
}

pub(super) async fn list(
    readers: &SqlitePool,
    seal: &Seal,
    filter: &RunFilter,
    before: Option<&Cursor>,
    limit: usize,
) -> Result<Vec<RunSummary>, StoreError> {
    let mut query = select("");
    let _query = query.push(" WHERE true");
    if let Some(analysis) = &filter.analysis {
        let _query = query.push(" AND run.analysis = ").push_bind(analysis.clone());
    }
    if let Some(release) = &filter.release {
        let _query = query.push(" AND run.release = ").push_bind(release.clone());
    }
    match filter.verdict {
        Some(Verdict::Continue) => {
            let _query = query.push(" AND run.ended_at IS NULL");
        }
        Some(verdict) => {
            let _query = query.push(" AND run.verdict = ").push_bind(word(&verdict)?);
        }
        None => {}
    }
    if let Some(before) = before {
        let _query = query
            .push(" AND (run.started_at, run.id) < (")
            .push_bind(before.started_at.as_micros());
        let _query = query.push(", ").push_bind(before.id.clone()).push(")");
    }
    let _query = query
        .push(" ORDER BY run.started_at DESC, run.id DESC LIMIT ")
        .push_bind(count(limit));
    fetch(readers, seal, "listing runs", query).await
}

pub(super) async fn attempt(
    readers: &SqlitePool,
    seal: &Seal,
    attempt: &Attempt,
    number: Option<u32>,
) -> Result<Option<RunSummary>, StoreError> {
    let mut query = select("");
    let _query = query
        .push(" WHERE run.analysis = ")
        .push_bind(attempt.analysis.clone());
    let _query = query
        .push(" AND run.release = ")
        .push_bind(attempt.release.clone());
    let _query = query.push(" AND run.stage = ").push_bind(attempt.stage.clone());
    if let Some(number) = number {
        let _query = query.push(" AND run.attempt = ").push_bind(number);
    }
    let _query = query.push(" ORDER BY run.attempt DESC LIMIT 1");
    Ok(fetch(readers, seal, "looking for an attempt", query).await?.pop())
}

pub(super) async fn has_other_stage(readers: &SqlitePool, attempt: &Attempt) -> Result<bool, StoreError> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM run WHERE analysis = $1 AND release = $2 AND stage <> $3)",
    )
    .bind(&attempt.analysis)
    .bind(&attempt.release)
    .bind(&attempt.stage)
    .fetch_one(readers)
    .await
    .map_err(|error| broken("looking for other stages", &error))
}

fn select(further: &'static str) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new("SELECT ");
    let _query = query.push(SUMMARY).push(further).push(" FROM run");
    query
}

async fn fetch(
    readers: &SqlitePool,
    seal: &Seal,
    step: &str,
    mut query: QueryBuilder<Sqlite>,
) -> Result<Vec<RunSummary>, StoreError> {
    let fail = |error| broken(step, &error);
    let rows = query.build().fetch_all(readers).await.map_err(fail)?;
    rows.iter()
        .map(|row| rows::summary(row, seal).map_err(fail))
        .collect()
}
