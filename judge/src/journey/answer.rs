use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, Uri, Version};

/// What a server answered, whole, before anybody judged it.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Of the last hop.
    pub status: StatusCode,
    /// Of the last hop.
    pub version: Version,
    /// Of the last hop.
    pub headers: HeaderMap,
    /// Decoded (gzip, deflate); empty when nothing asks for it.
    pub body: Bytes,
    /// Bytes of the decoded body, counted even where it is not kept.
    pub body_bytes: u64,
    /// Where it came from after redirects.
    pub url: Uri,
    /// Who was connected to.
    pub address: Option<SocketAddr>,
    /// Redirects that were followed.
    pub redirects: u32,
    /// From the start of the first hop to the last byte.
    pub duration: Duration,
    /// Of the last hop's connection.
    pub tls: Option<TlsFacts>,
}

/// What a TLS connection said of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFacts {
    /// Such as `TLSv1.3`.
    pub version: &'static str,
    /// Whole days until the first certificate of the chain expires; negative when it has.
    pub days_left: i64,
}
