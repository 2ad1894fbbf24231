//! Files that documents name. This crate reads none: whoever reads documents hands in how.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

/// Reads the files that documents name.
pub trait Files: Send + Sync {
    /// The bytes of a file. `document` is the name of the source that names it, from whose folder a relative path starts.
    ///
    /// # Errors
    /// Why it cannot be read or is too large, for people; the path is told beside it.
    fn read(&self, document: &str, path: &str) -> Result<Bytes, String>;
}

/// Files that are known already, by their paths: those of a journey that was made before.
impl Files for BTreeMap<String, Bytes> {
    fn read(&self, _document: &str, path: &str) -> Result<Bytes, String> {
        self.get(path)
            .cloned()
            .ok_or_else(|| "it is not among the files that were kept".to_owned())
    }
}

/// How files are read, if they are.
#[derive(Clone, Default)]
pub(crate) struct FileAccess(pub(crate) Option<Arc<dyn Files>>);

impl FileAccess {
    pub(crate) fn read(&self, document: &str, path: &str) -> Result<Bytes, String> {
        match &self.0 {
            Some(files) => files.read(document, path),
            None => Err("documents from here may not name files".to_owned()),
        }
    }
}

impl fmt::Debug for FileAccess {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_some() { "files" } else { "no files" })
    }
}
