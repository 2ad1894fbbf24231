use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONNECTION, HOST, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Uri};

use super::{Coding, Given, Http, Login, Target};
use crate::blackbox::Content;

/// Redirects that are followed.
const REDIRECTS_MAX: u32 = 10;
/// Bytes of a body that is looked at, where the module has no limit: it is kept in memory.
const BODY_BYTES_MAX: u64 = 64 << 20;
const AGENT: &str = concat!("serin-probe/", env!("CARGO_PKG_VERSION"));

/// A request of a module, filled in.
#[derive(Clone, Debug)]
pub struct Question {
    /// Such as `GET`.
    pub method: Method,
    /// Where it goes.
    pub uri: Uri,
    /// With `host` first. The connection ends with the answer.
    pub headers: HeaderMap,
    /// What is sent.
    pub body: Bytes,
    /// Redirects that are followed; 0 follows none.
    pub redirects_max: u32,
    /// Somebody looks at the body.
    pub keeps_body: bool,
    /// Bytes of the decoded body; more is a failure.
    pub body_bytes_max: u64,
    /// How it is encoded.
    pub coding: Coding,
    /// The name that a certificate has to hold.
    pub server_name: String,
}

/// Reads a file that a module names.
type Read<'a> = &'a dyn Fn(&str) -> Result<Bytes, String>;

impl Http {
    /// The `Host` of requests by the module, or by who asks for the probe.
    ///
    /// # Errors
    /// Both say one, and not the same.
    pub fn host(&self, asked: Option<&str>) -> Result<Option<String>, String> {
        let own = self.headers.iter().find_map(|(name, value)| match value {
            Given::Value(value) if *name == HOST => value.to_str().ok(),
            _ => None,
        });
        match (own, asked) {
            (Some(own), Some(asked)) if own != asked => Err(format!(
                "the module has the header Host ({own}), and the parameter `hostname` says another ({asked}); leave one out"
            )),
            (own, asked) => Ok(asked.or(own).map(str::to_owned)),
        }
    }

    /// What is asked of a target. `host` is told instead of the target's; `read` reads the files of secrets and bodies.
    ///
    /// # Errors
    /// A file that cannot be read, and what cannot be sent.
    pub fn question(&self, target: &Target, host: Option<&str>, read: Read<'_>) -> Result<Question, String> {
        let mut headers = HeaderMap::with_capacity(self.headers.len() + 4);
        let told = host.unwrap_or_else(|| target.authority());
        headers.insert(HOST, value(told.as_bytes(), "Host")?);
        for (name, given) in self.headers.iter().filter(|(name, _)| *name != HOST) {
            let given = match given {
                Given::Value(value) => value.clone(),
                Given::File(path) => value(trimmed(&Content::File(path.clone()).load(read)?), name.as_str())?,
            };
            headers.append(name.clone(), given);
        }
        if !headers.contains_key(AUTHORIZATION)
            && let Some(login) = self.authorization(target, read)?
        {
            headers.insert(AUTHORIZATION, login);
        }
        headers
            .entry(USER_AGENT)
            .or_insert(HeaderValue::from_static(AGENT));
        headers
            .entry(CONNECTION)
            .or_insert(HeaderValue::from_static("close"));
        let body = self.body.as_ref().map(|body| body.load(read)).transpose()?;
        let keeps_body = !self.body_rules.is_empty();
        let usual = if keeps_body { BODY_BYTES_MAX } else { u64::MAX };
        let name = self.tls.server_name.as_deref().or(host.map(without_port));
        Ok(Question {
            method: self.method.clone(),
            uri: target.uri.clone(),
            headers,
            body: body.unwrap_or_default(),
            redirects_max: if self.follows_redirects { REDIRECTS_MAX } else { 0 },
            keeps_body,
            body_bytes_max: self.body_bytes_max.unwrap_or(usual),
            coding: self.coding.unwrap_or(Coding::Identity),
            server_name: name.unwrap_or(&target.host).to_owned(),
        })
    }

    /// Of the module, else of the target's user.
    fn authorization(&self, target: &Target, read: Read<'_>) -> Result<Option<HeaderValue>, String> {
        let load = |content: &Option<Content>| {
            let content = content.as_ref().map(|content| content.load(read)).transpose()?;
            Ok::<_, String>(content.unwrap_or_default())
        };
        let basic = |user: &[u8], password: &[u8]| {
            let pair = [user, b":", password].concat();
            format!("Basic {}", STANDARD.encode(pair)).into_bytes()
        };
        let told = match (&self.login, &target.login) {
            (Some(Login::Basic { user, password }), _) => {
                basic(trimmed(&load(user)?), trimmed(&load(password)?))
            }
            (Some(Login::Token { scheme, token }), _) => {
                let token = token.load(read)?;
                [scheme.as_bytes(), b" ", trimmed(&token)].concat()
            }
            (None, Some((user, password))) => basic(user.as_bytes(), password.as_bytes()),
            (None, None) => return Ok(None),
        };
        let mut told = value(&told, "Authorization")?;
        told.set_sensitive(true);
        Ok(Some(told))
    }
}

/// Files end with a line end, and secrets do not.
fn trimmed(bytes: &[u8]) -> &[u8] {
    bytes.trim_ascii()
}

fn value(bytes: &[u8], name: &str) -> Result<HeaderValue, String> {
    HeaderValue::from_bytes(bytes).map_err(|_| format!("the header {name} cannot have that value"))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.contains(':') => name,
        _ => host.trim_start_matches('[').trim_end_matches(']'),
    }
}
