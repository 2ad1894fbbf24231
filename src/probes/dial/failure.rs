use std::io;
use std::time::Duration;

use serin_judge::analysis::plan::journey::{Failure, FailureClass, RequestPhase};

/// One line: where, what was seen.
pub(in crate::probes) fn failure(
    class: FailureClass,
    phase: RequestPhase,
    message: impl Into<String>,
) -> Failure {
    Failure {
        class,
        phase: Some(phase),
        message: message.into(),
    }
}

/// The time was over in the middle of `phase`, which had lasted `lasted`.
pub(in crate::probes) fn overdue(phase: RequestPhase, lasted: Duration, place: &str) -> Failure {
    let (class, what) = match phase {
        RequestPhase::Dns => (FailureClass::DnsTimeout, "no answer about the name"),
        RequestPhase::Connect => (FailureClass::ConnectTimeout, "no connection"),
        RequestPhase::Tls => (FailureClass::TlsHandshake, "the TLS handshake did not end"),
        RequestPhase::Send => (FailureClass::SendError, "the server did not take the request"),
        RequestPhase::FirstByte => (FailureClass::TtfbTimeout, "no answer began"),
        RequestPhase::Body => (FailureClass::BodyTimeout, "the answer began and did not end"),
    };
    let millis = lasted.as_millis();
    failure(
        class,
        phase,
        format!("{place}: {what} before the time was over ({millis} ms in this phase)"),
    )
}

/// Resources of this machine that were used up, which is nobody's fault who is asked.
pub(in crate::probes) fn exhausted(error: &io::Error) -> Option<&'static str> {
    // Linux; EMFILE and ENFILE have the same numbers on the BSDs and macOS, the others are other errors there.
    match error.raw_os_error()? {
        24 => Some("this process has no file descriptor left (EMFILE); raise `ulimit -n`"),
        23 => Some("this machine has no file descriptor left (ENFILE)"),
        99 | 49 => {
            Some("no local port is left for this target (EADDRNOTAVAIL); keep connections or ask less often")
        }
        105 | 55 => Some("this machine has no network buffers left (ENOBUFS)"),
        12 => Some("this machine has no memory left (ENOMEM)"),
        _ => None,
    }
}
