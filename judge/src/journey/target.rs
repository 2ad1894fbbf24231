//! The address of a request: a base URL and what stands below it.

use bytes::Bytes;
use http::Uri;

use super::Turn;
use super::encode::{component, literal};
use super::values::{Part, Values, bad_request};
use crate::analysis::plan::journey::{Failure, Request, Template};

/// Where a request goes.
pub(super) enum Address {
    /// The same for all runs.
    Constant(Uri),
    /// Made for each request.
    Made {
        base: Base,
        url: Template,
        query: Vec<(String, Template)>,
    },
}

impl Address {
    /// Of one request below a base.
    pub(super) fn new(base: &Base, request: &Request) -> Result<Self, Failure> {
        let query = request.query.iter();
        let query: Vec<(String, Template)> = query
            .map(|(name, value)| (component(name), value.clone()))
            .collect();
        let is_constant =
            request.url.constant().is_some() && query.iter().all(|(_, value)| value.constant().is_some());
        if !is_constant {
            return Ok(Self::Made {
                base: base.clone(),
                url: request.url.clone(),
                query,
            });
        }
        let mut relative = literal(request.url.constant().unwrap_or_default());
        append(&mut relative, &query, |value| {
            Ok(component(value.constant().unwrap_or_default()))
        })?;
        base.join(&relative).map(Self::Constant)
    }

    /// As `Host` says it (no user, no default port), where it is the same for all runs.
    pub(super) fn host(&self) -> Option<String> {
        let Self::Constant(uri) = self else { return None };
        let authority = uri.authority()?;
        let default_port = if uri.scheme_str() == Some("https") {
            443
        } else {
            80
        };
        let host = authority.host().to_ascii_lowercase();
        Some(match authority.port_u16() {
            Some(port) if port != default_port => format!("{host}:{port}"),
            _ => host,
        })
    }

    pub(super) fn uri(&self, values: &Values, turn: Turn) -> Result<Uri, Failure> {
        let (base, url, query) = match self {
            Self::Constant(uri) => return Ok(uri.clone()),
            Self::Made { base, url, query } => (base, url, query),
        };
        let mut relative = values.fill(url, turn, |part, filled| match part {
            Part::Literal(text) => filled.push_str(&literal(text)),
            // What a step has captured may be a whole URL, or a path.
            Part::Value(text) if filled.is_empty() => filled.push_str(&literal(text)),
            Part::Value(text) => filled.push_str(&component(text)),
        })?;
        append(&mut relative, query, |value| {
            Ok(component(&values.plain(value, turn)?))
        })?;
        base.join(&relative)
    }
}

/// Appends pairs to the query that a URL may have.
fn append(
    url: &mut String,
    query: &[(String, Template)],
    value: impl Fn(&Template) -> Result<String, Failure>,
) -> Result<(), Failure> {
    let fragment = url.find('#').unwrap_or(url.len());
    url.truncate(fragment);
    for (name, template) in query {
        let has_query = url.contains('?');
        url.push(if has_query { '&' } else { '?' });
        url.push_str(name);
        url.push('=');
        url.push_str(&value(template)?);
    }
    Ok(())
}

/// The base URL of an arm.
#[derive(Clone)]
pub(super) struct Base {
    /// Without a slash at its end; empty when there is none.
    text: String,
}

impl Base {
    /// Reads a base URL; without one every request has to be absolute.
    pub(super) fn parse(target: &str) -> Result<Self, Failure> {
        if target.is_empty() {
            return Ok(Self { text: String::new() });
        }
        let text = target.trim_end_matches('/').to_owned();
        if text.contains(['?', '#']) {
            return Err(bad_request(format!(
                "the target {target:?} has a query: give scheme, host and path"
            )));
        }
        absolute(&literal(&text)).map(|_| Self { text: literal(&text) })
    }

    /// Host, and port where the URL has one.
    pub(super) fn peer(&self) -> Option<(String, Option<u16>)> {
        let uri: Uri = self.text.parse().ok()?;
        let host = uri.host()?.trim_start_matches('[').trim_end_matches(']');
        Some((host.to_owned(), uri.port_u16()))
    }

    /// An absolute URL as it is, everything else below the base.
    fn join(&self, url: &str) -> Result<Uri, Failure> {
        if has_scheme(url) {
            return absolute(url);
        }
        if self.text.is_empty() {
            return Err(bad_request(format!(
                "{url:?} is relative and there is no target: give `spec.target`, or `--target`"
            )));
        }
        let between = if url.is_empty() || url.starts_with(['/', '?']) {
            ""
        } else {
            "/"
        };
        absolute(&[&self.text, between, url].concat())
    }
}

fn has_scheme(url: &str) -> bool {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

fn absolute(url: &str) -> Result<Uri, Failure> {
    let uri = Uri::from_maybe_shared(Bytes::copy_from_slice(url.as_bytes()));
    let uri = uri.map_err(|error| bad_request(format!("{url:?} is no URL: {error}")))?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) || uri.host().is_none_or(str::is_empty) {
        return Err(bad_request(format!(
            "{url:?} is no URL with `http` or `https` and a host"
        )));
    }
    if uri
        .authority()
        .is_some_and(|authority| authority.as_str().contains('@'))
    {
        return Err(bad_request(format!(
            "credentials in the URL of host {:?}: use `auth`",
            uri.host().unwrap_or_default()
        )));
    }
    let port = uri
        .authority()
        .map(|authority| &authority.as_str()[authority.host().len()..]);
    if port.is_some_and(|port| !port.is_empty()) && uri.port_u16().is_none() {
        return Err(bad_request(format!(
            "{url:?} is no URL: its port is none from 0 to 65535"
        )));
    }
    Ok(uri)
}
