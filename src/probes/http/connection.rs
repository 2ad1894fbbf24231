use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use futures::future::Either;
use http::{HeaderValue, Request, Response, Uri};
use http_body_util::Full;
use hyper::body::{Body, Frame, Incoming};

use super::http1::Http1;
use super::http2::Http2;
use super::origin::Origin;
use super::stamps::Stamps;
use crate::probes::dial::Facts;

/// Who is at the other end.
pub(super) struct Peer {
    pub(super) origin: Origin,
    /// As `Host` says it.
    pub(super) authority: HeaderValue,
    /// Who was connected to.
    pub(super) address: SocketAddr,
    pub(super) tls: Option<Facts>,
}

impl Peer {
    /// Requests to `uri` may go there.
    pub(super) fn is_of(&self, uri: &Uri) -> bool {
        // Most addresses are written as `Host` says them, and need not be taken apart.
        let is_written_alike = uri.authority().map(|there| there.as_str().as_bytes())
            == Some(self.authority.as_bytes())
            && uri.scheme() == Some(self.origin.scheme());
        is_written_alike || self.origin.is_of(uri)
    }
}

/// A connection that one exchange may use now.
pub(super) enum Connection {
    Http1(Box<Http1>),
    Http2(Http2),
}

/// Why there is no head of an answer.
pub(super) struct Unanswered {
    pub(super) error: hyper::Error,
    /// Nothing of the request has left, or the server says that it did nothing with it.
    pub(super) unprocessed: bool,
    /// The connection ended before any byte of an answer came.
    pub(super) silent: bool,
}

impl Connection {
    pub(super) fn peer(&self) -> &Arc<Peer> {
        match self {
            Self::Http1(connection) => &connection.peer,
            Self::Http2(connection) => &connection.peer,
        }
    }

    /// Whether it had been used before this exchange.
    pub(super) fn is_used(&self) -> bool {
        match self {
            Self::Http1(connection) => connection.is_used,
            Self::Http2(connection) => connection.is_used,
        }
    }

    /// What its bytes do, where it is of one exchange at a time.
    pub(super) fn stamps(&self) -> Option<Arc<Stamps>> {
        match self {
            Self::Http1(connection) => Some(Arc::clone(&connection.stamps)),
            Self::Http2(_) => None,
        }
    }

    /// The request is handed on now, not when the answer is first waited for: it is large, and futures are moved about.
    pub(super) fn answer(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> impl Future<Output = Result<Response<Incoming>, Unanswered>> {
        match self {
            Self::Http1(connection) => Either::Left(connection.answer(request)),
            Self::Http2(connection) => Either::Right(connection.answer(request)),
        }
    }

    pub(super) async fn frame(&mut self, body: &mut Incoming) -> Option<Result<Frame<Bytes>, hyper::Error>> {
        poll_fn(|cx| match self {
            Self::Http1(connection) => connection.poll_frame(body, cx),
            Self::Http2(_) => Pin::new(&mut *body).poll_frame(cx),
        })
        .await
    }
}
