use std::net::SocketAddr;

use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::{RData, Record};
use serde_json::{Map, Value, json};
use serin_judge::analysis::plan::journey::DnsTransport;

/// Names of codes (RFC 1035, 4.1.1; RFC 2136, 2.2), by their numbers.
const RCODES: [&str; 11] = [
    "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET",
    "NOTAUTH", "NOTZONE",
];

/// As DNS names it; numbers without a name are `RCODE16`.
pub(super) fn rcode(code: ResponseCode) -> String {
    let number = u16::from(code);
    let known = RCODES.get(usize::from(number));
    known.map_or_else(|| format!("RCODE{number}"), |name| (*name).to_owned())
}

/// Everything that an answer holds.
pub(super) fn facts(
    answer: &Message,
    server: SocketAddr,
    transport: DnsTransport,
    (truncated, rcode): (bool, String),
) -> Map<String, Value> {
    let serial = |record: &Record| match &record.data {
        RData::SOA(soa) => Some(soa.serial),
        _ => None,
    };
    let mut soas = answer
        .answers
        .iter()
        .chain(&answer.authorities)
        .filter_map(serial);
    let values: Vec<String> = answer.answers.iter().map(value).collect();
    let members = [
        ("server", json!(server.to_string())),
        (
            "transport",
            json!(match transport {
                DnsTransport::Udp => "udp",
                DnsTransport::Tcp => "tcp",
            }),
        ),
        ("rcode", json!(rcode)),
        ("authoritative", json!(answer.metadata.authoritative)),
        ("truncated", json!(truncated)),
        ("recursionAvailable", json!(answer.metadata.recursion_available)),
        ("answers", records(&answer.answers)),
        ("authority", records(&answer.authorities)),
        ("additional", records(&answer.additionals)),
        ("serial", json!(soas.next())),
        ("text", json!(values.join("\n"))),
    ];
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn records(records: &[Record]) -> Value {
    let record = |record: &Record| {
        let mut told = json!({
            "name": record.name.to_string(),
            "type": record.record_type().to_string(),
            "ttl": record.ttl,
            "value": value(record),
        });
        if let RData::TXT(text) = &record.data {
            let strings = text
                .txt_data
                .iter()
                .map(|string| String::from_utf8_lossy(string).into_owned());
            told["strings"] = strings.collect();
        }
        told
    };
    records.iter().map(record).collect()
}

/// As zone files write it; the strings of a TXT record as one text, without quotes.
fn value(record: &Record) -> String {
    record.data.to_string()
}
