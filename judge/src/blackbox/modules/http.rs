use http::header::ACCEPT_ENCODING;
use http::{HeaderName, HeaderValue, Method};

use super::fields::Fields;
use super::tls;
use crate::blackbox::http::{BodyRule, Coding, Given, HeaderRule, Http, Login};

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

pub(super) fn read(mut fields: Fields<'_>) -> Option<Http> {
    lacking(&mut fields);
    let follow = fields.flag("follow_redirects", true);
    let follows = match fields.has("no_follow_redirects") {
        true => !fields.flag("no_follow_redirects", false),
        false => {
            fields.pass_over("no_follow_redirects");
            follow
        }
    };
    let mut body_rules = Vec::new();
    for (key, fails_if_matches) in [
        ("fail_if_body_matches_regexp", true),
        ("fail_if_body_not_matches_regexp", false),
    ] {
        let rules = fields.regexes(key).into_iter();
        body_rules.extend(rules.map(|regex| BodyRule { regex, fails_if_matches }));
    }
    let mut header_rules = header_rules_of(&mut fields, "fail_if_header_matches", true);
    header_rules.extend(header_rules_of(&mut fields, "fail_if_header_not_matches", false));
    let codes = fields.items("valid_status_codes");
    let coding = coding(&mut fields);
    let http = Http {
        valid_status_codes: codes
            .iter()
            .filter_map(|node| u16::try_from(fields.integer_of(node, 100..=999)?).ok())
            .collect(),
        any_status: fields.flag("accept_any_response", false),
        valid_versions: fields.texts("valid_http_versions"),
        addressing: fields.addressing(),
        follows_redirects: follows,
        fails_if_tls: fields.flag("fail_if_ssl", false),
        fails_if_not_tls: fields.flag("fail_if_not_ssl", false),
        method: method(&mut fields)?,
        headers: headers(&mut fields),
        body: fields.content("body", "body_file"),
        body_rules,
        header_rules,
        coding,
        body_bytes_max: size(&mut fields),
        login: login(&mut fields),
        tls: tls::read(&mut fields),
        http2: fields.flag("enable_http2", true),
    };
    accepts(&http, &mut fields);
    fields.finish();
    Some(http)
}

/// What Serin cannot do.
fn lacking(fields: &mut Fields<'_>) {
    let direct = "nothing of it: targets are asked directly";
    for key in [
        "proxy_url",
        "proxy_connect_header",
        "proxy_from_environment",
        "skip_resolve_phase_with_proxy",
        "use_proxy_dns",
    ] {
        fields.lacks(key, "proxies", direct);
    }
    // Without a proxy it says nothing.
    fields.pass_over("no_proxy");
    fields.lacks("oauth2", "OAuth 2.0", "`authorization` or `basic_auth`");
    fields.lacks("enable_http3", "HTTP/3", "`enable_http2`");
    for key in ["fail_if_body_json_matches_cel", "fail_if_body_json_not_matches_cel"] {
        fields.lacks(key, "CEL", "`fail_if_body_matches_regexp` and its like");
    }
}

fn method(fields: &mut Fields<'_>) -> Option<Method> {
    let text = fields.text("method").filter(|text| !text.is_empty());
    let text = text.unwrap_or_else(|| "GET".to_owned());
    match Method::from_bytes(text.as_bytes()) {
        Ok(method) if method != Method::CONNECT => Some(method),
        _ => {
            fields.refuse("method", format!("{text:?}"), "a method such as `GET`");
            None
        }
    }
}

fn header_rules_of(fields: &mut Fields<'_>, key: &'static str, fails_if_matches: bool) -> Vec<HeaderRule> {
    let items = fields.items(key);
    let rule = |item| {
        let mut fields = fields.within(Some(item));
        let name = fields.text("header").unwrap_or_default();
        let regex = fields.regex("regexp");
        let may_miss = fields.flag("allow_missing", false);
        if regex.is_none() && !fields.has("regexp") {
            fields.refuse_here("a rule without `regexp`", "`regexp` and `header`");
        }
        let header = HeaderName::from_bytes(name.to_ascii_lowercase().as_bytes());
        if header.is_err() {
            fields.refuse("header", format!("the header {name:?}"), "the name of a header");
        }
        fields.finish();
        Some(HeaderRule {
            header: header.ok()?,
            regex: regex?,
            may_miss,
            fails_if_matches,
        })
    };
    items.iter().filter_map(rule).collect()
}

fn headers(fields: &mut Fields<'_>) -> Vec<(HeaderName, Given)> {
    let mut headers = Vec::new();
    let plain = fields.map("headers");
    for entry in plain.map_or(&[][..], |node| node.entries()) {
        let Some(value) = fields.text_of("headers", &entry.value) else { continue };
        header(fields, &entry.key, &value, entry.value.span.clone(), &mut headers);
    }
    let node = fields.map("http_headers");
    for entry in node.map_or(&[][..], |node| node.entries()) {
        let mut of_one = fields.within(Some(&entry.value));
        for key in ["values", "secrets"] {
            for item in of_one.items(key) {
                let Some(value) = of_one.text_of(key, item) else { continue };
                header(&mut of_one, &entry.key, &value, item.span.clone(), &mut headers);
            }
        }
        for path in of_one.texts("files") {
            if let Some(name) = header_name(&mut of_one, &entry.key) {
                headers.push((name, Given::File(path)));
            }
        }
        of_one.finish();
    }
    headers
}

fn header(
    fields: &mut Fields<'_>,
    name: &str,
    value: &str,
    span: std::ops::Range<usize>,
    headers: &mut Vec<(HeaderName, Given)>,
) {
    let Some(name) = header_name(fields, name) else { return };
    match HeaderValue::from_str(value) {
        Ok(value) => headers.push((name, Given::Value(value))),
        Err(_) => {
            let found = format!("a value of the header `{name}` that cannot be sent");
            fields.refuse_at(span, found, "text without line ends");
        }
    }
}

fn header_name(fields: &mut Fields<'_>, name: &str) -> Option<HeaderName> {
    let read = HeaderName::from_bytes(name.to_ascii_lowercase().as_bytes());
    if read.is_err() {
        fields.refuse_here(&format!("the header {name:?}"), "a name that headers can have");
    }
    read.ok()
}

fn login(fields: &mut Fields<'_>) -> Option<Login> {
    let bearer = fields.content("bearer_token", "bearer_token_file");
    let mut logins: Vec<Login> = Vec::new();
    logins.extend(bearer.map(|token| Login::Token { scheme: "Bearer".to_owned(), token }));
    if let Some(node) = fields.map("basic_auth") {
        let mut basic = fields.within(Some(node));
        let user = basic.content("username", "username_file");
        let password = basic.content("password", "password_file");
        basic.lacks("username_ref", "a secret manager", "`username_file`");
        basic.lacks("password_ref", "a secret manager", "`password_file`");
        basic.finish();
        logins.push(Login::Basic { user, password });
    }
    if let Some(node) = fields.map("authorization") {
        let mut authorization = fields.within(Some(node));
        let scheme = authorization.text("type").filter(|scheme| !scheme.trim().is_empty());
        let scheme = scheme.unwrap_or_else(|| "Bearer".to_owned());
        if scheme.trim().eq_ignore_ascii_case("basic") {
            authorization.refuse("type", "`type: Basic`", "`basic_auth` instead");
        }
        let token = authorization.content("credentials", "credentials_file");
        authorization.lacks("credentials_ref", "a secret manager", "`credentials_file`");
        authorization.finish();
        let scheme = scheme.trim().to_owned();
        logins.extend(token.map(|token| Login::Token { scheme, token }));
    }
    if logins.len() > 1 {
        fields.refuse_here("more than one way to log in", "one of `basic_auth`, `authorization` and `bearer_token`");
    }
    logins.pop()
}

fn coding(fields: &mut Fields<'_>) -> Option<Coding> {
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
            fields.refuse("compression", format!("{text:?}"), "`gzip`, `deflate` or `identity`");
            None
        }
    }
}

/// What is asked for has to be what is decoded.
fn accepts(http: &Http, fields: &mut Fields<'_>) {
    let Some(coding) = http.coding.filter(|coding| *coding != Coding::Identity) else { return };
    let mut accepted = http.headers.iter().filter(|(name, _)| *name == ACCEPT_ENCODING);
    let refuses = accepted.any(|(_, value)| match value {
        Given::Value(value) => value.to_str().is_ok_and(|value| !is_accepted(value, coding.name())),
        Given::File(_) => false,
    });
    if refuses {
        let found = format!("`compression: {0}` with an Accept-Encoding that refuses {0}", coding.name());
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
            name.trim().eq_ignore_ascii_case(wanted).then_some(quality.unwrap_or(0.0))
        })
    };
    quality(coding).or_else(|| quality("*")).is_some_and(|quality| quality > 0.0)
}

/// Bytes, such as `10MB`. 0 is no limit.
fn size(fields: &mut Fields<'_>) -> Option<u64> {
    let text = fields.text("body_size_limit")?;
    let end = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let unit = match unit.trim() {
        "" if digits == "0" => Some(1),
        unit => UNITS.iter().find(|(known, _)| *known == unit).map(|(_, bytes)| *bytes),
    };
    let bytes = unit.and_then(|unit| digits.parse::<u64>().ok()?.checked_mul(unit));
    if bytes.is_none() {
        fields.refuse("body_size_limit", format!("{text:?}"), "bytes with a unit, such as `10MB` or `512KiB`");
    }
    bytes.filter(|bytes| *bytes > 0)
}

