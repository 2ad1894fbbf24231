//! Echo requests and replies: RFC 792 and RFC 4443.

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V4,
    V6,
}

const HEAD_BYTES: usize = 8;
/// The least head of an IPv4 packet, and where it says how far it may go.
const IPV4_HEAD_BYTES: usize = 20;
const IPV4_TTL_AT: usize = 8;

impl Version {
    fn request(self) -> u8 {
        match self {
            Self::V4 => 8,
            Self::V6 => 128,
        }
    }

    fn reply(self) -> u8 {
        match self {
            Self::V4 => 0,
            Self::V6 => 129,
        }
    }
}

/// A request to be sent.
pub(super) fn request(version: Version, identifier: u16, sequence: u16, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![version.request(), 0, 0, 0];
    packet.extend_from_slice(&identifier.to_be_bytes());
    packet.extend_from_slice(&sequence.to_be_bytes());
    packet.extend_from_slice(payload);
    // Of ICMPv6 the system makes it: it is over addresses that only the system knows.
    if version == Version::V4 {
        let sum = checksum(&packet).to_be_bytes();
        packet[2..4].copy_from_slice(&sum);
    }
    packet
}

/// A reply that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) sequence: u16,
    /// Only where the system gives the head of the IP packet too.
    pub(super) ttl: Option<u8>,
}

/// What a packet replies to; `None` for other packets. `identifier` is looked at where the system does not.
pub(super) fn reply(
    version: Version,
    packet: &[u8],
    identifier: Option<u16>,
    payload: &[u8],
) -> Option<Reply> {
    let (ttl, packet) = match packet.first()? >> 4 {
        4 if version == Version::V4 => {
            let head = usize::from(packet[0] & 0x0f) * 4;
            let is_head = head >= IPV4_HEAD_BYTES;
            let ttl = packet.get(IPV4_TTL_AT).filter(|_| is_head)?;
            (Some(*ttl), packet.get(head..)?)
        }
        _ => (None, packet),
    };
    let (head, rest) = packet.split_at_checked(HEAD_BYTES)?;
    let is_ours = identifier.is_none_or(|identifier| head[4..6] == identifier.to_be_bytes());
    let is_reply = head[0] == version.reply() && head[1] == 0 && is_ours && rest == payload;
    is_reply.then(|| Reply {
        sequence: u16::from_be_bytes([head[6], head[7]]),
        ttl,
    })
}

/// RFC 1071.
fn checksum(bytes: &[u8]) -> u16 {
    let words = bytes.chunks(2).map(|pair| {
        let low = pair.get(1).copied().unwrap_or_default();
        u32::from(u16::from_be_bytes([pair[0], low]))
    });
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).unwrap_or_default()
}
