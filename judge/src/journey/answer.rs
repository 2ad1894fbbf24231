use std::net::SocketAddr;
use std::sync::Arc;
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsFacts {
    /// Such as `TLSv1.3`.
    pub version: &'static str,
    /// Whole days until the first certificate of the chain expires; negative when it has.
    pub days_left: i64,
    /// What the handshake showed, where somebody wants to know.
    pub session: Option<Arc<TlsSession>>,
}

/// What a TLS handshake showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsSession {
    /// IANA's name of the cipher suite.
    pub cipher: Option<String>,
    /// As it was shown, the server's own certificate first.
    pub chain: Vec<Certificate>,
    /// Seconds since 1970 at which the first certificate of a trusted chain ends, its root included; of several chains the
    /// one that lasts longest. `None` where nobody looked whether there is one.
    pub trusted_until: Option<i64>,
}

/// What a certificate says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    /// Whom it is for, in the order of the certificate.
    pub subject: Vec<NameAttribute>,
    /// Who vouches for it.
    pub issuer: Vec<NameAttribute>,
    /// Host names among its alternative names.
    pub dns_names: Vec<String>,
    /// Seconds since 1970.
    pub not_after: i64,
    /// In hexadecimal, without a zero in front that only says that it is positive.
    pub serial: String,
    /// Of the whole certificate, in hexadecimal.
    pub sha256: String,
}

/// One attribute of a distinguished name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameAttribute {
    /// Such as `2.5.4.3`.
    pub oid: String,
    /// As text.
    pub value: String,
}
