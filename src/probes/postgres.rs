//! Whether a PostgreSQL server lets one in, what a query answers, and how far its replicas are behind.
//!
//! The protocol (version 3) is spoken message by message, so that each part has its time, no message is held that is larger
//! than allowed, and nothing goes on when a probe is given up.

mod connection;
mod failure;
mod login;
mod query;
mod replication;
mod startup;
#[cfg(test)]
mod tests;
mod values;

use serde_json::{Map, Value};
use serin_judge::analysis::plan::journey::{Failure, Postgres, RequestPhase};
use serin_judge::journey::FilledProbe;
use tokio::time::Instant;

use super::Found;
use super::dial::{Dial, Fault, PhaseTimer, peer};
use connection::Connection;
use query::Answer;

/// Connects, logs in, and asks in a read-only transaction that the server itself ends at `deadline`.
pub(super) async fn ask(
    dial: &Dial,
    filled: &FilledProbe,
    settings: &Postgres<String>,
    deadline: Instant,
    timer: &mut PhaseTimer,
) -> Result<Found, Failure> {
    let peer = peer(filled)?;
    let line = startup::open(dial, &filled.probe.security, peer, timer).await?;
    let mut connection = Connection::new(line.stream);
    let found = session(&mut connection, settings, deadline, timer).await;
    let facts = found.map_err(|fault| fault.during(timer, peer))?;
    Ok(Found::over(facts, line.address, line.tls.as_ref()))
}

async fn session(
    connection: &mut Connection,
    settings: &Postgres<String>,
    deadline: Instant,
    timer: &mut PhaseTimer,
) -> Result<Map<String, Value>, Fault> {
    let version = login::log_in(connection, settings, timer).await?;
    timer.enter(RequestPhase::Body);
    let begun = query::own(connection, &beginning(deadline)).await?;
    let in_recovery = begun.first().cloned().unwrap_or(Value::Null);
    let mut facts = Map::new();
    facts.insert("version".to_owned(), Value::from(version));
    if settings.replication {
        facts.extend(replication::facts(connection, in_recovery == true).await?);
    } else {
        facts.insert("replayLagSeconds".to_owned(), Value::Null);
        facts.insert("replicas".to_owned(), Value::Array(Vec::new()));
    }
    facts.insert("inRecovery".to_owned(), in_recovery);
    let answer = match &settings.query {
        Some(query) => query::given(connection, query, settings.rows_max).await?,
        None => Answer::default(),
    };
    // A server that is not told writes of a lost client into its log. What it answered counts all the same.
    let _unheard = connection.end().await;
    facts.insert("text".to_owned(), Value::from(answer.text));
    facts.insert("columns".to_owned(), Value::from(answer.columns));
    facts.insert("rows".to_owned(), Value::Array(answer.rows));
    facts.insert("rowCount".to_owned(), Value::from(answer.row_count));
    Ok(facts)
}

/// `LOCAL`, as poolers hand a connection to somebody else after the transaction. Times come in one form, so that they can be
/// read.
fn beginning(deadline: Instant) -> String {
    let left = deadline.saturating_duration_since(Instant::now()).as_millis();
    let left = left.clamp(1, 2_000_000_000);
    format!(
        "BEGIN READ ONLY; SET LOCAL statement_timeout = {left}; SET LOCAL datestyle = 'ISO'; SET LOCAL timezone = 'UTC'; \
         SET LOCAL bytea_output = 'hex'; SELECT pg_catalog.pg_is_in_recovery()"
    )
}
