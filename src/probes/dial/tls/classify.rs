use std::io;

use rustls::CertificateError;
use serin_judge::analysis::plan::journey::{Failure, FailureClass, RequestPhase};

use crate::probes::dial::failure::failure;

/// What ended a handshake.
pub(super) fn handshake(host: &str, error: &io::Error) -> Failure {
    let tls = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let (class, seen) = match tls {
        Some(rustls::Error::InvalidCertificate(certificate)) => {
            (certificate_class(certificate), certificate.to_string())
        }
        Some(rustls::Error::InvalidMessage(_)) => (
            FailureClass::TlsHandshake,
            "what came is no TLS; is this port for plain HTTP?".to_owned(),
        ),
        Some(other) => (FailureClass::TlsHandshake, other.to_string()),
        None if error.kind() == io::ErrorKind::UnexpectedEof => (
            FailureClass::TlsHandshake,
            "the server closed the connection in the handshake".to_owned(),
        ),
        None => (FailureClass::TlsHandshake, error.to_string()),
    };
    failure(class, RequestPhase::Tls, format!("TLS with {host}: {seen}"))
}

/// What a certificate is refused for.
pub(super) fn certificate_class(error: &CertificateError) -> FailureClass {
    match error {
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => FailureClass::TlsExpired,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            FailureClass::TlsNameMismatch
        }
        _ => FailureClass::TlsUntrusted,
    }
}
