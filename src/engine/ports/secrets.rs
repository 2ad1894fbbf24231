use serin_judge::analysis::plan::Secret;

/// Finds the text behind a [`Secret`].
pub trait Secrets: Send + Sync {
    /// The secret's text.
    ///
    /// # Errors
    /// When it is not where it is said to be.
    fn resolve(&self, secret: &Secret) -> Result<String, SecretError>;
}

/// Why a secret has no text. Names the place, never a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The environment has no such variable.
    #[error("the secret's environment variable `{0}` is not set; set it for Serin's process")]
    NotSet(String),
    /// The variable or the file does not hold text.
    #[error("the secret in {0} is not UTF-8 text")]
    NotText(String),
    /// The file cannot be read.
    #[error("the secret's file `{path}` cannot be read: {cause}")]
    Unreadable {
        /// As it stands in the document.
        path: String,
        /// What the system said.
        cause: String,
    },
    /// The file is too large to be a secret.
    #[error("the secret's file `{path}` is larger than {limit} bytes; is it the right file?")]
    TooLarge {
        /// As it stands in the document.
        path: String,
        /// In bytes.
        limit: u64,
    },
}
