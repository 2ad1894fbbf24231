//! What all kinds of modules have in common, whichever it is.

use std::net::IpAddr;
use std::time::Duration;

use super::dns::Dns;
use super::grpc::Grpc;
use super::http::{Http, Target};
use super::icmp::Icmp;
use super::{Prober, Report, Sounded, Tcp};
use crate::journey::Peer;

impl Prober {
    /// What is known before anybody is asked.
    pub fn begin(&self, report: &mut Report) {
        match self {
            Self::Http(_) => Http::begin(report),
            Self::Tcp(_) => Tcp::begin(report),
            Self::Dns(_) => Dns::begin(report),
            Self::Grpc(_) => Grpc::begin(report),
            Self::Icmp(_) => Icmp::begin(report),
        }
    }

    /// The target's name was looked up, which is a part of what this prober measures.
    pub fn looked_up(&self, report: &mut Report, host: &str, lookup: Duration, found: Result<IpAddr, &str>) {
        report.looked_up(host, lookup, found);
        let family = match self {
            Self::Http(_) => "probe_http_duration_seconds",
            Self::Dns(_) => "probe_dns_duration_seconds",
            Self::Grpc(_) => "probe_grpc_duration_seconds",
            Self::Icmp(_) => "probe_icmp_duration_seconds",
            Self::Tcp(_) => return,
        };
        let is_http = matches!(self, Self::Http(_));
        if found.is_ok() || is_http {
            let seconds = lookup.as_secs_f64();
            report.gauges.set_of(family, &[("phase", "resolve")], seconds);
        }
        if found.is_ok() && is_http {
            Http::resolved(report);
        }
    }

    /// What came of a probe that is no request.
    pub fn judge(&self, sounded: &Sounded<'_>, report: &mut Report) {
        match self {
            // Requests have more to tell: see `Http::judge`.
            Self::Http(_) => return,
            Self::Tcp(tcp) => tcp.judge(sounded, report),
            Self::Dns(dns) => dns.judge(sounded, report),
            Self::Grpc(grpc) => grpc.judge(sounded, report),
            Self::Icmp(_) => Icmp::judge(sounded, report),
        }
        if let Some(failure) = sounded.failure.filter(|_| !report.success) {
            report.error("the probe went no further", [("seen", failure.message.clone())]);
        }
    }

    /// Who is asked.
    ///
    /// # Errors
    /// The target does not say it as this prober wants it.
    pub fn peer(&self, target: &str) -> Result<Peer, String> {
        let (host, port) = match self {
            Self::Http(_) => {
                let target = Target::parse(target)?;
                (target.host, target.port)
            }
            Self::Tcp(_) => host_and_port(target, None)?,
            Self::Dns(dns) => host_and_port(target, Some(dns.port()))?,
            Self::Grpc(grpc) => host_and_port(without_scheme(target), Some(grpc.port()))?,
            Self::Icmp(_) => (target.to_owned(), 0),
        };
        Ok(Peer { host, port })
    }
}

/// Targets of gRPC may be written as URLs.
fn without_scheme(target: &str) -> &str {
    let rest = target
        .strip_prefix("http://")
        .or_else(|| target.strip_prefix("https://"));
    rest.unwrap_or(target).split('/').next().unwrap_or_default()
}

/// Host and port of `host:port` or `[v6]:port`, as Go splits them. Without a port it is `usual`, and everything is the host.
///
/// # Errors
/// There is no port and no usual one, or it is no number.
pub fn host_and_port(target: &str, usual: Option<u16>) -> Result<(String, u16), String> {
    let bare = |host: &str| host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let split = match target.rsplit_once(':') {
        Some((host, port))
            if host.starts_with('[') == host.ends_with(']')
                && (host.starts_with('[') || !host.contains(':')) =>
        {
            Some((host, port))
        }
        _ => None,
    };
    match (split, usual) {
        (Some((host, port)), _) => match port.parse() {
            Ok(port) if port > 0 => Ok((bare(host), port)),
            _ => Err(format!("{port:?} is no port")),
        },
        (None, Some(usual)) => Ok((bare(target), usual)),
        (None, None) => Err("the target has no port; give `host:port`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_split_as_go_does() {
        for (target, usual, expected) in [
            ("a:80", None, Some(("a", 80))),
            ("[::1]:80", None, Some(("::1", 80))),
            ("a", Some(53), Some(("a", 53))),
            ("::1", Some(53), Some(("::1", 53))),
            ("[::1]", Some(53), Some(("::1", 53))),
            ("a", None, None),
            ("::1", None, None),
            ("a:x", Some(53), None),
            ("a:0", None, None),
            ("a:70000", None, None),
            ("", None, None),
        ] {
            let split = host_and_port(target, usual).ok();
            let expected = expected.map(|(host, port)| (host.to_owned(), port));
            assert_eq!(split, expected, "{target}");
        }
    }
}
