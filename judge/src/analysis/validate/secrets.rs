//! Headers and secrets of Serin's documents.

use super::checks::Checks;
use crate::analysis::node::Place;
use crate::analysis::plan::Secret;
use crate::analysis::raw::provider::Header;
use crate::analysis::raw::text::{SecretSource, TextOrSecret};

/// Headers of Serin's documents.
pub(super) fn headers(
    checks: &mut Checks<'_>,
    raw: Option<&[Header]>,
    place: &Place<'_>,
    label: &str,
) -> Vec<(String, Secret)> {
    let mut headers = Vec::new();
    for (at, header) in raw.unwrap_or_default().iter().enumerate() {
        let place = place.item(at);
        let value = text_or_secret(checks, &header.value, &place.field("value"), label);
        match (&header.name, &header.key) {
            (Some(name), None) | (None, Some(name)) if !name.is_empty() => {
                headers.extend(value.map(|value| (name.clone(), value)))
            }
            _ => checks.refuse(
                &place,
                format!("{label}a header without one name"),
                "`name` and `value`",
            ),
        }
    }
    headers
}

pub(super) fn text_or_secret(
    checks: &mut Checks<'_>,
    raw: &TextOrSecret,
    place: &Place<'_>,
    label: &str,
) -> Option<Secret> {
    match raw {
        TextOrSecret::Text(text) => Some(Secret::Value(text.clone())),
        TextOrSecret::Source(source) => secret(checks, source, place, label),
    }
}

pub(super) fn secret(
    checks: &mut Checks<'_>,
    raw: &SecretSource,
    place: &Place<'_>,
    label: &str,
) -> Option<Secret> {
    let expected = "one of `{env: NAME}`, `{file: path}` and `{value: \"...\"}`";
    match (&raw.env, &raw.file, &raw.value) {
        (Some(name), None, None) if !name.is_empty() => Some(Secret::Env(name.clone())),
        (None, Some(path), None) if !path.is_empty() => Some(Secret::File(path.clone())),
        (None, None, Some(value)) => Some(Secret::Value(value.clone())),
        _ => {
            checks.refuse(
                place,
                format!("{label}a secret with none or several sources"),
                expected,
            );
            None
        }
    }
}
