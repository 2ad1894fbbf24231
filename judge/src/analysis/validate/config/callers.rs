//! Where Serin listens, and who may call.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};

use super::super::checks::Checks;
use super::is_loopback;
use crate::analysis::node::Place;
use crate::analysis::raw::config;
use crate::analysis::settings::Token;

/// `None` for an address that is refused.
pub(super) fn listen(
    checks: &mut Checks<'_>,
    text: &str,
    has_tokens: bool,
    place: &Place<'_>,
) -> Option<SocketAddr> {
    let local = text.strip_prefix("localhost:").and_then(|port| port.parse().ok());
    let address = local
        .map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .or_else(|| text.parse().ok());
    let Some(address) = address else {
        checks.refuse(
            place,
            format!("{text:?}"),
            "an address and a port, such as `127.0.0.1:7733`, `[::1]:7733` or `0.0.0.0:7733`",
        );
        return None;
    };
    if is_loopback(&address) || has_tokens {
        return Some(address);
    }
    let open = place.error(
        format!("`{text}`, which other machines can reach, and no `tokens`"),
        "a loopback address such as `127.0.0.1:7733`, or `tokens`",
    );
    checks.report.push(open.with_help(
        "who may call it can start and stop runs and override verdicts, so others need a token for it",
    ));
    None
}

/// Tokens that can be used; every mistake is reported.
pub(super) fn tokens(
    checks: &mut Checks<'_>,
    raw: Option<&[config::Token]>,
    place: &Place<'_>,
) -> Vec<Token> {
    let raw = raw.unwrap_or_default();
    names(
        checks,
        raw.iter().map(|token| token.name.as_str()),
        place,
        "token",
    );
    let mut tokens = Vec::new();
    for (at, raw) in raw.iter().enumerate() {
        let place = place.item(at);
        let sha256 = digest(&raw.sha256);
        if sha256.is_none() {
            // Somebody may have written the token itself, which belongs into no message.
            let found = format!("{} characters that are no SHA-256", raw.sha256.chars().count());
            checks.refuse(
                &place.field("sha256"),
                found,
                "64 hexadecimal digits, such as `printf %s \"$TOKEN\" | sha256sum` prints them",
            );
        }
        if raw.roles.is_empty() {
            let place = place.field("roles");
            checks.refuse(&place, "no role", "one or more of `read`, `run` and `admin`");
        }
        tokens.extend(sha256.map(|sha256| Token {
            name: raw.name.clone(),
            sha256,
            roles: raw.roles.clone(),
        }));
    }
    tokens
}

/// Names that are empty or were there before.
pub(super) fn names<'n>(
    checks: &mut Checks<'_>,
    names: impl Iterator<Item = &'n str>,
    place: &Place<'_>,
    what: &str,
) {
    let mut known = BTreeSet::new();
    for (at, name) in names.enumerate() {
        let place = place.item(at).field("name");
        if name.is_empty() {
            checks.refuse(&place, "an empty name", "a name");
        } else if !known.insert(name) {
            checks.refuse(
                &place,
                format!("a second {what} `{name}`"),
                "names that are unique",
            );
        }
    }
}

fn digest(hex: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks(2)) {
        let digit = |at: usize| char::from(pair[at]).to_digit(16);
        *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(bytes)
}
