use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serin_judge::analysis::{Role, Token};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::server::App;
use crate::server::problem::Problem;

/// Who may call, and from where.
#[derive(Debug)]
pub(super) struct Access {
    /// None: everybody on this machine.
    tokens: Vec<Token>,
    /// Host of the public address, in lower case.
    public_host: Option<String>,
}

/// Who calls. In the extensions of every request that was let through.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// The token's name; empty without tokens.
    pub(super) name: Arc<str>,
    /// What it may do; everything without tokens.
    pub(super) is_admin: bool,
}

/// What a route asks of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// Nothing: whoever comes.
    Nothing,
    /// A token with this role, or a higher one.
    Role(Role),
}

impl Access {
    pub(super) fn new(tokens: Vec<Token>, public_url: &str) -> Self {
        let public_host = public_url
            .parse::<Uri>()
            .ok()
            .and_then(|uri| uri.host().map(str::to_lowercase));
        Self { tokens, public_host }
    }

    /// Who calls, if it may.
    fn check(&self, headers: &HeaderMap, role: Role) -> Result<Caller, Problem> {
        if self.tokens.is_empty() {
            return Ok(Caller {
                name: "".into(),
                is_admin: true,
            });
        }
        let token = self.token(headers)?;
        if token.roles.iter().any(|has| *has >= role) {
            return Ok(Caller {
                name: token.name.as_str().into(),
                is_admin: token.roles.contains(&Role::Admin),
            });
        }
        let needed = serde_json::to_string(&role).unwrap_or_default();
        Err(Problem::new(
            "not-allowed",
            format!("token `{}` has no role {needed}", token.name),
        ))
    }

    /// Every token is compared in full, whichever fits: how long that takes tells nothing.
    fn token(&self, headers: &HeaderMap) -> Result<&Token, Problem> {
        let missing = || {
            Problem::new(
                "not-authenticated",
                "the header `Authorization: Bearer TOKEN` is missing",
            )
        };
        let given = headers.get(header::AUTHORIZATION).ok_or_else(missing)?;
        let secret = given.to_str().ok().and_then(secret).ok_or_else(missing)?;
        let digest: [u8; 32] = Sha256::digest(secret).into();
        let mut found = None;
        for token in &self.tokens {
            if bool::from(token.sha256.ct_eq(&digest)) {
                found = Some(token);
            }
        }
        found.ok_or_else(|| Problem::new("not-authenticated", "the token is not known"))
    }

    /// A browser must not be made to call by another site: its requests name where they come from, and without tokens
    /// only names of this machine are answered.
    fn check_origin(&self, method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok())
            .unwrap_or_default();
        let name = host_name(host);
        if self.tokens.is_empty()
            && !host.is_empty()
            && !is_local(&name)
            && self.public_host.as_ref() != Some(&name)
        {
            let detail =
                format!("without tokens only this machine is answered, and the request asks for `{host}`");
            return Err(Problem::new("foreign-origin", detail));
        }
        let Some(origin) = headers.get(header::ORIGIN).filter(|_| !method.is_safe()) else {
            return Ok(());
        };
        let origin = origin.to_str().unwrap_or_default();
        let authority = origin
            .split_once("://")
            .map_or(origin, |(_, authority)| authority);
        let is_own = authority == host || self.public_host.as_deref() == Some(host_name(authority).as_str());
        match is_own {
            true => Ok(()),
            false => Err(Problem::new(
                "foreign-origin",
                format!("the request comes from `{origin}`"),
            )),
        }
    }
}

/// The token of an `Authorization`: after `Bearer`, or the password of `Basic`, which is how browsers ask people for it.
fn secret(authorization: &str) -> Option<String> {
    let (scheme, rest) = authorization.split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
    pair.split_once(':')
        .map(|(_anybody, password)| password.to_owned())
}

fn host_name(authority: &str) -> String {
    let without_port = match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => authority,
    };
    without_port.trim_matches(['[', ']']).to_lowercase()
}

fn is_local(name: &str) -> bool {
    let address = name.parse::<IpAddr>();
    name == "localhost" || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

/// Lets a request through if its caller may do what the route does.
pub(super) async fn check(
    State((app, needs)): State<(Arc<App>, Needs)>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    if let Needs::Role(role) = needs {
        app.access.check_origin(request.method(), request.headers())?;
        let caller = app.access.check(request.headers(), role)?;
        request.extensions_mut().insert(caller);
    }
    Ok(next.run(request).await)
}

#[cfg(test)]
mod tests;
