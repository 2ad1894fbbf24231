use std::error::Error;
use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use futures::TryFutureExt;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::connection::{Peer, Unanswered};
use super::stamps::Stamps;
use super::stream::{Stream, Transport};

/// Bytes of an answer's headers at most, counted as HTTP/2 does (32 more for each).
const HEADERS_BYTES_MAX: u32 = 64 * 1024;
/// What a server may send ahead: of one answer, and of all on a connection. HTTP/2 starts with 64 KiB, which holds a body
/// up at every round trip.
const STREAM_WINDOW: u32 = 1024 * 1024;
const CONNECTION_WINDOW: u32 = 4 * 1024 * 1024;

/// A connection of HTTP/2: shared by many exchanges, driven by a task of its own.
#[derive(Clone)]
pub(super) struct Http2 {
    pub(super) peer: Arc<Peer>,
    pub(super) is_used: bool,
    sender: SendRequest<Full<Bytes>>,
}

impl Http2 {
    /// # Errors
    /// The preface cannot be written.
    pub(super) async fn new(transport: Transport, peer: Arc<Peer>) -> Result<Self, hyper::Error> {
        let stream = TokioIo::new(Stream::new(transport, Arc::new(Stamps::new())));
        let (sender, driver) = Builder::new(TokioExecutor::new())
            .max_header_list_size(HEADERS_BYTES_MAX)
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .handshake(stream)
            .await?;
        // It ends when its last sender is gone or the connection breaks, which each exchange hears for itself.
        tokio::spawn(driver);
        Ok(Self {
            peer,
            is_used: false,
            sender,
        })
    }

    pub(super) fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    pub(super) fn answer(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> impl Future<Output = Result<Response<Incoming>, Unanswered>> + use<> {
        let answered = self.sender.try_send_request(request);
        answered.map_err(|mut unsent| {
            let unprocessed = unsent.take_message().is_some();
            let error = unsent.into_error();
            Unanswered {
                unprocessed: unprocessed || is_refused(&error),
                silent: is_gone(&error),
                error,
            }
        })
    }
}

/// The server has done nothing with the request: RFC 9113, section 8.7.
fn is_refused(error: &hyper::Error) -> bool {
    cause(error).is_some_and(|error| {
        let is_refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
        // A GOAWAY that fails a request does so because the request came after the last one that is dealt with.
        is_refused
            || (error.is_go_away() && error.is_remote() && error.reason() == Some(h2::Reason::NO_ERROR))
    })
}

/// The connection has ended, not only this stream of it.
fn is_gone(error: &hyper::Error) -> bool {
    cause(error).is_none_or(|error| error.is_io() || error.is_go_away())
}

fn cause(error: &hyper::Error) -> Option<&h2::Error> {
    error.source().and_then(|cause| cause.downcast_ref())
}
