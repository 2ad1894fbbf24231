//! Probes below any service: TCP, TLS, DNS, echoes, programs.

use std::time::Duration;

use super::Probes;
use crate::analysis::plan::journey::{
    Command, Credential, DialogueStep, Dns, DnsTransport, Icmp, RecordType, StartTls, Tcp, Tls, TlsMode,
    TlsVersion,
};
use crate::analysis::raw::journey::probe as raw;
use crate::analysis::validate::journey::amounts::{count, size, time};
use crate::analysis::validate::journey::names::plain;
use crate::analysis::validate::journey::query;

const ECHOES_MAX: u32 = 100;
/// What an IPv4 packet holds, less the heads of IP and ICMP, and some room.
const PAYLOAD_MAX: u32 = 65_000;
const PAYLOAD: u32 = 56;
const ECHO_INTERVAL: Duration = Duration::from_secs(1);
const OUTPUT_BYTES: u64 = 64 << 10;
const OUTPUT_BYTES_MAX: u64 = 16 << 20;
/// Codes of answers (RFC 1035, 4.1.1 and RFC 2136, 2.2) that can be asked for.
const RCODES: [&str; 11] = [
    "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET",
    "NOTAUTH", "NOTZONE",
];

impl Probes<'_, '_, '_, '_, '_> {
    pub(super) fn mode_of_tcp(&mut self, raw: &raw::Tcp) -> TlsMode {
        let dialogue = raw.dialogue.as_deref().unwrap_or_default();
        let upgrades = dialogue
            .iter()
            .filter(|step| step.start_tls == Some(true))
            .count();
        let is_direct = raw.tls == Some(true);
        if upgrades > 1 || (upgrades == 1 && is_direct) {
            let place = self.place.field("dialogue");
            self.checks
                .refuse(&place, "TLS inside of TLS", "`tls: true` or one `startTls: true`");
        }
        match (is_direct, upgrades) {
            (true, _) => TlsMode::Direct,
            (false, 0) => TlsMode::Off,
            (false, _) => TlsMode::Upgrade,
        }
    }

    pub(super) fn tcp(&mut self, raw: &raw::Tcp) -> Option<Tcp<Credential>> {
        let place = self.place.field("dialogue");
        let mut dialogue = Vec::new();
        for (at, raw) in raw.dialogue.as_deref().unwrap_or_default().iter().enumerate() {
            let place = place.item(at);
            dialogue.push(match (&raw.expect, &raw.send, raw.start_tls) {
                (Some(text), None, None) => {
                    let place = place.field("expect");
                    let text = plain(self.checks, &place, text)?;
                    DialogueStep::Expect(query::regex(self.checks, &place, text)?)
                }
                (None, Some(text), None) => {
                    let place = place.field("send");
                    let text = super::credential(self.checks, self.names, text, &place)?;
                    DialogueStep::Send(text)
                }
                (None, None, Some(true)) => DialogueStep::StartTls,
                _ => {
                    let expected = "exactly one of `expect`, `send` and `startTls: true`";
                    self.checks
                        .refuse(&place, "none or several things to do", expected);
                    return None;
                }
            });
        }
        Some(Tcp { dialogue })
    }

    pub(super) fn tls(&mut self, raw: &raw::Tls) -> Tls {
        let version = |raw: raw::TlsVersion| match raw {
            raw::TlsVersion::Tls12 => TlsVersion::Tls12,
            raw::TlsVersion::Tls13 => TlsVersion::Tls13,
        };
        let (min, max) = (raw.min_version.map(version), raw.max_version.map(version));
        if min.zip(max).is_some_and(|(min, max)| min > max) {
            let place = self.place.field("maxVersion");
            self.checks
                .refuse(&place, "older than `minVersion`", "`minVersion` or newer");
        }
        let alpn = raw.alpn.clone().unwrap_or_default();
        for (at, name) in alpn.iter().enumerate() {
            if name.is_empty() || name.len() > 255 {
                let place = self.place.field("alpn").item(at);
                self.checks.refuse(
                    &place,
                    format!("{name:?}"),
                    "a protocol such as `h2`, 1 to 255 bytes",
                );
            }
        }
        Tls {
            start_tls: raw.start_tls.map(|raw| match raw {
                raw::StartTls::Smtp => StartTls::Smtp,
                raw::StartTls::Imap => StartTls::Imap,
                raw::StartTls::Pop3 => StartTls::Pop3,
                raw::StartTls::Ftp => StartTls::Ftp,
                raw::StartTls::Postgres => StartTls::Postgres,
                raw::StartTls::Ldap => StartTls::Ldap,
            }),
            alpn,
            min_version: min,
            max_version: max,
        }
    }

    pub(super) fn dns(&mut self, raw: &raw::Dns) -> Dns<Credential> {
        let rcode = raw.rcode.as_deref().unwrap_or("NOERROR").to_ascii_uppercase();
        if !RCODES.contains(&rcode.as_str()) && !self.checks.is_open(&rcode) {
            let expected = crate::analysis::diagnostic::listed(RCODES);
            self.checks.refuse(
                &self.place.field("rcode"),
                format!("the code {rcode:?}"),
                expected,
            );
        }
        let name = self.text("name", Some(&raw.name));
        Dns {
            // There is a text, so there is a template.
            name: name.unwrap_or_else(|| Credential::Template(Default::default())),
            record: raw.record.map_or(RecordType::A, record),
            transport: match raw.transport {
                Some(raw::DnsTransport::Tcp) => DnsTransport::Tcp,
                Some(raw::DnsTransport::Udp) | None => DnsTransport::Udp,
            },
            recursion: raw.recursion.unwrap_or(true),
            rcode,
        }
    }

    pub(super) fn icmp(&mut self, raw: &raw::Icmp) -> Icmp {
        let field = |key| self.place.field(key);
        let (counts, payload, interval) = (field("count"), field("payloadBytes"), field("interval"));
        Icmp {
            count: count(self.checks, &counts, raw.count.as_ref(), 1, 1..=ECHOES_MAX),
            payload_bytes: count(
                self.checks,
                &payload,
                raw.payload_bytes.as_ref(),
                PAYLOAD,
                0..=PAYLOAD_MAX,
            ),
            interval: time(
                self.checks,
                &interval,
                raw.interval.as_deref(),
                ECHO_INTERVAL,
                Duration::from_millis(1)..=Duration::from_secs(60),
            ),
            ttl: None,
        }
    }

    pub(super) fn command(&mut self, raw: &raw::Command) -> Option<Command<Credential>> {
        if raw.run.first().is_none_or(|program| program.trim().is_empty()) {
            self.checks.refuse(
                &self.place.field("run"),
                "no program",
                "a program, then its arguments",
            );
            return None;
        }
        let exit_place = self.place.field("exitCode");
        let output_place = self.place.field("maxOutputBytes");
        let code = count(self.checks, &exit_place, raw.exit_code.as_ref(), 0, 0..=255);
        let output = raw.max_output_bytes.as_ref();
        Some(Command {
            run: self.texts("run", &raw.run),
            env: self.named("env", raw.env.as_deref()),
            stdin: self.text("stdin", raw.stdin.as_deref()),
            exit_code: i32::try_from(code).unwrap_or_default(),
            output_bytes_max: size(self.checks, &output_place, output, OUTPUT_BYTES, OUTPUT_BYTES_MAX),
        })
    }
}

fn record(raw: raw::RecordType) -> RecordType {
    match raw {
        raw::RecordType::A => RecordType::A,
        raw::RecordType::Aaaa => RecordType::Aaaa,
        raw::RecordType::Cname => RecordType::Cname,
        raw::RecordType::Mx => RecordType::Mx,
        raw::RecordType::Ns => RecordType::Ns,
        raw::RecordType::Txt => RecordType::Txt,
        raw::RecordType::Srv => RecordType::Srv,
        raw::RecordType::Soa => RecordType::Soa,
        raw::RecordType::Ptr => RecordType::Ptr,
        raw::RecordType::Caa => RecordType::Caa,
        raw::RecordType::Any => RecordType::Any,
    }
}
