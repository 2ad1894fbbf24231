use std::path::Path;

use serin_judge::time::Timestamp;
use serin_judge::verdict::{Look, Verdict};
use sqlx::sqlite::{SqlitePoolOptions, SqliteRow};
use sqlx::{Row, SqlitePool};

use super::error::{broken, cause};
use super::migrate::{self, Schema};
use super::open::{OpenError, file_of, reading};
use super::rows::{count, parsed};
use crate::engine::ports::{Record, StoreError};

/// Reads what runs have seen out of a store that somebody else may be writing, and changes nothing. Documents and arguments
/// are not read, so the store's key is not needed.
#[derive(Debug)]
pub struct SqliteReader {
    readers: SqlitePool,
}

/// A run as a reader lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastRun {
    /// Unique.
    pub id: String,
    /// May be empty.
    pub release: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When the verdict fell, once it has.
    pub ended: Option<(Timestamp, Verdict)>,
}

impl SqliteReader {
    /// Opens the store of an address such as `sqlite://serin.db`, which has to be there.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub async fn open(address: &str) -> Result<Self, OpenError> {
        let path = file_of(address)?;
        if !path.is_file() {
            return Err(OpenError::NoFile(path));
        }
        let readers = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_lazy_with(reading(&path));
        check(&readers, &path).await?;
        Ok(Self { readers })
    }

    /// Runs of an analysis, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when the store cannot be read.
    pub async fn runs(&self, analysis: &str, limit: usize) -> Result<Vec<PastRun>, StoreError> {
        let fail = |error| broken("listing runs", &error);
        let query = "SELECT id, release, started_at, ended_at, json_quote(verdict) AS verdict FROM run \
                     WHERE analysis = $1 ORDER BY started_at DESC, id DESC LIMIT $2";
        let rows = sqlx::query(query)
            .bind(analysis)
            .bind(count(limit))
            .fetch_all(&self.readers)
            .await
            .map_err(fail)?;
        rows.iter().map(|row| past_run(row).map_err(fail)).collect()
    }

    /// The windows that a run has judged, in order; none once they are too old.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when the store cannot be read.
    pub async fn looks(&self, run: &str) -> Result<Vec<Look>, StoreError> {
        let fail = |error| broken(&format!("reading the windows of run {run}"), &error);
        let query = "SELECT body FROM record JOIN run ON run.number = record.run \
                     WHERE run.id = $1 AND is_look = 1 ORDER BY place";
        let rows = sqlx::query(query)
            .bind(run)
            .fetch_all(&self.readers)
            .await
            .map_err(fail)?;
        let mut looks = Vec::with_capacity(rows.len());
        for row in &rows {
            if let Record::Look { look, .. } = parsed(row, "body").map_err(fail)? {
                looks.push(look);
            }
        }
        Ok(looks)
    }
}

fn past_run(row: &SqliteRow) -> Result<PastRun, sqlx::Error> {
    let ended_at: Option<i64> = row.try_get("ended_at")?;
    let verdict = parsed(row, "verdict")?;
    Ok(PastRun {
        id: row.try_get("id")?,
        release: row.try_get("release")?,
        started_at: Timestamp::from_micros(row.try_get("started_at")?),
        ended: ended_at.map(|at| (Timestamp::from_micros(at), verdict)),
    })
}

/// It has to be a store whose schema is known, since nothing is migrated here.
async fn check(readers: &SqlitePool, path: &Path) -> Result<(), OpenError> {
    let fail = |error: sqlx::Error| OpenError::Database {
        path: path.to_owned(),
        cause: cause(&error),
    };
    let mut connection = readers.acquire().await.map_err(fail)?;
    match migrate::schema(&mut connection).await.map_err(fail)? {
        Schema::Current => Ok(()),
        Schema::Foreign | Schema::Empty => Err(OpenError::Foreign(path.to_owned())),
        Schema::Older(found) => Err(OpenError::Older {
            path: path.to_owned(),
            found,
            known: migrate::KNOWN,
        }),
        Schema::Newer(found) => Err(OpenError::Newer {
            path: path.to_owned(),
            found,
            known: migrate::KNOWN,
        }),
    }
}
