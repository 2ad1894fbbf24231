use bytes::Bytes;
use http::response::Parts;
use http::{HeaderMap, HeaderValue};
use hyper::body::{Body, Incoming};
use serin_judge::analysis::plan::journey::{Failure, FailureClass};
use tokio::time::Instant;

use super::connection::Connection;
use super::content::{Content, Wrong, too_large};
use super::failure::broken;
use super::origin::shown;
use super::outgoing::Outgoing;
use super::trace::Trace;
use crate::engine::ports::BodyCoding;
use crate::probes::dial::failure;

/// What is wanted of an answer.
#[derive(Clone, Copy)]
pub(super) struct Want {
    pub(super) keep_body: bool,
    pub(super) body_bytes_max: u64,
    pub(super) coding: BodyCoding,
}

/// A whole answer.
pub(super) struct Answered {
    pub(super) head: Parts,
    pub(super) body: Bytes,
    pub(super) body_bytes: u64,
    pub(super) ended_at: Instant,
    /// Another request may follow on the connection.
    pub(super) is_reusable: bool,
}

/// No whole answer, and whether the request may be sent once more.
pub(super) struct Broken {
    pub(super) failure: Failure,
    /// The server has done nothing with the request: it never left, or the server says so.
    pub(super) unprocessed: bool,
    /// The connection ended before any byte of an answer came.
    pub(super) silent: bool,
}

/// One request and its answer over one connection.
pub(super) async fn exchange(
    connection: &mut Connection,
    outgoing: &Outgoing<'_>,
    cookie: Option<HeaderValue>,
    want: Want,
    trace: &mut Trace<'_>,
) -> Result<Answered, Broken> {
    let request = outgoing.over(connection, cookie);
    trace.send(connection.is_used(), connection.stamps());
    let answer = match connection.answer(request).await {
        Ok(answer) => answer,
        Err(unanswered) => {
            return Err(Broken {
                failure: said(trace, broken(&unanswered.error)),
                unprocessed: unanswered.unprocessed,
                silent: unanswered.silent,
            });
        }
    };
    let (head, mut body) = answer.into_parts();
    trace.head(head.status.as_u16(), &head.headers);
    trace.hear(head, connection.peer(), 0);
    let (body, body_bytes) = read(connection, &mut body, want, trace)
        .await
        .map_err(|wrong| begun(said(trace, wrong)))?;
    let is_reusable = match connection {
        Connection::Http1(http1) => http1.rest().map_err(|error| begun(said(trace, broken(&error))))?,
        Connection::Http2(_) => true,
    };
    let head = trace.take_heard();
    let head = head.ok_or_else(|| begun(said(trace, (FailureClass::ProtocolError, "no head".to_owned()))))?;
    Ok(Answered {
        head,
        body,
        body_bytes,
        ended_at: trace.end_hop(),
        is_reusable,
    })
}

async fn read(
    connection: &mut Connection,
    body: &mut Incoming,
    want: Want,
    trace: &mut Trace<'_>,
) -> Result<(Bytes, u64), Wrong> {
    if body.is_end_stream() {
        return Ok((Bytes::new(), 0));
    }
    let bytes_max = want.body_bytes_max;
    if body.size_hint().lower() > bytes_max {
        trace.came(bytes_max);
        return Err(too_large(bytes_max));
    }
    let none = HeaderMap::new();
    let headers = trace.heard().map_or(&none, |head| &head.headers);
    let mut content = Content::new(headers, want.coding, want.keep_body, bytes_max)?;
    while !body.is_end_stream() {
        match connection.frame(body).await {
            None => break,
            Some(Ok(frame)) => {
                // Trailers are no part of the body.
                if let Ok(chunk) = frame.into_data() {
                    let pushed = content.push(chunk);
                    trace.came(content.bytes().min(bytes_max));
                    pushed?;
                }
            }
            Some(Err(error)) => return Err(broken(&error)),
        }
    }
    content.finish()
}

fn begun(failure: Failure) -> Broken {
    Broken {
        failure,
        unprocessed: false,
        silent: false,
    }
}

fn said(trace: &Trace<'_>, (class, seen): Wrong) -> Failure {
    let (phase, _) = trace.under_way();
    failure(class, phase, format!("{}: {seen}", shown(&trace.uri)))
}
