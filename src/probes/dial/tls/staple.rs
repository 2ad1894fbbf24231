//! OCSP responses that servers staple to their certificates: RFC 6960, section 4.2.1.

use serde_json::{Value, json};
use x509_parser::asn1_rs::{Any, Class, FromDer, Tag};
use x509_parser::time::ASN1Time;

use super::session::instant;

/// What a response says of the certificate with this serial number, as the server tells it: whose signature it bears is not
/// looked at. Null where there is none, or none that says anything of that certificate.
pub(super) fn fact(response: &[u8], serial: &[u8]) -> Value {
    said(response, serial).unwrap_or(Value::Null)
}

fn said(response: &[u8], serial: &[u8]) -> Option<Value> {
    let (response, _) = element(response)?;
    let (status, rest) = element(response.data)?;
    if status.data != [0] {
        return None;
    }
    // [0] EXPLICIT ResponseBytes: a type, and an OCTET STRING with the response of that type.
    let (tagged, _) = element(rest)?;
    let (bytes, _) = element(tagged.data)?;
    let (_type, rest) = element(bytes.data)?;
    let (octets, _) = element(rest)?;
    let (basic, _) = element(octets.data)?;
    let (data, _) = element(basic.data)?;
    // ResponseData: version, responder and time come before the responses, the only plain sequence.
    let responses = elements(data.data).find(|element| is(element, Class::Universal, Tag::Sequence))?;
    elements(responses.data).find_map(|single| of_single(single.data, serial))
}

/// SingleResponse: certificate, status, thisUpdate, \[0\] nextUpdate.
fn of_single(single: &[u8], serial: &[u8]) -> Option<Value> {
    let (certificate, rest) = element(single)?;
    let of = elements(certificate.data).last()?;
    if without_zeros(of.data) != without_zeros(serial) {
        return None;
    }
    let (status, rest) = element(rest)?;
    let status = match status.tag().0 {
        0 => "good",
        1 => "revoked",
        _ => "unknown",
    };
    let (rest, this_update) = ASN1Time::from_der(rest).ok()?;
    let next_update = element(rest).filter(|(next, _)| is(next, Class::ContextSpecific, Tag(0)));
    let next_update = next_update.and_then(|(next, _)| ASN1Time::from_der(next.data).ok());
    Some(json!({
        "status": status,
        "thisUpdate": instant(this_update),
        "nextUpdate": next_update.and_then(|(_, time)| instant(time)),
    }))
}

fn element(input: &[u8]) -> Option<(Any<'_>, &[u8])> {
    let (rest, element) = Any::from_der(input).ok()?;
    Some((element, rest))
}

fn elements(mut input: &[u8]) -> impl Iterator<Item = Any<'_>> {
    std::iter::from_fn(move || {
        let (next, rest) = element(input)?;
        input = rest;
        Some(next)
    })
}

fn is(element: &Any<'_>, class: Class, tag: Tag) -> bool {
    element.class() == class && element.tag() == tag
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}
