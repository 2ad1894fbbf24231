//! Files that documents name. This crate reads none: whoever reads documents hands in how.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::plan::journey::NamedFile;

/// Reads the files that documents name.
pub trait Files: Send + Sync {
    /// The bytes of a file. `document` is the name of the source that names it, from whose folder a relative path starts.
    ///
    /// # Errors
    /// Why it cannot be read or is too large, for people; the path is told beside it.
    fn read(&self, document: &str, path: &str) -> Result<Bytes, String>;
}

/// Files that are known already: those of a plan that was made before.
impl Files for Vec<NamedFile> {
    fn read(&self, document: &str, path: &str) -> Result<Bytes, String> {
        let mut files = self.iter();
        let file = files.find(|file| file.document == document && file.path == path);
        file.map(|file| file.bytes.clone())
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
