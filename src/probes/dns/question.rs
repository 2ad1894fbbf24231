use std::net::IpAddr;

use hickory_resolver::proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_resolver::proto::rr::{Name, RecordType};
use serin_judge::analysis::plan::journey::{Dns, Failure, FailureClass, RecordType as Record, RequestPhase};

use crate::probes::dial::failure;

/// One question, with a number by which its answer is known.
pub(super) struct Question {
    id: u16,
    query: Query,
    bytes: Vec<u8>,
}

impl Question {
    /// # Errors
    /// What is no name.
    pub(super) fn new(dns: &Dns<String>) -> Result<Self, Failure> {
        let refused = |seen: String| {
            let message = format!("{:?} is no name that DNS knows: {seen}", dns.name);
            failure(FailureClass::BadRequest, RequestPhase::Dns, message)
        };
        let mut name = match dns.name.parse::<IpAddr>() {
            // Addresses have names too, turned round: 4.3.2.1.in-addr.arpa.
            Ok(address) if dns.record == Record::Ptr => Name::from(address),
            _ => Name::from_str_relaxed(&dns.name).map_err(|error| refused(error.to_string()))?,
        };
        name.set_fqdn(true);
        let query = Query::query(name, record(dns.record));
        let id = rand::random();
        let mut message = Message::new(id, MessageType::Query, OpCode::Query);
        message.metadata.recursion_desired = dns.recursion;
        message.add_query(query.clone());
        let bytes = message.to_vec().map_err(|error| refused(error.to_string()))?;
        Ok(Self { id, query, bytes })
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn name(&self) -> &Name {
        self.query.name()
    }

    pub(super) fn record(&self) -> RecordType {
        self.query.query_type()
    }

    /// Whether bytes begin as an answer to it does.
    pub(super) fn is_meant(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(&self.id.to_be_bytes())
    }

    /// Whether it is what this message answers. A server that refuses the message itself may leave out its question.
    pub(super) fn is_answered_by(&self, message: &Message) -> bool {
        let metadata = &message.metadata;
        let is_same = match message.queries.as_slice() {
            [] => metadata.response_code != ResponseCode::NoError,
            [query] => *query == self.query,
            _ => false,
        };
        metadata.id == self.id && metadata.message_type == MessageType::Response && is_same
    }
}

fn record(record: Record) -> RecordType {
    match record {
        Record::A => RecordType::A,
        Record::Aaaa => RecordType::AAAA,
        Record::Cname => RecordType::CNAME,
        Record::Mx => RecordType::MX,
        Record::Ns => RecordType::NS,
        Record::Txt => RecordType::TXT,
        Record::Srv => RecordType::SRV,
        Record::Soa => RecordType::SOA,
        Record::Ptr => RecordType::PTR,
        Record::Caa => RecordType::CAA,
        Record::Any => RecordType::ANY,
    }
}
