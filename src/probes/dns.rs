//! What a name server says of a name: every record of its answer, from where it stands, and whether it is sure of it.

mod exchange;
mod question;
mod records;
mod server;
#[cfg(test)]
mod tests;

use serin_judge::analysis::plan::journey::{Dns, DnsTransport, Failure, FailureClass};
use serin_judge::journey::FilledProbe;

use super::Found;
use super::dial::{Dial, Fault, PhaseTimer};
use exchange::{over_tcp, over_udp};
use question::Question;

/// Asks one name server, by a message of its own: what a resolver would make of it, and whom it would ask next, is another
/// question. An answer over UDP that is cut short is asked for again over TCP.
pub(super) async fn ask(
    dial: &Dial,
    filled: &FilledProbe,
    dns: &Dns<String>,
    timer: &mut PhaseTimer,
) -> Result<Found, Failure> {
    let question = Question::new(dns)?;
    let peer = match &filled.peer {
        Some(peer) => peer.clone(),
        None => server::of_this_machine()?,
    };
    timer.awaits(format!("an answer about {}", dns.name));
    let mut truncated = false;
    let (mut transport, mut server) = (dns.transport, None);
    let mut answer = None;
    if transport == DnsTransport::Udp {
        let (address, message) = over_udp(dial, &peer, &question, timer).await?;
        truncated = message.metadata.truncation;
        (server, answer) = (Some(address), Some(message));
    }
    if truncated || answer.is_none() {
        transport = DnsTransport::Tcp;
        let (address, message) = over_tcp((dial, &filled.probe.security), &peer, &question, timer).await?;
        (server, answer) = (Some(address), Some(message));
    }
    let (Some(server), Some(answer)) = (server, answer) else {
        return Err(Fault::nonsense("DNS", "nothing").during(timer, &peer));
    };
    let rcode = records::rcode(answer.metadata.response_code);
    let facts = records::facts(&answer, server, transport, (truncated, rcode.clone()));
    if rcode != dns.rcode {
        for (name, fact) in facts {
            timer.note(&name, fact);
        }
        let class = match rcode.as_str() {
            "NXDOMAIN" => FailureClass::DnsNxdomain,
            "SERVFAIL" | "REFUSED" => FailureClass::DnsServfail,
            _ => FailureClass::AssertFailed,
        };
        let seen = format!(
            "{} {}: the answer is {rcode}, expected {}",
            question.name(),
            question.record(),
            dns.rcode
        );
        return Err(Fault::new(class, seen).during(timer, &peer));
    }
    Ok(Found { facts, tls: None })
}
