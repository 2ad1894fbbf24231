use std::path::Path;

use sqlx::{Executor, SqliteConnection};

use super::error::cause;
use super::open::OpenError;

/// The statements that lead from each schema to the next: the first make schema 1 of an empty file.
const MIGRATIONS: [&str; 2] = [
    include_str!("../migrations/0001_runs.sql"),
    include_str!("../migrations/0002_seal.sql"),
];

/// Marks files of Serin's: "SERN".
const APPLICATION_ID: i64 = 0x5345_524e;

/// The newest schema that is known.
pub(super) const KNOWN: usize = MIGRATIONS.len();

/// What a file says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Schema {
    /// Nothing is in it yet.
    Empty,
    /// A database of another program.
    Foreign,
    /// This many migrations were done to it.
    Older(usize),
    /// The newest that is known.
    Current,
    /// Written by a newer Serin.
    Newer(i64),
}

/// Reads what schema a file has.
pub(super) async fn schema(connection: &mut SqliteConnection) -> Result<Schema, sqlx::Error> {
    let of_file = "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema) \
                   FROM pragma_application_id, pragma_user_version";
    let (application, found, tables): (i64, i64, i64) =
        sqlx::query_as(of_file).fetch_one(&mut *connection).await?;
    let done = usize::try_from(found).unwrap_or_default();
    Ok(match done {
        _ if application != APPLICATION_ID && tables > 0 => Schema::Foreign,
        0 => Schema::Empty,
        KNOWN => Schema::Current,
        done if done > KNOWN => Schema::Newer(found),
        done => Schema::Older(done),
    })
}

/// Brings a file to the newest schema. A new file becomes one of Serin's.
pub(super) async fn migrate(connection: &mut SqliteConnection, path: &Path) -> Result<(), OpenError> {
    let fail = |error: sqlx::Error| OpenError::Database {
        path: path.to_owned(),
        cause: cause(&error),
    };
    let done = match schema(connection).await.map_err(fail)? {
        Schema::Foreign => return Err(OpenError::Foreign(path.to_owned())),
        Schema::Newer(found) => {
            return Err(OpenError::Newer {
                path: path.to_owned(),
                found,
                known: KNOWN,
            });
        }
        Schema::Empty => 0,
        Schema::Older(done) => done,
        Schema::Current => KNOWN,
    };
    for (schema, statements) in (1..).zip(MIGRATIONS).skip(done) {
        let whole = format!(
            "BEGIN IMMEDIATE; {statements}; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {schema}; COMMIT"
        );
        let _migrated = connection
            .execute(sqlx::AssertSqlSafe(whole))
            .await
            .map_err(fail)?;
    }
    Ok(())
}
