use std::pin::pin;
use std::sync::Arc;

use http::HeaderValue;
use serin_judge::analysis::plan::journey::Failure;

use super::alarm::Alarm;
use super::client::Client;
use super::connection::{Connection, Peer};
use super::exchange::{Answered, Broken, Want, exchange};
use super::outgoing::Outgoing;
use super::trace::Trace;

/// An answer, and who gave it.
pub(super) struct Landed {
    pub(super) answered: Answered,
    pub(super) peer: Arc<Peer>,
}

/// No whole answer.
pub(super) struct Failed {
    pub(super) failure: Failure,
    /// What had come of it.
    pub(super) cut: Option<Landed>,
}

/// One request and its answer over a kept connection or a new one.
///
/// A server may close a kept connection at any time. What it has not dealt with is sent again over another connection, as
/// if this one had never been there. What it may have dealt with is sent once more only where that makes no difference
/// (RFC 9110, section 9.2.2) and nothing of an answer has come; that attempt stays visible as a hop without an answer.
///
/// # Errors
/// Whatever ended the last attempt.
pub(super) async fn hop(
    client: &Client,
    outgoing: &Outgoing<'_>,
    cookie: Option<HeaderValue>,
    want: Want,
    trace: &mut Trace<'_>,
    alarm: &mut Alarm<'_>,
) -> Result<Landed, Failed> {
    let mut only_new = false;
    loop {
        let kept = match only_new {
            true => None,
            false => client.idle.take(&outgoing.uri, outgoing.version),
        };
        let mut connection = match kept {
            Some(kept) => kept,
            // New connections are rare: their large future is not part of this one.
            None => Box::pin(dial(client, outgoing, trace, alarm)).await?,
        };
        match exchange(&mut connection, outgoing, cookie.clone(), want, trace, alarm).await {
            Ok(answered) => return Ok(landed(client, connection, answered)),
            Err(broken) if connection.is_used() && !only_new => {
                if broken.unprocessed {
                    trace.forget_hop();
                    only_new = client.idle.forget(&connection);
                } else if broken.silent && outgoing.method.is_idempotent() {
                    trace.end_hop();
                    only_new = true;
                } else {
                    return Err(failed(&connection, broken));
                }
            }
            Err(broken) => return Err(failed(&connection, broken)),
        }
    }
}

async fn dial(
    client: &Client,
    outgoing: &Outgoing<'_>,
    trace: &mut Trace<'_>,
    alarm: &mut Alarm<'_>,
) -> Result<Connection, Failure> {
    let place = (&outgoing.uri, outgoing.reach);
    let made = {
        let dialing = pin!(client.dialer.dial(place, outgoing.version, trace));
        alarm.unless_over(dialing).await
    };
    made.unwrap_or_else(|| Err(trace.overdue()))
}

fn failed(connection: &Connection, broken: Broken) -> Failed {
    Failed {
        failure: broken.failure,
        cut: broken.cut.map(|answered| Landed {
            answered,
            peer: Arc::clone(connection.peer()),
        }),
    }
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        Self { failure, cut: None }
    }
}

fn landed(client: &Client, mut connection: Connection, answered: Answered) -> Landed {
    let peer = Arc::clone(connection.peer());
    if answered.is_reusable {
        if let Connection::Http1(http1) = &mut connection {
            http1.is_used = true;
            http1.idle_since = answered.ended_at;
        }
        client.idle.give(connection);
    }
    Landed { answered, peer }
}
