use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::dns::Resolve;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, Url};

use super::config::WebhookSettings;
use super::retry_after::retry_after;
use super::signature::Signer;
use super::target::{CheckedNames, Refused, allowed, literal};
use crate::engine::ports::{Clock, Deliver, DeliverError, Delivery, Redaction};

/// Of a whole exchange. Standard Webhooks advises 15 to 30 seconds.
const TIMEOUT: Duration = Duration::from_secs(15);
/// A receiver that does not even accept a connection in this time is not there.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Of an answer that says no, so much is read, to show its beginning; of a yes nothing.
const ANSWER_BYTES_MAX: usize = 4096;

/// A receiver of signed webhooks.
pub struct Webhook {
    client: Client,
    url: Url,
    signer: Signer,
    clock: Arc<dyn Clock>,
    redaction: Redaction,
}

impl Webhook {
    /// A receiver as the settings say.
    ///
    /// # Errors
    /// What is wrong with the URL or a secret, on one line, without the secret.
    pub fn new(settings: &WebhookSettings, clock: Arc<dyn Clock>) -> Result<Self, String> {
        Self::resolving(settings, clock, CheckedNames)
    }

    fn resolving(
        settings: &WebhookSettings,
        clock: Arc<dyn Clock>,
        names: impl Resolve + 'static,
    ) -> Result<Self, String> {
        let url = Url::parse(&settings.url).map_err(|error| format!("its url cannot be read: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!(
                "its url begins with `{}:`; `http://` or `https://` is wanted",
                url.scheme()
            ));
        }
        let secrets = || std::iter::once(&settings.secret).chain(&settings.previous_secret);
        let signer = Signer::new(secrets().map(String::as_str))?;
        let in_url = url.password().map(str::to_owned);
        Ok(Self {
            client: client(Arc::new(names))?,
            redaction: Redaction::new(secrets().cloned().chain(in_url)),
            url,
            signer,
            clock,
        })
    }

    async fn refusal(&self, response: Response) -> DeliverError {
        let status = response.status();
        let retry_after = retry_after(response.headers(), self.clock.now());
        let mut message = format!("the receiver answered {}", status.as_u16());
        if status.is_redirection() {
            message.push_str(", and redirects are not followed; give the address that it leads to");
        } else if status == StatusCode::GONE {
            message.push_str(", it wants no more webhooks");
        }
        let excerpt = self.redaction.excerpt(&beginning(response).await);
        if !excerpt.is_empty() {
            message.push_str(": ");
            message.push_str(&excerpt);
        }
        DeliverError {
            message,
            retry_after,
            is_final: status == StatusCode::GONE,
        }
    }

    fn failure(&self, error: &reqwest::Error) -> DeliverError {
        let refused = refused(error);
        let message = match refused {
            Some(refused) => format!("the receiver is not sent to: {refused}"),
            None if error.is_timeout() => format!("no answer within {} s", TIMEOUT.as_secs()),
            None if error.is_connect() => format!("no connection: {}", innermost(error)),
            None => format!("the exchange broke off: {}", innermost(error)),
        };
        DeliverError {
            message: self.redaction.apply(&message),
            retry_after: None,
            is_final: refused.is_some(),
        }
    }
}

#[async_trait]
impl Deliver for Webhook {
    async fn deliver(&self, delivery: &Delivery) -> Result<(), DeliverError> {
        if let Some(Err(refused)) = literal(&self.url).map(allowed) {
            return Err(DeliverError {
                message: format!("the receiver is not sent to: {refused}"),
                retry_after: None,
                is_final: true,
            });
        }
        let timestamp = self.clock.now().as_micros().div_euclid(1_000_000);
        let request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &delivery.id)
            .header("webhook-timestamp", timestamp)
            .header(
                "webhook-signature",
                self.signer.sign(&delivery.id, timestamp, &delivery.body),
            )
            .body(delivery.body.to_string());
        let response = request.send().await.map_err(|error| self.failure(&error))?;
        if response.status().is_success() {
            Ok(())
        } else {
            Err(self.refusal(response).await)
        }
    }
}

fn client(names: Arc<dyn Resolve>) -> Result<Client, String> {
    // It fails only when there is a provider already, and that is ring as well.
    let _there = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(concat!("serin/", env!("CARGO_PKG_VERSION")))
        .timeout(TIMEOUT)
        .connect_timeout(CONNECT_TIMEOUT)
        // Deliveries are far apart, and a connection that the receiver closed meanwhile would be a failed attempt.
        .pool_max_idle_per_host(0)
        .redirect(Policy::none())
        // A proxy would look the name up itself, and connect to whatever it found.
        .no_proxy()
        .dns_resolver(names)
        .build()
        .map_err(|error| format!("the HTTP client cannot be built: {}", innermost(&error)))
}

/// The beginning of an answer; less when it breaks off.
async fn beginning(mut response: Response) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < ANSWER_BYTES_MAX
        && let Ok(Some(chunk)) = response.chunk().await
    {
        bytes.extend_from_slice(&chunk);
    }
    bytes.truncate(ANSWER_BYTES_MAX);
    bytes
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(std::error::Error::source(error), |cause| cause.source())
}

fn refused(error: &reqwest::Error) -> Option<Refused> {
    causes(error).find_map(|cause| cause.downcast_ref::<Refused>().copied())
}

/// The outer causes only repeat the URL, which may hold a token, and the step.
fn innermost(error: &reqwest::Error) -> String {
    causes(error)
        .last()
        .map_or_else(|| "no further cause is known".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use reqwest::dns::{Name, Resolving};
    use serin_judge::time::Timestamp;

    use super::*;
    use crate::engine::clock::TimerClock;
    use crate::engine::ports::{DeliveryEvent, DeliveryState};

    /// Knows one address for every name.
    struct Everywhere(&'static str);

    impl Resolve for Everywhere {
        fn resolve(&self, _name: Name) -> Resolving {
            let address: std::net::IpAddr = self.0.parse().unwrap();
            let found = std::iter::once((address, 0).into());
            let checked = super::super::target::checked(found);
            Box::pin(async move { Ok(Box::new(checked?.into_iter()) as _) })
        }
    }

    #[tokio::test]
    async fn names_that_lead_to_a_metadata_service_are_refused_for_good() {
        let settings = WebhookSettings {
            url: "http://harmless.example:1/".to_owned(),
            secret: "s".to_owned(),
            previous_secret: None,
        };
        let at = Timestamp::default();
        let delivery = Delivery {
            id: "d1".to_owned(),
            run: "r1".to_owned(),
            hook: "a".to_owned(),
            event: DeliveryEvent::RunFinished,
            created_at: at,
            body: "{}".into(),
            state: DeliveryState::Pending,
            attempts: 0,
            next_at: at,
            since: at,
            last_error: String::new(),
            ended_at: None,
        };
        for (address, is_final) in [("169.254.169.254", true), ("127.0.0.1", false)] {
            let clock = Arc::new(TimerClock::new(at));
            let webhook = Webhook::resolving(&settings, clock, Everywhere(address)).unwrap();
            let error = webhook.deliver(&delivery).await.unwrap_err();
            assert_eq!(error.is_final, is_final, "{error:?}");
            assert_eq!(error.message.contains(address), is_final, "{error:?}");
        }
    }
}
