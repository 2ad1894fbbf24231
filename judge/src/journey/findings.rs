use std::time::Duration;

use serde_json::{Map, Value};

use super::{Answer, TlsFacts};

/// What a probe of another protocol than HTTP found, before anybody judged it.
#[derive(Clone, Debug)]
pub struct Findings {
    /// By name; which ones is told by [`crate::analysis::plan::journey::Protocol::facts`].
    pub facts: Map<String, Value>,
    /// From the start of the first phase to the end of the last one.
    pub duration: Duration,
    /// Where TLS was spoken.
    pub tls: Option<TlsFacts>,
}

/// What came back.
#[derive(Clone, Copy, Debug)]
pub enum Seen<'a> {
    /// Of a request.
    Answer(&'a Answer),
    /// Of a probe.
    Findings(&'a Findings),
}

impl<'a> From<&'a Answer> for Seen<'a> {
    fn from(answer: &'a Answer) -> Self {
        Self::Answer(answer)
    }
}

impl<'a> From<&'a Findings> for Seen<'a> {
    fn from(findings: &'a Findings) -> Self {
        Self::Findings(findings)
    }
}

impl Seen<'_> {
    pub(super) fn duration(&self) -> Duration {
        match self {
            Self::Answer(answer) => answer.duration,
            Self::Findings(findings) => findings.duration,
        }
    }

    pub(super) fn tls(&self) -> Option<&TlsFacts> {
        match self {
            Self::Answer(answer) => answer.tls.as_ref(),
            Self::Findings(findings) => findings.tls.as_ref(),
        }
    }
}
