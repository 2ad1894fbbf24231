use std::time::Duration;

use prometheus_http_query as api;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use reqwest::{Response, StatusCode, Url};
use serin_judge::time::Timestamp;

use super::config::{Connection, Limits};
use super::decode::{self, Answer, DecodeError};
use crate::engine::ports::Redaction;
use crate::providers::http::{self, TransferError};

/// Argo's default.
const TIMEOUT_DEFAULT: Duration = Duration::from_secs(30);

/// Asks one Prometheus. Requests are built by `prometheus-http-query`; answers are decoded here, since that
/// crate drops warnings, does not know native histograms and reads bodies of any size.
pub(super) struct Client {
    queries: api::Client,
    headers: HeaderMap,
    redaction: Redaction,
    timeout: Duration,
    limits: Limits,
}

impl Client {
    /// # Errors
    /// Says which part of the connection is wrong.
    pub(super) fn new(connection: &Connection, limits: Limits) -> Result<Self, String> {
        let address = http::address(connection.address.trim_end_matches('/'))
            .map_err(|error| format!("prometheus: {error}"))?;
        let timeout = connection.timeout.unwrap_or(TIMEOUT_DEFAULT);
        let settings = http::ClientSettings {
            timeout,
            insecure: connection.insecure,
            ca: connection.ca.clone(),
            // A login page behind a redirect is no answer.
            redirects: 0,
            same_host: true,
            proxies: connection.proxies,
        };
        let fail = |error: TransferError| format!("prometheus {}: {error}", http::origin(&address));
        let client = http::client(&settings).map_err(fail)?;
        let queries = api::Client::from(client, address.as_str())
            .map_err(|_| format!("prometheus {}: the address is not usable", http::origin(&address)))?;
        Ok(Self {
            queries,
            headers: headers(connection).map_err(fail)?,
            redaction: Redaction::new(secrets(connection, &address)),
            timeout,
            limits,
        })
    }

    /// An instant query, exact to the millisecond as Prometheus' samples are. Numbers are wanted.
    pub(super) async fn instant(&self, query: &str, at: Timestamp) -> Result<Answer, String> {
        let answer = self.samples(query, at).await?;
        answer.numbers().map_err(|error| self.failure(&error))
    }

    /// The same, and native histograms are welcome.
    pub(super) async fn samples(&self, query: &str, at: Timestamp) -> Result<Answer, String> {
        let build = || {
            let request = self.queries.query(query).query("time", decimal_seconds(at));
            self.headers.iter().fold(request, |request, (name, value)| {
                request.header(name.clone(), value.clone())
            })
        };
        self.ask(|| build().post_raw(), || build().get_raw()).await
    }

    /// A range query; start and end in whole seconds, which is what the request builder takes.
    pub(super) async fn range(
        &self,
        query: &str,
        start: Timestamp,
        end: Timestamp,
        step: Duration,
    ) -> Result<Answer, String> {
        let whole = |at: Timestamp| at.as_micros().div_euclid(1_000_000);
        let build = || {
            let request = self
                .queries
                .query_range(query, whole(start), whole(end), step.as_secs_f64());
            self.headers.iter().fold(request, |request, (name, value)| {
                request.header(name.clone(), value.clone())
            })
        };
        let answer = self.ask(|| build().post_raw(), || build().get_raw()).await?;
        answer.numbers().map_err(|error| self.failure(&error))
    }

    /// POST first, since queries outgrow URLs; GET where only that is allowed, as Prometheus' own client does.
    async fn ask<P, G>(
        &self,
        post: impl FnOnce() -> P + Send,
        get: impl FnOnce() -> G + Send,
    ) -> Result<Answer, String>
    where
        P: Future<Output = Result<Response, api::Error>> + Send,
        G: Future<Output = Result<Response, api::Error>> + Send,
    {
        let mut response = post().await.map_err(|error| self.send_error(&error))?;
        if matches!(
            response.status(),
            StatusCode::FORBIDDEN | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED
        ) {
            response = get().await.map_err(|error| self.send_error(&error))?;
        }
        let status = response.status().as_u16();
        let body = http::body(response, self.limits.body_bytes, self.timeout)
            .await
            .map_err(|error| self.failure(&error))?;
        decode::answer(status, &body, self.limits.samples).map_err(|error| match error {
            DecodeError::Foreign { status, reason } => self.failure(&format!(
                "{reason} (HTTP status {status}, {} bytes): `{}`; is this the address of a Prometheus? {}",
                body.len(),
                self.redaction.excerpt(&body),
                if status >= 500 || status == 429 {
                    "a retry may help"
                } else {
                    "a retry does not help"
                }
            )),
            DecodeError::Said(message) => self.failure(&message),
        })
    }

    fn send_error(&self, error: &api::Error) -> String {
        let source =
            std::error::Error::source(error).and_then(|source| source.downcast_ref::<reqwest::Error>());
        match source {
            Some(error) => self.failure(&http::transfer_error(error, self.timeout, 0)),
            None => self.failure(&"the request could not be built; a retry does not help"),
        }
    }

    pub(super) fn redaction(&self) -> &Redaction {
        &self.redaction
    }

    /// The message with the step before it and without secrets.
    pub(super) fn failure(&self, message: &impl ToString) -> String {
        format!(
            "prometheus {}: {}",
            http::origin(self.queries.base_url()),
            self.redaction.apply(&message.to_string())
        )
    }
}

fn headers(connection: &Connection) -> Result<HeaderMap, TransferError> {
    let mut headers = http::headers(
        connection
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    )?;
    let authorization = match (&connection.bearer, &connection.basic) {
        (Some(_), Some(_)) => {
            return Err(TransferError::Request(
                "both a bearer token and a user are given; one of them is wanted".into(),
            ));
        }
        (Some(token), None) => format!("Bearer {token}"),
        (None, Some((user, password))) => http::basic_authorization(user, password),
        (None, None) => return Ok(headers),
    };
    headers.extend(http::headers([(AUTHORIZATION.as_str(), authorization.as_str())])?);
    Ok(headers)
}

/// All texts that must not appear in an error.
fn secrets(connection: &Connection, address: &Url) -> Vec<String> {
    let mut secrets: Vec<String> = connection
        .headers
        .iter()
        .map(|(_, value)| value.clone())
        .collect();
    // `Bearer abc` as a header's value: the bare token is as secret as the whole.
    secrets.extend(
        connection
            .headers
            .iter()
            .filter_map(|(_, value)| Some(value.split_once(' ')?.1.to_owned())),
    );
    secrets.extend(connection.bearer.clone());
    secrets.extend(address.password().map(ToOwned::to_owned));
    if let Some((user, password)) = &connection.basic {
        secrets.extend([
            password.clone(),
            http::basic_authorization(user, password).replace("Basic ", ""),
        ]);
    }
    secrets
}

/// Seconds since 1970 with three decimals, rounded down.
pub(super) fn decimal_seconds(at: Timestamp) -> String {
    let millis = at.as_micros().div_euclid(1000);
    format!("{}.{:03}", millis.div_euclid(1000), millis.rem_euclid(1000))
}
