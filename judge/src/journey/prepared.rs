use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

use super::body::Content;
use super::encode::{base64, literal};
use super::needs::{keeps_steps, needs_body};
use super::probing::{FilledProbe, PreparedProbe};
use super::secrets::Masks;
use super::target::{Address, Base};
use super::values::{Fixed, Values, bad_request};
use super::{Credentials, TraceParent, Turn};
use crate::analysis::plan::journey::{
    Action, Auth, Credential, Failure, Journey, Request, Step, Template, is_credential,
};

/// Marks requests of journeys, so that analytics can leave them out: the journey's name.
const MARK: HeaderName = HeaderName::from_static("serin-synthetic");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The requests of a journey at one target: what is the same for all runs is made once.
pub struct Prepared {
    /// By the steps' indexes.
    actions: Vec<PreparedAction>,
    pub(super) fixed: Arc<Fixed>,
}

enum PreparedAction {
    Http(Box<PreparedRequest>),
    Probe(Box<PreparedProbe>),
    /// Steps inside of it have their own.
    Parallel,
}

struct PreparedRequest {
    method: Method,
    address: Address,
    /// Those that are the same for all runs, and places of those that every request has another one of.
    headers: HeaderMap,
    /// Those that have placeholders.
    made: Vec<(HeaderName, Made)>,
    content: Content,
    has_key: bool,
    has_trace: bool,
    keep_body: bool,
}

/// A header's value that is made for each request.
enum Made {
    Text(Given),
    Bearer(Given),
    Basic(Given, Given),
}

/// A text that is known, or a template.
pub(super) enum Given {
    Known(String),
    Template(Template),
}

/// A request to be sent.
#[derive(Clone, Debug)]
pub struct Filled<'a> {
    /// Such as `GET`.
    pub method: Method,
    /// Absolute.
    pub uri: Uri,
    /// All that is sent besides `content-length`, `cookie` and what HTTP itself needs; `host` where it is known before.
    pub headers: Cow<'a, HeaderMap>,
    /// Replaces the `traceparent` among them, if there is one: all requests have another.
    pub traceparent: Option<TraceParent>,
    /// What is sent.
    pub body: Bytes,
    /// Whether somebody will look at the answer's body.
    pub keep_body: bool,
}

impl std::fmt::Debug for Prepared {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Prepared({} steps)", self.actions.len())
    }
}

impl Prepared {
    /// Of a journey at a target, such as `http://127.0.0.1:8080`; an empty one is none. `agent` is told as `User-Agent`.
    ///
    /// # Errors
    /// [`crate::analysis::plan::journey::FailureClass::BadRequest`]: a target that is no URL, a relative URL without one, a
    /// credential that is not known, a value that no header can have.
    pub fn new(
        journey: &Journey,
        target: &str,
        credentials: &Credentials,
        agent: &str,
    ) -> Result<Self, Failure> {
        let steps = journey.all_steps();
        let masks = masks(journey, &steps, credentials);
        let prepared = |step: &&Step| {
            let action = match &step.action {
                Action::Http(request) => request_of(journey, step, request, (target, credentials, agent))
                    .map(|request| PreparedAction::Http(Box::new(request))),
                Action::Probe(probe) => PreparedProbe::new(probe, target, credentials)
                    .map(|probe| PreparedAction::Probe(Box::new(probe))),
                Action::Parallel(_) => Ok(PreparedAction::Parallel),
            };
            action.map_err(|failure| Failure {
                message: masks.apply(format!("step {:?}: {}", step.name, failure.message)),
                ..failure
            })
        };
        let actions = steps.iter().map(prepared).collect::<Result<_, Failure>>()?;
        let accounts = journey.accounts.as_ref();
        let fixed = Fixed {
            masks,
            secret_columns: accounts
                .map(|accounts| accounts.secret.clone())
                .unwrap_or_default(),
            keeps_steps: steps.iter().any(|step| keeps_steps(step)),
        };
        Ok(Self {
            actions,
            fixed: Arc::new(fixed),
        })
    }

    /// The request of one step of one run.
    ///
    /// # Errors
    /// [`crate::analysis::plan::journey::FailureClass::BadRequest`] that names the value which is missing or does not fit.
    pub fn fill(&self, step: &Step, values: &Values, turn: Turn) -> Result<Filled<'_>, Failure> {
        let Some(PreparedAction::Http(prepared)) = self.actions.get(step.index) else {
            return Err(bad_request(format!("step {:?}: it has no request", step.name)));
        };
        prepared
            .fill(values, turn)
            .map_err(|failure| of_step(step, values, failure))
    }

    /// The probe of one step of one run.
    ///
    /// # Errors
    /// As [`Self::fill`].
    pub fn fill_probe(&self, step: &Step, values: &Values, turn: Turn) -> Result<FilledProbe, Failure> {
        let Some(PreparedAction::Probe(prepared)) = self.actions.get(step.index) else {
            return Err(bad_request(format!("step {:?}: it is no probe", step.name)));
        };
        prepared
            .fill(values, turn)
            .map_err(|failure| of_step(step, values, failure))
    }
}

fn of_step(step: &Step, values: &Values, failure: Failure) -> Failure {
    Failure {
        message: values.masked(format!("step {:?}: {}", step.name, failure.message)),
        ..failure
    }
}

impl PreparedRequest {
    fn fill(&self, values: &Values, turn: Turn) -> Result<Filled<'_>, Failure> {
        let uri = self.address.uri(values, turn)?;
        // Copied only where more than the trace differs from run to run.
        let mut headers = Cow::Borrowed(&self.headers);
        for (name, made) in &self.made {
            let value = made.value(name, values, turn)?;
            headers.to_mut().append(name.clone(), value);
        }
        if self.has_key {
            let key = values.ids.idempotency_key(turn);
            let key = header_value(&IDEMPOTENCY_KEY, &key, false)?;
            headers.to_mut().insert(IDEMPOTENCY_KEY, key);
        }
        let (body, content_type) = self.content.fill(values, turn)?;
        if let Some(content_type) = content_type.filter(|_| !headers.contains_key(CONTENT_TYPE)) {
            let content_type = header_value(&CONTENT_TYPE, &content_type, false)?;
            headers.to_mut().insert(CONTENT_TYPE, content_type);
        }
        Ok(Filled {
            method: self.method.clone(),
            uri,
            headers,
            traceparent: self.has_trace.then(|| values.ids.traceparent(turn)),
            body,
            keep_body: self.keep_body,
        })
    }
}

impl Made {
    fn value(&self, name: &HeaderName, values: &Values, turn: Turn) -> Result<HeaderValue, Failure> {
        match self {
            Self::Text(given) => header_value(name, &given.text(values, turn)?, is_credential(name.as_str())),
            Self::Bearer(token) => header_value(name, &format!("Bearer {}", token.text(values, turn)?), true),
            Self::Basic(user, password) => {
                let pair = format!("{}:{}", user.text(values, turn)?, password.text(values, turn)?);
                header_value(name, &format!("Basic {}", base64(&pair)), true)
            }
        }
    }

    /// The value where it is the same for all runs.
    fn constant(&self, name: &HeaderName) -> Option<Result<HeaderValue, Failure>> {
        let is_secret = is_credential(name.as_str());
        Some(match self {
            Self::Text(given) => header_value(name, given.known()?, is_secret),
            Self::Bearer(token) => header_value(name, &format!("Bearer {}", token.known()?), true),
            Self::Basic(user, password) => {
                let pair = format!("{}:{}", user.known()?, password.known()?);
                header_value(name, &format!("Basic {}", base64(&pair)), true)
            }
        })
    }
}

impl Given {
    pub(super) fn of(credential: &Credential, credentials: &Credentials) -> Result<Self, Failure> {
        match credential {
            Credential::Template(template) => Ok(match template.constant() {
                Some(text) => Self::Known(text.to_owned()),
                None => Self::Template(template.clone()),
            }),
            Credential::Secret(secret) => credentials
                .get(secret)
                .map(|value| Self::Known(value.to_owned()))
                .ok_or_else(|| bad_request(format!("the secret {secret:?} is not known"))),
        }
    }

    fn known(&self) -> Option<&str> {
        match self {
            Self::Known(text) => Some(text),
            Self::Template(_) => None,
        }
    }

    pub(super) fn text(&self, values: &Values, turn: Turn) -> Result<String, Failure> {
        match self {
            Self::Known(text) => Ok(text.clone()),
            Self::Template(template) => values.plain(template, turn),
        }
    }
}

/// A value as a header has it. It is not told when it does not fit: it may be a secret.
fn header_value(name: &HeaderName, text: &str, is_secret: bool) -> Result<HeaderValue, Failure> {
    let mut value = HeaderValue::from_bytes(text.as_bytes())
        .map_err(|_| bad_request(format!("the value of header `{name}` has control characters")))?;
    value.set_sensitive(is_secret);
    Ok(value)
}

fn request_of(
    journey: &Journey,
    step: &Step,
    request: &Request,
    (target, credentials, agent): (&str, &Credentials, &str),
) -> Result<PreparedRequest, Failure> {
    let own = |name: &HeaderName| request.headers.iter().any(|(known, _)| known == name);
    let address = Address::new(&Base::parse(target)?, request)?;
    let content = Content::new(request);
    let mut headers = HeaderMap::new();
    // RFC 9110, section 7.2: it comes first.
    if let Some(host) = address.host().filter(|_| !own(&HOST)) {
        headers.insert(HOST, header_value(&HOST, &host, false)?);
    }
    headers.insert(USER_AGENT, header_value(&USER_AGENT, agent, false)?);
    headers.insert(MARK, header_value(&MARK, &literal(&journey.name), false)?);
    headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    let mut made = Vec::new();
    for name in [USER_AGENT, MARK, ACCEPT].iter().filter(|name| own(name)) {
        headers.remove(name);
    }
    let mut given = Vec::new();
    for (name, value) in &request.headers {
        given.push((name.clone(), Made::Text(Given::of(value, credentials)?)));
    }
    given.extend(auth(&request.auth, credentials)?.map(|auth| (AUTHORIZATION, auth)));
    for (name, value) in given {
        match value.constant(&name) {
            Some(value) => {
                headers.append(name, value?);
            }
            None => made.push((name, value)),
        }
    }
    if let Some(content_type) = content.constant_type().filter(|_| !own(&CONTENT_TYPE)) {
        headers.insert(CONTENT_TYPE, header_value(&CONTENT_TYPE, content_type, false)?);
    }
    let has_trace = !own(&TRACEPARENT);
    if has_trace {
        headers.insert(TRACEPARENT, HeaderValue::from_static(""));
    }
    let creates =
        step.creates.is_some() && [Method::POST, Method::PUT, Method::PATCH].contains(&request.method);
    Ok(PreparedRequest {
        method: request.method.clone(),
        address,
        headers,
        made,
        content,
        has_key: creates && !own(&IDEMPOTENCY_KEY),
        has_trace,
        keep_body: needs_body(step) || super::needs::answering_needs_body(journey),
    })
}

fn auth(auth: &Auth, credentials: &Credentials) -> Result<Option<Made>, Failure> {
    let given = |credential| Given::of(credential, credentials);
    Ok(match auth {
        Auth::None => None,
        Auth::Basic { user, password } => Some(Made::Basic(given(user)?, given(password)?)),
        Auth::Bearer(token) => Some(Made::Bearer(given(token)?)),
    })
}

/// Everything secret that is known before a run begins.
fn masks(journey: &Journey, steps: &[&Step], credentials: &Credentials) -> Masks {
    let mut secrets: Vec<String> = credentials.values().map(str::to_owned).collect();
    secrets.extend(journey.secrets.values().map(str::to_owned));
    let mut add = |credential: &Credential| match credential {
        Credential::Template(template) => secrets.extend(template.constant().map(str::to_owned)),
        Credential::Secret(secret) => secrets.extend(credentials.get(secret).map(str::to_owned)),
    };
    for step in steps {
        let request = match &step.action {
            Action::Http(request) => request,
            Action::Probe(probe) => {
                probe.secrets().into_iter().for_each(&mut add);
                continue;
            }
            Action::Parallel(_) => continue,
        };
        for (_, value) in request
            .headers
            .iter()
            .filter(|(name, _)| is_credential(name.as_str()))
        {
            add(value);
        }
        match &request.auth {
            Auth::None => {}
            Auth::Bearer(token) => add(token),
            Auth::Basic { password, .. } => add(password),
        }
    }
    let constants = steps.iter().filter_map(|step| match &step.action {
        Action::Http(request) => Some(&request.auth),
        Action::Probe(_) | Action::Parallel(_) => None,
    });
    // A server may tell the header that it was sent.
    let pairs = constants.filter_map(|auth| match auth {
        Auth::Basic { user, password } => {
            let user = Given::of(user, credentials).ok()?;
            let password = Given::of(password, credentials).ok()?;
            Some(base64(&format!("{}:{}", user.known()?, password.known()?)))
        }
        _ => None,
    });
    let pairs: Vec<String> = pairs.collect();
    Masks::new(secrets.iter().chain(&pairs).map(String::as_str))
}
