use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, SqliteConnection};

use super::SqliteStore;
use super::error::cause;
use super::lock::Lock;
use super::migrate::migrate;
use super::seal::Seal;
use super::writer::Writer;

/// What the address of such a store begins with.
const SCHEME: &str = "sqlite://";
/// Connections that read at once; those that nobody uses are closed.
const READERS_MAX: u32 = 4;
const READER_IDLE_FOR: Duration = Duration::from_secs(60);
/// How long a statement waits for the file. Nobody else writes, so only a backup or a recovery can hold it.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// The journal is cut to this after it was copied into the file, in bytes.
const JOURNAL_BYTES_KEPT: &str = "67108864";

/// Why a store could not be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not an address of a file.
    #[error(
        "the store's address `{0}` cannot be used: `sqlite://PATH` is wanted, such as `sqlite://serin.db` or `sqlite:///var/lib/serin/serin.db`"
    )]
    Address(String),
    /// Nothing is created beside the file itself.
    #[error("the folder `{0}` of the store does not exist; create it")]
    NoFolder(PathBuf),
    /// There is nothing to read.
    #[error("there is no store `{0}`; `serin serve` creates one")]
    NoFile(PathBuf),
    /// The file cannot be created or written.
    #[error(
        "the store's file `{path}` cannot be opened for writing: {cause}; check the folder's and the file's permissions"
    )]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: String,
    },
    /// The lock beside the file cannot be had.
    #[error(
        "the store's lock `{path}` cannot be taken: {cause}; check the folder's permissions, and that its file system can lock files"
    )]
    Lock {
        /// The lock's file.
        path: PathBuf,
        /// What the system said.
        cause: String,
    },
    /// One process at a time.
    #[error("the store `{path}` is used by {process}; stop that one, or give this one a store of its own")]
    InUse {
        /// The file.
        path: PathBuf,
        /// Who has it.
        process: String,
    },
    /// A database of another program.
    #[error("the store's file `{0}` is a database of another program; give Serin a file of its own")]
    Foreign(PathBuf),
    /// The file was written by a newer Serin.
    #[error(
        "the store `{path}` has schema {found}, and this Serin knows schemas up to {known}; run the newer Serin, or go back to a copy of the file from before the upgrade"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The file's schema.
        found: i64,
        /// The newest that is known.
        known: usize,
    },
    /// Documents cannot be kept, or not be read again.
    #[error(
        "the store's key `{path}` cannot be used: {cause}; it belongs beside the store's file, bring it back from where the file came from"
    )]
    Key {
        /// The key's file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// The file was written by an older Serin, and is only to be read.
    #[error(
        "the store `{path}` has schema {found}, and this Serin reads schema {known}; start this Serin's service with it once, which migrates it"
    )]
    Older {
        /// The file.
        path: PathBuf,
        /// The file's schema.
        found: usize,
        /// What is wanted.
        known: usize,
    },
    /// SQLite cannot use it.
    #[error("the store `{path}` cannot be opened: {cause}")]
    Database {
        /// The file.
        path: PathBuf,
        /// What SQLite said, and what to do.
        cause: String,
    },
}

impl SqliteStore {
    /// Opens the store of an address such as `sqlite://serin.db`, and creates it if it is not there.
    ///
    /// # Errors
    /// Why it cannot be opened; nothing is changed then.
    pub async fn open(address: &str) -> Result<Self, OpenError> {
        let path = file_of(address)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            return Err(OpenError::NoFolder(folder.to_owned()));
        }
        let lock = Lock::take(&path)?;
        create(&path)?;
        let fail = |error: sqlx::Error| OpenError::Database {
            path: path.clone(),
            cause: cause(&error),
        };
        let options = options(&path);
        let mut connection: SqliteConnection = options.connect().await.map_err(fail)?;
        migrate(&mut connection, &path).await?;
        let seal = Arc::new(Seal::of(&mut connection, &path).await?);
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            .idle_timeout(READER_IDLE_FOR)
            .connect_lazy_with(reading(&path));
        Ok(Self {
            writer: Writer::start(connection, options, lock),
            readers,
            seal,
        })
    }
}

pub(super) fn file_of(address: &str) -> Result<PathBuf, OpenError> {
    let path = address.strip_prefix(SCHEME);
    // What follows a question mark would be parameters, and there are none.
    match path.filter(|path| !path.is_empty() && !path.contains(['?', '#', '\0'])) {
        Some(path) => Ok(PathBuf::from(path)),
        None => Err(OpenError::Address(address.to_owned())),
    }
}

/// Makes sure that the file is there and can be written. A new one is its owner's alone; SQLite gives the files that it
/// puts beside it the same permissions.
fn create(path: &Path) -> Result<(), OpenError> {
    let mut options = OpenOptions::new();
    let _options = options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    let _options = std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let opened = options.open(path).map_err(|error| OpenError::File {
        path: path.to_owned(),
        cause: error.to_string(),
    })?;
    drop(opened);
    Ok(())
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        // A verdict that was told must survive a loss of power; grouping makes the waits for the disk few.
        .synchronous(SqliteSynchronous::Full)
        .pragma("journal_size_limit", JOURNAL_BYTES_KEPT)
}

pub(super) fn reading(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .busy_timeout(BUSY_TIMEOUT)
        .read_only(true)
}
