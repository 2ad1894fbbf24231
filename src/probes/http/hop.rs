use std::sync::Arc;

use http::HeaderValue;
use serin_judge::analysis::plan::journey::Failure;

use super::client::Client;
use super::connection::{Connection, Peer};
use super::exchange::{Answered, Want, exchange};
use super::outgoing::Outgoing;
use super::trace::Trace;

/// An answer, and who gave it.
pub(super) struct Landed {
    pub(super) answered: Answered,
    pub(super) peer: Arc<Peer>,
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
) -> Result<Landed, Failure> {
    let mut only_new = false;
    loop {
        let kept = match only_new {
            true => None,
            false => client.idle.take(&outgoing.uri, outgoing.version),
        };
        let mut connection = match kept {
            Some(kept) => kept,
            // New connections are rare: their large future is not part of this one.
            None => {
                let place = (&outgoing.uri, outgoing.reach);
                Box::pin(client.dialer.dial(place, outgoing.version, trace)).await?
            }
        };
        match exchange(&mut connection, outgoing, cookie.clone(), want, trace).await {
            Ok(answered) => return Ok(landed(client, connection, answered)),
            Err(broken) if connection.is_used() && !only_new => {
                if broken.unprocessed {
                    trace.forget_hop();
                    only_new = client.idle.forget(&connection);
                } else if broken.silent && outgoing.method.is_idempotent() {
                    trace.end_hop();
                    only_new = true;
                } else {
                    return Err(broken.failure);
                }
            }
            Err(broken) => return Err(broken.failure),
        }
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
