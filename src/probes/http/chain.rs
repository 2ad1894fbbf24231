use std::borrow::Cow;

use bytes::Bytes;
use cookie_store::CookieStore;
use http::Uri;
use serin_judge::analysis::plan::journey::{Failure, FailureClass};
use serin_judge::journey::Answer;

use super::alarm::Alarm;
use super::client::Client;
use super::cookies;
use super::exchange::Want;
use super::hop::{self, Landed, hop};
use super::outgoing::Outgoing;
use super::redirect::{self, Route};
use super::trace::Trace;
use crate::engine::ports::HttpRequest;
use crate::probes::dial::Facts;

/// No whole answer, or one that leads nowhere.
pub(super) struct Failed {
    pub(super) failure: Failure,
    /// What had come of the last hop's answer: its head, and no body.
    pub(super) cut: Option<Box<Answer>>,
}

/// A request and those that its answers send it on to.
///
/// # Errors
/// Whatever keeps it from an answer that leads no further.
pub(super) async fn chain(
    client: &Client,
    request: &HttpRequest<'_>,
    mut cookies: Option<&mut CookieStore>,
    trace: &mut Trace<'_>,
    alarm: &mut Alarm<'_>,
) -> Result<Answer, Failed> {
    let want = Want {
        keep_body: request.keep_body,
        body_bytes_max: request.body_bytes_max,
        coding: request.coding,
    };
    let mut outgoing = Outgoing::new(request, client.dialer.version);
    if outgoing.method == http::Method::CONNECT {
        return Err(Failed {
            failure: tunnel(),
            cut: None,
        });
    }
    let mut route = Route::default();
    let mut followed = 0;
    loop {
        let cookie = cookies
            .as_deref()
            .and_then(|store| cookies::for_request(store, &outgoing.uri, &outgoing.headers));
        let landed = match hop(client, &outgoing, cookie, want, trace, alarm).await {
            Ok(landed) => landed,
            Err(hop::Failed { failure, cut }) => {
                let cut = cut.map(|landed| Box::new(answer(landed, outgoing.uri, followed, trace)));
                return Err(Failed { failure, cut });
            }
        };
        let head = &landed.answered.head;
        let has_new_cookie = cookies
            .as_deref_mut()
            .is_some_and(|store| cookies::remember(store, &outgoing.uri, &head.headers));
        if request.redirects_max == 0 || !redirect::is_redirect(head.status) {
            return Ok(answer(landed, outgoing.uri, followed, trace));
        }
        route.passed(&outgoing, has_new_cookie);
        let next = match followed == request.redirects_max {
            true => Err(redirect::too_many(followed, &outgoing.uri)),
            false => redirect::next(&outgoing, head.status, &head.headers, &route),
        };
        outgoing = match next {
            Ok(next) => next,
            Err(failure) => {
                let cut = Answer {
                    body: Bytes::new(),
                    ..answer(landed, outgoing.uri, followed, trace)
                };
                return Err(Failed {
                    failure,
                    cut: Some(Box::new(cut)),
                });
            }
        };
        trace.uri = Cow::Owned(outgoing.uri.clone());
        followed += 1;
    }
}

fn answer(landed: Landed, url: Uri, redirects: u32, trace: &Trace<'_>) -> Answer {
    let Landed { answered, peer } = landed;
    Answer {
        status: answered.head.status,
        version: answered.head.version,
        headers: answered.head.headers,
        body: answered.body,
        body_bytes: answered.body_bytes,
        url,
        address: Some(peer.address),
        redirects,
        duration: answered.ended_at.saturating_duration_since(trace.began_at),
        tls: peer.tls.as_ref().and_then(Facts::now),
    }
}

fn tunnel() -> Failure {
    Failure {
        class: FailureClass::BadRequest,
        phase: None,
        message: "the request cannot be sent: CONNECT makes tunnels, which nobody uses here".to_owned(),
    }
}
