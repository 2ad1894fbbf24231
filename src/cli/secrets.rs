//! Secrets outside of a cluster: what `valueFrom.secretKeyRef` means where there is no Kubernetes to ask.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use serin_judge::analysis::plan::Secret;

use crate::config::secrets::EnvironmentAndFiles;
use crate::config::service::is_plain;
use crate::engine::ports::Secrets;

/// A secret that was named on the command line; its value never is, since others can see a command line.
#[derive(Clone, Debug)]
pub(super) struct GivenSecret {
    /// `name/key`.
    key: String,
    from: Secret,
}

impl FromStr for GivenSecret {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = "NAME/KEY=@FILE or NAME/KEY=env:VARIABLE is wanted; a value itself does not belong on a command line";
        let (key, from) = text.split_once('=').ok_or(wanted)?;
        let is_pair = matches!(key.split_once('/'), Some((name, key)) if is_plain(name) && is_plain(key));
        let from = match (from.strip_prefix('@'), from.strip_prefix("env:")) {
            (Some(file), _) if !file.is_empty() => Secret::File(file.to_owned()),
            (None, Some(variable)) if !variable.is_empty() => Secret::Env(variable.to_owned()),
            _ => return Err(wanted.to_owned()),
        };
        match is_pair {
            true => Ok(Self {
                key: key.to_owned(),
                from,
            }),
            false => Err(wanted.to_owned()),
        }
    }
}

/// The values of secrets by `name/key`: those that were given, and of those that documents name what the folder has.
///
/// # Errors
/// One line that names the secret that cannot be read, and never its value.
pub(super) fn gather(
    given: &[GivenSecret],
    folder: Option<&Path>,
    named: &[(String, String)],
) -> Result<BTreeMap<String, String>, String> {
    let mut values = BTreeMap::new();
    for GivenSecret { key, from } in given {
        let value = EnvironmentAndFiles
            .resolve(from)
            .map_err(|error| format!("error: --secret {key}: {error}"))?;
        values.insert(key.clone(), value);
    }
    let Some(folder) = folder else { return Ok(values) };
    if !folder.is_dir() {
        return Err(format!("error: --secrets: {} is no folder", folder.display()));
    }
    for (name, key) in named.iter().filter(|(name, key)| is_plain(name) && is_plain(key)) {
        let path = folder.join(name).join(key);
        let known = format!("{name}/{key}");
        if values.contains_key(&known) || !path.exists() {
            continue;
        }
        let from = Secret::File(path.display().to_string());
        let value = EnvironmentAndFiles
            .resolve(&from)
            .map_err(|error| format!("error: --secrets: {error}"))?;
        values.insert(known, value);
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_given() {
        for good in ["api/token=@/run/token", "api/token.txt=env:TOKEN", "a-b/c_d=@x=y"] {
            assert!(good.parse::<GivenSecret>().is_ok(), "{good}");
        }
        for bad in [
            "api/token=s3cret",
            "api=@x",
            "api/token",
            "/token=@x",
            "../x=@y",
            "a/b/c=@x",
            "api/token=@",
            "api/token=env:",
        ] {
            let refused = bad.parse::<GivenSecret>().unwrap_err();
            assert!(!refused.contains("s3cret"), "{refused}");
        }
    }

    #[test]
    fn folders_are_looked_through_for_what_is_named_and_for_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("api")).unwrap();
        std::fs::write(folder.path().join("api/token"), "from the folder\n").unwrap();
        std::fs::write(folder.path().join("outside"), "other").unwrap();
        let named: Vec<(String, String)> = [
            ("api", "token"),
            ("api", "none"),
            ("..", "outside"),
            ("api/..", "outside"),
        ]
        .map(|(name, key)| (name.to_owned(), key.to_owned()))
        .into();
        let found = gather(&[], Some(folder.path()), &named).unwrap();
        assert_eq!(
            found,
            BTreeMap::from([("api/token".to_owned(), "from the folder".to_owned())])
        );
        let missing = GivenSecret {
            key: "api/token".to_owned(),
            from: Secret::File("/no/such/file".to_owned()),
        };
        assert!(
            gather(&[missing], None, &named)
                .unwrap_err()
                .contains("--secret api/token")
        );
    }
}
