//! Probes of services: databases, gRPC, mail.

use super::Probes;
use crate::analysis::plan::journey::{
    Credential, Grpc, Postgres, Probe, Protocol, Redis, Security, Smtp, Terms, TlsMode,
};
use crate::analysis::raw::journey::probe as raw;
use crate::analysis::validate::journey::amounts::count;

const ROWS: u32 = 100;
const ROWS_MAX: u32 = 10_000;
const DATABASES_MAX: u32 = 1_000_000;
/// Who says hello to a mail server where a journey does not say. `.invalid` is nobody (RFC 2606).
const EHLO: &str = "serin.invalid";

impl Probes<'_, '_, '_, '_, '_> {
    /// `sslmode` says at once when TLS is spoken and who is trusted.
    pub(super) fn postgres(&mut self, raw: &raw::Postgres) -> Option<Probe<Credential>> {
        let (mode, insecure) = match raw.tls {
            Some(raw::SslMode::Disable) => (TlsMode::Off, false),
            Some(raw::SslMode::Prefer) | None => (TlsMode::Prefer, true),
            Some(raw::SslMode::Require) => (TlsMode::Upgrade, true),
            Some(raw::SslMode::VerifyFull) => (TlsMode::Upgrade, false),
        };
        if insecure || mode == TlsMode::Off {
            for key in ["ca", "serverName"] {
                let place = self.place.field(key);
                if place.node().is_some() {
                    let found = format!("`{key}` where no certificate is verified");
                    self.checks.refuse(&place, found, "`tls: verify-full` beside it");
                }
            }
        }
        let roots = raw.ca.as_deref();
        let roots = roots.and_then(|path| {
            self.files
                .certificates(self.checks, &self.place.field("ca"), path)
        });
        let rows = self.place.field("maxRows");
        Some(Probe {
            address: self.address("address", raw.address.as_deref()),
            security: Security {
                mode,
                server_name: self.text("serverName", raw.server_name.as_deref()),
                roots,
                insecure,
                terms: Terms::default(),
            },
            protocol: Protocol::Postgres(Postgres {
                user: self.credential("user", Some(&raw.user))?,
                password: self.credential("password", raw.password.as_ref()),
                database: self.text("database", raw.database.as_deref()),
                query: self.text("query", raw.query.as_deref()),
                rows_max: count(self.checks, &rows, raw.max_rows.as_ref(), ROWS, 1..=ROWS_MAX),
                replication: raw.replication.unwrap_or(false),
            }),
        })
    }

    pub(super) fn redis(&mut self, raw: &raw::Redis) -> Redis<Credential> {
        let place = self.place.field("database");
        if raw
            .command
            .as_ref()
            .is_some_and(|words| words.first().is_none_or(String::is_empty))
        {
            let place = self.place.field("command");
            self.checks
                .refuse(&place, "an empty command", "its name, then its arguments");
        }
        if raw.user.is_some() && raw.password.is_none() {
            let place = self.place.field("user");
            self.checks
                .refuse(&place, "a user without a password", "`password` beside it");
        }
        Redis {
            user: self.credential("user", raw.user.as_ref()),
            password: self.credential("password", raw.password.as_ref()),
            database: count(self.checks, &place, raw.database.as_ref(), 0, 0..=DATABASES_MAX),
            command: self.texts("command", raw.command.as_deref().unwrap_or_default()),
            info: raw.info.unwrap_or(true),
        }
    }

    pub(super) fn grpc(&mut self, raw: &raw::Grpc) -> Grpc<Credential> {
        if raw.service.is_some() && raw.services.is_some() {
            let place = self.place.field("services");
            self.checks
                .refuse(&place, "`service` and `services`", "one of both");
        }
        let mut services = self.texts("services", raw.services.as_deref().unwrap_or_default());
        if services.is_empty() {
            services.extend(self.text("service", Some(raw.service.as_deref().unwrap_or_default())));
        }
        Grpc {
            services,
            metadata: self.named("metadata", raw.metadata.as_deref()),
        }
    }

    pub(super) fn mode_of_smtp(&mut self, raw: &raw::Smtp) -> TlsMode {
        match (raw.tls, raw.start_tls) {
            (Some(true), Some(true)) => {
                let place = self.place.field("startTls");
                self.checks.refuse(&place, "`tls` and `startTls`", "one of both");
                TlsMode::Direct
            }
            (Some(true), _) => TlsMode::Direct,
            (_, Some(true)) => TlsMode::Upgrade,
            _ => TlsMode::Off,
        }
    }

    pub(super) fn smtp(&mut self, raw: &raw::Smtp) -> Option<Smtp<Credential>> {
        if raw.user.is_some() != raw.password.is_some() {
            let key = if raw.user.is_some() { "user" } else { "password" };
            let place = self.place.field(key);
            self.checks
                .refuse(&place, format!("`{key}` alone"), "`user` and `password`");
        }
        let user = self.credential("user", raw.user.as_ref());
        let password = self.credential("password", raw.password.as_ref());
        Some(Smtp {
            ehlo: self.text("ehlo", Some(raw.ehlo.as_deref().unwrap_or(EHLO)))?,
            login: user.zip(password),
        })
    }
}
