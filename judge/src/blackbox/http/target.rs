use std::fmt;

use http::Uri;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// What paths and queries cannot hold (RFC 3986), and people write all the same.
const UNFIT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Whom a request goes to. Without a scheme it is `http`.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    /// Without user and password.
    pub uri: Uri,
    /// A name, or an address without brackets.
    pub host: String,
    /// Of the scheme where none is said.
    pub port: u16,
    /// User and password that stood in it.
    pub login: Option<(String, String)>,
}

impl fmt::Debug for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Target({})", self.uri)
    }
}

impl Target {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong with it; without what might be a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme @ ("http" | "https"), rest)) => (scheme, rest),
            _ => ("http", text),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let path = path.split('#').next().unwrap_or_default();
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, authority),
        };
        let slash = if path.starts_with('/') { "" } else { "/" };
        let path = utf8_percent_encode(path, UNFIT);
        let uri: Uri = format!("{scheme}://{place}{slash}{path}")
            .parse()
            .map_err(|_| format!("{place:?} with its path is no URL"))?;
        let authority = uri.authority().ok_or("a URL without a host")?;
        let host = authority
            .host()
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        let usual = if scheme == "https" { 443 } else { 80 };
        let port = match authority.as_str().get(authority.host().len()..) {
            None | Some("") => Some(usual),
            Some(port) => port.strip_prefix(':').and_then(|port| port.parse().ok()),
        };
        let port = port.filter(|_| !host.is_empty());
        let port = port.ok_or_else(|| format!("{place:?} is no host with a port"))?;
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let login = user.map(|user| {
            let (user, password) = user.split_once(':').unwrap_or((user, ""));
            (decoded(user), decoded(password))
        });
        Ok(Self {
            host,
            port,
            login,
            uri,
        })
    }

    /// As `Host` says it.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.uri.authority().map_or("", http::uri::Authority::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_as_people_write_them() {
        for (text, uri, host, port) in [
            ("127.0.0.1:8080", "http://127.0.0.1:8080/", "127.0.0.1", 8080),
            ("https://shop.test", "https://shop.test/", "shop.test", 443),
            (
                "shop.test/a b?q=\"x\"#top",
                "http://shop.test/a%20b?q=%22x%22",
                "shop.test",
                80,
            ),
            ("http://[::1]:81/x", "http://[::1]:81/x", "::1", 81),
            ("http://shop.test?x=1", "http://shop.test/?x=1", "shop.test", 80),
        ] {
            let target = Target::parse(text).unwrap();
            assert_eq!(
                (target.uri.to_string(), target.host.as_str(), target.port),
                (uri.to_owned(), host, port)
            );
            assert_eq!(target.login, None);
        }
        let target = Target::parse("http://ann:hunt%40er2@shop.test/").unwrap();
        assert_eq!(target.login, Some(("ann".to_owned(), "hunt@er2".to_owned())));
        assert_eq!(format!("{target:?}"), "Target(http://shop.test/)");
    }

    #[test]
    fn what_is_no_target_is_refused_without_its_password() {
        for text in [
            "",
            "a b",
            "http://",
            "http://ann:hunter2@a b/",
            "host:",
            "host:x",
            "http://:80/",
            "host:99999",
        ] {
            let refused = Target::parse(text).unwrap_err();
            assert!(!refused.contains("hunter2"), "{refused}");
        }
    }
}
