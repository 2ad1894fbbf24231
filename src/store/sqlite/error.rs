use crate::engine::ports::StoreError;

/// Why a change was not kept.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// A rule of the port forbids it.
    #[error(transparent)]
    Refused(#[from] StoreError),
    /// The database did not do it.
    #[error("{}", cause(.0))]
    Database(#[from] sqlx::Error),
}

/// The step that failed, what SQLite said and what to do.
pub(super) fn broken(step: &str, error: &sqlx::Error) -> StoreError {
    StoreError::Broken(format!("{step}: {}", cause(error)))
}

/// What SQLite said and what to do. The numbers are SQLite's primary result codes (<https://sqlite.org/rescode.html>).
pub(super) fn cause(error: &sqlx::Error) -> String {
    let sqlx::Error::Database(inner) = error else {
        return error.to_string();
    };
    let code = inner.code().and_then(|code| code.parse::<u32>().ok());
    let advice = match code.map(|code| code & 0xff) {
        Some(8) => "; the file or its folder may not be written, check their permissions",
        Some(10) => "; the disk or its file system failed, or is full",
        Some(11 | 26) => {
            "; the file is damaged, go back to a copy of it, or move it away to begin with a new one"
        }
        Some(13) => "; the disk is full, free some space",
        Some(14) => "; check that the folder is still there, and its permissions",
        _ => "",
    };
    let code = code.map_or_else(String::new, |code| format!(" (SQLite's code {code})"));
    format!("{}{code}{advice}", inner.message())
}
