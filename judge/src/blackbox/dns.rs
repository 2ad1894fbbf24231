//! `prober: dns`: one question to a name server (prober/dns.go).

use regex::bytes::Regex;
use serde_json::Value;

use super::{Addressing, Report, Sounded, TlsSettings};
use crate::analysis::plan::journey::{
    Dns as Question, DnsTransport, Probe, Protocol, RecordType, Security, TlsMode,
};

/// What a module of this kind says.
#[derive(Clone, Debug)]
pub struct Dns {
    /// Which addresses of the server may be asked.
    pub addressing: Addressing,
    /// DNS over TLS (RFC 7858).
    pub over_tls: bool,
    /// How it is spoken.
    pub tls: TlsSettings,
    /// Over what.
    pub transport: DnsTransport,
    /// Of what.
    pub name: String,
    /// Which records.
    pub record: RecordType,
    /// The server shall ask others.
    pub recursion: bool,
    /// Codes that are no failure.
    pub rcodes: Vec<String>,
    /// Of the answers.
    pub answer: RecordRules,
    /// Of the authority section.
    pub authority: RecordRules,
    /// Of the additional section.
    pub additional: RecordRules,
}

/// Rules about the records of one section, each as a line of a zone file with tabs.
#[derive(Clone, Debug, Default)]
pub struct RecordRules {
    /// No record may fit any of them.
    pub fails_if_matches: Vec<Regex>,
    /// Every record has to fit all of them. The name says the opposite; this is what the exporter does.
    pub fails_if_all_match: Vec<Regex>,
    /// Every record has to fit all of them, and there has to be one.
    pub fails_if_not_matches: Vec<Regex>,
    /// Some record has to fit one of them.
    pub fails_if_none_matches: Vec<Regex>,
}

/// Where DNS and DNS over TLS are usually spoken.
const PORTS: (u16, u16) = (53, 853);

impl Dns {
    /// The port of a target that says none.
    #[must_use]
    pub fn port(&self) -> u16 {
        if self.over_tls { PORTS.1 } else { PORTS.0 }
    }

    /// When TLS is spoken.
    #[must_use]
    pub fn mode(&self) -> TlsMode {
        if self.over_tls {
            TlsMode::Direct
        } else {
            TlsMode::Off
        }
    }

    /// What is asked.
    #[must_use]
    pub fn probe(&self, security: Security<String>) -> Probe<String> {
        Probe {
            address: None,
            security,
            protocol: Protocol::Dns(Question {
                name: self.name.clone(),
                record: self.record,
                transport: self.transport,
                recursion: self.recursion,
                // Any other is told as well, and looked at below.
                rcode: "NOERROR".to_owned(),
            }),
        }
    }

    /// What is known before anybody is asked.
    pub fn begin(report: &mut Report) {
        let phases = ["resolve", "connect", "request"];
        report
            .gauges
            .begin("probe_dns_duration_seconds", "phase", &phases);
        for name in [
            "probe_dns_answer_rrs",
            "probe_dns_authority_rrs",
            "probe_dns_additional_rrs",
            "probe_dns_query_succeeded",
        ] {
            report.gauges.set(name, 0.0);
        }
    }

    /// What came.
    pub fn judge(&self, sounded: &Sounded<'_>, report: &mut Report) {
        let phases = sounded.phases;
        for (phase, seconds) in [
            ("connect", sounded.seconds([phases.connect, phases.tls])),
            (
                "request",
                sounded.seconds([phases.send, phases.first_byte, phases.body]),
            ),
        ] {
            report
                .gauges
                .set_of("probe_dns_duration_seconds", &[("phase", phase)], seconds);
        }
        let Some(rcode) = sounded.text("rcode") else {
            return;
        };
        report.info("the server answered", [("rcode", rcode.to_owned())]);
        report.gauges.set("probe_dns_query_succeeded", 1.0);
        for (name, section) in [
            ("probe_dns_answer_rrs", "answers"),
            ("probe_dns_authority_rrs", "authority"),
            ("probe_dns_additional_rrs", "additional"),
        ] {
            report.gauges.set(name, sounded.count(section));
        }
        if self.record == RecordType::Soa {
            report
                .gauges
                .set("probe_dns_serial", serial(sounded.list("answers")));
        }
        if !self.rcodes.iter().any(|valid| valid == rcode) {
            report.error(
                "the code is none of those that are valid",
                [("valid", self.rcodes.join(","))],
            );
            return;
        }
        let sections = [
            ("answers", &self.answer),
            ("authority", &self.authority),
            ("additional", &self.additional),
        ];
        report.success = sections.into_iter().all(|(section, rules)| {
            let lines: Vec<String> = sounded.list(section).iter().map(line).collect();
            let broken = rules.broken_by(&lines);
            if let Some(rule) = broken {
                report.error(
                    "records are not as a rule says",
                    [("section", section.to_owned()), ("rule", rule)],
                );
                return false;
            }
            true
        });
    }
}

impl RecordRules {
    /// The rule that records break, and by what.
    fn broken_by(&self, lines: &[String]) -> Option<String> {
        let fits = |regex: &Regex, line: &String| regex.is_match(line.as_bytes());
        let told = |rule: &str, regex: &Regex| Some(format!("{rule}: {regex}"));
        for (rule, regexes) in [
            ("fail_if_not_matches_regexp", &self.fails_if_not_matches),
            ("fail_if_none_matches_regexp", &self.fails_if_none_matches),
        ] {
            if lines.is_empty() && !regexes.is_empty() {
                return Some(format!("{rule}, and there is no record"));
            }
        }
        for line in lines {
            if let Some(regex) = self.fails_if_matches.iter().find(|regex| fits(regex, line)) {
                return told("fail_if_matches_regexp", regex);
            }
            if let Some(regex) = self.fails_if_not_matches.iter().find(|regex| !fits(regex, line)) {
                return told("fail_if_not_matches_regexp", regex);
            }
        }
        let stray = |regex: &&Regex| lines.iter().any(|line| !fits(regex, line));
        if let Some(regex) = self.fails_if_all_match.iter().find(stray) {
            return told("fail_if_all_match_regexp", regex);
        }
        let any = self.fails_if_none_matches.iter();
        let mut any = any.flat_map(|regex| lines.iter().map(move |line| fits(regex, line)));
        if !self.fails_if_none_matches.is_empty() && !any.any(|fits| fits) {
            return Some("fail_if_none_matches_regexp".to_owned());
        }
        None
    }
}

/// A record as miekg/dns writes it.
fn line(record: &Value) -> String {
    let text = |key: &str| record[key].as_str().unwrap_or_default();
    let quoted = |text: &Value| format!("\"{}\"", text.as_str().unwrap_or_default());
    let value = match record["strings"].as_array() {
        Some(strings) => strings.iter().map(quoted).collect::<Vec<_>>().join(" "),
        None => text("value").to_owned(),
    };
    let (name, kind, ttl) = (text("name"), text("type"), &record["ttl"]);
    format!("{name}\t{ttl}\tIN\t{kind}\t{value}")
}

/// Of the last SOA record; 0 without one.
fn serial(answers: &[Value]) -> f64 {
    let soas = answers.iter().filter(|record| record["type"] == "SOA");
    let mut serials = soas.filter_map(|record| record["value"].as_str()?.split(' ').nth(2)?.parse().ok());
    serials.next_back().unwrap_or(0.0)
}
