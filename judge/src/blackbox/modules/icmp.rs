use super::fields::Fields;
use crate::blackbox::icmp::Icmp;

/// What fits into a packet of IPv4 beside its heads.
const PAYLOAD_MAX: i64 = 65_507;

pub(super) fn read(mut fields: Fields<'_>) -> Option<Icmp> {
    fields.lacks(
        "source_ip_address",
        "a source address",
        "nothing: the system chooses one",
    );
    fields.lacks(
        "dont_fragment",
        "packets that may not be taken apart",
        "`payload_size`",
    );
    let payload = fields.integer("payload_size", 0..=PAYLOAD_MAX);
    let ttl = fields.integer("ttl", 0..=255);
    let icmp = Icmp {
        addressing: fields.addressing(),
        payload_bytes: payload
            .and_then(|bytes| u32::try_from(bytes).ok())
            .filter(|bytes| *bytes > 0),
        ttl: ttl.and_then(|ttl| u8::try_from(ttl).ok()).filter(|ttl| *ttl > 0),
    };
    fields.finish();
    Some(icmp)
}
