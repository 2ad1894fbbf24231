use std::borrow::Cow;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, COOKIE, HOST, UPGRADE};
use http::uri::{Authority, PathAndQuery};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use http_body_util::Full;
use serin_judge::analysis::plan::journey::HttpVersion;
use serin_judge::journey::TraceParent;

use super::connection::{Connection, Peer};
use crate::engine::ports::{HttpRequest, Reach};

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// Room for the headers that a request usually has. hyper reads the answer's headers into the same map.
const HEADERS_USUAL: usize = 12;

/// One request of a chain.
pub(super) struct Outgoing<'a> {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: Cow<'a, HeaderMap>,
    pub(super) traceparent: Option<TraceParent>,
    pub(super) body: Bytes,
    pub(super) version: HttpVersion,
    /// Where its origin is reached, where somebody said so.
    pub(super) reach: Option<&'a Reach>,
}

impl<'a> Outgoing<'a> {
    pub(super) fn new(request: &'a HttpRequest<'_>, version: HttpVersion) -> Self {
        Self {
            method: request.method.clone(),
            uri: request.uri.clone(),
            headers: Cow::Borrowed(&request.headers),
            traceparent: request.traceparent,
            body: request.body.clone(),
            version: request.version.unwrap_or(version),
            reach: request.reach.as_ref(),
        }
    }

    /// As `connection` wants it.
    pub(super) fn over(&self, connection: &Connection, cookie: Option<HeaderValue>) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        let peer = connection.peer();
        *request.headers_mut() = self.headers_over(connection, cookie);
        *request.uri_mut() = match connection {
            Connection::Http1(_) => Uri::from(self.path()),
            Connection::Http2(_) => {
                *request.version_mut() = http::Version::HTTP_2;
                self.absolute(peer)
            }
        };
        request
    }

    fn headers_over(&self, connection: &Connection, cookie: Option<HeaderValue>) -> HeaderMap {
        let mut headers = match connection {
            // Copied as a whole nothing is looked up.
            Connection::Http1(_) if cookie.is_none() && self.is_ready() => self.headers.as_ref().clone(),
            _ => self.headers_made(connection, cookie),
        };
        if let Some(traceparent) = self.traceparent {
            headers.insert(TRACEPARENT, traceparent.value());
        }
        // RFC 9110, section 8.6: methods that usually have content say so when there is none.
        if self.body.is_empty() && matches!(self.method, Method::POST | Method::PUT | Method::PATCH) {
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        headers
    }

    /// The headers are already as HTTP/1 sends them.
    fn is_ready(&self) -> bool {
        let mut headers = self.headers.iter();
        headers.next().is_some_and(|(name, _)| *name == HOST)
            && headers
                .all(|(name, value)| !is_framing(name) && (value.is_sensitive() || !is_credential(name)))
    }

    fn headers_made(&self, connection: &Connection, cookie: Option<HeaderValue>) -> HeaderMap {
        let is_http1 = matches!(connection, Connection::Http1(_));
        let mut headers = HeaderMap::with_capacity((self.headers.len() + 3).max(HEADERS_USUAL));
        if is_http1 {
            let host = self.headers.get(HOST).unwrap_or(&connection.peer().authority);
            headers.insert(HOST, host.clone());
        }
        for (name, value) in self.headers.as_ref() {
            if is_framing(name) || (!is_http1 && (*name == CONNECTION || *name == UPGRADE)) {
                continue;
            }
            // The store's cookies hold those that were given.
            if *name == COOKIE && cookie.is_some() {
                continue;
            }
            let mut value = value.clone();
            if is_credential(name) {
                value.set_sensitive(true);
            }
            headers.append(name.clone(), value);
        }
        if let Some(mut cookie) = cookie {
            cookie.set_sensitive(true);
            headers.insert(COOKIE, cookie);
        }
        headers
    }

    fn path(&self) -> PathAndQuery {
        let path = self.uri.path_and_query().cloned();
        path.unwrap_or_else(|| PathAndQuery::from_static("/"))
    }

    /// `:scheme`, `:authority` and `:path`. A `Host` that was given is what the server is asked as.
    fn absolute(&self, peer: &Peer) -> Uri {
        let host = self.headers.get(HOST).unwrap_or(&peer.authority);
        let mut parts = http::uri::Parts::default();
        parts.scheme = self.uri.scheme().cloned();
        parts.authority = Authority::try_from(host.as_bytes()).ok();
        parts.path_and_query = Some(self.path());
        Uri::from_parts(parts).unwrap_or_else(|_| self.uri.clone())
    }
}

/// What HTTP itself says, not the caller.
fn is_framing(name: &HeaderName) -> bool {
    matches!(name.as_str(), "host" | "content-length" | "transfer-encoding")
}

/// What tells who asks, and is never told to another origin.
pub(super) fn is_credential(name: &HeaderName) -> bool {
    matches!(name.as_str(), "authorization" | "proxy-authorization" | "cookie")
}
