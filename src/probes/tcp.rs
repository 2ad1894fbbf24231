//! Whether somebody listens, and says what is expected.

use serde_json::{Map, Value};
use serin_judge::analysis::plan::journey::{Failure, Tcp};
use serin_judge::journey::FilledProbe;

use super::Found;
use super::dial::{Dial, PhaseTimer, peer};

/// Connects, and talks as the dialogue says.
pub(super) async fn ask(
    dial: &Dial,
    filled: &FilledProbe,
    _tcp: &Tcp<String>,
    timer: &mut PhaseTimer,
) -> Result<Found, Failure> {
    let peer = peer(filled)?;
    let (_stream, address) = dial.connect(peer, timer).await?;
    let mut facts = Map::new();
    facts.insert("address".to_owned(), Value::from(address.to_string()));
    Ok(Found { facts, tls: None })
}
