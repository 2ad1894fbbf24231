//! What a program of this machine says, for whatever no other probe speaks. Only where that was allowed.

mod child;
mod output;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};
use serin_judge::analysis::plan::journey::{Command, Failure, FailureClass, RequestPhase};

use super::Found;
use super::dial::{PhaseTimer, excerpt, failure};
use crate::engine::ports::Commands;
use child::Child;
use output::Ended;

/// Runs it without a shell, in an empty folder, with nothing in its environment but `PATH` and what the step gives. Whatever
/// it has begun ends with it, and with the probe.
pub(super) async fn ask(
    commands: Commands,
    command: &Command<String>,
    timer: &mut PhaseTimer,
) -> Result<Found, Failure> {
    if commands == Commands::Refused {
        let message = "programs are not allowed here";
        return Err(failure(FailureClass::BadRequest, RequestPhase::Connect, message));
    }
    timer.enter(RequestPhase::Connect);
    let child = Child::start(command)?;
    timer.enter(RequestPhase::FirstByte);
    timer.awaits(format!("the end of {:?}", command.run.first()));
    let ended = output::until_its_end(child, command, timer).await?;
    judged(command, &ended, timer)?;
    Ok(Found {
        facts: facts(&ended),
        tls: None,
    })
}

fn judged(command: &Command<String>, ended: &Ended, timer: &PhaseTimer) -> Result<(), Failure> {
    let how = match (ended.code, ended.signal) {
        (Some(code), _) if code == command.exit_code => return Ok(()),
        (Some(code), _) => format!("the exit code is {code}"),
        (None, Some(signal)) => format!("signal {signal} ended it"),
        (None, None) => "nobody knows how it ended".to_owned(),
    };
    let said = match ended.stderr.trim() {
        "" => ended.text.trim(),
        said => said,
    };
    let said = excerpt(said);
    let message = format!(
        "{how}, expected exit code {}; it said {said:?}",
        command.exit_code
    );
    Err(failure(FailureClass::AssertFailed, timer.phase(), message))
}

fn facts(ended: &Ended) -> Map<String, Value> {
    let members = [
        ("exitCode", json!(ended.code)),
        ("signal", json!(ended.signal)),
        ("text", json!(ended.text)),
        ("stderr", json!(ended.stderr)),
    ];
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
