//! The question of a probe: its texts filled in, and where it goes.

use std::fmt;

use super::Turn;
use super::prepared::Given;
use super::secrets::Credentials;
use super::target::Base;
use super::values::{Values, bad_request};
use crate::analysis::plan::journey::{Credential, Failure, Probe, Protocol};

/// Who is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Peer {
    /// A name, or an address without brackets.
    pub host: String,
    /// 0 where the protocol has no ports.
    pub port: u16,
}

impl fmt::Display for Peer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.host.contains(':'), self.port) {
            (_, 0) => formatter.write_str(&self.host),
            (true, port) => write!(formatter, "[{}]:{port}", self.host),
            (false, port) => write!(formatter, "{}:{port}", self.host),
        }
    }
}

/// A probe with everything filled in.
#[derive(Clone, Debug)]
pub struct FilledProbe {
    /// `None` where the protocol itself says who is asked: a program, the machine's name server.
    pub peer: Option<Peer>,
    /// What is asked.
    pub probe: Probe<String>,
}

/// A probe of a journey at one target.
pub(super) struct PreparedProbe {
    probe: Probe<Given>,
    /// The target's host and port.
    target: Option<(String, Option<u16>)>,
}

impl PreparedProbe {
    pub(super) fn new(
        probe: &Probe<Credential>,
        target: &str,
        credentials: &Credentials,
    ) -> Result<Self, Failure> {
        Ok(Self {
            probe: probe.try_map(|text| Given::of(text, credentials))?,
            target: Base::parse(target)?.peer(),
        })
    }

    pub(super) fn fill(&self, values: &Values, turn: Turn) -> Result<FilledProbe, Failure> {
        let probe = self.probe.try_map(|given| given.text(values, turn))?;
        let peer = match (&probe.protocol, &probe.address) {
            (Protocol::Command(_), _) | (Protocol::Dns(_), None) => None,
            (protocol, address) => {
                let usual = protocol.port(probe.security.mode);
                Some(self.peer(address.as_deref(), usual, protocol.name())?)
            }
        };
        Ok(FilledProbe { peer, probe })
    }

    /// Without an address it is the target itself. Otherwise a host that is missing is the target's, and a port the usual one of
    /// the protocol.
    fn peer(&self, address: Option<&str>, usual: Option<u16>, protocol: &str) -> Result<Peer, Failure> {
        let address = address.unwrap_or_default().trim();
        let (host, port) = split(address)?;
        let target = self.target.as_ref();
        let is_whole = address.is_empty();
        let host = match host {
            "" => target.map(|(host, _)| host.clone()).ok_or_else(|| {
                bad_request(format!(
                    "`{protocol}` has no host and there is no target: give `address`, `spec.target`, or `--target`"
                ))
            })?,
            host => host.to_owned(),
        };
        let of_target = target.and_then(|(_, port)| *port).filter(|_| is_whole);
        let port = match usual {
            // Echoes have none.
            Some(0) => Some(0),
            usual => port.or(of_target).or(usual),
        };
        let port = port.ok_or_else(|| {
            bad_request(format!(
                "`{protocol}` of {host} has no port: give `address: {host}:PORT`"
            ))
        })?;
        Ok(Peer { host, port })
    }
}

/// Host and port of `host:port`, `host`, `:port`, `[v6]:port`, `[v6]` or `v6`.
fn split(address: &str) -> Result<(&str, Option<u16>), Failure> {
    let refused = || bad_request(format!("{address:?} is no `host:port`, `host` or `:port`"));
    let (host, port) = if let Some(rest) = address.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or_else(refused)?;
        (
            host,
            rest.strip_prefix(':')
                .or(rest.is_empty().then_some(""))
                .ok_or_else(refused)?,
        )
    } else if address.matches(':').count() > 1 {
        (address, "")
    } else {
        address.split_once(':').unwrap_or((address, ""))
    };
    if host.contains(['/', '@', ' ']) {
        return Err(refused());
    }
    let port = match port {
        "" => None,
        port => Some(port.parse().ok().filter(|port| *port > 0).ok_or_else(refused)?),
    };
    Ok((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(target: Option<(&str, Option<u16>)>) -> PreparedProbe {
        use crate::analysis::plan::journey::{Security, Tcp, TlsMode};
        PreparedProbe {
            probe: Probe {
                address: None,
                security: Security {
                    mode: TlsMode::Off,
                    server_name: None,
                    roots: None,
                    insecure: false,
                    terms: crate::analysis::plan::journey::Terms::default(),
                },
                protocol: Protocol::Tcp(Tcp { dialogue: Vec::new() }),
            },
            target: target.map(|(host, port)| (host.to_owned(), port)),
        }
    }

    #[test]
    fn what_an_address_leaves_out_is_the_targets_or_the_protocols() {
        let target = Some(("shop.test", Some(8080)));
        for (target, address, usual, expected) in [
            (target, "db.test:6000", Some(5432), "db.test:6000"),
            (target, "db.test", Some(5432), "db.test:5432"),
            (target, ":6000", Some(5432), "shop.test:6000"),
            (target, "", Some(5432), "shop.test:8080"),
            (target, "", None, "shop.test:8080"),
            (Some(("shop.test", None)), "", Some(5432), "shop.test:5432"),
            (None, "[::1]:53", Some(53), "[::1]:53"),
            (None, "::1", Some(53), "[::1]:53"),
            (None, "[::1]", Some(53), "[::1]:53"),
            (None, "10.0.0.1", Some(0), "10.0.0.1"),
        ] {
            let peer = of(target).peer(Some(address), usual, "tcp").unwrap();
            assert_eq!(peer.to_string(), expected, "{address:?} at {target:?}");
        }
    }

    #[test]
    fn addresses_that_lead_nowhere_are_refused() {
        for (address, said) in [
            ("", "there is no target"),
            (":70", "there is no target"),
            ("db.test", "has no port"),
            ("db.test:port", "is no `host:port`"),
            ("db.test:0", "is no `host:port`"),
            ("db.test:70000", "is no `host:port`"),
            ("[::1:53", "is no `host:port`"),
            ("user@db.test:1", "is no `host:port`"),
        ] {
            let failure = of(None).peer(Some(address), None, "tcp").unwrap_err();
            assert!(failure.message.contains(said), "{address:?}: {}", failure.message);
        }
    }
}
