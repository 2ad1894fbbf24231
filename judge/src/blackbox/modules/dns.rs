use super::fields::Fields;
use super::tls;
use crate::analysis::plan::journey::{DnsTransport, RecordType};
use crate::blackbox::dns::{Dns, RecordRules};

/// Types that can be asked for.
const TYPES: [(&str, RecordType); 11] = [
    ("A", RecordType::A),
    ("AAAA", RecordType::Aaaa),
    ("CNAME", RecordType::Cname),
    ("MX", RecordType::Mx),
    ("NS", RecordType::Ns),
    ("TXT", RecordType::Txt),
    ("SRV", RecordType::Srv),
    ("SOA", RecordType::Soa),
    ("PTR", RecordType::Ptr),
    ("CAA", RecordType::Caa),
    ("ANY", RecordType::Any),
];
/// RFC 1035, 4.1.1; RFC 2136, 2.2.
const RCODES: [&str; 11] = [
    "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET",
    "NOTAUTH", "NOTZONE",
];

pub(super) fn read(mut fields: Fields<'_>) -> Option<Dns> {
    fields.lacks(
        "source_ip_address",
        "a source address",
        "nothing: the system chooses one",
    );
    let name = fields.text("query_name").filter(|name| !name.is_empty());
    if name.is_none() {
        fields.refuse_here("no `query_name`", "the name that is asked about");
    }
    let record = record(&mut fields);
    match fields.text("query_class").as_deref() {
        None | Some("" | "IN") => {}
        Some(class) => {
            let what = format!("the class {class}");
            fields.cannot("query_class", &what, "`IN`");
        }
    }
    let over_tls = fields.flag("dns_over_tls", false);
    let transport = match fields.text("transport_protocol").as_deref() {
        None | Some("" | "udp") if over_tls => {
            fields.refuse_here("`dns_over_tls` over UDP", "`transport_protocol: tcp`");
            DnsTransport::Tcp
        }
        None | Some("" | "udp") => DnsTransport::Udp,
        Some("tcp") => DnsTransport::Tcp,
        Some(other) => {
            let found = format!("{other:?}");
            fields.refuse("transport_protocol", found, "`udp` or `tcp`");
            DnsTransport::Udp
        }
    };
    let rcodes = rcodes(&mut fields);
    let dns = Dns {
        addressing: fields.addressing(),
        over_tls,
        tls: tls::read(&mut fields),
        transport,
        name: name.unwrap_or_default(),
        record,
        recursion: fields.flag("recursion_desired", true),
        rcodes,
        answer: rules(&mut fields, "validate_answer_rrs"),
        authority: rules(&mut fields, "validate_authority_rrs"),
        additional: rules(&mut fields, "validate_additional_rrs"),
    };
    fields.finish();
    Some(dns)
}

fn record(fields: &mut Fields<'_>) -> RecordType {
    let text = fields.text("query_type").filter(|text| !text.is_empty());
    let text = text.unwrap_or_else(|| "ANY".to_owned());
    let known = TYPES.iter().find(|(name, _)| *name == text);
    if known.is_none() {
        let what = format!("records of the type {text:?}");
        let names: Vec<&str> = TYPES.iter().map(|(name, _)| *name).collect();
        fields.cannot("query_type", &what, &format!("one of {}", names.join(", ")));
    }
    known.map_or(RecordType::Any, |(_, record)| *record)
}

fn rcodes(fields: &mut Fields<'_>) -> Vec<String> {
    let rcodes = fields.texts("valid_rcodes");
    for rcode in rcodes.iter().filter(|rcode| !RCODES.contains(&rcode.as_str())) {
        fields.refuse(
            "valid_rcodes",
            format!("the code {rcode:?}"),
            format!("one of {}", RCODES.join(", ")),
        );
    }
    match rcodes.is_empty() {
        true => vec!["NOERROR".to_owned()],
        false => rcodes,
    }
}

fn rules(fields: &mut Fields<'_>, key: &'static str) -> RecordRules {
    let node = fields.map(key);
    let mut fields = fields.within(node);
    let rules = RecordRules {
        fails_if_matches: fields.regexes("fail_if_matches_regexp"),
        fails_if_all_match: fields.regexes("fail_if_all_match_regexp"),
        fails_if_not_matches: fields.regexes("fail_if_not_matches_regexp"),
        fails_if_none_matches: fields.regexes("fail_if_none_matches_regexp"),
    };
    fields.finish();
    rules
}
