use std::borrow::Cow;

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE, HOST, LOCATION};
use http::{HeaderMap, Method, StatusCode, Uri};
use serin_judge::analysis::plan::journey::{Failure, FailureClass};
use url::Url;

use super::origin::{Origin, shown};
use super::outgoing::{Outgoing, is_credential};

/// What was asked for already, since a cookie was last set: asking for it again gives the same answer.
#[derive(Default)]
pub(super) struct Route {
    asked: Vec<(Method, Uri)>,
}

impl Route {
    /// `outgoing` was answered. After a new cookie every address may answer something else.
    pub(super) fn passed(&mut self, outgoing: &Outgoing<'_>, has_new_cookie: bool) {
        if has_new_cookie {
            self.asked.clear();
        } else {
            self.asked.push((outgoing.method.clone(), outgoing.uri.clone()));
        }
    }

    fn leads_back(&self, method: &Method, uri: &Uri) -> bool {
        self.asked.iter().any(|(asked, at)| asked == method && at == uri)
    }
}

/// Whether the answer sends the asker elsewhere: RFC 9110, section 15.4.
pub(super) fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// The request that follows `last`, whose answer has `status` and `headers`.
///
/// # Errors
/// It leads nowhere, or in a circle.
pub(super) fn next<'a>(
    last: &Outgoing<'a>,
    status: StatusCode,
    headers: &HeaderMap,
    route: &Route,
) -> Result<Outgoing<'a>, Failure> {
    let uri = target(&last.uri, headers)?;
    let method = method_after(status, &last.method);
    if route.leads_back(&method, &uri) {
        return Err(failed(&format!("{} redirects in a circle", shown(&uri))));
    }
    let mut kept = last.headers.as_ref().clone();
    let mut body = last.body.clone();
    if method != last.method {
        body = Bytes::new();
        for name in [CONTENT_TYPE, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION] {
            kept.remove(name);
        }
    }
    let is_same = Origin::of(&last.uri).is_ok_and(|origin| origin.is_of(&uri));
    if !is_same {
        without_credentials(&mut kept);
    }
    Ok(Outgoing {
        method,
        uri,
        headers: Cow::Owned(kept),
        traceparent: last.traceparent,
        body,
        version: last.version,
        reach: last.reach.filter(|_| is_same),
    })
}

/// One redirect more than allowed.
pub(super) fn too_many(limit: u32, uri: &Uri) -> Failure {
    failed(&format!(
        "more than {limit} redirects, the last one from {}",
        shown(uri)
    ))
}

/// RFC 9110, section 15.4, and the Fetch standard, section 4.5: everybody makes a POST a GET after 301 and 302.
fn method_after(status: StatusCode, method: &Method) -> Method {
    let becomes_get = match status {
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => *method == Method::POST,
        StatusCode::SEE_OTHER => *method != Method::HEAD,
        _ => false,
    };
    if becomes_get { Method::GET } else { method.clone() }
}

/// `Host` of the last origin, and whatever somebody marked as a secret, go no further either.
fn without_credentials(headers: &mut HeaderMap) {
    let secret: Vec<_> = headers
        .iter()
        .filter(|(name, value)| is_credential(name) || value.is_sensitive() || *name == HOST)
        .map(|(name, _)| name.clone())
        .collect();
    for name in secret {
        headers.remove(name);
    }
}

fn target(from: &Uri, headers: &HeaderMap) -> Result<Uri, Failure> {
    let nowhere = |seen: &str| failed(&format!("{} redirects to nowhere: {seen}", shown(from)));
    let location = headers
        .get(LOCATION)
        .ok_or_else(|| nowhere("there is no Location"))?;
    let unread = || nowhere("its Location is no URL");
    let location = std::str::from_utf8(location.as_bytes()).map_err(|_| unread())?;
    let base = Url::parse(&from.to_string()).map_err(|_| unread())?;
    let mut url = base.join(location).map_err(|_| unread())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(nowhere(&format!("{} is not followed", url.scheme())));
    }
    url.set_fragment(None);
    // A user that a server writes into an address is none of this request's; neither setter fails with a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.as_str().parse().map_err(|_| unread())
}

fn failed(message: &str) -> Failure {
    Failure {
        class: FailureClass::Redirect,
        phase: None,
        message: message.to_owned(),
    }
}
