//! Putting other texts in the place of a probe's.

use std::convert::Infallible;

use super::{Command, DialogueStep, Dns, Grpc, Postgres, Probe, Protocol, Redis, Said, Security, Smtp, Tcp};
use crate::analysis::plan::journey::{Credential, Piece, is_credential};

impl<V> Probe<V> {
    /// The same with each text put through `map`, in the order of their places.
    ///
    /// # Errors
    /// The first one of `map`.
    pub fn try_map<'v, U, E>(&'v self, mut map: impl FnMut(&'v V) -> Result<U, E>) -> Result<Probe<U>, E> {
        let map = &mut map;
        Ok(Probe {
            address: maybe(self.address.as_ref(), map)?,
            security: Security {
                mode: self.security.mode,
                server_name: maybe(self.security.server_name.as_ref(), map)?,
                roots: self.security.roots.clone(),
                insecure: self.security.insecure,
                terms: self.security.terms.clone(),
            },
            protocol: self.protocol.try_map(map)?,
        })
    }

    /// Every text.
    #[must_use]
    pub fn texts(&self) -> Vec<&V> {
        let mut texts = Vec::new();
        let Ok(_) = self.try_map(|text| {
            texts.push(text);
            Ok::<(), Infallible>(())
        });
        texts
    }

    /// Texts that are credentials by their place.
    #[must_use]
    pub fn secrets(&self) -> Vec<&V> {
        match &self.protocol {
            Protocol::Postgres(postgres) => postgres.password.iter().collect(),
            Protocol::Redis(redis) => redis.password.iter().collect(),
            Protocol::Smtp(smtp) => smtp.login.iter().map(|(_, password)| password).collect(),
            Protocol::Grpc(grpc) => credentials(&grpc.metadata),
            Protocol::Command(command) => credentials(&command.env),
            Protocol::Tcp(_) | Protocol::Tls(_) | Protocol::Dns(_) | Protocol::Icmp(_) => Vec::new(),
        }
    }
}

impl Probe<Credential> {
    /// Whether the target says who is asked.
    #[must_use]
    pub fn needs_target(&self) -> bool {
        match (&self.protocol, &self.address) {
            (Protocol::Command(_) | Protocol::Dns(_), None) => false,
            (_, None) => true,
            (_, Some(Credential::Template(address))) => match address.pieces.first() {
                // What begins with two colons is an address of IPv6.
                Some(Piece::Text(text)) => text.starts_with(':') && !text.starts_with("::"),
                Some(Piece::Value(_)) => false,
                None => true,
            },
            (_, Some(Credential::Secret(_))) => false,
        }
    }
}

impl<V> Protocol<V> {
    fn try_map<'v, U, E>(&'v self, map: &mut impl FnMut(&'v V) -> Result<U, E>) -> Result<Protocol<U>, E> {
        Ok(match self {
            Self::Tcp(tcp) => Protocol::Tcp(Tcp {
                dialogue: all(&tcp.dialogue, |step| {
                    Ok(match step {
                        DialogueStep::Expect(regex) => DialogueStep::Expect(regex.clone()),
                        DialogueStep::Send(text) => DialogueStep::Send(map(text)?),
                        DialogueStep::Say(parts) => DialogueStep::Say(said(parts, map)?),
                        DialogueStep::StartTls => DialogueStep::StartTls,
                    })
                })?,
            }),
            Self::Tls(tls) => Protocol::Tls(tls.clone()),
            Self::Dns(dns) => Protocol::Dns(Dns {
                name: map(&dns.name)?,
                record: dns.record,
                transport: dns.transport,
                recursion: dns.recursion,
                rcode: dns.rcode.clone(),
            }),
            Self::Postgres(postgres) => Protocol::Postgres(Postgres {
                user: map(&postgres.user)?,
                password: maybe(postgres.password.as_ref(), map)?,
                database: maybe(postgres.database.as_ref(), map)?,
                query: maybe(postgres.query.as_ref(), map)?,
                rows_max: postgres.rows_max,
                replication: postgres.replication,
            }),
            Self::Redis(redis) => Protocol::Redis(Redis {
                user: maybe(redis.user.as_ref(), map)?,
                password: maybe(redis.password.as_ref(), map)?,
                database: redis.database,
                command: all(&redis.command, &mut *map)?,
                info: redis.info,
            }),
            Self::Grpc(grpc) => Protocol::Grpc(Grpc {
                services: all(&grpc.services, &mut *map)?,
                metadata: pairs(&grpc.metadata, map)?,
            }),
            Self::Smtp(smtp) => Protocol::Smtp(Smtp {
                ehlo: map(&smtp.ehlo)?,
                login: match &smtp.login {
                    Some((user, password)) => Some((map(user)?, map(password)?)),
                    None => None,
                },
            }),
            Self::Icmp(icmp) => Protocol::Icmp(icmp.clone()),
            Self::Command(command) => Protocol::Command(Command {
                run: all(&command.run, &mut *map)?,
                env: pairs(&command.env, map)?,
                stdin: maybe(command.stdin.as_ref(), map)?,
                exit_code: command.exit_code,
                output_bytes_max: command.output_bytes_max,
            }),
        })
    }
}

fn said<'v, V, U, E>(
    parts: &'v [Said<V>],
    map: &mut impl FnMut(&'v V) -> Result<U, E>,
) -> Result<Vec<Said<U>>, E> {
    let part = |part: &'v Said<V>| match part {
        Said::Text(text) => map(text).map(Said::Text),
        Said::Group(group) => Ok(Said::Group(*group)),
    };
    parts.iter().map(part).collect()
}

fn maybe<'v, V, U, E>(
    value: Option<&'v V>,
    map: &mut impl FnMut(&'v V) -> Result<U, E>,
) -> Result<Option<U>, E> {
    value.map(map).transpose()
}

fn all<'v, V, U, E>(values: &'v [V], map: impl FnMut(&'v V) -> Result<U, E>) -> Result<Vec<U>, E> {
    values.iter().map(map).collect()
}

fn pairs<'v, V, U, E>(
    pairs: &'v [(String, V)],
    map: &mut impl FnMut(&'v V) -> Result<U, E>,
) -> Result<Vec<(String, U)>, E> {
    all(pairs, |(name, value)| Ok((name.clone(), map(value)?)))
}

fn credentials<V>(pairs: &[(String, V)]) -> Vec<&V> {
    let pairs = pairs.iter().filter(|(name, _)| is_credential(name));
    pairs.map(|(_, value)| value).collect()
}
