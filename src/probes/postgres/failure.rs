//! What a server's error is in the closed list, by its SQLSTATE (PostgreSQL's manual, appendix A).

use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::ErrorResponseBody;
use serin_judge::analysis::plan::journey::FailureClass;

use crate::probes::dial::Fault;

/// Bytes of an error's text that are shown.
const SHOWN_BYTES_MAX: usize = 500;

/// The server said that it will not, or cannot.
pub(super) fn refused(body: &ErrorResponseBody) -> Fault {
    let (mut severity, mut code, mut text) = (String::new(), String::new(), String::new());
    let mut fields = body.fields();
    while let Ok(Some(field)) = fields.next() {
        let value = || String::from_utf8_lossy(field.value_bytes()).into_owned();
        match field.type_() {
            b'S' => severity = value(),
            b'C' => code = value(),
            b'M' => text = value(),
            _ => {}
        }
    }
    text.truncate(text.floor_char_boundary(SHOWN_BYTES_MAX));
    let what_to_do = hint(&code);
    Fault::new(class(&code), format!("{severity} {code}: {text}{what_to_do}"))
}

fn class(code: &str) -> FailureClass {
    match code {
        // invalid_password and the rest of class 28; insufficient_privilege.
        _ if code.starts_with("28") => FailureClass::AuthRejected,
        "42501" => FailureClass::AuthRejected,
        // statement_timeout, which is the probe's own.
        "57014" => FailureClass::BodyTimeout,
        // It starts, stops or has crashed; it is out of connections, memory or disk; its disk fails; it is broken.
        _ if ["57P", "53", "58", "XX"].iter().any(|of| code.starts_with(of)) => FailureClass::Unhealthy,
        // A write where only reading is asked for; a protocol that is not spoken.
        "25006" => FailureClass::BadRequest,
        _ if code.starts_with("08P") => FailureClass::ProtocolError,
        _ => FailureClass::AssertFailed,
    }
}

fn hint(code: &str) -> &'static str {
    match code {
        "25006" => "; probes only read",
        "57014" => "; the server ended the query at the probe's deadline",
        "57P03" => "; it is starting, stopping or recovering",
        _ => "",
    }
}
