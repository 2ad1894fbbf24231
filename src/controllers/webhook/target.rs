//! Where webhooks may go. Addresses that only this machine or its hypervisor answers at hold credentials of the cloud, and
//! whoever may name a receiver must not be able to have them asked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// An address that no webhook is sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "its address {0} is link-local, of a cloud's metadata service, or of nobody, where no webhook is sent"
)]
pub(super) struct Refused(IpAddr);

/// Services that give credentials to whoever asks from inside a machine, beside those in 169.254.0.0/16.
const METADATA_V4: [Ipv4Addr; 3] = [
    // Alibaba Cloud, Oracle Cloud, Azure's host.
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(192, 0, 0, 192),
    Ipv4Addr::new(168, 63, 129, 16),
];
const METADATA_V6: [Ipv6Addr; 2] = [
    // Amazon EC2, Google Compute Engine.
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
];

/// The address itself, if webhooks may go there.
pub(super) fn allowed(address: IpAddr) -> Result<IpAddr, Refused> {
    let is_refused = match address {
        IpAddr::V4(v4) => is_refused_v4(v4),
        IpAddr::V6(v6) => is_refused_v6(v6),
    };
    if is_refused {
        Err(Refused(address))
    } else {
        Ok(address)
    }
}

fn is_refused_v4(address: Ipv4Addr) -> bool {
    address.is_link_local()
        || address.octets()[0] == 0
        || address.is_multicast()
        || address.is_broadcast()
        || METADATA_V4.contains(&address)
}

fn is_refused_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let low = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    // IPv4 inside of IPv6: mapped (::ffff/96), compatible (::/96), translated (64:ff9b::/96, RFC 6052), 6to4 (2002::/16).
    let inside = match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0) if (g, h) != (0, 1) => Some(low(g, h)),
        (0, 0, 0, 0, 0, 0xffff) | (0x64, 0xff9b, 0, 0, 0, 0) => Some(low(g, h)),
        (0x2002, ..) => Some(low(b, c)),
        _ => None,
    };
    address.is_unicast_link_local()
        || address.is_multicast()
        || METADATA_V6.contains(&address)
        || inside.is_some_and(is_refused_v4)
}

/// An address in the URL itself, which is not looked up.
pub(super) fn literal(url: &Url) -> Option<IpAddr> {
    let host = url.host_str()?;
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Looks names up and gives only addresses that webhooks may go to, so that what was checked is what is connected to.
pub(super) struct CheckedNames;

impl Resolve for CheckedNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(Box::new(checked(found)?.into_iter()) as Addrs)
        })
    }
}

/// Those that may be used; an error when there are addresses and none may.
pub(super) fn checked(found: impl Iterator<Item = SocketAddr>) -> Result<Vec<SocketAddr>, Refused> {
    let (mut good, mut refused) = (Vec::new(), None);
    for address in found {
        match allowed(address.ip()) {
            Ok(_) => good.push(address),
            Err(error) => refused = Some(error),
        }
    }
    match refused {
        Some(error) if good.is_empty() => Err(error),
        _ => Ok(good),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_metadata_services_and_of_the_own_link_are_refused() {
        for address in [
            "169.254.169.254",
            "169.254.170.2",
            "100.100.100.200",
            "192.0.0.192",
            "168.63.129.16",
            "0.0.0.0",
            "0.1.2.3",
            "224.0.0.1",
            "255.255.255.255",
            "fe80::1",
            "febf::1",
            "fd00:ec2::254",
            "fd20:ce::254",
            "ff02::1",
            "::",
            "::ffff:169.254.169.254",
            "::ffff:0.0.0.0",
            "::169.254.169.254",
            "64:ff9b::169.254.169.254",
            "2002:a9fe:a9fe::1",
        ] {
            let address: IpAddr = address.parse().unwrap();
            assert_eq!(allowed(address), Err(Refused(address)));
        }
        for address in [
            "127.0.0.1",
            "::1",
            "10.0.0.7",
            "192.168.1.1",
            "100.100.100.100",
            "203.0.113.9",
            "fd00::1",
            "2001:db8::1",
            "::ffff:10.0.0.7",
            "64:ff9b::203.0.113.9",
            "169.253.255.255",
        ] {
            let address: IpAddr = address.parse().unwrap();
            assert_eq!(allowed(address), Ok(address));
        }
    }

    #[test]
    fn names_give_only_what_may_be_used() {
        let sockets = |texts: &[&str]| {
            texts
                .iter()
                .map(|text| text.parse().unwrap())
                .collect::<Vec<SocketAddr>>()
        };
        let check = |texts: &[&str]| checked(sockets(texts).into_iter());
        assert_eq!(
            check(&["10.0.0.7:0", "169.254.169.254:0"]),
            Ok(sockets(&["10.0.0.7:0"]))
        );
        assert!(check(&["169.254.169.254:0", "[fe80::1]:0"]).is_err());
        assert_eq!(check(&[]), Ok(Vec::new()));
    }

    #[test]
    fn literals_however_they_are_written() {
        for (url, expected) in [
            ("http://169.254.169.254/a", Some("169.254.169.254")),
            ("http://0xa9fea9fe/", Some("169.254.169.254")),
            ("http://2852039166/", Some("169.254.169.254")),
            ("http://[fe80::1]:80/", Some("fe80::1")),
            ("https://receiver.example/", None),
        ] {
            let found = literal(&url.parse().unwrap());
            assert_eq!(found, expected.map(|text| text.parse().unwrap()), "{url}");
        }
    }
}
