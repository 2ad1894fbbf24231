use std::error::Error;
use std::io;

use serin_judge::analysis::plan::journey::FailureClass;

/// What broke a connection under way: its class and words for it. hyper's own words are not stable, and may be vague, but
/// hold nothing of a message's values.
pub(super) fn broken(error: &hyper::Error) -> (FailureClass, String) {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if let Some(error) = inner.downcast_ref::<io::Error>() {
            return broken_io(error);
        }
        if let Some(error) = inner.downcast_ref::<h2::Error>() {
            return broken_http2(error);
        }
        cause = inner.source();
    }
    if error.is_parse_too_large() {
        return (
            FailureClass::TooLarge,
            "the head of the answer is larger than allowed".to_owned(),
        );
    }
    if error.is_parse() {
        return (FailureClass::ProtocolError, format!("no valid HTTP: {error}"));
    }
    if error.is_user() {
        return (
            FailureClass::SendError,
            format!("the request cannot be written: {error}"),
        );
    }
    if is_unexpected(error) {
        return (FailureClass::ProtocolError, BYTES_AFTER.to_owned());
    }
    (
        FailureClass::Reset,
        "the server closed the connection before the answer was whole".to_owned(),
    )
}

/// What is said of bytes after the end that the head has announced.
pub(super) const BYTES_AFTER: &str =
    "bytes came where no answer was asked for: a wrong content-length, or an answer too many";

/// Bytes came that no request asked for. hyper has no question for this one, so it is what the other questions leave.
pub(super) fn is_unexpected(error: &hyper::Error) -> bool {
    error.source().is_none()
        && !error.is_parse()
        && !error.is_user()
        && !error.is_canceled()
        && !error.is_closed()
        && !error.is_incomplete_message()
        && !error.is_shutdown()
        && !error.is_timeout()
}

fn broken_io(error: &io::Error) -> (FailureClass, String) {
    if let Some(tls) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
    {
        return (FailureClass::TlsHandshake, format!("TLS broke: {tls}"));
    }
    match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            (FailureClass::ProtocolError, format!("no valid HTTP: {error}"))
        }
        io::ErrorKind::UnexpectedEof => (
            FailureClass::Reset,
            "the server closed the connection before the answer was whole".to_owned(),
        ),
        _ => (FailureClass::Reset, format!("the connection broke: {error}")),
    }
}

fn broken_http2(error: &h2::Error) -> (FailureClass, String) {
    if let Some(error) = error.get_io() {
        return broken_io(error);
    }
    let class = if error.is_library() {
        FailureClass::ProtocolError
    } else {
        FailureClass::Reset
    };
    (class, format!("HTTP/2: {error}"))
}
