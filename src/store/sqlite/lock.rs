use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::open::OpenError;

/// Says that this process alone uses the store. The system takes it away when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock that belongs to a store's file, and writes this process' number into it.
    pub(super) fn take(store: &Path) -> Result<Self, OpenError> {
        let path = file_of(store);
        let fail = |error: std::io::Error| OpenError::Lock {
            path: path.clone(),
            cause: error.to_string(),
        };
        let mut options = OpenOptions::new();
        let _options = options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        let _options = std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path).map_err(fail)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(in_use(store, &mut file)),
            Err(TryLockError::Error(error)) => return Err(fail(error)),
        }
        let written = file
            .set_len(0)
            .and_then(|()| file.seek(SeekFrom::Start(0)))
            .and_then(|_| writeln!(file, "{}", std::process::id()));
        written.map_err(fail)?;
        Ok(Self { _file: file })
    }
}

/// The lock of a store's file stands beside it. It stays when the store is closed; only who holds it counts.
fn file_of(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

fn in_use(store: &Path, file: &mut File) -> OpenError {
    let mut number = String::new();
    // Another process may be about to write it.
    let _unread = file.take(32).read_to_string(&mut number);
    let process = match number.trim() {
        "" => "another process".to_owned(),
        number => format!("process {number}"),
    };
    OpenError::InUse {
        path: store.to_owned(),
        process,
    }
}
