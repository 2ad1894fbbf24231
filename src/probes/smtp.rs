//! Whether a mail server takes mail: its greeting, what it offers, TLS, and who one is. No mail is sent.

mod session;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};
use serin_judge::analysis::plan::journey::{Failure, FailureClass, Smtp, TlsMode};
use serin_judge::journey::FilledProbe;

use super::Found;
use super::dial::{Dial, Facts, PhaseTimer, Talk, peer, tls_fact};
use session::{extensions, greeting, log_in, start_tls};

/// Connects, says hello, begins TLS and logs in where that is asked for, and says good bye.
pub(super) async fn ask(
    dial: &Dial,
    filled: &FilledProbe,
    smtp: &Smtp<String>,
    timer: &mut PhaseTimer,
) -> Result<Found, Failure> {
    let security = &filled.probe.security;
    let mut talk = Talk::begin(dial, peer(filled)?, security, timer).await?;
    if !is_word(&smtp.ehlo) {
        let seen = format!("{:?} is no name to say hello with", smtp.ehlo);
        return Err(talk.fault(timer, FailureClass::BadRequest, &seen));
    }
    let greeting = greeting(&mut talk, timer).await?;
    let mut offered = extensions(&mut talk, &smtp.ehlo, timer).await?;
    if security.mode == TlsMode::Upgrade {
        start_tls(&mut talk, &offered, timer).await?;
        talk = talk.secured(dial, security, timer).await?;
        offered = extensions(&mut talk, &smtp.ehlo, timer).await?;
    }
    if let Some((user, password)) = &smtp.login {
        log_in(&mut talk, &offered, (user, password), timer).await?;
    }
    // Who is asked to say good bye may be slow about it, and nothing depends on it.
    let _closed_already = talk.say("QUIT\r\n", timer).await;
    let banner = greeting.lines.join("\n");
    let members = [
        ("address", json!(talk.address().to_string())),
        ("banner", json!(banner)),
        ("code", json!(greeting.code)),
        ("extensions", json!(offered)),
        ("authenticated", json!(smtp.login.is_some())),
        ("tls", tls_fact(talk.tls())),
        ("text", json!(banner)),
    ];
    let facts: Map<String, Value> = members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    Ok(Found {
        facts,
        tls: talk.tls().and_then(Facts::now),
    })
}

/// What may stand in a line of the protocol without becoming another one.
fn is_word(text: &str) -> bool {
    !text.is_empty() && !text.contains(|letter: char| letter.is_whitespace() || letter.is_control())
}
