//! `prober: icmp`: one echo (prober/icmp.go).

use std::time::Duration;

use super::{Addressing, Report, Sounded};
use crate::analysis::plan::journey::{Icmp as Echoes, Probe, Protocol, Security};

/// What a module of this kind says.
#[derive(Clone, Copy, Debug)]
pub struct Icmp {
    /// Which addresses may be asked.
    pub addressing: Addressing,
    /// Of the packet.
    pub payload_bytes: Option<u32>,
    /// Hops that it may take.
    pub ttl: Option<u8>,
}

/// As many as the exporter sends where nobody says.
const PAYLOAD_BYTES: u32 = 28;

impl Icmp {
    /// What is asked.
    #[must_use]
    pub fn probe(&self, security: Security<String>) -> Probe<String> {
        Probe {
            address: None,
            security,
            protocol: Protocol::Icmp(Echoes {
                count: 1,
                payload_bytes: self.payload_bytes.unwrap_or(PAYLOAD_BYTES),
                interval: Duration::from_secs(1),
                ttl: self.ttl,
            }),
        }
    }

    /// What is known before anybody is asked.
    pub fn begin(report: &mut Report) {
        let phases = ["resolve", "setup", "rtt"];
        report
            .gauges
            .begin("probe_icmp_duration_seconds", "phase", &phases);
    }

    /// What came.
    pub fn judge(sounded: &Sounded<'_>, report: &mut Report) {
        let gauges = &mut report.gauges;
        let setup = sounded.seconds([sounded.phases.connect]);
        gauges.set_of("probe_icmp_duration_seconds", &[("phase", "setup")], setup);
        let rtt = sounded.facts.get("rttMs").and_then(|times| times["min"].as_f64());
        gauges.set_of(
            "probe_icmp_duration_seconds",
            &[("phase", "rtt")],
            rtt.unwrap_or(0.0) / 1e3,
        );
        if let Some(ttl) = sounded.facts.get("ttl").and_then(serde_json::Value::as_f64) {
            gauges.set("probe_icmp_reply_hop_limit", ttl);
        }
        report.success = sounded.failure.is_none();
    }
}
