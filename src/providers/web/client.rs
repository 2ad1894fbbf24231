use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, HOST, HeaderMap, HeaderValue};
use reqwest::{Method, Url};
use serin_judge::analysis::plan::WebRequest;

use super::config::{Limits, WebHeaders};
use crate::engine::ports::Redaction;
use crate::providers::http::{self, TransferError};

/// As Go's client, which Argo uses.
const REDIRECTS_MAX: usize = 10;

/// One request that can be sent again and again.
#[derive(Debug)]
pub(super) struct Client {
    client: reqwest::Client,
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
    timeout: Duration,
    redaction: Redaction,
    limits: Limits,
}

impl Client {
    /// # Errors
    /// When such a request cannot be sent.
    pub(super) fn new(request: &WebRequest, headers: &WebHeaders, limits: Limits) -> Result<Self, String> {
        let method = Method::from_bytes(request.method.as_bytes())
            .map_err(|_| format!("web: `{}` is no HTTP method", request.method))?;
        let url = http::address(&request.url).map_err(|error| format!("web: {error}"))?;
        let fail = |error: TransferError| format!("web {}: {error}", http::origin(&url));
        let settings = http::ClientSettings {
            timeout: request.timeout,
            insecure: request.insecure,
            ca: None,
            redirects: REDIRECTS_MAX,
            // Only a few headers are known to be secret and are not sent on.
            same_host: headers.iter().any(|(name, _)| !is_harmless(name)),
            // As Argo: its transport without verification has no proxies.
            proxies: !request.insecure,
        };
        let client = http::client(&settings).map_err(fail)?;
        let pairs = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let mut headers = http::headers(pairs).map_err(fail)?;
        // Go ignores a Host header that is set like any other.
        let _ = headers.remove(HOST);
        let body = body(request)?;
        if request.json_body.is_some() {
            let _ = headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let redaction = Redaction::new(secrets(&headers, &url));
        Ok(Self {
            client,
            method,
            url,
            headers,
            body,
            timeout: request.timeout,
            redaction,
            limits,
        })
    }

    /// The body of a 2xx answer.
    pub(super) async fn send(&self) -> Result<Vec<u8>, String> {
        let mut request = self
            .client
            .request(self.method.clone(), self.url.clone())
            .headers(self.headers.clone());
        if let Some(body) = &self.body {
            request = request.body(body.clone());
        }
        let response = request
            .send()
            .await
            .map_err(|error| self.failure(&http::transfer_error(&error, self.timeout, REDIRECTS_MAX)))?;
        let status = response.status();
        if !status.is_success() {
            return Err(format!("received non 2xx response code: {}", status.as_u16()));
        }
        http::body(response, self.limits.body_bytes, self.timeout)
            .await
            .map_err(|error| self.failure(&error))
    }

    /// The message with the step before it and without secrets.
    pub(super) fn failure(&self, message: &impl ToString) -> String {
        format!(
            "web {}: {}",
            http::origin(&self.url),
            self.redaction.apply(&message.to_string())
        )
    }

    pub(super) fn redaction(&self) -> &Redaction {
        &self.redaction
    }

    pub(super) fn excerpt(&self, body: &[u8]) -> String {
        self.redaction.excerpt(body)
    }
}

/// Whether a header of the document says nothing but what is wanted back.
fn is_harmless(name: &str) -> bool {
    [ACCEPT, CONTENT_TYPE, HOST]
        .iter()
        .any(|harmless| name.eq_ignore_ascii_case(harmless.as_str()))
}

fn body(request: &WebRequest) -> Result<Option<Vec<u8>>, String> {
    match (&request.body, &request.json_body) {
        (Some(_), Some(_)) => Err("web: use either body or jsonBody; both are given".into()),
        (Some(_), None) | (None, Some(_)) if request.method.eq_ignore_ascii_case("GET") => {
            Err("web: body and jsonBody can only be used with POST or PUT; the method is GET".into())
        }
        (Some(text), None) => Ok(Some(text.clone().into_bytes())),
        (None, Some(json)) => Ok(Some(json.to_string().into_bytes())),
        (None, None) => Ok(None),
    }
}

/// All texts that must not appear in an error.
fn secrets(headers: &HeaderMap, url: &Url) -> Vec<String> {
    let values = headers
        .iter()
        .filter(|(name, _)| **name != CONTENT_TYPE)
        .filter_map(|(_, value)| value.to_str().ok());
    values
        .flat_map(|value| {
            [
                value.to_owned(),
                value
                    .split_once(' ')
                    .map_or_else(String::new, |(_, token)| token.to_owned()),
            ]
        })
        .chain(url.password().map(ToOwned::to_owned))
        .collect()
}
