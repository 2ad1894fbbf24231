//! Where a request goes: the target of the Journey, and what stands below it.

use percent_encoding::percent_decode_str;

use crate::import::draft::{Draft, Step};
use crate::import::scope::Slot;
use crate::import::text::{CLOSE, OPEN, only_value};

/// Scheme and authority of an absolute URL, and the rest. A placeholder at the beginning is both.
pub(in crate::import) fn origin_of(url: &str) -> Option<(&str, &str)> {
    let start = match url.split_once("://") {
        Some((scheme, _)) if is_scheme(scheme) => scheme.len() + 3,
        _ if url.starts_with(OPEN) => 0,
        _ => return None,
    };
    let mut is_inside = false;
    let end = url[start..].char_indices().find(|(_, char)| match *char {
        OPEN => {
            is_inside = true;
            false
        }
        CLOSE => {
            is_inside = false;
            false
        }
        '/' | '?' | '#' => !is_inside,
        _ => false,
    });
    let end = end.map_or(url.len(), |(at, _)| start + at);
    (end > start).then(|| url.split_at(end))
}

fn is_scheme(scheme: &str) -> bool {
    matches!(scheme, "http" | "https")
}

/// User, password and the URL without them.
pub(super) fn without_user(url: &str) -> Option<(String, String, String)> {
    let (origin, rest) = origin_of(url)?;
    let (scheme, authority) = origin.split_once("://")?;
    let (who, host) = authority.rsplit_once('@')?;
    let (user, password) = who.split_once(':').unwrap_or((who, ""));
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    Some((
        decoded(user),
        decoded(password),
        format!("{scheme}://{host}{rest}"),
    ))
}

/// The URL as the step has it; the first origin becomes the Journey's target.
pub(super) fn below_target(url: &str, draft: &mut Draft, step: &mut Step) -> String {
    let url = url.split('#').next().unwrap_or_default();
    let Some((origin, rest)) = origin_of(url) else {
        if !url.is_empty() && !url.starts_with(['/', '?']) {
            step.remarks
                .lose(format!("the address `{url}`, which is no URL with http or https"));
            return "/".to_owned();
        }
        return said(url, draft);
    };
    // What a step captured is no target: it is known only while the Journey runs.
    let is_captured =
        only_value(origin).is_some_and(|name| !name.starts_with("args.") && !name.starts_with("env."));
    if is_captured {
        return said(url, draft);
    }
    if !can_be_target(origin) {
        step.remarks.lose(format!(
            "the address `{origin}`, which is no URL with http or https"
        ));
        return match rest.starts_with(['/', '?']) {
            true => said(rest, draft),
            false => "/".to_owned(),
        };
    }
    let origin = said(origin, draft);
    if *draft.target.get_or_insert_with(|| origin.clone()) != origin {
        return said(url, draft);
    }
    match said(rest, draft) {
        rest if rest.is_empty() => "/".to_owned(),
        rest if rest.starts_with('/') => rest,
        rest => format!("/{rest}"),
    }
}

/// Whether an origin is one: what stands around placeholders has to be, too.
pub(in crate::import) fn can_be_target(origin: &str) -> bool {
    if origin.contains(OPEN) || origin.contains("{{") {
        return !origin.contains(char::is_whitespace);
    }
    let uri: Result<http::Uri, _> = origin.parse();
    uri.is_ok_and(|uri| {
        let port = uri
            .authority()
            .map(|authority| &authority.as_str()[authority.host().len()..]);
        let has_port = port.is_none_or(|port| port.is_empty() || uri.port_u16().is_some());
        uri.host().is_some_and(|host| !host.is_empty()) && has_port
    })
}

fn said(url: &str, draft: &mut Draft) -> String {
    let fits: String = url
        .chars()
        .filter(|char| !matches!(char, '\n' | '\r' | '\t'))
        .map(|char| {
            if char.is_whitespace() || char.is_control() {
                "%20".to_owned()
            } else {
                char.to_string()
            }
        })
        .collect();
    draft.scope.say(&fits, Slot::Url).unwrap_or_default()
}
