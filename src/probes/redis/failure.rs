//! What a server's error is in the closed list, by the word that it begins with.

use serin_judge::analysis::plan::journey::FailureClass;

use crate::probes::dial::Fault;

/// Bytes of an error's text that are shown.
const SHOWN_BYTES_MAX: usize = 500;

/// The server will not, or cannot.
pub(super) fn refused(command: &str, text: &str) -> Fault {
    let kind = text.split_whitespace().next().unwrap_or_default();
    let (class, what_to_do) = match kind {
        "NOAUTH" => (FailureClass::AuthRejected, "; give `password`"),
        "WRONGPASS" => (
            FailureClass::AuthRejected,
            "; is the user or the password another one?",
        ),
        "NOPERM" => (
            FailureClass::AuthRejected,
            "; allow it to the user, or leave it out (`info: false`)",
        ),
        "DENIED" => (FailureClass::AuthRejected, ""),
        "LOADING" => (FailureClass::Unhealthy, "; it reads its data set"),
        "MASTERDOWN" => (FailureClass::Unhealthy, "; this replica has lost its master"),
        "MISCONF" => (FailureClass::Unhealthy, "; it cannot save its data set"),
        "READONLY" => (
            FailureClass::Unhealthy,
            "; this is a replica, which takes no writes",
        ),
        "BUSY" | "OOM" | "CLUSTERDOWN" | "TRYAGAIN" | "NOREPLICAS" => (FailureClass::Unhealthy, ""),
        "MOVED" | "ASK" => (
            FailureClass::AssertFailed,
            "; another node of the cluster has it, ask that one",
        ),
        _ if is_of_login(command, text) => (FailureClass::AuthRejected, ""),
        _ if text.contains("max number of clients") => (FailureClass::Unhealthy, ""),
        _ => (FailureClass::AssertFailed, ""),
    };
    let shown = &text[..text.floor_char_boundary(SHOWN_BYTES_MAX)];
    Fault::new(class, format!("{command}: {shown}{what_to_do}"))
}

/// Before version 6 a wrong password had no word of its own; a password where none is asked for has none today.
fn is_of_login(command: &str, text: &str) -> bool {
    command.eq_ignore_ascii_case("AUTH") || text.contains("invalid password")
}
