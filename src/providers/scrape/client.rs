use std::time::Duration;

use futures::StreamExt;
use reqwest::header::ACCEPT;
use reqwest::{StatusCode, Url};
use serin_judge::counter::{Sample, parse_exposition};

use super::config::Limits;
use crate::engine::ports::Redaction;
use crate::providers::http;

/// The classic text format; without this an application may answer with protobuf.
const TEXT_FORMAT: &str = "text/plain;version=0.0.4;q=1,*/*;q=0.1";

/// Reads `/metrics` endpoints.
#[derive(Debug)]
pub(super) struct Client {
    client: reqwest::Client,
    timeout: Duration,
    limits: Limits,
}

/// One endpoint.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// The address without user and password; names the target in windows.
    pub(super) name: String,
    url: Url,
}

impl Target {
    pub(super) fn new(address: &str) -> Result<Self, String> {
        let url = http::address(address).map_err(|error| format!("scrape: {error}"))?;
        let mut shown = url.clone();
        // Neither can fail for http and https, and a failure would only leave the address as it is.
        let _ = (shown.set_username(""), shown.set_password(None));
        Ok(Self {
            name: shown.to_string(),
            url,
        })
    }
}

impl Client {
    pub(super) fn new(timeout: Duration, limits: Limits) -> Result<Self, String> {
        let settings = http::ClientSettings {
            timeout,
            insecure: false,
            ca: None,
            redirects: 0,
            same_host: true,
            proxies: false,
        };
        let client = http::client(&settings).map_err(|error| format!("scrape: {error}"))?;
        Ok(Self {
            client,
            timeout,
            limits,
        })
    }

    /// Reads all endpoints at once; answers are in the order of the targets.
    pub(super) async fn read_all(&self, targets: &[Target]) -> Vec<Result<Vec<Sample>, String>> {
        let reads: Vec<_> = targets.iter().map(|target| self.read(target)).collect();
        futures::stream::iter(reads)
            .buffered(self.limits.concurrent.max(1))
            .collect()
            .await
    }

    async fn read(&self, target: &Target) -> Result<Vec<Sample>, String> {
        let redaction = Redaction::new(target.url.password().map(ToOwned::to_owned));
        let fail = |seen: String| format!("scrape {}: {}", target.name, redaction.apply(&seen));
        let response = self
            .client
            .get(target.url.clone())
            .header(ACCEPT, TEXT_FORMAT)
            .send()
            .await
            .map_err(|error| fail(http::transfer_error(&error, self.timeout, 0).to_string()))?;
        let status = response.status();
        if status != StatusCode::OK {
            return Err(fail(format!(
                "HTTP status {status} instead of 200; is this the path of the metrics? a retry may help"
            )));
        }
        let body = http::body(response, self.limits.body_bytes, self.timeout)
            .await
            .map_err(|error| fail(error.to_string()))?;
        let text = std::str::from_utf8(&body).map_err(|error| {
            fail(format!(
                "the text is not UTF-8 after byte {}",
                error.valid_up_to()
            ))
        })?;
        parse_exposition(text, &self.limits.text).map_err(|error| fail(error.to_string()))
    }
}
