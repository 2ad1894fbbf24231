//! Who asks.

use serde_json::Value;

use super::variables::Variables;
use crate::import::call::{Auth, Call};
use crate::import::draft::{Draft, Remarks};

/// `auth` of a request, or what it inherits.
pub(super) fn put(
    auth: &Value,
    call: &mut Call,
    variables: &Variables,
    draft: &mut Draft,
    remarks: &mut Remarks,
) {
    let Some(kind) = auth["type"].as_str() else { return };
    let mut of = |name: &str| {
        let given = value_of(&auth[kind], name).unwrap_or_default();
        variables.filled(&given, draft)
    };
    match kind {
        "noauth" => {}
        "basic" => {
            call.auth = Some(Auth::Basic {
                user: of("username"),
                password: of("password"),
            });
        }
        "bearer" => call.auth = Some(Auth::Bearer(of("token"))),
        "oauth2" => match of("accessToken") {
            token if token.is_empty() => remarks.lose("`auth: oauth2`: give its token as `bearer`"),
            token => call.auth = Some(Auth::Bearer(token)),
        },
        "apikey" => {
            let (key, value) = (of("key"), of("value"));
            if value_of(&auth[kind], "in").as_deref() == Some("query") {
                let mark = if call.url.contains('?') { '&' } else { '?' };
                call.url.push_str(&format!("{mark}{key}={value}"));
            } else {
                call.headers.push((key, value));
            }
        }
        kind => remarks.lose(format!("`auth: {kind}`")),
    }
}

/// A list of `{key, value}` in format 2.1, a map in 2.0.
fn value_of(given: &Value, name: &str) -> Option<String> {
    let found = match given {
        Value::Array(list) => &list.iter().find(|item| item["key"] == name)?["value"],
        other => other.get(name)?,
    };
    Some(match found {
        Value::String(text) => text.clone(),
        Value::Null => return None,
        other => other.to_string(),
    })
}
