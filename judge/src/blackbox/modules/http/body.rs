use http::header::ACCEPT_ENCODING;

use crate::blackbox::http::{Coding, Given, Http};
use crate::blackbox::modules::fields::Fields;

const UNITS: [(&str, u64); 9] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    // Those without an i count the same (alecthomas/units, Base2Bytes).
    ("KB", 1 << 10),
    ("MB", 1 << 20),
    ("GB", 1 << 30),
    ("TB", 1 << 40),
    ("B", 1),
];

/// How the body is encoded.
pub(super) fn coding(fields: &mut Fields<'_>) -> Option<Coding> {
    let text = fields.text("compression")?;
    match text.to_ascii_lowercase().as_str() {
        "" => None,
        "identity" => Some(Coding::Identity),
        "gzip" => Some(Coding::Gzip),
        "deflate" => Some(Coding::Deflate),
        "br" => {
            fields.cannot("compression", "Brotli", "`gzip`, `deflate` or `identity`");
            None
        }
        _ => {
            fields.refuse(
                "compression",
                format!("{text:?}"),
                "`gzip`, `deflate` or `identity`",
            );
            None
        }
    }
}

/// What is asked for has to be what is decoded.
pub(super) fn check_accepted(http: &Http, fields: &mut Fields<'_>) {
    let Some(coding) = http.coding.filter(|coding| *coding != Coding::Identity) else {
        return;
    };
    let mut accepted = http.headers.iter().filter(|(name, _)| *name == ACCEPT_ENCODING);
    let refuses = accepted.any(|(_, value)| match value {
        Given::Value(value) => value
            .to_str()
            .is_ok_and(|value| !is_accepted(value, coding.name())),
        Given::File(_) => false,
    });
    if refuses {
        let found = format!(
            "`compression: {0}` with an Accept-Encoding that refuses {0}",
            coding.name()
        );
        fields.refuse("compression", found, "a header Accept-Encoding that has it");
    }
}

/// RFC 9110, section 12.5.3.
fn is_accepted(header: &str, coding: &str) -> bool {
    let quality = |wanted: &str| {
        header.split(',').find_map(|part| {
            let (name, parameters) = part.split_once(';').unwrap_or((part, ""));
            let quality = parameters.trim().strip_prefix("q=");
            let quality = quality.map_or(Some(1.0), |text| text.trim().parse::<f64>().ok());
            name.trim()
                .eq_ignore_ascii_case(wanted)
                .then_some(quality.unwrap_or(0.0))
        })
    };
    quality(coding)
        .or_else(|| quality("*"))
        .is_some_and(|quality| quality > 0.0)
}

/// Bytes, such as `10MB`. 0 is no limit.
pub(super) fn size(fields: &mut Fields<'_>) -> Option<u64> {
    let text = fields.text("body_size_limit")?;
    let end = text
        .find(|char: char| !char.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let unit = match unit.trim() {
        "" if digits == "0" => Some(1),
        unit => UNITS
            .iter()
            .find(|(known, _)| *known == unit)
            .map(|(_, bytes)| *bytes),
    };
    let bytes = unit.and_then(|unit| digits.parse::<u64>().ok()?.checked_mul(unit));
    if bytes.is_none() {
        fields.refuse(
            "body_size_limit",
            format!("{text:?}"),
            "bytes with a unit, such as `10MB` or `512KiB`",
        );
    }
    bytes.filter(|bytes| *bytes > 0)
}
