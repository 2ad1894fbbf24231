//! What must be shown nowhere.

use std::sync::LazyLock;

use regex::Regex;

use crate::analysis::plan::Secret;
use crate::analysis::plan::journey::{Action, Auth, Credential, Journey};

/// What stands in place of a secret, as in Argo.
pub(super) const MASK: &str = "*****";
/// What is shorter is no secret, and hiding it would leave no text readable.
const SECRET_BYTES_MIN: usize = 3;

/// A JSON Web Token, wherever it stands.
static TOKEN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*").ok());

/// Values of the secrets that a journey names, which its caller has looked up.
#[derive(Clone, Default)]
pub struct Credentials(Vec<(Secret, String)>);

impl Credentials {
    /// Each secret with its value.
    #[must_use]
    pub fn new(values: Vec<(Secret, String)>) -> Self {
        Self(values)
    }

    /// The value of a secret; what stands in the document needs no looking up.
    #[must_use]
    pub fn get<'s>(&'s self, secret: &'s Secret) -> Option<&'s str> {
        let mut known = self.0.iter();
        match (known.find(|(known, _)| known == secret), secret) {
            (Some((_, value)), _) => Some(value),
            (None, Secret::Value(value)) => Some(value),
            (None, _) => None,
        }
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(_, value)| value.as_str())
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Credentials({})", self.0.len())
    }
}

impl Journey {
    /// The secrets that have to be looked up before it can be run, each once.
    #[must_use]
    pub fn secret_sources(&self) -> Vec<&Secret> {
        let mut found: Vec<&Secret> = Vec::new();
        let certificate = self.http.certificate.as_ref().map(|identity| &identity.key);
        let of_steps = self
            .all_steps()
            .into_iter()
            .flat_map(|step| credentials(&step.action));
        let secrets = of_steps.filter_map(|credential| match credential {
            Credential::Secret(secret) => Some(secret),
            Credential::Template(_) => None,
        });
        for secret in certificate.into_iter().chain(secrets) {
            if !found.contains(&secret) {
                found.push(secret);
            }
        }
        found
    }
}

/// Whatever a step sends that may be a credential.
fn credentials(action: &Action) -> Vec<&Credential> {
    let request = match action {
        Action::Http(request) => request,
        Action::Probe(probe) => return probe.texts(),
        Action::Parallel(_) => return Vec::new(),
    };
    let headers = request.headers.iter().map(|(_, value)| value);
    let auth = match &request.auth {
        Auth::None => vec![],
        Auth::Basic { user, password } => vec![user, password],
        Auth::Bearer(token) => vec![token],
    };
    headers.chain(auth).collect()
}

/// Takes secrets out of texts, by their values.
#[derive(Clone, Default)]
pub(super) struct Masks {
    /// Longest first, so that a secret inside of another leaves nothing behind.
    spellings: Vec<String>,
}

impl Masks {
    /// Knows these values, also as JSON and URLs spell them.
    pub(super) fn new<'v>(values: impl IntoIterator<Item = &'v str>) -> Self {
        let mut masks = Self::default();
        masks.add(values);
        masks
    }

    pub(super) fn add<'v>(&mut self, values: impl IntoIterator<Item = &'v str>) {
        let values = values.into_iter().filter(|value| value.len() >= SECRET_BYTES_MIN);
        self.spellings.extend(values.flat_map(spellings));
        let spellings = &mut self.spellings;
        spellings.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        spellings.dedup();
    }

    /// The text with `*****` in place of each secret, and of whatever is a token by its looks.
    pub(super) fn apply(&self, mut text: String) -> String {
        for secret in &self.spellings {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), MASK);
            }
        }
        match TOKEN.as_ref() {
            Some(token) if token.is_match(&text) => token.replace_all(&text, MASK).into_owned(),
            _ => text,
        }
    }
}

/// A value as it is, as JSON, as Rust quotes it, and as URLs and forms have it.
fn spellings(value: &str) -> Vec<String> {
    let quoted = serde_json::Value::from(value).to_string();
    let debugged = format!("{value:?}");
    let encoded = super::encode::component(value);
    // JSON that is shown as a text of JSON.
    let twice = serde_json::Value::from(&quoted[1..quoted.len() - 1]).to_string();
    vec![
        value.to_owned(),
        twice[1..twice.len() - 1].to_owned(),
        quoted[1..quoted.len() - 1].to_owned(),
        debugged[1..debugged.len() - 1].to_owned(),
        encoded.replace("%20", "+"),
        encoded,
    ]
}
