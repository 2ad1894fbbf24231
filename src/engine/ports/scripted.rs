use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, Version};
use serde_json::{Map, Value};
use serin_judge::analysis::plan::journey::{Failure, FailureClass, RequestPhase};
use serin_judge::journey::{Answer, FilledProbe, Findings, Hop, Phases};
use tokio::time::Instant;

use super::{ClientSettings, Exchange, HttpClient, HttpRequest, ProbeError, Prober, ProtocolProbe, Sounding};

/// A [`Prober`] without a network: a function answers. Time is the runtime's, so a paused one decides how long things
/// take.
#[derive(Clone)]
pub struct ScriptedProbe {
    script: Arc<dyn Fn(&Seen<'_>) -> Scripted + Send + Sync>,
    probes: Arc<ProbeScript>,
    asked: Arc<AtomicU64>,
    made: Arc<AtomicU64>,
}

/// After which time what is found.
type ProbeScript = dyn Fn(&FilledProbe) -> (Duration, Result<Map<String, Value>, FailureClass>) + Send + Sync;

/// A request as the server sees it.
#[derive(Debug)]
pub struct Seen<'a> {
    /// As it was sent.
    pub request: &'a HttpRequest<'a>,
    /// What the `Cookie` header would say.
    pub cookies: String,
    /// How many requests came before it.
    pub number: u64,
    /// When it came.
    pub at: Instant,
}

/// What becomes of a request.
#[derive(Clone, Debug)]
pub struct Scripted {
    /// How long it takes. Beyond the deadline it is a timeout before the first byte.
    pub after: Duration,
    /// What then comes: an answer, or a failure of this kind.
    pub outcome: Result<Reply, FailureClass>,
    /// The connection had been used before.
    pub reused: bool,
}

/// An answer.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Scripted {
    /// 200 with a body, at once, over a connection that had been used before.
    #[must_use]
    pub fn ok(body: impl Into<Bytes>) -> Self {
        Self {
            after: Duration::ZERO,
            outcome: Ok(Reply {
                body: body.into(),
                ..Reply::default()
            }),
            reused: true,
        }
    }

    /// An answer of this status without a body.
    #[must_use]
    pub fn status(status: StatusCode) -> Self {
        let mut scripted = Self::ok("");
        if let Ok(reply) = &mut scripted.outcome {
            reply.status = status;
        }
        scripted
    }

    /// No answer, but this.
    #[must_use]
    pub fn failure(class: FailureClass) -> Self {
        Self {
            outcome: Err(class),
            ..Self::ok("")
        }
    }

    /// The same after this time.
    #[must_use]
    pub fn after(self, after: Duration) -> Self {
        Self { after, ..self }
    }

    /// The same with a header more.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if let (Ok(reply), Ok(value)) = (&mut self.outcome, HeaderValue::from_str(value)) {
            reply.headers.append(HeaderName::from_static(name), value);
        }
        self
    }
}

impl ScriptedProbe {
    /// Whatever `script` says of each request.
    pub fn new(script: impl Fn(&Seen<'_>) -> Scripted + Send + Sync + 'static) -> Self {
        Self {
            script: Arc::new(script),
            probes: Arc::new(|_| (Duration::ZERO, Err(FailureClass::BadRequest))),
            asked: Arc::default(),
            made: Arc::default(),
        }
    }

    /// What is found by probes of other protocols than HTTP, and after which time. Otherwise nothing is.
    #[must_use]
    pub fn finding(
        mut self,
        probes: impl Fn(&FilledProbe) -> (Duration, Result<Map<String, Value>, FailureClass>)
        + Send
        + Sync
        + 'static,
    ) -> Self {
        self.probes = Arc::new(probes);
        self
    }

    /// Requests so far, of all clients.
    #[must_use]
    pub fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// Clients with connections of their own that were asked for.
    #[must_use]
    pub fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for ScriptedProbe {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ScriptedProbe({} requests)", self.asked())
    }
}

#[async_trait]
impl Prober for ScriptedProbe {
    /// Every name is this machine's.
    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Failure> {
        Ok(vec![host.parse().unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))])
    }

    fn protocols(&self, _connect_to: &[(String, SocketAddr)]) -> Arc<dyn ProtocolProbe> {
        Arc::new(self.clone())
    }

    fn client(&self, _settings: &ClientSettings) -> Result<Box<dyn HttpClient>, ProbeError> {
        Ok(Box::new(self.clone()))
    }
}

#[async_trait]
impl HttpClient for ScriptedProbe {
    async fn send(
        &self,
        request: &HttpRequest<'_>,
        cookies: Option<&mut cookie_store::CookieStore>,
        deadline: Instant,
    ) -> Exchange {
        let begun = Instant::now();
        let url = url::Url::parse(&request.uri.to_string()).ok();
        let known = cookies.as_deref().zip(url.as_ref());
        let known = known.map(|(cookies, url)| {
            cookies
                .get_request_values(url)
                .map(|(name, value)| format!("{name}={value}"))
        });
        let scripted = (self.script)(&Seen {
            request,
            cookies: known
                .map(|known| known.collect::<Vec<_>>().join("; "))
                .unwrap_or_default(),
            number: self.asked.fetch_add(1, Ordering::Relaxed),
            at: begun,
        });
        let end = begun + scripted.after;
        tokio::time::sleep_until(end.min(deadline)).await;
        let outcome = if end > deadline {
            Err(FailureClass::TtfbTimeout)
        } else {
            scripted.outcome
        };
        if let (Ok(reply), Some(cookies), Some(url)) = (&outcome, cookies, &url) {
            for set in reply.headers.get_all(http::header::SET_COOKIE) {
                let _refused = set.to_str().map(|set| cookies.parse(set, url).is_ok());
            }
        }
        exchange(outcome, &request.uri, begun.elapsed(), scripted.reused)
    }

    fn fresh(&self) -> Box<dyn HttpClient> {
        self.made.fetch_add(1, Ordering::Relaxed);
        Box::new(self.clone())
    }

    fn forget_connections(&self) {
        // There are none.
    }
}

fn exchange(outcome: Result<Reply, FailureClass>, uri: &Uri, taken: Duration, reused: bool) -> Exchange {
    let hop = Hop {
        status: outcome.as_ref().ok().map(|reply| reply.status.as_u16()),
        phases: Phases {
            connect: (!reused).then_some(Duration::ZERO),
            first_byte: Some(taken),
            ..Phases::default()
        },
        reused,
        server: Vec::new(),
    };
    let outcome = outcome.map(|reply| Answer {
        status: reply.status,
        version: Version::HTTP_11,
        headers: reply.headers,
        body_bytes: reply.body.len() as u64,
        body: reply.body,
        url: uri.clone(),
        address: None,
        redirects: 0,
        duration: taken,
        tls: None,
    });
    Exchange {
        hops: vec![hop],
        ended_at: Instant::now(),
        outcome: outcome.map_err(|class| Failure {
            class,
            phase: Some(RequestPhase::FirstByte),
            message: format!("{class} after {taken:?}"),
        }),
        cut: None,
    }
}

#[async_trait]
impl ProtocolProbe for ScriptedProbe {
    /// Finds what the script of probes says.
    async fn ask(&self, probe: &FilledProbe, deadline: Instant) -> Sounding {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let begun = Instant::now();
        let (after, found) = (self.probes)(probe);
        let end = begun + after;
        tokio::time::sleep_until(end.min(deadline)).await;
        let found = if end > deadline {
            Err(FailureClass::TtfbTimeout)
        } else {
            found
        };
        let phases = Phases {
            first_byte: Some(begun.elapsed()),
            ..Phases::default()
        };
        Sounding {
            phases,
            outcome: found
                .map(|facts| Findings {
                    facts,
                    duration: begun.elapsed(),
                    tls: None,
                })
                .map_err(|class| Failure {
                    class,
                    phase: Some(RequestPhase::FirstByte),
                    message: "as scripted".to_owned(),
                }),
            so_far: None,
        }
    }
}
