use std::pin::pin;

use bytes::Bytes;
use http::response::Parts;
use http::{HeaderMap, HeaderValue};
use hyper::body::{Body, Incoming};
use serin_judge::analysis::plan::journey::Failure;
use tokio::time::Instant;

use super::alarm::Alarm;
use super::connection::Connection;
use super::content::{Content, Wrong, too_large};
use super::failure::broken;
use super::outgoing::Outgoing;
use super::trace::Trace;
use crate::engine::ports::BodyCoding;

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
    /// What had come of the answer: its head, and no body.
    pub(super) cut: Option<Answered>,
}

/// One request and its answer over one connection, unless the time is over.
pub(super) async fn exchange(
    connection: &mut Connection,
    outgoing: &Outgoing<'_>,
    cookie: Option<HeaderValue>,
    want: Want,
    trace: &mut Trace<'_>,
    alarm: &mut Alarm<'_>,
) -> Result<Answered, Broken> {
    let request = outgoing.over(connection, cookie);
    trace.send(connection.is_used(), connection.stamps());
    let answer = {
        let answering = pin!(connection.answer(request));
        alarm.unless_over(answering).await
    };
    let (head, body) = match answer {
        Some(Ok(answer)) => answer.into_parts(),
        Some(Err(unanswered)) => {
            return Err(Broken {
                unprocessed: unanswered.unprocessed,
                silent: unanswered.silent,
                ..Broken::by(trace.failure(broken(&unanswered.error)))
            });
        }
        None => return Err(Broken::by(trace.overdue())),
    };
    trace.head(head.status.as_u16(), &head.headers);
    let mut came = 0;
    let whole = {
        let reading = pin!(read(connection, &head.headers, body, want, &mut came));
        alarm.unless_over(reading).await
    };
    let failure = match whole {
        Some(Ok((body, is_reusable))) => {
            return Ok(Answered {
                head,
                body,
                body_bytes: came,
                ended_at: trace.end_hop(),
                is_reusable,
            });
        }
        Some(Err(wrong)) => trace.failure(wrong),
        None => trace.overdue(),
    };
    Err(Broken {
        cut: Some(Answered {
            head,
            body: Bytes::new(),
            body_bytes: came,
            ended_at: Instant::now(),
            is_reusable: false,
        }),
        ..Broken::by(failure)
    })
}

/// The body, counting the decoded bytes that `came`, and whether another request may follow it.
async fn read(
    connection: &mut Connection,
    headers: &HeaderMap,
    mut body: Incoming,
    want: Want,
    came: &mut u64,
) -> Result<(Bytes, bool), Wrong> {
    let bytes_max = want.body_bytes_max;
    let mut whole = Bytes::new();
    // What answers HEAD tells a length and has no body.
    if !body.is_end_stream() {
        if body.size_hint().lower() > bytes_max {
            *came = bytes_max;
            return Err(too_large(bytes_max));
        }
        let mut content = Content::new(headers, want.coding, want.keep_body, bytes_max)?;
        while !body.is_end_stream() {
            match connection.frame(&mut body).await {
                None => break,
                Some(Ok(frame)) => {
                    // Trailers are no part of the body.
                    if let Ok(chunk) = frame.into_data() {
                        let pushed = content.push(chunk);
                        *came = content.bytes().min(bytes_max);
                        pushed?;
                    }
                }
                Some(Err(error)) => return Err(broken(&error)),
            }
        }
        (whole, *came) = content.finish()?;
    }
    let is_reusable = match connection {
        Connection::Http1(http1) => http1.rest().map_err(|error| broken(&error))?,
        Connection::Http2(_) => true,
    };
    Ok((whole, is_reusable))
}

impl Broken {
    /// The request may have been dealt with, and nothing came.
    fn by(failure: Failure) -> Self {
        Self {
            failure,
            unprocessed: false,
            silent: false,
            cut: None,
        }
    }
}
