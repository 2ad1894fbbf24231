//! Metrics of one probe as data, and as Prometheus reads them.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

/// What each metric is. All are gauges.
const HELP: [(&str, &str); 33] = [
    (
        "probe_dns_additional_rrs",
        "Records in the additional section of the answer",
    ),
    (
        "probe_dns_answer_rrs",
        "Records in the answer section of the answer",
    ),
    (
        "probe_dns_authority_rrs",
        "Records in the authority section of the answer",
    ),
    (
        "probe_dns_duration_seconds",
        "How long each part of the question took",
    ),
    (
        "probe_dns_lookup_time_seconds",
        "How long it took to find the address of the target",
    ),
    (
        "probe_dns_query_succeeded",
        "1 when the server answered, whatever it said",
    ),
    ("probe_dns_serial", "Serial number of the zone"),
    ("probe_duration_seconds", "How long the probe took"),
    ("probe_expect_info", "What an expected line held"),
    (
        "probe_failed_due_to_regex",
        "1 when a regular expression is why the probe failed",
    ),
    (
        "probe_grpc_duration_seconds",
        "How long each part of the call took",
    ),
    (
        "probe_grpc_healthcheck_response",
        "1 for the status that the service told, 0 for the others",
    ),
    ("probe_grpc_ssl", "1 when TLS was spoken"),
    ("probe_grpc_status_code", "Status code of the call"),
    (
        "probe_http_content_length",
        "Length of the body as its head tells it, -1 when it does not",
    ),
    (
        "probe_http_duration_seconds",
        "How long each part took, of all requests of a chain of redirects together",
    ),
    (
        "probe_http_last_modified_timestamp_seconds",
        "What Last-Modified says, in seconds since 1970",
    ),
    ("probe_http_redirects", "Redirects that came"),
    ("probe_http_ssl", "1 when the last request went over TLS"),
    (
        "probe_http_status_code",
        "Status of the last answer, 0 without one",
    ),
    (
        "probe_http_uncompressed_body_length",
        "Bytes of the body that were read, after decoding",
    ),
    ("probe_http_version", "Version of HTTP of the last answer"),
    (
        "probe_icmp_duration_seconds",
        "How long each part of the echo took",
    ),
    (
        "probe_icmp_reply_hop_limit",
        "Hops that the reply had left (TTL of IPv4)",
    ),
    (
        "probe_ip_addr_hash",
        "Hash of the target's address: it changes when the address does",
    ),
    ("probe_ip_protocol", "4 or 6; 0 without an address"),
    (
        "probe_ssl_earliest_cert_expiry",
        "When the first of the certificates that were shown ends, in seconds since 1970",
    ),
    (
        "probe_ssl_last_chain_expiry_timestamp_seconds",
        "When the longest trusted chain ends, in seconds since 1970",
    ),
    ("probe_ssl_last_chain_info", "The server's certificate"),
    ("probe_success", "1 when everything holds"),
    ("probe_timeout_seconds", "How long the probe might have taken"),
    ("probe_tls_cipher_info", "The cipher suite of the connection"),
    ("probe_tls_version_info", "The version of TLS of the connection"),
];

/// A metric's name, and its labels in their order.
type Series = Vec<(String, String)>;

/// Metrics of one probe; text as Prometheus' exposition format 0.0.4 has it (`Display`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gauges {
    families: BTreeMap<&'static str, BTreeMap<Series, f64>>,
}

impl Gauges {
    pub(super) fn set(&mut self, name: &'static str, value: f64) {
        self.set_of(name, &[], value);
    }

    pub(super) fn set_of(&mut self, name: &'static str, labels: &[(&str, &str)], value: f64) {
        let _before = self.entry(name, labels, value);
    }

    /// On top of what is there.
    pub(super) fn add_of(&mut self, name: &'static str, labels: &[(&str, &str)], value: f64) {
        let before = self.get(name, labels).unwrap_or_default();
        self.set_of(name, labels, before + value);
    }

    /// 0 for each of these values of a label.
    pub(super) fn begin(&mut self, name: &'static str, label: &str, values: &[&str]) {
        for value in values {
            self.set_of(name, &[(label, value)], 0.0);
        }
    }

    /// The value of one series.
    #[must_use]
    pub fn get(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        self.families.get(name)?.get(&series(labels)).copied()
    }

    /// Every series: name, labels, value.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &[(String, String)], f64)> {
        let families = self.families.iter();
        families.flat_map(|(name, all)| {
            let all = all.iter();
            all.map(move |(labels, value)| (*name, labels.as_slice(), *value))
        })
    }

    fn entry(&mut self, name: &'static str, labels: &[(&str, &str)], value: f64) -> Option<f64> {
        self.families
            .entry(name)
            .or_default()
            .insert(series(labels), value)
    }
}

fn series(labels: &[(&str, &str)]) -> Series {
    let labels = labels.iter();
    labels
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

impl fmt::Display for Gauges {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, all) in &self.families {
            let help = HELP.iter().find(|(known, _)| known == name);
            let help = help.map_or("", |(_, help)| help);
            writeln!(formatter, "# HELP {name} {help}\n# TYPE {name} gauge")?;
            for (labels, value) in all {
                formatter.write_str(name)?;
                for (place, (label, value)) in labels.iter().enumerate() {
                    let opening = if place == 0 { '{' } else { ',' };
                    write!(formatter, "{opening}{label}=\"")?;
                    escaped(value, formatter)?;
                    formatter.write_char('"')?;
                }
                let closing = if labels.is_empty() { "" } else { "}" };
                writeln!(formatter, "{closing} {value}")?;
            }
        }
        Ok(())
    }
}

fn escaped(text: &str, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    for char in text.chars() {
        match char {
            '\\' => formatter.write_str("\\\\")?,
            '"' => formatter.write_str("\\\"")?,
            '\n' => formatter.write_str("\\n")?,
            char => formatter.write_char(char)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_what_prometheus_reads() {
        let mut gauges = Gauges::default();
        gauges.set("probe_success", 1.0);
        gauges.begin("probe_http_duration_seconds", "phase", &["tls", "connect"]);
        gauges.add_of("probe_http_duration_seconds", &[("phase", "tls")], 0.25);
        gauges.add_of("probe_http_duration_seconds", &[("phase", "tls")], 0.5);
        gauges.set_of("probe_expect_info", &[("said", "a\\b\"c\nd"), ("by", "é")], 1.0);
        let expected = "# HELP probe_expect_info What an expected line held\n# TYPE probe_expect_info gauge\n\
             probe_expect_info{said=\"a\\\\b\\\"c\\nd\",by=\"é\"} 1\n\
             # HELP probe_http_duration_seconds How long each part took, of all requests of a chain of redirects together\n\
             # TYPE probe_http_duration_seconds gauge\n\
             probe_http_duration_seconds{phase=\"connect\"} 0\nprobe_http_duration_seconds{phase=\"tls\"} 0.75\n\
             # HELP probe_success 1 when everything holds\n# TYPE probe_success gauge\nprobe_success 1\n";
        assert_eq!(gauges.to_string(), expected);
    }
}
