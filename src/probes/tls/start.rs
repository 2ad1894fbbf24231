//! How protocols agree on TLS, each in its own words.

use serin_judge::analysis::plan::journey::{Failure, FailureClass, StartTls};
use x509_parser::asn1_rs::{Any, FromBer};

use crate::probes::dial::{PhaseTimer, Talk, excerpt};

/// Says hello as `.invalid`, who is nobody (RFC 2606).
const EHLO: &str = "EHLO serin.invalid\r\n";
/// `SSLRequest` of PostgreSQL's protocol: its length, and a number that is no version.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
/// An `ExtendedRequest` of RFC 4511, message 1, with the name of section 4.14.1.
const LDAP_REQUEST: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";
/// What an answer of LDAP may hold; RFC 4511 has no limit.
const LDAP_BYTES_MAX: usize = 4 << 10;

/// The next bytes are those of TLS.
///
/// # Errors
/// The server does not speak TLS, or not the protocol.
pub(super) async fn agree(
    protocol: StartTls,
    talk: &mut Talk<'_>,
    timer: &mut PhaseTimer,
) -> Result<(), Failure> {
    match protocol {
        StartTls::Smtp => smtp(talk, timer).await,
        StartTls::Imap => imap(talk, timer).await,
        StartTls::Pop3 => pop3(talk, timer).await,
        StartTls::Ftp => ftp(talk, timer).await,
        StartTls::Postgres => postgres(talk, timer).await,
        StartTls::Ldap => ldap(talk, timer).await,
    }
}

async fn smtp(talk: &mut Talk<'_>, timer: &mut PhaseTimer) -> Result<(), Failure> {
    reply(talk, 220, timer).await?;
    talk.say(EHLO, timer).await?;
    let hello = talk.reply(timer).await?;
    let offers = |line: &String| line.trim().eq_ignore_ascii_case("STARTTLS");
    if hello.code != 250 || !hello.lines.iter().any(offers) {
        return Err(refused(talk, timer, "it does not offer STARTTLS"));
    }
    talk.say("STARTTLS\r\n", timer).await?;
    reply(talk, 220, timer).await
}

async fn ftp(talk: &mut Talk<'_>, timer: &mut PhaseTimer) -> Result<(), Failure> {
    reply(talk, 220, timer).await?;
    talk.say("AUTH TLS\r\n", timer).await?;
    reply(talk, 234, timer).await
}

async fn imap(talk: &mut Talk<'_>, timer: &mut PhaseTimer) -> Result<(), Failure> {
    let greeting = line(talk, timer).await?;
    if !greeting.starts_with("* OK") {
        return Err(unlike(talk, timer, "an IMAP greeting", &greeting));
    }
    talk.say("s1 STARTTLS\r\n", timer).await?;
    loop {
        let line = line(talk, timer).await?;
        match line.strip_prefix("s1 ") {
            Some(result) if result.to_ascii_uppercase().starts_with("OK") => return Ok(()),
            Some(_) => return Err(refused(talk, timer, &format!("it says {:?}", excerpt(&line)))),
            None if line.starts_with("* ") => {}
            None => return Err(unlike(talk, timer, "an IMAP response", &line)),
        }
    }
}

async fn pop3(talk: &mut Talk<'_>, timer: &mut PhaseTimer) -> Result<(), Failure> {
    let greeting = line(talk, timer).await?;
    if !greeting.starts_with("+OK") {
        return Err(unlike(talk, timer, "a POP3 greeting", &greeting));
    }
    talk.say("STLS\r\n", timer).await?;
    let answer = line(talk, timer).await?;
    match answer.starts_with("+OK") {
        true => Ok(()),
        false => Err(refused(talk, timer, &format!("it says {:?}", excerpt(&answer)))),
    }
}

async fn postgres(talk: &mut Talk<'_>, timer: &mut PhaseTimer) -> Result<(), Failure> {
    talk.say(SSL_REQUEST, timer).await?;
    match talk.bytes(1, timer).await?.as_slice() {
        b"S" => Ok(()),
        b"N" => Err(refused(talk, timer, "it says no")),
        other => Err(unlike(
            talk,
            timer,
            "PostgreSQL's answer to an SSLRequest",
            &String::from_utf8_lossy(other),
        )),
    }
}

async fn ldap(talk: &mut Talk<'_>, timer: &mut PhaseTimer) -> Result<(), Failure> {
    talk.say(LDAP_REQUEST, timer).await?;
    let mut message = talk.bytes(2, timer).await?;
    let long = match (message[0], message[1]) {
        (0x30, short @ 0..=0x7f) => usize::from(short),
        (0x30, octets @ 0x81..=0x84) => {
            let octets = talk.bytes(usize::from(octets - 0x80), timer).await?;
            message.extend_from_slice(&octets);
            let octets = octets.iter();
            octets.fold(0_usize, |sum, octet| sum << 8 | usize::from(*octet))
        }
        _ => return Err(talk.nonsense(timer, "what came is no LDAP message")),
    };
    if long > LDAP_BYTES_MAX {
        return Err(talk.nonsense(timer, "the LDAP message has no end"));
    }
    message.extend(talk.bytes(long, timer).await?);
    match result_code(&message) {
        Some(0) => Ok(()),
        Some(code) => Err(refused(talk, timer, &format!("its result code is {code}"))),
        None => Err(talk.nonsense(timer, "what came is no answer to LDAP's StartTLS")),
    }
}

/// Of an `ExtendedResponse` ([APPLICATION 24]) inside of an `LDAPMessage`.
fn result_code(message: &[u8]) -> Option<u8> {
    let (_, message) = Any::from_ber(message).ok()?;
    let (rest, _id) = Any::from_ber(message.data).ok()?;
    let (_, response) = Any::from_ber(rest).ok()?;
    if response.tag().0 != 24 {
        return None;
    }
    let (_, code) = Any::from_ber(response.data).ok()?;
    code.data.last().copied()
}

async fn reply(talk: &mut Talk<'_>, code: u16, timer: &mut PhaseTimer) -> Result<(), Failure> {
    let reply = talk.reply(timer).await?;
    match reply.code == code {
        true => Ok(()),
        false => Err(refused(talk, timer, &format!("it says {:?}", reply.first()))),
    }
}

async fn line(talk: &mut Talk<'_>, timer: &mut PhaseTimer) -> Result<String, Failure> {
    let line = talk.line(timer).await?;
    let line = line.ok_or_else(|| talk.closed(timer))?;
    Ok(line.text)
}

fn refused(talk: &Talk<'_>, timer: &PhaseTimer, why: &str) -> Failure {
    let seen = format!("the server will not speak TLS: {why}");
    talk.fault(timer, FailureClass::TlsHandshake, &seen)
}

fn unlike(talk: &Talk<'_>, timer: &PhaseTimer, wanted: &str, seen: &str) -> Failure {
    let seen = excerpt(seen);
    talk.nonsense(timer, &format!("what came is not {wanted}: {seen:?}"))
}
