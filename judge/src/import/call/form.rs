//! Forms.

use percent_encoding::percent_decode_str;

use super::body::{FORM, KEY_MAX};
use super::secrets::is_hidden;
use crate::import::draft::{Draft, Step};
use crate::import::scope::Slot;
use crate::import::text::{has_value, value};
use crate::import::yaml::Map;
use crate::journey::form_encoded as form;

/// Pairs of a form that is sent with the very same bytes when they are encoded again.
pub(super) fn plain_pairs(text: &str) -> Option<Vec<(String, String)>> {
    if has_value(text) {
        return None;
    }
    let decoded = |text: &str| {
        let blanks = text.replace('+', " ");
        percent_decode_str(&blanks)
            .decode_utf8()
            .map(|text| text.into_owned())
            .ok()
    };
    let pairs = text.split('&').map(|pair| {
        let (name, value) = pair.split_once('=')?;
        Some((decoded(name)?, decoded(value)?))
    });
    let pairs: Vec<(String, String)> = pairs.collect::<Option<_>>()?;
    let again: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", form(name), form(value)))
        .collect();
    let names: std::collections::BTreeSet<&String> = pairs.iter().map(|(name, _)| name).collect();
    let fits = names.len() == pairs.len() && names.iter().all(|name| is_key(name));
    (fits && again.join("&") == text).then_some(pairs)
}

fn is_key(name: &str) -> bool {
    !name.is_empty() && name.len() <= KEY_MAX && !name.contains("{{") && !has_value(name)
}

/// Pairs with names of their own; the content type that goes with them.
pub(super) fn put_form(
    pairs: Vec<(String, String)>,
    request: &mut Map,
    draft: &mut Draft,
    step: &mut Step,
) -> &'static str {
    let mut map = Map::default();
    for (name, text) in pairs {
        let text = if is_hidden(&name, &text) {
            let arg = draft
                .scope
                .secret_arg(&name, Some(&text), &format!("`{name}` of the body"));
            value(&arg)
        } else {
            text
        };
        match draft.scope.say(&text, Slot::Plain) {
            Some(text) if is_key(&name) && !map.has(&name) => map.put(&name, text),
            _ => step.remarks.lose(format!(
                "the field `{name}` of the form: names are given once, and without braces"
            )),
        }
    }
    request.put("form", map);
    FORM
}
