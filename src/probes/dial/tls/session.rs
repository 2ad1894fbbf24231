//! What a handshake showed, as the fact `tls`.

use rustls::ClientConnection;
use rustls::pki_types::CertificateDer;
use serde_json::{Map, Value, json};
use serin_judge::time::Timestamp;
use sha2::{Digest, Sha256};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::parse_x509_certificate;
use x509_parser::time::ASN1Time;

use super::classify::certificate_class;
use super::staple;
use super::verifiers::Seen;

const SECONDS_OF_A_DAY: i64 = 86_400;

/// The members of the fact.
pub(super) fn fact(
    session: &ClientConnection,
    seen: &Seen,
    (name, version): (&str, &str),
    now: Timestamp,
) -> Map<String, Value> {
    let chain = session.peer_certificates().unwrap_or_default();
    let shown: Vec<Value> = chain.iter().map(|der| certificate(der, now)).collect();
    let days = shown
        .iter()
        .filter_map(|certificate| certificate["daysLeft"].as_i64());
    let days_left = days.min();
    let first = chain.first().and_then(|der| parse_x509_certificate(der).ok());
    let serial = first.map_or(&[][..], |(_, first)| first.tbs_certificate.raw_serial());
    let alpn = session
        .alpn_protocol()
        .map(|name| String::from_utf8_lossy(name).into_owned());
    let members = [
        ("version", json!(version)),
        ("cipher", json!(cipher(session))),
        ("alpn", json!(alpn)),
        ("serverName", json!(name)),
        ("verified", json!(seen.refusal.is_none())),
        ("verifyError", json!(seen.refusal.as_ref().map(refused))),
        ("daysLeft", json!(days_left)),
        ("ocsp", staple::fact(&seen.staple, serial)),
        ("chain", Value::Array(shown)),
    ];
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// IANA's name of the cipher suite.
pub(super) fn cipher(session: &ClientConnection) -> Option<String> {
    let suite = session.negotiated_cipher_suite()?;
    // rustls says TLS13_ so that they begin with a version.
    Some(format!("{:?}", suite.suite()).replacen("TLS13_", "TLS_", 1))
}

fn refused(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(error) => format!("{}: {error}", certificate_class(error)),
        other => other.to_string(),
    }
}

fn certificate(der: &CertificateDer<'_>, now: Timestamp) -> Value {
    let sha256 = hexadecimal(&Sha256::digest(der));
    let read = match parse_x509_certificate(der) {
        Ok((_, read)) => read,
        Err(error) => return json!({"unreadable": error.to_string(), "sha256": sha256}),
    };
    let validity = read.validity();
    let now = now.as_micros().div_euclid(1_000_000);
    let left = validity.not_after.timestamp().saturating_sub(now);
    json!({
        "subject": read.subject().to_string(),
        "issuer": read.issuer().to_string(),
        "names": names(&read),
        "notBefore": instant(validity.not_before),
        "notAfter": instant(validity.not_after),
        "daysLeft": left.div_euclid(SECONDS_OF_A_DAY),
        "serial": hexadecimal(read.tbs_certificate.raw_serial()),
        "sha256": sha256,
        "selfSigned": read.subject().as_raw() == read.issuer().as_raw(),
    })
}

/// Host names and addresses that it is of.
fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let names = certificate.subject_alternative_name().ok().flatten();
    let names = names.map(|names| names.value.general_names.as_slice());
    let shown = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(address) => match *address {
            [a, b, c, d] => Some(std::net::Ipv4Addr::new(*a, *b, *c, *d).to_string()),
            address => {
                let address: [u8; 16] = address.try_into().ok()?;
                Some(std::net::Ipv6Addr::from(address).to_string())
            }
        },
        _ => None,
    };
    names.unwrap_or_default().iter().filter_map(shown).collect()
}

/// `None` where years have more digits than anybody writes.
pub(super) fn instant(time: ASN1Time) -> Option<Timestamp> {
    time.timestamp()
        .checked_mul(1_000_000)
        .map(Timestamp::from_micros)
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
