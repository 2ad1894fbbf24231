use std::fmt;

use bytes::Bytes;

use crate::analysis::plan::journey::{ClientCertificate, Security, Terms, TlsMode, TlsVersion};

/// What stands in the file or in one that it names, and may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    /// Itself.
    Given(Bytes),
    /// The path of a file that has it.
    File(String),
}

/// How TLS is spoken.
#[derive(Clone, Debug, Default)]
pub struct TlsSettings {
    /// Whatever certificate is shown is taken.
    pub insecure: bool,
    /// PEM of roots; these are trusted and no others.
    pub roots: Option<Content>,
    /// PEM of a certificate of one's own and of its key.
    pub certificate: Option<(Content, Content)>,
    /// The name that is asked for and that the certificate has to hold; `None` is the target's.
    pub server_name: Option<String>,
    /// The oldest version that is spoken.
    pub min_version: Option<TlsVersion>,
    /// The newest version that is spoken.
    pub max_version: Option<TlsVersion>,
}

impl fmt::Debug for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(_) => formatter.write_str("Given(..)"),
            Self::File(path) => write!(formatter, "File({path})"),
        }
    }
}

impl Content {
    /// What it is; `read` reads files.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn load(&self, read: &dyn Fn(&str) -> Result<Bytes, String>) -> Result<Bytes, String> {
        match self {
            Self::Given(bytes) => Ok(bytes.clone()),
            Self::File(path) => read(path).map_err(|error| format!("{path}: {error}")),
        }
    }
}

impl TlsSettings {
    /// For probes of other protocols than HTTP. `roots` and `certificate` are what the settings name, read.
    #[must_use]
    pub fn security(
        &self,
        mode: TlsMode,
        server_name: &str,
        (roots, certificate): (Option<Bytes>, Option<ClientCertificate>),
    ) -> Security<String> {
        Security {
            mode,
            server_name: Some(self.server_name.as_deref().unwrap_or(server_name).to_owned()),
            insecure: self.insecure,
            terms: self.terms(certificate, roots.is_some()),
            roots,
        }
    }

    /// Terms of connections.
    #[must_use]
    pub fn terms(&self, certificate: Option<ClientCertificate>, has_roots: bool) -> Terms {
        Terms {
            only_roots: has_roots,
            min_version: self.min_version,
            max_version: self.max_version,
            certificate,
            shows_session: true,
        }
    }
}
