//! What an answer says, looked at only as far as somebody asks.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::time::Duration;

use http::header::SET_COOKIE;
use serde_json::{Number, Value};

use super::findings::Seen;
use super::{Answer, Findings};
use crate::analysis::plan::journey::{Query, is_credential};

/// An answer with what was made of it so far.
pub(super) struct Observed<'a> {
    pub(super) seen: Seen<'a>,
    json: OnceCell<Result<Value, String>>,
}

/// What a query finds.
pub(super) enum Found<'o> {
    /// One value.
    One(Cow<'o, Value>),
    /// Those that a path finds which can find several.
    Several(Vec<Value>),
    /// Nothing is there.
    Nothing,
    /// Nothing can be there.
    Unreadable(String),
}

impl<'a> Observed<'a> {
    pub(super) fn new(seen: impl Into<Seen<'a>>) -> Self {
        Self {
            seen: seen.into(),
            json: OnceCell::new(),
        }
    }

    /// The answer of a request.
    pub(super) fn answer(&self) -> Option<&'a Answer> {
        match self.seen {
            Seen::Answer(answer) => Some(answer),
            Seen::Findings(_) => None,
        }
    }

    /// The status of a request's answer.
    pub(super) fn status(&self) -> Option<u16> {
        self.answer().map(|answer| answer.status.as_u16())
    }

    /// The body as text, and what a probe took for it.
    pub(super) fn text(&self) -> Cow<'a, str> {
        match self.seen {
            Seen::Answer(answer) => String::from_utf8_lossy(&answer.body),
            Seen::Findings(Findings { facts, .. }) => {
                let text = facts.get("text").and_then(Value::as_str);
                Cow::Borrowed(text.unwrap_or_default())
            }
        }
    }

    /// The body as JSON; otherwise why it is none. What a probe found is JSON.
    pub(super) fn json(&self) -> Result<&Value, &str> {
        let parsed = self.json.get_or_init(|| match self.seen {
            Seen::Findings(findings) => Ok(Value::Object(findings.facts.clone())),
            Seen::Answer(answer) if answer.body.is_empty() => Err("the body is empty".to_owned()),
            Seen::Answer(answer) => {
                serde_json::from_slice(&answer.body).map_err(|error| format!("the body is no JSON: {error}"))
            }
        });
        parsed.as_ref().map_err(String::as_str)
    }

    /// The first value of a header as text.
    fn header(&self, name: &http::HeaderName) -> Option<String> {
        let value = self.answer()?.headers.get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    }

    /// The cookies that the answer sets, by name.
    pub(super) fn cookies(&self) -> impl Iterator<Item = (&str, &str)> {
        let answer = self.answer().into_iter();
        let lines = answer.flat_map(|answer| answer.headers.get_all(SET_COOKIE));
        let pairs = lines.filter_map(|line| line.to_str().ok()?.split(';').next()?.split_once('='));
        pairs.map(|(name, value)| (name.trim(), value.trim()))
    }

    pub(super) fn milliseconds(duration: Duration) -> Value {
        Number::from_f64(duration.as_secs_f64() * 1e3).map_or(Value::Null, Value::Number)
    }

    pub(super) fn find(&self, query: &Query) -> Found<'_> {
        let one = |value: Value| Found::One(Cow::Owned(value));
        let maybe = |value: Option<Value>| value.map_or(Found::Nothing, one);
        match query {
            Query::Status => maybe(self.status().map(Value::from)),
            Query::Header(name) => maybe(self.header(name).map(Value::from)),
            Query::Cookie(wanted) => {
                // The last one of a name is the one that counts.
                let found = self.cookies().filter(|(name, _)| name == wanted).last();
                maybe(found.map(|(_, value)| value.into()))
            }
            Query::Body => one(self.text().into_owned().into()),
            Query::Size => maybe(self.answer().map(|answer| answer.body_bytes.into())),
            Query::Duration => one(Self::milliseconds(self.seen.duration())),
            Query::TlsDaysLeft => maybe(self.seen.tls().map(|tls| tls.days_left.into())),
            Query::Url => maybe(self.answer().map(|answer| answer.url.to_string().into())),
            Query::Redirects => maybe(self.answer().map(|answer| answer.redirects.into())),
            Query::Regex(regex) => {
                let text = self.text();
                let found = regex.captures(&text);
                let part = found.and_then(|groups| groups.get(1).or(groups.get(0)));
                maybe(part.map(|part| part.as_str().into()))
            }
            Query::JsonPath(path) => match self.json() {
                Err(why) => Found::Unreadable(why.to_owned()),
                Ok(json) => {
                    let mut nodes = path.path.query(json).into_iter();
                    if path.is_singular {
                        nodes
                            .next()
                            .map_or(Found::Nothing, |node| Found::One(Cow::Borrowed(node)))
                    } else {
                        Found::Several(nodes.cloned().collect())
                    }
                }
            },
        }
    }
}

/// A query as people read it.
pub(super) fn place(query: &Query) -> String {
    match query {
        Query::Status => "status".into(),
        Query::Header(name) => format!("header {name}"),
        Query::Cookie(name) => format!("cookie {name}"),
        Query::Body => "body".into(),
        Query::Size => "size in bytes".into(),
        Query::JsonPath(path) => format!("jsonpath {}", path.text),
        Query::Regex(regex) => format!("regex {regex}"),
        Query::Duration => "duration in ms".into(),
        Query::TlsDaysLeft => "days until the certificate expires".into(),
        Query::Url => "url".into(),
        Query::Redirects => "redirects".into(),
    }
}

/// Whether what is found there is a credential by its looks, captured or not.
pub(super) fn is_secret_place(query: &Query) -> bool {
    match query {
        Query::Cookie(_) => true,
        Query::Header(name) => is_credential(name.as_str()),
        Query::JsonPath(path) => is_credential(path.text.rsplit(['.', '[']).next().unwrap_or_default()),
        _ => false,
    }
}
