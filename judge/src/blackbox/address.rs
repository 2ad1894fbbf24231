//! Which address of a name is asked, and what is said of it (prober/utils.go).

use std::net::IpAddr;
use std::time::Duration;

use super::Report;

/// A version of the internet protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Family {
    /// 32 bits.
    V4,
    /// 128 bits; the one that is preferred where nobody says.
    #[default]
    V6,
}

/// Which addresses may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addressing {
    /// Of this family if there is one.
    pub preferred: Family,
    /// Otherwise one of the other.
    pub fallback: bool,
}

impl Default for Addressing {
    fn default() -> Self {
        Self {
            preferred: Family::V6,
            fallback: true,
        }
    }
}

impl Addressing {
    /// The first address of the preferred family, else the first one if the other family may be asked too.
    #[must_use]
    pub fn choose(self, addresses: &[IpAddr]) -> Option<IpAddr> {
        let is_preferred = |address: &&IpAddr| Family::of(**address) == self.preferred;
        let preferred = addresses.iter().find(is_preferred);
        let other = addresses.last().filter(|_| self.fallback);
        preferred.or(other).copied()
    }
}

impl Family {
    fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(_) => Self::V4,
            IpAddr::V6(_) => Self::V6,
        }
    }

    /// As modules write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::V4 => "ip4",
            Self::V6 => "ip6",
        }
    }
}

impl Report {
    /// A name, or an address as a text, was looked up. `Err` is what was seen instead of an address.
    pub(super) fn looked_up(&mut self, host: &str, lookup: Duration, found: Result<IpAddr, &str>) {
        let (protocol, hash) = match found {
            Ok(address) => (
                match Family::of(address) {
                    Family::V4 => 4.0,
                    Family::V6 => 6.0,
                },
                f64::from(hash(address)),
            ),
            Err(_) => (0.0, 0.0),
        };
        self.gauges.set("probe_ip_protocol", protocol);
        self.gauges.set("probe_ip_addr_hash", hash);
        self.gauges
            .set("probe_dns_lookup_time_seconds", lookup.as_secs_f64());
        match found {
            Ok(address) => self.info(
                "the target has an address",
                [("host", host.to_owned()), ("ip", address.to_string())],
            ),
            Err(seen) => self.error(
                "the target has no address that may be asked",
                [("host", host.to_owned()), ("seen", seen.to_owned())],
            ),
        }
    }
}

/// FNV-1a of 32 bits (RFC 9923) over the address's bytes: it changes when the address does.
fn hash(address: IpAddr) -> u32 {
    let of = |bytes: &[u8]| {
        bytes.iter().fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
        })
    };
    match address.to_canonical() {
        IpAddr::V4(address) => of(&address.octets()),
        IpAddr::V6(address) => of(&address.octets()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_the_preferred_family_is_asked() {
        let [v4, v6]: [IpAddr; 2] = ["10.0.0.1".parse().unwrap(), "2001:db8::1".parse().unwrap()];
        let of = |preferred, fallback| Addressing { preferred, fallback };
        for (addressing, addresses, expected) in [
            (Addressing::default(), vec![v4, v6], Some(v6)),
            (Addressing::default(), vec![v4], Some(v4)),
            (of(Family::V4, true), vec![v6, v4], Some(v4)),
            (of(Family::V4, false), vec![v6], None),
            (of(Family::V6, false), vec![v4], None),
            (Addressing::default(), vec![], None),
        ] {
            assert_eq!(
                addressing.choose(&addresses),
                expected,
                "{addressing:?} {addresses:?}"
            );
        }
    }

    /// As blackbox_exporter 0.23.0 tells of 127.0.0.1 and ::1.
    #[test]
    fn addresses_have_the_hashes_that_the_exporter_gives_them() {
        assert_eq!(hash("127.0.0.1".parse().unwrap()), 3_668_918_509);
        assert_eq!(hash("::ffff:127.0.0.1".parse().unwrap()), 3_668_918_509);
        assert_eq!(hash("::1".parse().unwrap()), 1_751_717_746);
    }
}
