//! `prober: grpc`: the standard health service (prober/grpc.go).

use super::{Addressing, Content, Report, Sounded, TlsSettings};
use crate::analysis::plan::journey::{Grpc as Call, Probe, Protocol, Security, TlsMode};

/// What a module of this kind says.
#[derive(Clone, Debug)]
pub struct Grpc {
    /// Which addresses may be asked.
    pub addressing: Addressing,
    /// Whose health; the empty name is the whole server.
    pub service: String,
    /// TLS is spoken.
    pub has_tls: bool,
    /// How.
    pub tls: TlsSettings,
    /// Sent with the call.
    pub metadata: Vec<(String, Content)>,
}

/// `grpc.health.v1.HealthCheckResponse.ServingStatus`
const STATUSES: [&str; 4] = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];
/// Codes of gRPC for calls that nobody answered.
const DEADLINE_EXCEEDED: f64 = 4.0;
const UNAVAILABLE: f64 = 14.0;
/// Where it is usually spoken, without TLS and with it.
const PORTS: (u16, u16) = (80, 443);

impl Grpc {
    /// The port of a target that says none.
    #[must_use]
    pub fn port(&self) -> u16 {
        if self.has_tls { PORTS.1 } else { PORTS.0 }
    }

    /// When TLS is spoken.
    #[must_use]
    pub fn mode(&self) -> TlsMode {
        if self.has_tls {
            TlsMode::Direct
        } else {
            TlsMode::Off
        }
    }

    /// What is asked. `metadata` is what is sent with it.
    #[must_use]
    pub fn probe(&self, security: Security<String>, metadata: Vec<(String, String)>) -> Probe<String> {
        Probe {
            address: None,
            security,
            protocol: Protocol::Grpc(Call {
                services: vec![self.service.clone()],
                metadata,
            }),
        }
    }

    /// What is known before anybody is asked.
    pub fn begin(report: &mut Report) {
        report
            .gauges
            .begin("probe_grpc_duration_seconds", "phase", &["resolve"]);
        for name in [
            "probe_grpc_ssl",
            "probe_grpc_status_code",
            "probe_ssl_earliest_cert_expiry",
        ] {
            report.gauges.set(name, 0.0);
        }
    }

    /// What came.
    pub fn judge(&self, sounded: &Sounded<'_>, report: &mut Report) {
        let phases = sounded.phases;
        let check = [
            phases.connect,
            phases.tls,
            phases.send,
            phases.first_byte,
            phases.body,
        ];
        let gauges = &mut report.gauges;
        gauges.set_of(
            "probe_grpc_duration_seconds",
            &[("phase", "check")],
            sounded.seconds(check),
        );
        gauges.begin("probe_grpc_healthcheck_response", "serving_status", &STATUSES);
        let status = sounded
            .facts
            .get("services")
            .and_then(|services| services.get(&self.service));
        let status = status.and_then(serde_json::Value::as_str);
        if let Some(status) = status.filter(|status| STATUSES.contains(status)) {
            gauges.set_of(
                "probe_grpc_healthcheck_response",
                &[("serving_status", status)],
                1.0,
            );
        }
        let told = sounded.facts.get("code").and_then(serde_json::Value::as_f64);
        let is_overdue = sounded.failure.is_some_and(|failure| failure.class.is_timeout());
        let code = told.unwrap_or(match (sounded.failure, is_overdue) {
            (None, _) => 0.0,
            (Some(_), true) => DEADLINE_EXCEEDED,
            (Some(_), false) => UNAVAILABLE,
        });
        gauges.set("probe_grpc_status_code", code);
        if let Some(tls) = sounded.tls.filter(|_| code == 0.0) {
            gauges.set("probe_grpc_ssl", 1.0);
            report.secured(tls);
        }
        report.success = sounded.failure.is_none();
    }
}
