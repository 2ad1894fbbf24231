//! `prober: tcp`: a connection, and a talk in lines (prober/tcp.go).

use regex::Regex;
use serde_json::Value;

use super::expand::Template;
use super::{Addressing, Report, Sounded, TlsSettings};
use crate::analysis::plan::journey::{DialogueStep, Probe, Protocol, Security, Tcp as Talk, TlsMode};

/// What a module of this kind says.
#[derive(Clone, Debug)]
pub struct Tcp {
    /// Which addresses may be asked.
    pub addressing: Addressing,
    /// TLS from the first byte.
    pub has_tls: bool,
    /// How it is spoken, also when it begins later.
    pub tls: TlsSettings,
    /// In order; without any connecting is enough.
    pub turns: Vec<Turn>,
}

/// One entry of `query_response`: each part that is there happens, in this order.
#[derive(Clone, Debug)]
pub struct Turn {
    /// Lines are read until one fits.
    pub expect: Option<Regex>,
    /// Told of the line that fitted.
    pub labels: Vec<(String, Template)>,
    /// A line.
    pub send: Option<Template>,
    /// TLS from here on.
    pub starts_tls: bool,
}

impl Tcp {
    /// When TLS is spoken.
    #[must_use]
    pub fn mode(&self) -> TlsMode {
        match (self.has_tls, self.turns.iter().any(|turn| turn.starts_tls)) {
            (true, _) => TlsMode::Direct,
            (false, true) => TlsMode::Upgrade,
            (false, false) => TlsMode::Off,
        }
    }

    /// What is asked.
    #[must_use]
    pub fn probe(&self, security: Security<String>) -> Probe<String> {
        let steps = self.turns.iter().flat_map(|turn| {
            let expect = turn.expect.clone().map(DialogueStep::Expect);
            let send = turn.send.as_ref().map(|send| DialogueStep::Say(send.said("\n")));
            let tls = turn.starts_tls.then_some(DialogueStep::StartTls);
            [expect, send, tls].into_iter().flatten()
        });
        Probe {
            address: None,
            security,
            protocol: Protocol::Tcp(Talk {
                dialogue: steps.collect(),
            }),
        }
    }

    /// What is known before anybody is asked.
    pub fn begin(report: &mut Report) {
        report.gauges.set("probe_failed_due_to_regex", 0.0);
    }

    /// What came.
    pub fn judge(&self, sounded: &Sounded<'_>, report: &mut Report) {
        if let Some(tls) = sounded.tls {
            report.secured(tls);
        }
        let expecting = self.turns.iter().filter(|turn| turn.expect.is_some());
        for (turn, groups) in expecting.zip(sounded.list("matches")) {
            let groups: Vec<&str> = groups
                .as_array()
                .map(|groups| groups.iter().filter_map(Value::as_str).collect())
                .unwrap_or_default();
            if turn.labels.is_empty() {
                continue;
            }
            let labels: Vec<(&str, String)> = turn
                .labels
                .iter()
                .map(|(name, value)| (name.as_str(), value.expanded(&groups)))
                .collect();
            let labels: Vec<(&str, &str)> = labels
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            report.gauges.set_of("probe_expect_info", &labels, 1.0);
        }
        let is_unmatched = sounded.facts.get("unmatched") == Some(&Value::Bool(true));
        report
            .gauges
            .set("probe_failed_due_to_regex", f64::from(u8::from(is_unmatched)));
        report.success = sounded.failure.is_none();
    }
}
