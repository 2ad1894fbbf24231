//! Whether a Redis server lets one in and answers, what it says of itself, and how far its replicas are behind.
//!
//! The protocol (RESP2) is spoken here, so that no reply is held that is larger than allowed: of a large one the length is
//! read, and no more.

mod connection;
mod facts;
mod failure;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};
use serin_judge::analysis::plan::journey::{Failure, Redis, RequestPhase, Tls as TlsOptions};
use serin_judge::journey::FilledProbe;

use super::Found;
use super::dial::{Dial, Fault, PhaseTimer, peer};
use connection::{Connection, Reply};

/// Connects, logs in, says `PING`, and asks.
pub(super) async fn ask(
    dial: &Dial,
    filled: &FilledProbe,
    settings: &Redis<String>,
    timer: &mut PhaseTimer,
) -> Result<Found, Failure> {
    let peer = peer(filled)?;
    let options = TlsOptions::default();
    let line = dial.open(peer, &filled.probe.security, &options, timer).await?;
    let mut connection = Connection::new(line.stream);
    let found = session(&mut connection, settings, timer).await;
    let facts = found.map_err(|fault| fault.during(timer, peer))?;
    Ok(Found::over(facts, line.address, line.tls.as_ref()))
}

async fn session(
    connection: &mut Connection,
    settings: &Redis<String>,
    timer: &mut PhaseTimer,
) -> Result<Map<String, Value>, Fault> {
    timer.enter(RequestPhase::Send);
    let greeting = greeting(settings);
    let mut bytes = Vec::new();
    for command in &greeting {
        connection::encode(command, &mut bytes);
    }
    connection.send(&bytes).await?;
    timer.enter(RequestPhase::FirstByte);
    let mut reply = Value::Null;
    for command in &greeting {
        reply = answer(connection, command).await?;
    }
    timer.enter(RequestPhase::Body);
    let info = if settings.info {
        asked(connection, &["INFO".to_owned()]).await?
    } else {
        Value::Null
    };
    let mut facts = facts::of(info.as_str().unwrap_or_default());
    if !settings.command.is_empty() {
        reply = asked(connection, &settings.command).await?;
    }
    facts.insert("text".to_owned(), Value::from(facts::text(&reply)));
    facts.insert("reply".to_owned(), reply);
    Ok(facts)
}

/// What is sent at once: who one is, which database, and whether somebody answers.
fn greeting(settings: &Redis<String>) -> Vec<Vec<String>> {
    let mut commands = Vec::new();
    if let Some(password) = &settings.password {
        let user = settings.user.clone();
        commands.push(
            [Some("AUTH".to_owned()), user, Some(password.clone())]
                .into_iter()
                .flatten()
                .collect(),
        );
    }
    if settings.database > 0 {
        commands.push(vec!["SELECT".to_owned(), settings.database.to_string()]);
    }
    commands.push(vec!["PING".to_owned()]);
    commands
}

async fn asked(connection: &mut Connection, command: &[String]) -> Result<Value, Fault> {
    let mut bytes = Vec::new();
    connection::encode(command, &mut bytes);
    connection.send(&bytes).await?;
    answer(connection, command).await
}

async fn answer(connection: &mut Connection, command: &[String]) -> Result<Value, Fault> {
    match connection.receive().await? {
        Reply::Value(value) => Ok(value),
        Reply::Error(text) => {
            let name = command.first().map_or("", String::as_str);
            Err(failure::refused(name, &text))
        }
    }
}
