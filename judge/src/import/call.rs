//! One HTTP request as a step, whatever tool it comes from.

mod body;
mod form;
mod parts;
mod secrets;
mod url;

pub(super) use self::body::{Body, is_path};
pub(super) use self::parts::Part;
pub(super) use self::url::{can_be_target, origin_of};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderName;

use super::draft::{Draft, Step};
use super::scope::Slot;
use super::text::{has_value, quiet};
use super::yaml::{Map, Yaml};

/// What HTTP itself needs to be right.
const NOT_TO_BE_SET: [&str; 4] = ["host", "content-length", "transfer-encoding", "connection"];
/// Redirects that a Journey follows at most.
const REDIRECTS_MAX: u64 = 50;

/// A request.
#[derive(Clone, Debug, Default)]
pub(super) struct Call {
    /// Empty: GET, or POST where there is a body.
    pub(super) method: String,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Body,
    pub(super) auth: Option<Auth>,
    pub(super) redirects: Option<u64>,
    pub(super) version: Option<&'static str>,
}

/// Who asks.
#[derive(Clone, Debug)]
pub(super) enum Auth {
    Basic { user: String, password: String },
    Bearer(String),
}

impl Call {
    /// A step of this request, whose parts that cannot be written are named in its remarks.
    pub(super) fn step(mut self, name: impl Into<String>, draft: &mut Draft) -> Step {
        let mut step = Step::new(name, "request");
        self.auth_of_headers();
        self.auth_of_url();
        let mut request = Map::default();
        self.put_method(&mut request, &mut step);
        let url = secrets::hidden_in_query(&self.url, draft);
        request.put("url", url::below_target(&url, draft, &mut step));
        self.put_auth(&mut request, draft, &mut step);
        let body = self.body.clone();
        let content_type = self.take_content_type(&body);
        let headers = self.headers(draft, &mut step);
        request.put_some("headers", headers.into());
        body::put(body, content_type, &mut request, draft, &mut step);
        if let Some(redirects) = self.redirects {
            request.put("redirects", redirects.min(REDIRECTS_MAX));
        }
        if let Some(version) = self.version {
            request.put("version", version);
        }
        step.action = request;
        step
    }

    fn put_method(&self, request: &mut Map, step: &mut Step) {
        let usual = if matches!(self.body, Body::Empty) {
            "GET"
        } else {
            "POST"
        };
        let is_known = self
            .method
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'-');
        if self.method.is_empty() || self.method == usual {
            return;
        }
        if is_known && self.method != "CONNECT" {
            request.put("method", self.method.as_str());
        } else {
            step.remarks.lose(format!("the method `{}`", self.method));
        }
    }

    /// A `Content-Type` of its own stands beside the body.
    fn take_content_type(&mut self, body: &Body) -> Option<String> {
        let is_it = |name: &str| name.eq_ignore_ascii_case("content-type");
        let count = self.headers.iter().filter(|(name, _)| is_it(name)).count();
        if count != 1 || matches!(body, Body::Empty | Body::Multipart(_)) {
            return None;
        }
        let at = self.headers.iter().position(|(name, _)| is_it(name))?;
        Some(self.headers.remove(at).1)
    }

    fn headers(&self, draft: &mut Draft, step: &mut Step) -> Vec<Yaml> {
        let mut headers = Vec::new();
        for (name, value) in &self.headers {
            let is_name = HeaderName::from_bytes(name.as_bytes()).is_ok();
            if !is_name || value.contains(|char: char| char.is_control() && char != '\t') {
                step.remarks
                    .lose(format!("the header `{name}: {}`", quiet(name, value)));
            } else if NOT_TO_BE_SET.contains(&name.to_ascii_lowercase().as_str()) {
                step.remarks.lose(format!(
                    "the header `{name}: {value}`, which follows from the request (a Host: --target with its name, and --connect)"
                ));
            } else if name.eq_ignore_ascii_case("cookie") {
                let hidden = secrets::hidden_in_cookies(value, draft);
                match draft.scope.say(&hidden, Slot::Plain) {
                    Some(value) => headers.push(Map::of("name", name.as_str()).with("value", value).into()),
                    None => step
                        .remarks
                        .lose("the header `Cookie`, whose braces would be a placeholder"),
                }
            } else {
                match draft.scope.header(name, value) {
                    Some(value) => headers.push(Map::of("name", name.as_str()).with("value", value).into()),
                    None => step.remarks.lose(format!(
                        "the header `{name}`, whose braces would be a placeholder"
                    )),
                }
            }
        }
        headers
    }

    /// `Authorization` in the words of Journeys.
    fn auth_of_headers(&mut self) {
        let is_it = |name: &str| name.eq_ignore_ascii_case("authorization");
        let Some(at) = self.headers.iter().position(|(name, _)| is_it(name)) else {
            return;
        };
        let (scheme, rest) = self.headers[at].1.split_once(' ').unwrap_or_default();
        let auth = if scheme.eq_ignore_ascii_case("bearer") {
            Some(Auth::Bearer(rest.trim().to_owned()))
        } else if scheme.eq_ignore_ascii_case("basic") {
            basic(rest.trim())
        } else {
            None
        };
        if auth.is_some() && self.auth.is_none() {
            self.auth = auth;
            self.headers.remove(at);
        }
    }

    /// User and password do not belong into a URL.
    fn auth_of_url(&mut self) {
        if let Some((user, password, url)) = url::without_user(&self.url) {
            self.url = url;
            if self.auth.is_none() {
                self.auth = Some(Auth::Basic { user, password });
            }
        }
    }

    fn put_auth(&self, request: &mut Map, draft: &mut Draft, step: &mut Step) {
        let auth = match &self.auth {
            None => return,
            Some(Auth::Bearer(token)) => {
                let token = draft.scope.credential(token, "TOKEN", "the bearer token");
                token.map(|token| Map::of("bearer", token))
            }
            Some(Auth::Basic { user, password }) => {
                let what = format!("the password of `{}`", super::text::shown(user));
                let user = draft.scope.say(user, Slot::Plain);
                let password = draft.scope.credential(password, "PASSWORD", &what);
                let basic = user.zip(password);
                basic.map(|(user, password)| {
                    Map::of("basic", Map::of("user", user).with("password", password))
                })
            }
        };
        match auth {
            Some(auth) => request.put("auth", auth),
            None => step.remarks.lose("who asks: its braces would be a placeholder"),
        }
    }
}

/// User and password of RFC 7617.
fn basic(encoded: &str) -> Option<Auth> {
    if has_value(encoded) {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    let is_text = !decoded.contains(char::is_control);
    is_text.then(|| Auth::Basic {
        user: user.to_owned(),
        password: password.to_owned(),
    })
}
