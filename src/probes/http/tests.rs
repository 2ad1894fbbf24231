//! Against real sockets of this machine, one file a kind of peer.

mod authority;
mod bodies;
mod connections;
mod cookies;
mod deadlines;
mod dns;
mod exhausted;
mod heads;
mod http2;
mod http2_faults;
mod peers;
mod redirects;
mod resets;
mod tls;
mod tls_faults;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use serin_judge::analysis::plan::journey::{Failure, FailureClass, RequestPhase};
use serin_judge::journey::Answer;
use tokio::time::Instant;

use super::Probe;
use crate::engine::clock::SystemClock;
use crate::engine::ports::{BodyCoding, ClientSettings, Exchange, HttpClient, HttpRequest};
use crate::probes::dial::Names;

fn client_with(settings: &ClientSettings) -> Box<dyn HttpClient> {
    let probe = Probe::new(Arc::new(SystemClock::new()), Arc::new(Names::system()));
    probe.client(settings).unwrap()
}

fn client() -> Box<dyn HttpClient> {
    client_with(&ClientSettings::default())
}

fn get(url: impl AsRef<str>) -> HttpRequest<'static> {
    HttpRequest {
        method: Method::GET,
        uri: url.as_ref().parse().unwrap(),
        headers: Cow::default(),
        traceparent: None,
        body: Bytes::new(),
        redirects_max: 0,
        version: None,
        keep_body: true,
        body_bytes_max: 1_000_000,
        coding: BodyCoding::Told,
        reach: None,
    }
}

/// Far enough away that nothing but a hang reaches it.
fn late() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

/// Reached by what never answers; long enough for a loaded machine to have begun.
fn soon() -> Instant {
    Instant::now() + Duration::from_millis(400)
}

async fn ask(client: &dyn HttpClient, request: &HttpRequest<'_>) -> Exchange {
    client.send(request, None, late()).await
}

async fn answer(client: &dyn HttpClient, request: &HttpRequest<'_>) -> (Answer, Exchange) {
    let exchange = ask(client, request).await;
    match &exchange.outcome {
        Ok(answer) => (answer.clone(), exchange),
        Err(failure) => panic!("no answer: {failure:?}"),
    }
}

fn failed(exchange: Exchange) -> Failure {
    match exchange.outcome {
        Ok(answer) => panic!("an answer: {answer:?}"),
        Err(failure) => failure,
    }
}

/// What a request without a time of its own fails with.
async fn failure(request: &HttpRequest<'_>) -> (FailureClass, Option<RequestPhase>) {
    let failure = failed(ask(&*client(), request).await);
    (failure.class, failure.phase)
}
