//! What is told of a TLS connection (prober/tls.go).

use super::{Report, name};
use crate::journey::{TlsFacts, TlsSession};

/// Go's zero time, 1 January of the year 1: what the exporter tells where no chain was verified.
const NEVER: f64 = -62_135_596_800.0;

impl Report {
    /// What a connection showed.
    pub(super) fn secured(&mut self, facts: &TlsFacts) {
        let version = match facts.version {
            "TLSv1.2" => "TLS 1.2",
            "TLSv1.3" => "TLS 1.3",
            other => other,
        };
        self.gauges
            .set_of("probe_tls_version_info", &[("version", version)], 1.0);
        if let Some(session) = &facts.session {
            self.shown(session);
        }
    }

    fn shown(&mut self, session: &TlsSession) {
        let gauges = &mut self.gauges;
        if let Some(cipher) = &session.cipher {
            gauges.set_of("probe_tls_cipher_info", &[("cipher", cipher)], 1.0);
        }
        let ends = session.chain.iter().map(|shown| shown.not_after);
        let earliest = ends.min().map_or(NEVER, seconds);
        gauges.set("probe_ssl_earliest_cert_expiry", earliest);
        let trusted = session.trusted_until.map_or(NEVER, seconds);
        gauges.set("probe_ssl_last_chain_expiry_timestamp_seconds", trusted);
        let Some(leaf) = session.chain.first() else { return };
        let labels = [
            ("fingerprint_sha256", leaf.sha256.as_str()),
            ("issuer", &name::written(&leaf.issuer)),
            ("serialnumber", &leaf.serial),
            ("subject", &name::written(&leaf.subject)),
            ("subjectalternative", &leaf.dns_names.join(",")),
        ];
        gauges.set_of("probe_ssl_last_chain_info", &labels, 1.0);
    }
}

fn seconds(timestamp: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "seconds of some thousand years")]
    let seconds = timestamp as f64;
    seconds
}
