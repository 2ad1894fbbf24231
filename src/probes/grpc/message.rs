//! `grpc/health/v1/health.proto`, and how gRPC frames messages (PROTOCOL-HTTP2.md of gRPC).

use bytes::{BufMut, Bytes, BytesMut};
use prost::Message;

use crate::probes::dial::Fault;

pub(super) const SERVING: &str = "SERVING";
/// One byte whether it is compressed, four of its length.
const PREFIX_BYTES: usize = 5;

/// `HealthCheckRequest`
#[derive(Message)]
struct Question {
    #[prost(string, tag = "1")]
    service: String,
}

/// `HealthCheckResponse`
#[derive(Message)]
struct Answer {
    #[prost(int32, tag = "1")]
    status: i32,
}

/// The message that asks for a service.
pub(super) fn question(service: &str) -> Bytes {
    let question = Question {
        service: service.to_owned(),
    };
    let length = question.encoded_len();
    let mut bytes = BytesMut::with_capacity(PREFIX_BYTES + length);
    bytes.put_u8(0);
    // The texts of documents are far from four gigabytes.
    bytes.put_u32(u32::try_from(length).unwrap_or(u32::MAX));
    bytes.extend_from_slice(&question.encode_to_vec());
    bytes.freeze()
}

/// The status that a message tells.
pub(super) fn status(bytes: &[u8]) -> Result<&'static str, Fault> {
    let Some((prefix, message)) = bytes.split_at_checked(PREFIX_BYTES) else {
        return Err(nonsense("less than one message"));
    };
    if prefix[0] != 0 {
        return Err(nonsense("a compressed message, which was not asked for"));
    }
    let length = prefix[1..]
        .iter()
        .fold(0_usize, |length, byte| (length << 8) | usize::from(*byte));
    if message.len() != length {
        return Err(nonsense(&format!(
            "a message of {} bytes that says it has {length}",
            message.len()
        )));
    }
    let answer = Answer::decode(message).map_err(|_| nonsense("a message of another kind"))?;
    Ok(match answer.status {
        0 => "UNKNOWN",
        1 => SERVING,
        2 => "NOT_SERVING",
        3 => "SERVICE_UNKNOWN",
        _ => "a status that is none",
    })
}

fn nonsense(seen: &str) -> Fault {
    Fault::nonsense("answer of a gRPC health service", seen)
}
