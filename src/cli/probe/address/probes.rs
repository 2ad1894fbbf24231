use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use url::Url;

use super::{IN_FLIGHT, refused};

/// Of all probes that a URL can say.
pub(super) const SCHEMES: [&str; 11] = [
    "tcp", "tls", "dns", "postgres", "redis", "rediss", "grpc", "grpcs", "smtp", "smtps", "icmp",
];

/// Parts of a query that have a meaning: those of `dns`.
const DNS_OPTIONS: [&str; 2] = ["type", "transport"];

/// The spec of a journey of one probe.
///
/// # Errors
/// A password, and whatever the scheme has no meaning for.
pub(super) fn step(url: &Url) -> Result<Value, String> {
    let scheme = url.scheme();
    let has_user = !url.username().is_empty() && scheme != "postgres";
    if url.password().is_some() || has_user {
        return Err(refused("a Journey whose step has `password: {env: NAME}`"));
    }
    let path = decoded(url, url.path().trim_start_matches('/'))?;
    let (key, mut settings) = match scheme {
        "dns" => ("dns", dns(url, &path)?),
        "icmp" => ("icmp", Map::from_iter([("host".to_owned(), json!(host(url)?))])),
        _ => (
            named(scheme),
            Map::from_iter([("address".to_owned(), json!(address(url)?))]),
        ),
    };
    if scheme != "dns" && url.query().is_some() {
        return Err(format!(
            "error: `{url}` has a query, which {scheme} has no meaning for"
        ));
    }
    let tls = matches!(scheme, "rediss" | "grpcs" | "smtps");
    if tls {
        settings.insert("tls".to_owned(), json!(true));
    }
    match scheme {
        "dns" => {}
        "postgres" => {
            settings.extend(user(url)?);
            if !path.is_empty() {
                settings.insert("database".to_owned(), json!(path));
            }
        }
        "redis" | "rediss" if !path.is_empty() => {
            settings.insert("database".to_owned(), json!(path));
        }
        "grpc" | "grpcs" if !path.is_empty() => {
            settings.insert("service".to_owned(), json!(path));
        }
        _ if path.is_empty() => {}
        _ => {
            return Err(format!(
                "error: `{url}` has a path, which {scheme} has no meaning for"
            ));
        }
    }
    Ok(json!({
        "schedule": {"maxInFlight": IN_FLIGHT},
        "steps": [{"name": key, key: settings}],
    }))
}

/// The step that a scheme stands for.
fn named(scheme: &str) -> &str {
    match scheme {
        "rediss" | "grpcs" | "smtps" => &scheme[..scheme.len() - 1],
        other => other,
    }
}

/// `dns://SERVER/NAME?type=A`; without a server it is this machine's.
fn dns(url: &Url, name: &str) -> Result<Map<String, Value>, String> {
    if name.is_empty() {
        return Err(format!(
            "error: `{url}` has no name; dns://SERVER/NAME?type=A is wanted"
        ));
    }
    let mut settings = Map::from_iter([("name".to_owned(), json!(name))]);
    if url.host_str().is_some_and(|host| !host.is_empty()) {
        settings.insert("server".to_owned(), json!(address(url)?));
    }
    for (option, value) in url.query_pairs() {
        if !DNS_OPTIONS.contains(&&*option) {
            let known = DNS_OPTIONS.join(" and ");
            return Err(format!(
                "error: `{url}` has the option `{option}`; there are {known}"
            ));
        }
        let value = match &*option {
            "type" => value.to_ascii_uppercase(),
            _ => value.into_owned(),
        };
        settings.insert(option.into_owned(), json!(unfilled(url, &value)?));
    }
    Ok(settings)
}

fn user(url: &Url) -> Result<Map<String, Value>, String> {
    if url.username().is_empty() {
        return Err(format!(
            "error: `{url}` has no user; postgres://USER@HOST/DATABASE is wanted"
        ));
    }
    let user = decoded(url, url.username())?;
    Ok(Map::from_iter([("user".to_owned(), json!(user))]))
}

/// `host:port`, or `host`.
fn address(url: &Url) -> Result<String, String> {
    let host = host(url)?;
    Ok(match url.port() {
        Some(port) if host.contains(':') => format!("[{host}]:{port}"),
        Some(port) => format!("{host}:{port}"),
        None => host,
    })
}

fn host(url: &Url) -> Result<String, String> {
    let host = url.host_str().filter(|host| !host.is_empty());
    let host = host.ok_or_else(|| format!("error: `{url}` has no host"))?;
    decoded(url, host.trim_start_matches('[').trim_end_matches(']'))
}

fn decoded(url: &Url, text: &str) -> Result<String, String> {
    let text = percent_decode_str(text).decode_utf8();
    let text = text.map_err(|_| format!("error: `{url}` is no UTF-8 where it is percent-encoded"))?;
    unfilled(url, &text)
}

/// Braces would be placeholders, which a URL has no values for.
fn unfilled(url: &Url, text: &str) -> Result<String, String> {
    match text.contains("{{") {
        true => Err(format!("error: `{url}` has a placeholder; use a Journey")),
        false => Ok(text.to_owned()),
    }
}
