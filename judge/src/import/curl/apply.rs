//! What each option says.

use super::arguments::Given;
use super::data::{Data, part};
use super::transfer::Transfer;
use crate::analysis::duration;
use crate::import::call::{Auth, is_path};
use crate::import::draft::Draft;
use crate::import::text::{has_value, quiet_line};

/// What only changes what curl shows or keeps, or how its errors look.
const SHOWN: [&str; 27] = [
    "silent",
    "show-error",
    "verbose",
    "output",
    "remote-name",
    "remote-name-all",
    "remote-header-name",
    "include",
    "write-out",
    "progress-bar",
    "progress-meter",
    "dump-header",
    "trace",
    "trace-ascii",
    "trace-time",
    "trace-ids",
    "trace-config",
    "stderr",
    "buffer",
    "styled-output",
    "create-dirs",
    "output-dir",
    "remote-time",
    "clobber",
    "fail-early",
    "suppress-connect-headers",
    "out-null",
];
/// What Journeys do anyway, or what means nothing to them.
const USUAL: [&str; 7] = [
    "basic",
    "keepalive",
    "npn",
    "sessionid",
    "tcp-nodelay",
    "http2",
    "disable",
];

pub(super) fn apply(given: &Given, transfer: &mut Transfer, draft: &mut Draft, shown: &mut Vec<String>) {
    let value = given.value.as_str();
    let is_on = !given.is_off;
    if SHOWN.contains(&given.name) {
        shown.push(format!("--{}", given.name));
        return;
    }
    match given.name {
        "url" => transfer.urls.push(value.to_owned()),
        "request" => value.clone_into(&mut transfer.method),
        "get" => transfer.is_get = is_on,
        "head" => transfer.is_head = is_on,
        "globoff" => transfer.is_literal = is_on,
        "path-as-is" => transfer.keeps_dots = is_on,
        "location" | "location-trusted" | "follow" => transfer.follows = is_on,
        "max-redirs" => transfer.redirects_max = Some(value.parse().unwrap_or(50)),
        "fail" | "fail-with-body" => transfer.fails = is_on,
        "alpn" if !is_on => transfer.version = Some("1.1"),
        "alpn" => {}
        "http1.1" => transfer.version = Some("1.1"),
        "http2-prior-knowledge" => transfer.version = Some("2"),
        "retry" => transfer.retry.attempts = value.parse().ok(),
        "retry-delay" => transfer.retry.pause = seconds(value),
        "retry-all-errors" => transfer.retry.all_errors = is_on,
        "retry-connrefused" => transfer.retry.refused = is_on,
        "data" | "data-ascii" => transfer.data.push(Data::of(value, false)),
        "data-binary" => transfer.data.push(Data::of(value, true)),
        "data-raw" => transfer.data.push(Data::Text(value.to_owned())),
        "data-urlencode" => transfer.data.push(Data::encoded(value)),
        "url-query" => transfer.queries.push(match value.strip_prefix('+') {
            Some(plain) => Data::Text(plain.to_owned()),
            None => Data::encoded(value),
        }),
        "json" => {
            transfer.is_json = true;
            transfer.data.push(Data::of(value, true));
        }
        "form" | "form-string" => transfer
            .parts
            .extend(part(value, given.name == "form-string", draft)),
        "upload-file" if value != "-" => transfer.upload = Some(value.to_owned()),
        "header" => header(value, transfer),
        "user-agent" => transfer.headers.push(("User-Agent".to_owned(), value.to_owned())),
        "referer" => transfer
            .headers
            .push(("Referer".to_owned(), value.trim_end_matches(";auto").to_owned())),
        "range" => transfer
            .headers
            .push(("Range".to_owned(), format!("bytes={value}"))),
        "compressed" => transfer
            .headers
            .push(("Accept-Encoding".to_owned(), "gzip, deflate".to_owned())),
        "user" => transfer.auth = Some(user(value)),
        "oauth2-bearer" => transfer.auth = Some(Auth::Bearer(value.to_owned())),
        "cookie" => cookie(value, transfer),
        "cookie-jar" => {
            transfer.keeps_cookies = true;
            draft.note("Cookies are kept as long as a run lasts; no file holds them.");
        }
        "max-time" => match seconds(value) {
            Some(time) => transfer.after.put("timeout", time),
            None => transfer.remarks.lose(format!("--max-time {value}")),
        },
        "insecure" | "cacert" | "cert" | "key" => tls(given, draft),
        name if USUAL.contains(&name) => draft.note(format!("--{name} changes nothing here.")),
        _ => lose(given, transfer),
    }
}

/// What has no counterpart, with what comes near.
fn lose(given: &Given, transfer: &mut Transfer) {
    let near = match given.name {
        "resolve" | "connect-to" => ": give `serin probe --connect HOST:PORT=HOST:PORT`",
        "connect-timeout" => ": a step's `timeout` holds for all of it",
        "proxy" | "preproxy" | "socks5" | "socks5-hostname" => ": requests go there directly",
        "digest" | "ntlm" | "negotiate" | "anyauth" | "aws-sigv4" => ": `auth` knows basic and bearer",
        "ipv4" | "ipv6" => ": whatever answers first is asked",
        "parallel" | "parallel-immediate" => ": steps follow one another, but for those of `parallel`",
        "config" => ": what that file says is not read",
        _ => "",
    };
    let no = if given.is_off { "no-" } else { "" };
    let value = if near.contains("directly") || given.value.is_empty() {
        String::new()
    } else {
        format!(" {}", hidden(given))
    };
    transfer
        .remarks
        .lose(format!("--{no}{}{value}{near}", given.name));
}

/// Arguments that may hold a credential are not repeated.
fn hidden(given: &Given) -> &str {
    let may_hold = [
        "pass",
        "proxy-user",
        "tlspassword",
        "proxy-header",
        "expand",
        "variable",
        "login-options",
    ];
    if may_hold.iter().any(|name| given.name.contains(name)) {
        "..."
    } else {
        &given.value
    }
}

/// `Name: value`; `Name;` is one without a value.
fn header(text: &str, transfer: &mut Transfer) {
    if let Some(path) = text.strip_prefix('@') {
        transfer.remarks.lose(format!("the headers of the file `{path}`"));
        return;
    }
    match text.split_once(':') {
        Some((name, value)) if value.trim().is_empty() => {
            transfer
                .remarks
                .lose(format!("the header `{name}` left out: it is sent as Journeys do"));
        }
        Some((name, value)) => transfer
            .headers
            .push((name.trim().to_owned(), value.trim().to_owned())),
        None => match text.trim().strip_suffix(';') {
            Some(name) => transfer.headers.push((name.to_owned(), String::new())),
            None => transfer
                .remarks
                .lose(format!("the header `{}`, which has no value", quiet_line(text))),
        },
    }
}

fn user(text: &str) -> Auth {
    let (user, password) = text.split_once(':').unwrap_or((text, ""));
    Auth::Basic {
        user: user.to_owned(),
        password: password.to_owned(),
    }
}

/// Cookies, or a file that holds them; either way they are kept from then on.
fn cookie(text: &str, transfer: &mut Transfer) {
    transfer.keeps_cookies = true;
    if text.contains('=') || has_value(text) {
        transfer.headers.push(("Cookie".to_owned(), text.to_owned()));
    } else if !text.is_empty() {
        transfer.remarks.lose(format!("the cookies of the file `{text}`"));
    }
}

fn tls(given: &Given, draft: &mut Draft) {
    let value = given.value.as_str();
    match given.name {
        "insecure" => draft.of_all("insecure", (!given.is_off).into(), "--insecure"),
        _ if !is_path(value) => draft.lose(format!("--{}", given.name)),
        "cacert" => draft.of_all("ca", value.into(), "--cacert"),
        "cert" => {
            let (path, password) = match value.rsplit_once(':') {
                Some((path, password)) if path.len() > 1 => (path, Some(password)),
                _ => (value, None),
            };
            if password.is_some() {
                draft.lose("the password of the client's key: a key without one is wanted");
            }
            draft.client(true, path);
        }
        _ => draft.client(false, value),
    }
}

/// Seconds with a fraction as a duration.
fn seconds(text: &str) -> Option<String> {
    let seconds: f64 = text
        .parse()
        .ok()
        .filter(|seconds| (0.001..=86_400.0).contains(seconds))?;
    std::time::Duration::try_from_secs_f64((seconds * 1e3).round() / 1e3)
        .ok()
        .map(duration::format)
}
