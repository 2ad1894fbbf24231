//! What a request is made of: addresses and headers, told without what is secret in them.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::TransferError;

/// Headers from names and secret values; their values are never shown.
///
/// # Errors
/// Names the header that cannot be sent.
pub fn headers<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<HeaderMap, TransferError> {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let fail = |part: &str| {
            TransferError::Request(format!(
                "header `{name}`: its {part} has characters that no header may have"
            ))
        };
        let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| fail("name"))?;
        let mut value = HeaderValue::from_str(value).map_err(|_| fail("value"))?;
        value.set_sensitive(true);
        let _ = headers.insert(header, value);
    }
    Ok(headers)
}

/// The value of a header `Authorization` for HTTP's basic scheme.
#[must_use]
pub fn basic_authorization(user: &str, password: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")))
}

/// Reads an address that must have a scheme (`http` or `https`) and a host.
///
/// # Errors
/// Says what is missing, without a user or password that may stand in the address.
pub fn address(text: &str) -> Result<Url, String> {
    let shown = text
        .rsplit_once('@')
        .map_or_else(|| text.to_owned(), |(_, rest)| format!("*****@{rest}"));
    let wrong =
        |reason: &str| format!("address `{shown}`: {reason}; `http://host:port` or `https://...` is wanted");
    let url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        scheme => Err(wrong(&format!("unsupported protocol scheme `{scheme}`"))),
    }
}

/// Scheme, host and port of a URL: what may be shown of one whose path and query may hold tokens.
#[must_use]
pub fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_need_scheme_and_host() {
        for (text, expected) in [
            ("prometheus:9090", "unsupported protocol scheme `prometheus`"),
            ("ftp://a", "unsupported protocol scheme `ftp`"),
            ("http://", "empty host"),
            ("10.0.0.1:9090", "relative URL without a base"),
            ("", "relative URL without a base"),
            ("ht tp://user:hunter2@host", "*****@host"),
        ] {
            let error = address(text).unwrap_err();
            assert!(
                error.contains(expected) && !error.contains("hunter2"),
                "{text}: {error}"
            );
        }
        assert_eq!(
            origin(&address("https://u:p@host:81/a?b").unwrap()),
            "https://host:81"
        );
    }

    #[test]
    fn headers_that_cannot_be_sent_are_named_and_their_values_are_not() {
        let error = headers([("X-Token", "hunter2\n")]).unwrap_err().to_string();
        assert!(error.contains("X-Token") && !error.contains("hunter2"), "{error}");
        assert!(headers([("a b", "c")]).is_err());
        let shown = format!("{:?}", headers([("X-Token", "hunter2")]).unwrap());
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn basic_authorization_as_in_rfc_7617() {
        assert_eq!(
            basic_authorization("Aladdin", "open sesame"),
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
        );
        assert_eq!(basic_authorization("a", "b"), "Basic YTpi");
        assert_eq!(basic_authorization("ab", "c"), "Basic YWI6Yw==");
    }
}
