//! Requests.

use http::{HeaderName, Method, header};

use super::amounts::count;
use super::files::Reading;
use super::names::{self, Names, plain, template};
use super::query;
use crate::analysis::diagnostic::listed;
use crate::analysis::node::Place;
use crate::analysis::plan::journey::{
    Auth, Body, Credential, HttpVersion, Part, PartContent, Piece, Request, Template,
};
use crate::analysis::raw::journey::{self as journey, request as raw};
use crate::analysis::raw::provider::Header;
use crate::analysis::raw::text::TextOrSecret;
use crate::analysis::validate::Checks;
use crate::analysis::validate::secrets::secret;

/// Redirects that are followed at most, whatever a document says: browsers stop at 20.
pub(super) const REDIRECTS_MAX: u32 = 50;
/// Ways to say what is sent.
const BODIES: [&str; 5] = ["json", "form", "multipart", "raw", "file"];
/// What HTTP itself needs to be right, and who sends it.
const NOT_TO_BE_SET: [HeaderName; 4] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
];

/// What requests say that do not say it themselves.
pub(super) struct Defaults {
    pub(super) headers: Vec<(HeaderName, Credential)>,
    pub(super) redirects_max: u32,
}

pub(super) fn request(
    checks: &mut Checks<'_>,
    names: &Names,
    files: &mut Reading<'_>,
    defaults: &Defaults,
    raw: &raw::Request,
    place: &Place<'_>,
) -> Request {
    let body = body(checks, names, files, raw, place);
    let mut headers = headers(checks, names, raw.headers.as_deref(), &place.field("headers"));
    let missing = defaults
        .headers
        .iter()
        .filter(|(name, _)| headers.iter().all(|(own, _)| own != name));
    headers = missing
        .cloned()
        .collect::<Vec<_>>()
        .into_iter()
        .chain(headers)
        .collect();
    let content_type = raw.content_type.as_ref().map(|text| {
        let place = place.field("contentType");
        template(checks, names, &place, text)
    });
    Request {
        method: method(checks, raw.method.as_deref(), &body, &place.field("method")),
        url: url(checks, names, &raw.url, &place.field("url")),
        query: pairs(checks, names, &place.field("query")),
        headers,
        body,
        content_type,
        auth: auth(checks, names, raw.auth.as_ref(), &place.field("auth")),
        redirects_max: count(
            checks,
            &place.field("redirects"),
            raw.redirects.as_ref(),
            defaults.redirects_max,
            0..=REDIRECTS_MAX,
        ),
        version: raw.version.map(version),
    }
}

pub(super) fn version(raw: journey::HttpVersion) -> HttpVersion {
    match raw {
        journey::HttpVersion::Auto => HttpVersion::Auto,
        journey::HttpVersion::Http1 => HttpVersion::Http1,
        journey::HttpVersion::Http2 => HttpVersion::Http2,
    }
}

fn method(checks: &mut Checks<'_>, text: Option<&str>, body: &Body, place: &Place<'_>) -> Method {
    let default = if matches!(body, Body::Empty) {
        Method::GET
    } else {
        Method::POST
    };
    let Some(text) = text.and_then(|text| plain(checks, place, text)) else {
        return default;
    };
    // `get` is a method of its own to HTTP, and never what is meant.
    let is_known = !text.is_empty() && text.chars().all(|char| char.is_ascii_uppercase() || char == '-');
    match Method::from_bytes(text.as_bytes()) {
        Ok(Method::CONNECT) => {
            checks.refuse(place, "the method CONNECT", "a method that asks for something");
            default
        }
        Ok(method) if is_known => method,
        _ => {
            checks.refuse(
                place,
                format!("the method {text:?}"),
                "such as `GET` or `POST`, in capitals",
            );
            default
        }
    }
}

fn url(checks: &mut Checks<'_>, names: &Names, text: &str, place: &Place<'_>) -> Template {
    let url = template(checks, names, place, text);
    let begins = match url.pieces.first() {
        None => "",
        Some(Piece::Text(text)) => text.as_str(),
        // What a step has captured may be a whole URL.
        Some(Piece::Value(_)) => return url,
    };
    if checks.is_open(begins) {
        return url;
    }
    if begins.starts_with(['/', '?']) || begins.is_empty() {
        return url;
    }
    if begins.contains(char::is_whitespace) {
        checks.refuse(
            place,
            format!("white space in {text:?}"),
            "a URL in which it is `%20`",
        );
    } else {
        checks.target(place, begins, "");
    }
    url
}

/// Names with values that are sent as they are spelled.
fn pairs(checks: &mut Checks<'_>, names: &Names, place: &Place<'_>) -> Vec<(String, Template)> {
    let entries = place.node().map(|node| node.entries()).unwrap_or_default();
    entries
        .iter()
        .map(|entry| {
            let text = if entry.value.is_null() {
                ""
            } else {
                &entry.value.text
            };
            let value = template(checks, names, &place.field(&entry.key), text);
            (entry.key.clone(), value)
        })
        .collect()
}

pub(super) fn headers(
    checks: &mut Checks<'_>,
    names: &Names,
    raw: Option<&[Header]>,
    place: &Place<'_>,
) -> Vec<(HeaderName, Credential)> {
    let mut headers = Vec::new();
    for (at, header) in raw.unwrap_or_default().iter().enumerate() {
        let place = place.item(at);
        let (Some(name), None) = (&header.name, &header.key) else {
            checks.refuse(&place, "a header without `name`", "`name` and `value`");
            continue;
        };
        let value = credential(checks, names, &header.value, &place.field("value"));
        let name_place = place.field("name");
        let Some(name) =
            plain(checks, &name_place, name).and_then(|name| query::header(checks, &name_place, name))
        else {
            continue;
        };
        if NOT_TO_BE_SET.contains(&name) {
            let expected = "no such header: it follows from the request";
            checks.refuse(&name_place, format!("the header `{name}`"), expected);
        }
        headers.extend(value.map(|value| (name, value)));
    }
    headers
}

pub(super) fn credential(
    checks: &mut Checks<'_>,
    names: &Names,
    raw: &TextOrSecret,
    place: &Place<'_>,
) -> Option<Credential> {
    match raw {
        TextOrSecret::Text(text) => Some(Credential::Template(template(checks, names, place, text))),
        TextOrSecret::Source(source) => secret(checks, source, place, "").map(Credential::Secret),
    }
}

fn auth(checks: &mut Checks<'_>, names: &Names, raw: Option<&raw::Auth>, place: &Place<'_>) -> Auth {
    let Some(raw) = raw else { return Auth::None };
    match (&raw.basic, &raw.bearer) {
        (Some(basic), None) => {
            let place = place.field("basic");
            let user = credential(checks, names, &basic.user, &place.field("user"));
            let password = credential(checks, names, &basic.password, &place.field("password"));
            match user.zip(password) {
                Some((user, password)) => Auth::Basic { user, password },
                None => Auth::None,
            }
        }
        (None, Some(bearer)) => {
            let bearer = credential(checks, names, bearer, &place.field("bearer"));
            bearer.map_or(Auth::None, Auth::Bearer)
        }
        _ => {
            checks.refuse(
                place,
                "none or several ways to say who asks",
                "one of `basic` and `bearer`",
            );
            Auth::None
        }
    }
}

fn body(
    checks: &mut Checks<'_>,
    names: &Names,
    files: &mut Reading<'_>,
    raw: &raw::Request,
    place: &Place<'_>,
) -> Body {
    let bodies = BODIES.into_iter();
    let given: Vec<&str> = bodies.filter(|key| place.field(key).node().is_some()).collect();
    let key = match given.as_slice() {
        [] => return Body::Empty,
        [key] => *key,
        [_, second, ..] => {
            let found = format!("several bodies: {}", listed(given.iter().copied()));
            checks.refuse(&place.field(second), found, format!("one of {}", listed(BODIES)));
            return Body::Empty;
        }
    };
    let inner = place.field(key);
    match key {
        "json" => Body::Json(names::json(checks, names, &inner)),
        "form" => Body::Form(pairs(checks, names, &inner)),
        "multipart" => {
            let parts = raw.multipart.as_deref().unwrap_or_default().iter().enumerate();
            let parts = parts.filter_map(|(at, raw)| part(checks, names, files, raw, &inner.item(at)));
            Body::Multipart(parts.collect())
        }
        "raw" => {
            let text = raw.raw.as_deref().unwrap_or_default();
            Body::Raw(template(checks, names, &inner, text))
        }
        _ => {
            let path = raw.file.as_deref().unwrap_or_default();
            files.bytes(checks, &inner, path).map_or(Body::Empty, Body::Bytes)
        }
    }
}

fn part(
    checks: &mut Checks<'_>,
    names: &Names,
    files: &mut Reading<'_>,
    raw: &raw::Part,
    place: &Place<'_>,
) -> Option<Part> {
    let content = match (&raw.text, &raw.file) {
        (Some(text), None) => PartContent::Text(template(checks, names, &place.field("text"), text)),
        (None, Some(path)) => PartContent::Bytes(files.bytes(checks, &place.field("file"), path)?),
        _ => {
            checks.refuse(
                place,
                "a part of no content, or of several",
                "exactly one of `text` and `file`",
            );
            return None;
        }
    };
    let of_file = raw
        .file
        .as_deref()
        .and_then(|path| path.rsplit(['/', '\\']).next());
    for (key, text) in [
        ("name", Some(raw.name.as_str())),
        ("fileName", raw.file_name.as_deref()),
        ("contentType", raw.content_type.as_deref()),
    ] {
        // They stand in lines of their own between the parts.
        if text.is_some_and(|text| text.contains(char::is_control)) {
            checks.refuse(&place.field(key), "a control character", "one line of text");
        }
    }
    Some(Part {
        name: raw.name.clone(),
        file_name: raw.file_name.clone().or(of_file.map(str::to_owned)),
        content_type: raw.content_type.clone(),
        content,
    })
}
