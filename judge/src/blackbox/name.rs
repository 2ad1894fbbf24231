//! Distinguished names as Go writes them (crypto/x509/pkix, `Name.String`): known attributes in one order whatever theirs
//! was, then backwards, as RFC 2253 has it.

use std::fmt::Write as _;

use crate::journey::NameAttribute;

/// Attributes that have a name, in Go's order.
const KNOWN: [(&str, &str); 9] = [
    ("2.5.4.6", "C"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "STREET"),
    ("2.5.4.17", "POSTALCODE"),
    ("2.5.4.3", "CN"),
    ("2.5.4.5", "SERIALNUMBER"),
];
/// Of these a name has one, the last that is given.
const SINGLE: [&str; 2] = ["CN", "SERIALNUMBER"];

/// Such as `CN=shop.example.com,O=Shop\, Inc`.
pub(super) fn written(attributes: &[NameAttribute]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let known = |oid: &str| KNOWN.iter().any(|(known, _)| *known == oid);
    for attribute in attributes.iter().filter(|attribute| !known(&attribute.oid)) {
        parts.push(format!("{}=#{}", attribute.oid, der(&attribute.value)));
    }
    for (oid, name) in KNOWN {
        let mut values: Vec<String> = attributes
            .iter()
            .filter(|attribute| attribute.oid == oid)
            .map(|attribute| format!("{name}={}", escaped(&attribute.value)))
            .collect();
        if SINGLE.contains(&name) {
            values.drain(..values.len().saturating_sub(1));
        }
        if !values.is_empty() {
            parts.push(values.join("+"));
        }
    }
    parts.reverse();
    parts.join(",")
}

fn escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    let last = value.chars().count().saturating_sub(1);
    for (place, char) in value.chars().enumerate() {
        let is_special = match char {
            ',' | '+' | '"' | '\\' | '<' | '>' | ';' => true,
            ' ' => place == 0 || place == last,
            '#' => place == 0,
            _ => false,
        };
        if is_special {
            escaped.push('\\');
        }
        escaped.push(char);
    }
    escaped
}

/// The text as ASN.1 has it, in hexadecimal: `PrintableString` where it can be one, `UTF8String` otherwise.
fn der(value: &str) -> String {
    let is_printable = |char: char| char.is_ascii_alphanumeric() || " '()+,-./:=?".contains(char);
    let tag: u8 = if value.chars().all(is_printable) {
        0x13
    } else {
        0x0c
    };
    let length = value.len();
    let mut bytes = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => bytes.push(short),
        Ok(one) => bytes.extend([0x81, one]),
        Err(_) => {
            bytes.push(0x82);
            bytes.extend(u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes());
        }
    }
    bytes.extend(value.as_bytes());
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(attributes: &[(&str, &str)]) -> String {
        let attributes: Vec<NameAttribute> = attributes
            .iter()
            .map(|(oid, value)| NameAttribute {
                oid: (*oid).to_owned(),
                value: (*value).to_owned(),
            })
            .collect();
        written(&attributes)
    }

    /// As Go 1.19 writes them.
    #[test]
    fn names_are_written_backwards_and_escaped() {
        let (c, o, ou, cn) = ("2.5.4.6", "2.5.4.10", "2.5.4.11", "2.5.4.3");
        for (attributes, expected) in [
            (
                vec![(cn, "Test CA"), (o, "Serin, Inc")],
                "CN=Test CA,O=Serin\\, Inc",
            ),
            (
                vec![(c, "CH"), (o, "Acme "), (cn, "localhost")],
                "CN=localhost,O=Acme\\ ,C=CH",
            ),
            (
                vec![(ou, "a"), (ou, "b"), (cn, "#x\"+")],
                "CN=\\#x\\\"\\+,OU=a+OU=b",
            ),
            (vec![(cn, "one"), (cn, "two")], "CN=two"),
            (vec![("1.2.3", "ab"), (cn, "x")], "CN=x,1.2.3=#13026162"),
            (
                vec![("1.2.840.113549.1.9.1", "a@b")],
                "1.2.840.113549.1.9.1=#0c03614062",
            ),
            (vec![], ""),
        ] {
            assert_eq!(of(&attributes), expected);
        }
    }
}
