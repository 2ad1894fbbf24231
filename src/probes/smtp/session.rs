use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serin_judge::analysis::plan::journey::{Failure, FailureClass};

use crate::probes::dial::{PhaseTimer, Reply, Talk, excerpt};

const MASK: &str = "*****";

/// What the server says first.
///
/// # Errors
/// It takes no mail (421, 554), or what it says is something else.
pub(super) async fn greeting(talk: &mut Talk<'_>, timer: &mut PhaseTimer) -> Result<Reply, Failure> {
    timer.awaits("a greeting (220)");
    let reply = talk.reply(timer).await?;
    match reply.code {
        220 => Ok(reply),
        _ => Err(unlike(talk, timer, "greets", &reply)),
    }
}

/// What it offers, each with its parameters.
///
/// # Errors
/// It does not take the greeting.
pub(super) async fn extensions(
    talk: &mut Talk<'_>,
    name: &str,
    timer: &mut PhaseTimer,
) -> Result<Vec<String>, Failure> {
    timer.awaits("an answer to EHLO (250)");
    talk.say(format!("EHLO {name}\r\n"), timer).await?;
    let reply = talk.reply(timer).await?;
    match reply.code {
        250 => Ok(reply.lines.into_iter().skip(1).collect()),
        _ => Err(unlike(talk, timer, "answers to EHLO", &reply)),
    }
}

/// The next bytes are those of TLS (RFC 3207).
///
/// # Errors
/// The server does not offer it, or will not.
pub(super) async fn start_tls(
    talk: &mut Talk<'_>,
    offered: &[String],
    timer: &mut PhaseTimer,
) -> Result<(), Failure> {
    let refused = |talk: &Talk<'_>, timer: &PhaseTimer, why: &str| {
        let seen = format!("the server will not speak TLS: {why}");
        talk.fault(timer, FailureClass::TlsHandshake, &seen)
    };
    if !offered
        .iter()
        .any(|line| line.trim().eq_ignore_ascii_case("STARTTLS"))
    {
        return Err(refused(talk, timer, "it does not offer STARTTLS"));
    }
    timer.awaits("an answer to STARTTLS (220)");
    talk.say("STARTTLS\r\n", timer).await?;
    let reply = talk.reply(timer).await?;
    match reply.code {
        220 => Ok(()),
        _ => Err(refused(talk, timer, &format!("it says {:?}", reply.first()))),
    }
}

/// Says who one is (RFC 4954), by PLAIN where the server knows that, else by LOGIN.
///
/// # Errors
/// The server offers neither, or knows nobody by that name and password.
pub(super) async fn log_in(
    talk: &mut Talk<'_>,
    offered: &[String],
    (user, password): (&str, &str),
    timer: &mut PhaseTimer,
) -> Result<(), Failure> {
    let offers = |wanted: &str| offered.iter().any(|line| offers(line, wanted));
    let whole = STANDARD.encode(format!("\0{user}\0{password}"));
    let (name, secret) = (STANDARD.encode(user), STANDARD.encode(password));
    let said = if offers("PLAIN") {
        vec![format!("AUTH PLAIN {whole}\r\n")]
    } else if offers("LOGIN") {
        vec![
            "AUTH LOGIN\r\n".to_owned(),
            format!("{name}\r\n"),
            format!("{secret}\r\n"),
        ]
    } else {
        let why = if talk.tls().is_none() {
            "; does it want TLS first?"
        } else {
            ""
        };
        let seen = format!("the server offers neither AUTH PLAIN nor AUTH LOGIN{why}");
        return Err(talk.fault(timer, FailureClass::AuthRejected, &seen));
    };
    timer.awaits("an answer to AUTH (235)");
    let last = said.len() - 1;
    for (step, line) in said.into_iter().enumerate() {
        talk.say(line, timer).await?;
        let reply = talk.reply(timer).await?;
        let wanted = if step == last { 235 } else { 334 };
        if reply.code != wanted {
            // A server may repeat what it was sent.
            let mut said = reply.first();
            for secret in [&whole, &secret].into_iter().filter(|secret| !secret.is_empty()) {
                said = said.replace(secret.as_str(), MASK);
            }
            let class = match reply.code {
                400..500 => FailureClass::Unhealthy,
                _ => FailureClass::AuthRejected,
            };
            let seen = format!("the server does not let this user in: {said:?}");
            return Err(talk.fault(timer, class, &seen));
        }
    }
    Ok(())
}

/// `AUTH PLAIN LOGIN`, and `AUTH=PLAIN` as servers from before the standard say it.
fn offers(line: &str, wanted: &str) -> bool {
    let line = line.replacen('=', " ", 1);
    let mut words = line.split_ascii_whitespace();
    words.next().is_some_and(|word| word.eq_ignore_ascii_case("AUTH"))
        && words.any(|word| word.eq_ignore_ascii_case(wanted))
}

fn unlike(talk: &Talk<'_>, timer: &PhaseTimer, does: &str, reply: &Reply) -> Failure {
    let said = excerpt(&reply.first());
    talk.fault(
        timer,
        FailureClass::Unhealthy,
        &format!("the server {does} with {said:?}"),
    )
}
