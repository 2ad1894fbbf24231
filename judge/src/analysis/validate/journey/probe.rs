//! Questions in other protocols than HTTP.

mod server;
mod simple;

use super::files::Reading;
use super::names::{Names, plain, template};
use super::request::credential;
use crate::analysis::node::Place;
use crate::analysis::plan::journey::{Credential, Probe, Protocol, Security, Terms, TlsMode};
use crate::analysis::raw::journey::{probe as raw, step::Step};
use crate::analysis::raw::text::TextOrSecret;
use crate::analysis::validate::Checks;

/// The keys of steps that are probes, as [`Protocol::name`] has them.
pub(super) const PROTOCOLS: [&str; 9] = [
    "tcp", "tls", "dns", "postgres", "redis", "grpc", "smtp", "icmp", "command",
];

/// Makes the probe of one step. Its place is that of the protocol's map.
pub(super) struct Probes<'c, 'r, 'n, 'f, 'p> {
    pub(super) checks: &'c mut Checks<'r>,
    pub(super) names: &'n Names,
    pub(super) files: &'c mut Reading<'f>,
    pub(super) place: Place<'p>,
}

impl Probes<'_, '_, '_, '_, '_> {
    /// `None` where the step is no probe, and where it lacks what it cannot be without.
    pub(super) fn probe(&mut self, raw: &Step) -> Option<Probe<Credential>> {
        let none = raw::Trust::default();
        let direct = |tls: Option<bool>| match tls {
            Some(true) => TlsMode::Direct,
            Some(false) | None => TlsMode::Off,
        };
        let (address, mode, trust, protocol) = if let Some(raw) = &raw.tcp {
            (
                &raw.address,
                self.mode_of_tcp(raw),
                &raw.trust,
                Protocol::Tcp(self.tcp(raw)?),
            )
        } else if let Some(raw) = &raw.tls {
            (
                &raw.address,
                TlsMode::Direct,
                &raw.trust,
                Protocol::Tls(self.tls(raw)),
            )
        } else if let Some(raw) = &raw.dns {
            (&raw.server, TlsMode::Off, &none, Protocol::Dns(self.dns(raw)))
        } else if let Some(raw) = &raw.postgres {
            return self.postgres(raw);
        } else if let Some(raw) = &raw.redis {
            (
                &raw.address,
                direct(raw.tls),
                &raw.trust,
                Protocol::Redis(self.redis(raw)),
            )
        } else if let Some(raw) = &raw.grpc {
            (
                &raw.address,
                direct(raw.tls),
                &raw.trust,
                Protocol::Grpc(self.grpc(raw)),
            )
        } else if let Some(raw) = &raw.smtp {
            (
                &raw.address,
                self.mode_of_smtp(raw),
                &raw.trust,
                Protocol::Smtp(self.smtp(raw)?),
            )
        } else if let Some(raw) = &raw.icmp {
            (&raw.host, TlsMode::Off, &none, Protocol::Icmp(self.icmp(raw)))
        } else if let Some(raw) = &raw.command {
            (&None, TlsMode::Off, &none, Protocol::Command(self.command(raw)?))
        } else {
            return None;
        };
        let security = self.security(mode, trust);
        let key = match protocol {
            Protocol::Dns(_) => "server",
            Protocol::Icmp(_) => "host",
            _ => "address",
        };
        let address = self.address(key, address.as_deref());
        Some(Probe {
            address,
            security,
            protocol,
        })
    }

    fn security(&mut self, mode: TlsMode, trust: &raw::Trust) -> Security<Credential> {
        if mode == TlsMode::Off {
            for key in ["serverName", "ca", "insecure"] {
                let place = self.place.field(key);
                if place.node().is_some() {
                    let found = format!("`{key}` without TLS");
                    self.checks
                        .refuse(&place, found, "`tls: true` beside it, or none of both");
                }
            }
        }
        let roots = trust.ca.as_deref();
        let roots = roots.and_then(|path| {
            self.files
                .certificates(self.checks, &self.place.field("ca"), path)
        });
        Security {
            mode,
            server_name: self.text("serverName", trust.server_name.as_deref()),
            roots,
            insecure: trust.insecure.unwrap_or(false),
            terms: Terms::default(),
        }
    }

    /// `host:port`, `host` or `:port`, as far as that can be seen before it is filled in.
    fn address(&mut self, key: &str, text: Option<&str>) -> Option<Credential> {
        let text = text?;
        let place = self.place.field(key);
        let wrong = if text.trim().is_empty() {
            Some("an empty address".to_owned())
        } else if text.contains("://") {
            Some(format!("the URL {text:?}"))
        } else if text.contains(['/', '@', ' ']) {
            Some(format!("{text:?}"))
        } else {
            None
        };
        if let Some(found) = wrong.filter(|_| !text.contains("{{")) {
            self.checks
                .refuse(&place, found, "`host:port`, `host`, or `:port` of the target");
        }
        self.text(key, Some(text))
    }

    fn text(&mut self, key: &str, text: Option<&str>) -> Option<Credential> {
        let place = self.place.field(key);
        Some(Credential::Template(template(
            self.checks,
            self.names,
            &place,
            text?,
        )))
    }

    fn texts(&mut self, key: &str, texts: &[String]) -> Vec<Credential> {
        let place = self.place.field(key);
        let texts = texts.iter().enumerate();
        texts
            .map(|(at, text)| Credential::Template(template(self.checks, self.names, &place.item(at), text)))
            .collect()
    }

    fn credential(&mut self, key: &str, raw: Option<&TextOrSecret>) -> Option<Credential> {
        let place = self.place.field(key);
        credential(self.checks, self.names, raw?, &place)
    }

    fn named(&mut self, key: &str, raw: Option<&[raw::Named]>) -> Vec<(String, Credential)> {
        let place = self.place.field(key);
        let mut pairs = Vec::new();
        for (at, raw) in raw.unwrap_or_default().iter().enumerate() {
            let place = place.item(at);
            let name = plain(self.checks, &place.field("name"), &raw.name);
            let value = credential(self.checks, self.names, &raw.value, &place.field("value"));
            if name.is_some_and(|name| name.is_empty() || name.contains(['=', '\0'])) {
                self.checks
                    .refuse(&place.field("name"), format!("the name {:?}", raw.name), "a name");
            }
            pairs.extend(name.map(str::to_owned).zip(value));
        }
        pairs
    }
}
