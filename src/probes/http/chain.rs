use std::borrow::Cow;

use cookie_store::CookieStore;
use serin_judge::analysis::plan::journey::{Failure, FailureClass};
use serin_judge::journey::Answer;

use super::client::Client;
use super::cookies;
use super::exchange::{Answered, Want};
use super::hop::{Landed, hop};
use super::outgoing::Outgoing;
use super::redirect::{self, Route};
use super::trace::Trace;
use crate::engine::ports::HttpRequest;

/// A request and those that its answers send it on to.
///
/// # Errors
/// Whatever keeps it from an answer that leads no further.
pub(super) async fn chain(
    client: &Client,
    request: &HttpRequest<'_>,
    mut cookies: Option<&mut CookieStore>,
    trace: &mut Trace<'_>,
) -> Result<Answer, Failure> {
    let want = Want {
        keep_body: request.keep_body,
        body_bytes_max: request.body_bytes_max,
        coding: request.coding,
    };
    let mut outgoing = Outgoing::new(request, client.dialer.version);
    if outgoing.method == http::Method::CONNECT {
        return Err(tunnel());
    }
    let mut route = Route::default();
    let mut followed = 0;
    loop {
        let cookie = cookies
            .as_deref()
            .and_then(|store| cookies::for_request(store, &outgoing.uri, &outgoing.headers));
        let landed = hop(client, &outgoing, cookie, want, trace).await?;
        let head = &landed.answered.head;
        let has_new_cookie = cookies
            .as_deref_mut()
            .is_some_and(|store| cookies::remember(store, &outgoing.uri, &head.headers));
        if request.redirects_max == 0 || !redirect::is_redirect(head.status) {
            return Ok(answer(landed, outgoing, followed, trace));
        }
        route.passed(&outgoing, has_new_cookie);
        let next = match followed == request.redirects_max {
            true => Err(redirect::too_many(followed, &outgoing.uri)),
            false => redirect::next(&outgoing, head.status, &head.headers, &route),
        };
        outgoing = match next {
            Ok(next) => next,
            Err(failure) => {
                let Answered { head, body_bytes, .. } = landed.answered;
                trace.hear(head, &landed.peer, body_bytes);
                return Err(failure);
            }
        };
        trace.uri = Cow::Owned(outgoing.uri.clone());
        followed += 1;
    }
}

fn answer(landed: Landed, outgoing: Outgoing<'_>, redirects: u32, trace: &Trace<'_>) -> Answer {
    let Landed { answered, peer } = landed;
    Answer {
        status: answered.head.status,
        version: answered.head.version,
        headers: answered.head.headers,
        body: answered.body,
        body_bytes: answered.body_bytes,
        url: outgoing.uri,
        address: Some(peer.address),
        redirects,
        duration: answered.ended_at.saturating_duration_since(trace.began_at),
        tls: peer.tls.as_ref().and_then(crate::probes::dial::Facts::now),
    }
}

fn tunnel() -> Failure {
    Failure {
        class: FailureClass::BadRequest,
        phase: None,
        message: "the request cannot be sent: CONNECT makes tunnels, which nobody uses here".to_owned(),
    }
}
