//! Credentials in texts that take no secret as a whole: they become secret arguments.

use serde_json::Value;

use crate::analysis::plan::journey::is_credential;
use crate::import::draft::Draft;
use crate::import::text::{has_value, value};

/// `name=value` pairs of a URL's query.
pub(super) fn hidden_in_query(url: &str, draft: &mut Draft) -> String {
    let Some((path, query)) = url.split_once('?') else {
        return url.to_owned();
    };
    let (query, fragment) = query
        .split_once('#')
        .map_or((query, ""), |(query, _)| (query, ""));
    format!(
        "{path}?{}{fragment}",
        hidden_in_pairs(query, "in the URL's query", draft)
    )
}

/// `name=value` pairs between `&`, encoded as they are.
pub(super) fn hidden_in_pairs(pairs: &str, whence: &str, draft: &mut Draft) -> String {
    let hidden = pairs.split('&').map(|pair| match pair.split_once('=') {
        Some((name, text)) if is_hidden(name, text) => {
            let what = format!("`{name}` {whence}, encoded as it is sent");
            let arg = draft.scope.secret_arg(name, Some(text), &what);
            format!("{name}={}", value(&arg))
        }
        _ => pair.to_owned(),
    });
    hidden.collect::<Vec<_>>().join("&")
}

/// Cookies of one header.
pub(super) fn hidden_in_cookies(cookies: &str, draft: &mut Draft) -> String {
    let hidden = cookies.split("; ").map(|pair| match pair.split_once('=') {
        Some((name, text)) if is_hidden(name, text) => {
            let arg = draft
                .scope
                .secret_arg(name, Some(text), &format!("the cookie `{name}`"));
            format!("{name}={}", value(&arg))
        }
        _ => pair.to_owned(),
    });
    hidden.collect::<Vec<_>>().join("; ")
}

/// Texts of a JSON document whose keys are of credentials.
pub(super) fn hidden_in_json(text: &str, json: &Value, draft: &mut Draft) -> String {
    let mut found = Vec::new();
    credentials(json, &mut found);
    let mut hidden = text.to_owned();
    for (key, secret) in found {
        let written = Value::from(secret).to_string();
        // Only behind its key: the same text elsewhere may be no secret.
        let Some(at) = place_of(&hidden, key, &written) else {
            continue;
        };
        let arg = draft
            .scope
            .secret_arg(key, Some(secret), &format!("`{key}` of the body"));
        hidden.replace_range(at..at + written.len(), &format!("\"{}\"", value(&arg)));
    }
    hidden
}

fn credentials<'v>(json: &'v Value, found: &mut Vec<(&'v str, &'v str)>) {
    match json {
        Value::Array(items) => items.iter().for_each(|item| credentials(item, found)),
        Value::Object(entries) => {
            for (key, inner) in entries {
                match inner {
                    Value::String(text) if is_hidden(key, text) => found.push((key, text)),
                    _ => credentials(inner, found),
                }
            }
        }
        _ => {}
    }
}

/// Where the value of a key stands, of those that are not hidden yet.
fn place_of(text: &str, key: &str, written: &str) -> Option<usize> {
    let key = Value::from(key).to_string();
    let mut from = 0;
    while let Some(at) = text[from..].find(&key).map(|found| from + found + key.len()) {
        let rest = &text[at..];
        let blanks = |text: &str| text.len() - text.trim_start().len();
        let colon = at + blanks(rest);
        if let Some(after) = text[colon..].strip_prefix(':') {
            let start = colon + 1 + blanks(after);
            if text[start..].starts_with(written) {
                return Some(start);
            }
        }
        from = at;
    }
    None
}

pub(super) fn is_hidden(name: &str, text: &str) -> bool {
    is_credential(name) && !text.is_empty() && !has_value(text)
}
