//! Secrets from the environment and from files.

use std::fs::File;
use std::io::Read;

use serin_judge::analysis::plan::Secret;

use crate::engine::ports::{SecretError, Secrets};

/// No token or password is larger; a file that is was named by mistake.
const FILE_BYTES_LIMIT: u64 = 64 * 1024;

/// Reads `{env: NAME}` and `{file: path}` each time it is asked, so that a rotated file counts at once.
#[derive(Clone, Copy, Debug, Default)]
pub struct EnvironmentAndFiles;

impl Secrets for EnvironmentAndFiles {
    fn resolve(&self, secret: &Secret) -> Result<String, SecretError> {
        match secret {
            Secret::Value(value) => Ok(value.clone()),
            Secret::Env(name) => std::env::var(name).map_err(|error| match error {
                std::env::VarError::NotPresent => SecretError::NotSet(name.clone()),
                std::env::VarError::NotUnicode(_) => {
                    SecretError::NotText(format!("environment variable `{name}`"))
                }
            }),
            Secret::File(path) => file(path),
        }
    }
}

fn file(path: &str) -> Result<String, SecretError> {
    let unreadable = |error: std::io::Error| SecretError::Unreadable {
        path: path.to_owned(),
        cause: error.to_string(),
    };
    let mut bytes = Vec::new();
    let _ = File::open(path)
        .map_err(unreadable)?
        .take(FILE_BYTES_LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > FILE_BYTES_LIMIT {
        return Err(SecretError::TooLarge {
            path: path.to_owned(),
            limit: FILE_BYTES_LIMIT,
        });
    }
    let text = String::from_utf8(bytes).map_err(|_| SecretError::NotText(format!("file `{path}`")))?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_secrets_come_from() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        std::fs::write(path("token"), "s3cret \r\n\n").unwrap();
        std::fs::write(path("binary"), [0xff, 0xfe]).unwrap();
        std::fs::write(path("large"), vec![b'x'; 70_000]).unwrap();
        let resolve = |secret: &Secret| EnvironmentAndFiles.resolve(secret);
        assert_eq!(resolve(&Secret::Value("a".into())), Ok("a".into()));
        assert_eq!(resolve(&Secret::File(path("token"))), Ok("s3cret ".into()));
        assert_eq!(
            resolve(&Secret::Env("SERIN_NO_SUCH_VARIABLE".into())),
            Err(SecretError::NotSet("SERIN_NO_SUCH_VARIABLE".into()))
        );
        assert!(matches!(
            resolve(&Secret::File(path("binary"))),
            Err(SecretError::NotText(_))
        ));
        assert!(matches!(
            resolve(&Secret::File(path("large"))),
            Err(SecretError::TooLarge { .. })
        ));
        assert!(matches!(
            resolve(&Secret::File(path("none"))),
            Err(SecretError::Unreadable { .. })
        ));
    }
}
