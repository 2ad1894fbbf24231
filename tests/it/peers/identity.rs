use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::TempDir;

/// A certificate for `localhost` that only itself vouches for, and its key, as files.
pub(crate) struct Identity {
    folder: TempDir,
}

impl Identity {
    pub(crate) fn new() -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("certificate.pem"), cert.pem()).unwrap();
        std::fs::write(folder.path().join("key.pem"), signing_key.serialize_pem()).unwrap();
        Self { folder }
    }

    /// Readable by a PostgreSQL server, which takes a key only where nobody else can read it.
    pub(crate) fn of_postgres(self) -> Self {
        for name in ["certificate.pem", "key.pem", ""] {
            super::postgres::own(&self.folder.path().join(name));
        }
        self
    }

    pub(crate) fn certificate(&self) -> String {
        self.path("certificate.pem")
    }

    pub(crate) fn key(&self) -> String {
        self.path("key.pem")
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }
}
