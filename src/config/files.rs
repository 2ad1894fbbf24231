//! Files that documents name: rows of data, bodies, certificates, schemas.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use serin_judge::analysis::Files;

/// Bytes of one file: rows of a million accounts fit, and nothing fills the memory.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// Files of this machine.
struct Disk;

/// Files of this machine, for documents that lie on it: relative paths start from the folder of the document.
pub(crate) fn of_disk() -> Arc<dyn Files> {
    Arc::new(Disk)
}

impl Files for Disk {
    fn read(&self, document: &str, path: &str) -> Result<Bytes, String> {
        let folder = Path::new(document).parent().unwrap_or(Path::new(""));
        let file = File::open(folder.join(path)).map_err(|error| error.to_string())?;
        let is_file = file.metadata().map_err(|error| error.to_string())?.is_file();
        if !is_file {
            return Err("it is no file".to_owned());
        }
        let mut bytes = Vec::new();
        let read = file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes);
        let _length = read.map_err(|error| error.to_string())?;
        if bytes.len() as u64 > FILE_BYTES_MAX {
            return Err(format!("it is larger than {FILE_BYTES_MAX} bytes"));
        }
        Ok(bytes.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_start_from_the_document() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("data")).unwrap();
        std::fs::write(folder.path().join("data/users.csv"), "name\nann\n").unwrap();
        let document = folder.path().join("journey.yaml");
        let read = |path: &str| Disk.read(&document.display().to_string(), path);
        assert_eq!(read("data/users.csv").unwrap(), "name\nann\n");
        assert!(read("users.csv").unwrap_err().contains("No such file"));
        assert_eq!(read("data").unwrap_err(), "it is no file");
        let absolute = folder.path().join("data/users.csv");
        assert!(read(&absolute.display().to_string()).is_ok());
    }
}
