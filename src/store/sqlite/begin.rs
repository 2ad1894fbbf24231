use sqlx::{SqliteConnection, SqliteExecutor, SqlitePool};

use super::deliveries;
use super::error::{Failure, broken};
use super::rows::json;
use super::seal::Seal;
use super::writer::Writer;
use crate::engine::ports::{Beginning, Begun, IdempotencyKey, RunRecord, StoreError};

/// What is written of a beginning, as text already: the writer has others to serve.
struct Texts {
    labels: String,
    request: String,
    hash: String,
    sources: String,
}

pub(super) async fn begin(writer: &Writer, seal: &Seal, beginning: &Beginning) -> Result<Begun, StoreError> {
    let run = &beginning.run;
    let sources = json(&run.request.sources)?;
    let hash = seal.name(&sources);
    let texts = Texts {
        labels: json(&run.labels)?,
        request: seal.close(&json(&run.request)?, &run.id)?,
        sources: seal.close(&sources, &hash)?,
        hash,
    };
    let step = format!("keeping the beginning of run {}", run.id);
    let beginning = beginning.clone();
    writer
        .write(step, move |connection| {
            Box::pin(async move { keep(connection, &beginning, &texts).await })
        })
        .await
}

async fn keep(
    connection: &mut SqliteConnection,
    beginning: &Beginning,
    texts: &Texts,
) -> Result<Begun, Failure> {
    if let Some(key) = &beginning.key
        && let Some(id) = begun_before(&mut *connection, key).await?
    {
        return Ok(Begun::Before(id));
    }
    refuse_double(connection, &beginning.run).await?;
    let number = insert(connection, &beginning.run, texts).await?;
    if let Some(key) = &beginning.key {
        let _inserted = sqlx::query("INSERT INTO idempotency_key (key, body_hash, run) VALUES ($1, $2, $3)")
            .bind(&key.key)
            .bind(&key.body_hash)
            .bind(number)
            .execute(&mut *connection)
            .await?;
    }
    deliveries::insert(connection, number, &beginning.deliveries).await?;
    Ok(Begun::New)
}

/// The run that the same request began before.
pub(super) async fn known_key(
    readers: &SqlitePool,
    key: &IdempotencyKey,
) -> Result<Option<String>, StoreError> {
    begun_before(readers, key).await.map_err(|failure| match failure {
        Failure::Refused(refused) => refused,
        Failure::Database(error) => broken("looking for an idempotency key", &error),
    })
}

async fn begun_before<'e>(
    database: impl SqliteExecutor<'e>,
    key: &IdempotencyKey,
) -> Result<Option<String>, Failure> {
    let known: Option<(String, String)> = sqlx::query_as(
        "SELECT idempotency_key.body_hash, run.id FROM idempotency_key \
         JOIN run ON run.number = idempotency_key.run WHERE idempotency_key.key = $1",
    )
    .bind(&key.key)
    .fetch_optional(database)
    .await?;
    match known {
        Some((hash, id)) if hash == key.body_hash => Ok(Some(id)),
        Some((_, id)) => Err(StoreError::KeyReused(id).into()),
        None => Ok(None),
    }
}

async fn refuse_double(connection: &mut SqliteConnection, run: &RunRecord) -> Result<(), Failure> {
    let same: Option<i64> = sqlx::query_scalar("SELECT number FROM run WHERE id = $1")
        .bind(&run.id)
        .fetch_optional(&mut *connection)
        .await?;
    if same.is_some() {
        return Err(StoreError::Exists(run.id.clone()).into());
    }
    let attempt: Option<String> = sqlx::query_scalar(
        "SELECT id FROM run WHERE release <> '' AND analysis = $1 AND release = $2 AND stage = $3 AND attempt = $4",
    )
    .bind(&run.analysis)
    .bind(&run.release)
    .bind(&run.stage)
    .bind(run.attempt)
    .fetch_optional(connection)
    .await?;
    match attempt {
        Some(id) => Err(StoreError::AttemptExists(id).into()),
        None => Ok(()),
    }
}

/// Returns the number of the new row.
async fn insert(
    connection: &mut SqliteConnection,
    run: &RunRecord,
    texts: &Texts,
) -> Result<i64, sqlx::Error> {
    let _known = sqlx::query("INSERT INTO bundle (hash, sources) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(&texts.hash)
        .bind(&texts.sources)
        .execute(&mut *connection)
        .await?;
    sqlx::query_scalar(
        "INSERT INTO run (id, analysis, release, stage, attempt, labels, config_hash, started_at, request, bundle) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING number",
    )
    .bind(&run.id)
    .bind(&run.analysis)
    .bind(&run.release)
    .bind(&run.stage)
    .bind(run.attempt)
    .bind(&texts.labels)
    .bind(&run.config_hash)
    .bind(run.started_at.as_micros())
    .bind(&texts.request)
    .bind(&texts.hash)
    .fetch_one(connection)
    .await
}
