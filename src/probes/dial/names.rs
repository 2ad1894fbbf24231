use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

use hickory_resolver::config::{
    ConnectionConfig, LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::{Query, ResponseCode};
use hickory_resolver::proto::rr::{Name, RecordType};
use hickory_resolver::{Hosts, ResolverBuilder, TokioResolver};
use serin_judge::analysis::plan::journey::{Failure, FailureClass, RequestPhase};

use super::failure::{exhausted, failure};

/// Turns names into addresses, anew for each connection: what a cache says is not what the name server does.
///
/// `/etc/hosts` wins, and is read once, as the list of name servers is. IPv4 is asked for first, IPv6 only where there is
/// none: a name server that is silent about one of them does not delay the other.
pub struct Names {
    resolver: Result<TokioResolver, String>,
    /// Asks for both families at once.
    of_both: Result<TokioResolver, String>,
    /// `/etc/hosts`
    hosts: Hosts,
}

/// Names with addresses beyond these are cut: one is connected to, the others only where it refuses.
const ADDRESSES_MAX: usize = 16;

impl Names {
    /// As the machine's `/etc/resolv.conf` says. Where that cannot be read, names fail and literal addresses do not.
    #[must_use]
    pub fn system() -> Self {
        let with = |strategy| {
            TokioResolver::builder_tokio()
                .and_then(|builder| build(builder, strategy))
                .map_err(|error| format!("the settings of the system's resolver cannot be read: {error}"))
        };
        Self::of(with)
    }

    /// By these name servers, and `/etc/hosts`.
    #[must_use]
    pub fn servers(servers: &[SocketAddr]) -> Self {
        let servers = servers.iter().map(|server| {
            let with_port = |mut connection: ConnectionConfig| {
                connection.port = server.port();
                connection
            };
            let connections = vec![
                with_port(ConnectionConfig::udp()),
                with_port(ConnectionConfig::tcp()),
            ];
            NameServerConfig::new(server.ip(), true, connections)
        });
        let config = ResolverConfig::from_name_servers(servers.collect());
        Self::of(|strategy| {
            let builder = TokioResolver::builder_with_config(config.clone(), TokioRuntimeProvider::default())
                .with_options(ResolverOpts::default());
            build(builder, strategy).map_err(|error| error.to_string())
        })
    }

    fn of(with: impl Fn(LookupIpStrategy) -> Result<TokioResolver, String>) -> Self {
        Self {
            resolver: with(LookupIpStrategy::Ipv4thenIpv6),
            of_both: with(LookupIpStrategy::Ipv4AndIpv6),
            // Where it cannot be read there is nothing in it.
            hosts: Hosts::from_system().unwrap_or_default(),
        }
    }

    /// At least one address.
    ///
    /// # Errors
    /// There is none, or nobody says so.
    pub(in crate::probes) async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Failure> {
        looked_up(&self.resolver, host).await
    }

    /// The same of both families.
    ///
    /// # Errors
    /// There is none of either, or nobody says so.
    pub(in crate::probes) async fn of_both(&self, host: &str) -> Result<Vec<IpAddr>, Failure> {
        // A name that is written there has those addresses only: the library would add others of the other family.
        let written = self.written(host);
        if !written.is_empty() {
            return Ok(written);
        }
        looked_up(&self.of_both, host).await
    }

    fn written(&self, host: &str) -> Vec<IpAddr> {
        let Ok(name) = Name::from_str_relaxed(host) else {
            return Vec::new();
        };
        let of = |record| self.hosts.lookup_static_host(&Query::query(name.clone(), record));
        let found = [RecordType::A, RecordType::AAAA].map(of);
        let records = found.iter().flatten().flat_map(Lookup::answers);
        records.filter_map(|record| record.data.ip_addr()).collect()
    }
}

async fn looked_up(resolver: &Result<TokioResolver, String>, host: &str) -> Result<Vec<IpAddr>, Failure> {
    let resolver = resolver
        .as_ref()
        .map_err(|message| failure(FailureClass::ProberUnhealthy, RequestPhase::Dns, message.as_str()))?;
    let found = resolver.lookup_ip(host).await;
    let found = found.map_err(|error| failed(host, &error))?;
    let addresses: Vec<IpAddr> = found.iter().take(ADDRESSES_MAX).collect();
    if addresses.is_empty() {
        return Err(nothing(host));
    }
    Ok(addresses)
}

fn build(
    mut builder: ResolverBuilder<TokioRuntimeProvider>,
    strategy: LookupIpStrategy,
) -> Result<TokioResolver, NetError> {
    let options = builder.options_mut();
    options.cache_size = 0;
    options.use_hosts_file = ResolveHosts::Always;
    options.ip_strategy = strategy;
    builder.build()
}

fn nothing(host: &str) -> Failure {
    let message = format!("the name {host} does not exist or has no address");
    failure(FailureClass::DnsNxdomain, RequestPhase::Dns, message)
}

fn failed(host: &str, error: &NetError) -> Failure {
    if let Some(seen) = own_fault(error) {
        let message = format!("looking up {host}: {seen}");
        return failure(FailureClass::ProberUnhealthy, RequestPhase::Dns, message);
    }
    let class = match error {
        NetError::Timeout => FailureClass::DnsTimeout,
        NetError::Dns(DnsError::NoRecordsFound(none)) => match none.response_code {
            ResponseCode::NXDomain | ResponseCode::NoError => return nothing(host),
            _ => FailureClass::DnsServfail,
        },
        NetError::Busy => FailureClass::ProberUnhealthy,
        _ => FailureClass::DnsServfail,
    };
    failure(class, RequestPhase::Dns, format!("looking up {host}: {error}"))
}

/// The library does not always tell why it has no socket to ask with, so it is asked for one.
fn own_fault(error: &NetError) -> Option<&'static str> {
    match error {
        NetError::Io(error) => exhausted(error),
        NetError::NoConnections => UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))
            .err()
            .as_ref()
            .and_then(exhausted),
        _ => None,
    }
}
