//! What a TLS handshake shows: who a server says it is, until when, and who vouches for it.

mod start;
#[cfg(test)]
mod tests;

use serde_json::Value;
use serin_judge::analysis::plan::journey::{Failure, Tls};
use serin_judge::journey::FilledProbe;

use super::Found;
use super::dial::{Dial, PhaseTimer, Talk, peer};

/// Connects, agrees on TLS where the protocol wants that, and shakes hands.
pub(super) async fn ask(
    dial: &Dial,
    filled: &FilledProbe,
    tls: &Tls,
    timer: &mut PhaseTimer,
) -> Result<Found, Failure> {
    let (peer, security) = (peer(filled)?, &filled.probe.security);
    let (mut stream, address) = dial.connect(peer, timer).await?;
    if let Some(protocol) = tls.start_tls {
        let mut talk = Talk::over(peer, address, stream);
        start::agree(protocol, &mut talk, timer).await?;
        if !talk.is_all_seen() {
            return Err(talk.nonsense(timer, "text after the server had agreed on TLS"));
        }
        stream = talk.into_plain(timer)?;
    }
    let secured = dial.secure(security, tls, peer, stream, timer).await?;
    let mut facts = secured.facts.shown().clone();
    facts.insert("address".to_owned(), Value::from(address.to_string()));
    Ok(Found {
        facts,
        tls: secured.facts.now(),
    })
}
