use http::Uri;
use http::uri::{Authority, Scheme};
use serin_judge::analysis::plan::journey::{Failure, FailureClass};

/// Who is connected to: connections are shared, and credentials sent, within one origin only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) https: bool,
    /// Lower case, without the brackets of an IPv6 address.
    pub(super) host: Box<str>,
    pub(super) port: u16,
}

impl Origin {
    /// # Errors
    /// Anything but `http://host[:port]/...` and the same with `https`.
    pub(super) fn of(uri: &Uri) -> Result<Self, Failure> {
        let (https, authority) = parts(uri).ok_or_else(|| unfit(uri))?;
        Ok(Self {
            https,
            host: host(authority).to_ascii_lowercase().into(),
            port: port(https, authority),
        })
    }

    pub(super) fn scheme(&self) -> &'static Scheme {
        if self.https { &Scheme::HTTPS } else { &Scheme::HTTP }
    }

    /// The same origin, without making one.
    pub(super) fn is_of(&self, uri: &Uri) -> bool {
        parts(uri).is_some_and(|(https, authority)| {
            self.https == https
                && self.port == port(https, authority)
                && self.host.eq_ignore_ascii_case(host(authority))
        })
    }

    /// As `Host` and `:authority` say it: no user, no default port.
    pub(super) fn authority(&self) -> String {
        let brackets = self.host.contains(':');
        let host = if brackets {
            format!("[{}]", self.host)
        } else {
            self.host.to_string()
        };
        if self.port == default_port(self.https) {
            host
        } else {
            format!("{host}:{}", self.port)
        }
    }
}

/// Address of a request for messages: no user, no password, no values of the query.
pub(super) fn shown(uri: &Uri) -> String {
    let Some((https, authority)) = parts(uri) else {
        return "a URL without scheme and host".to_owned();
    };
    let scheme = if https { "https" } else { "http" };
    let place = authority.as_str().rsplit('@').next().unwrap_or_default();
    let query = if uri.query().is_some() { "?..." } else { "" };
    format!("{scheme}://{place}{}{query}", uri.path())
}

fn unfit(uri: &Uri) -> Failure {
    let seen = match (uri.scheme_str(), uri.authority()) {
        (_, Some(authority)) if authority.as_str().contains('@') => {
            "the URL holds a user; give user and password as the request's `auth`".to_owned()
        }
        (Some(scheme), Some(_)) => format!("{scheme} is not spoken here; give http or https"),
        _ => "the URL has no scheme or no host; give http://host/path".to_owned(),
    };
    Failure {
        class: FailureClass::BadRequest,
        phase: None,
        message: format!("the request cannot be sent: {seen}"),
    }
}

/// `None` for what is not sent: other schemes, no host, a user in front of it.
fn parts(uri: &Uri) -> Option<(bool, &Authority)> {
    let scheme = uri.scheme()?;
    let https = *scheme == Scheme::HTTPS;
    let authority = uri.authority()?;
    let fits = (https || *scheme == Scheme::HTTP)
        && !authority.as_str().contains('@')
        && !authority.host().is_empty()
        && !authority.as_str().ends_with(':');
    fits.then_some((https, authority))
}

fn host(authority: &Authority) -> &str {
    authority.host().trim_start_matches('[').trim_end_matches(']')
}

fn port(https: bool, authority: &Authority) -> u16 {
    authority.port_u16().unwrap_or_else(|| default_port(https))
}

fn default_port(https: bool) -> u16 {
    if https { 443 } else { 80 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let cases = [
            ("http://Example.com/a?b", "example.com", true),
            ("https://example.com:443/", "example.com", true),
            ("http://[::1]:8080/", "[::1]:8080", true),
            ("http://example.com:81/", "example.com:81", true),
        ];
        for (uri, authority, same) in cases {
            let uri: Uri = uri.parse().unwrap();
            let origin = Origin::of(&uri).unwrap();
            assert_eq!(origin.authority(), authority);
            assert_eq!(origin.is_of(&uri), same);
        }
        let origin = Origin::of(&Uri::from_static("http://a.test/")).unwrap();
        for other in ["https://a.test/", "http://a.test:81/", "http://b.test/", "/a"] {
            assert!(!origin.is_of(&other.parse().unwrap()), "{other}");
        }
    }

    #[test]
    fn what_cannot_be_sent_is_refused_without_showing_it() {
        for uri in [
            "/path",
            "ftp://host/x",
            "http://user:hunter2@host/",
            "http://host:/",
        ] {
            let failure = Origin::of(&uri.parse().unwrap()).unwrap_err();
            assert_eq!(failure.class, FailureClass::BadRequest, "{uri}");
            assert!(!failure.message.contains("hunter2"));
        }
    }

    #[test]
    fn messages_hold_no_value_of_a_query() {
        let uri = Uri::from_static("http://host:81/a/b?token=hunter2");
        assert_eq!(shown(&uri), "http://host:81/a/b?...");
    }
}
