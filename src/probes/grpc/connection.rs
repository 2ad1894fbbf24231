use std::future::Future;
use std::io;
use std::pin::pin;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::{Bytes, BytesMut};
use h2::RecvStream;
use h2::client::{Builder, Connection, SendRequest};
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, TE, USER_AGENT};
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri, Version};
use serin_judge::analysis::plan::journey::{FailureClass, RequestPhase};
use serin_judge::journey::Peer;
use tokio::time::Instant;

use super::{failure, message};
use crate::probes::dial::{Duplex, Fault, PhaseTimer};

/// Bytes of an answer's headers, and of its trailers.
const HEADERS_BYTES_MAX: u32 = 16 * 1024;
/// Bytes of an answer's message. A status takes two.
const MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// gRPC's own, or HTTP's.
const OWN_HEADERS: [&str; 5] = ["te", "content-type", "user-agent", "host", "connection"];

/// What all calls of a probe begin with.
pub(super) struct Head {
    uri: Uri,
    headers: HeaderMap,
}

/// Calls over one connection.
pub(super) struct Calls {
    sender: SendRequest<Bytes>,
    head: Head,
    deadline: Instant,
}

/// # Errors
/// Metadata that cannot be sent.
pub(super) fn head(peer: &Peer, is_secure: bool, metadata: &[(String, String)]) -> Result<Head, Fault> {
    let scheme = if is_secure { "https" } else { "http" };
    let uri = format!("{scheme}://{peer}/grpc.health.v1.Health/Check").parse();
    let uri = uri.map_err(|_| bad("the address cannot be sent as an authority"))?;
    let mut headers = HeaderMap::new();
    for (name, value) in metadata {
        let (name, value) = header(name, value)?;
        headers.append(name, value);
    }
    headers.insert(TE, HeaderValue::from_static("trailers"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    let agent = concat!("serin-probe/", env!("CARGO_PKG_VERSION"));
    headers.insert(USER_AGENT, HeaderValue::from_static(agent));
    Ok(Head { uri, headers })
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Fault> {
    let lower = name.to_ascii_lowercase();
    if lower.starts_with("grpc-") || OWN_HEADERS.contains(&lower.as_str()) {
        return Err(bad(&format!("metadata {name:?} is gRPC's own")));
    }
    let header = lower.parse::<HeaderName>();
    let header = header.map_err(|_| bad(&format!("metadata cannot have the name {name:?}")))?;
    let encoded = lower.ends_with("-bin").then(|| STANDARD_NO_PAD.encode(value));
    let mut value = HeaderValue::from_str(encoded.as_deref().unwrap_or(value)).map_err(|_| {
        bad(&format!("the value of metadata {name:?} is not of visible characters; a name that ends with -bin may have any"))
    })?;
    value.set_sensitive(true);
    Ok((header, value))
}

fn bad(message: &str) -> Fault {
    Fault::new(FailureClass::BadRequest, message)
}

/// Begins HTTP/2. Nothing moves on the connection unless it is [`driven`].
pub(super) async fn open(
    stream: Box<dyn Duplex>,
    head: Head,
    deadline: Instant,
) -> Result<(Calls, Connection<Box<dyn Duplex>>), Fault> {
    let (sender, connection) = Builder::new()
        .max_header_list_size(HEADERS_BYTES_MAX)
        .enable_push(false)
        .handshake(stream)
        .await
        .map_err(broken)?;
    let calls = Calls {
        sender,
        head,
        deadline,
    };
    Ok((calls, connection))
}

/// Both side by side. A connection that ends leaves it to the calls to say what that means for them.
pub(super) async fn driven<T>(calls: impl Future<Output = T>, connection: impl Future) -> T {
    let mut calls = pin!(calls);
    tokio::select! {
        biased;
        done = &mut calls => done,
        _ended = connection => calls.await,
    }
}

impl Calls {
    /// One `Check`.
    pub(super) async fn check(
        &mut self,
        service: &str,
        timer: &mut PhaseTimer,
    ) -> Result<&'static str, Fault> {
        let mut request = Request::new(());
        *request.method_mut() = Method::POST;
        *request.version_mut() = Version::HTTP_2;
        *request.uri_mut() = self.head.uri.clone();
        request.headers_mut().clone_from(&self.head.headers);
        let left = self
            .deadline
            .saturating_duration_since(Instant::now())
            .as_millis();
        // At most eight digits.
        let left = format!("{}m", left.clamp(1, 99_999_999));
        let left = HeaderValue::from_str(&left).map_err(|error| bad(&error.to_string()))?;
        request.headers_mut().insert("grpc-timeout", left);
        let mut sender = self.sender.clone().ready().await.map_err(broken)?;
        let (response, mut sending) = sender.send_request(request, false).map_err(broken)?;
        sending
            .send_data(message::question(service), true)
            .map_err(broken)?;
        if timer.phase() == RequestPhase::Send {
            timer.enter(RequestPhase::FirstByte);
        }
        let response = response.await.map_err(broken)?;
        timer.enter(RequestPhase::Body);
        answered(service, response, timer).await
    }
}

async fn answered(
    service: &str,
    response: Response<RecvStream>,
    timer: &mut PhaseTimer,
) -> Result<&'static str, Fault> {
    let (head, mut body) = response.into_parts();
    note(timer, failure::code(&head.headers));
    if let Some(Err(fault)) = failure::of(service, &head.headers) {
        return Err(fault);
    }
    let kind = head.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    if head.status != StatusCode::OK {
        note(timer, Some(failure::code_of_http(head.status)));
        return Err(failure::of_http(head.status));
    }
    if !kind.is_some_and(|kind| kind.starts_with(b"application/grpc")) {
        return Err(Fault::nonsense("gRPC", "the answer is of another content type"));
    }
    let mut bytes = BytesMut::new();
    while let Some(data) = body.data().await {
        let data = data.map_err(broken)?;
        if bytes.len() + data.len() > MESSAGE_BYTES_MAX {
            let said = format!("the answer is larger than {MESSAGE_BYTES_MAX} bytes");
            return Err(Fault::new(FailureClass::TooLarge, said));
        }
        body.flow_control().release_capacity(data.len()).map_err(broken)?;
        bytes.extend_from_slice(&data);
    }
    let trailers = body.trailers().await.map_err(broken)?;
    note(timer, trailers.as_ref().and_then(failure::code));
    let ended = trailers.and_then(|trailers| failure::of(service, &trailers));
    ended.ok_or_else(|| Fault::nonsense("gRPC", "an answer without a status"))??;
    message::status(&bytes)
}

fn note(timer: &mut PhaseTimer, code: Option<u32>) {
    if let Some(code) = code {
        timer.note("code", code);
    }
}

fn broken(error: h2::Error) -> Fault {
    if error.is_io() {
        let ended = || io::Error::from(io::ErrorKind::UnexpectedEof);
        return error.into_io().unwrap_or_else(ended).into();
    }
    let class = match error.is_library() {
        true => FailureClass::ProtocolError,
        false => FailureClass::Reset,
    };
    Fault::new(class, format!("HTTP/2: {error}"))
}
