//! Whether somebody listens, and says what is expected.

mod dialogue;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};
use serin_judge::analysis::plan::journey::{Failure, Tcp};
use serin_judge::journey::FilledProbe;

use super::Found;
use super::dial::{Dial, PhaseTimer, Talk, peer};
use dialogue::Dialogue;

/// Connects, and talks as the dialogue says. Without one connecting is enough: a greeting is not waited for.
pub(super) async fn ask(
    dial: &Dial,
    filled: &FilledProbe,
    tcp: &Tcp<String>,
    timer: &mut PhaseTimer,
) -> Result<Found, Failure> {
    let security = &filled.probe.security;
    let talk = Talk::begin(dial, peer(filled)?, security, timer).await?;
    let mut dialogue = Dialogue::new(talk);
    for step in &tcp.dialogue {
        dialogue = dialogue.step(step, (dial, security), timer).await?;
    }
    let groups = dialogue.groups().unwrap_or_default().to_vec();
    let Dialogue { talk, matches } = dialogue;
    let mut facts = Map::new();
    facts.insert("text".to_owned(), Value::from(talk.heard()));
    facts.insert("groups".to_owned(), Value::from(groups));
    facts.insert("matches".to_owned(), json!(matches));
    Ok(Found::over(facts, talk.address(), talk.tls()))
}
