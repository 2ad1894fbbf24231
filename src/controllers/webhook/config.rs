/// A receiver of webhooks, with its secrets.
#[derive(Clone)]
pub struct WebhookSettings {
    /// Where it listens.
    pub url: String,
    /// What signs deliveries: `whsec_` and base64, or any other text, whose bytes count.
    pub secret: String,
    /// What signs them as well, while the receiver changes over from one secret to the other.
    pub previous_secret: Option<String>,
}
