//! What a handshake showed, for whoever wants to know all of it.

use std::collections::HashMap;

use rustls::ClientConnection;
use rustls::pki_types::CertificateDer;
use serin_judge::journey::{Certificate, NameAttribute, TlsSession};
use serin_judge::time::Timestamp;
use sha2::{Digest, Sha256};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::parse_x509_certificate;
use x509_parser::x509::X509Name;

use super::session::{cipher, hexadecimal};

/// Certificates between a server's and a root.
const DEPTH_MAX: usize = 8;

/// When trusted roots end, in seconds since 1970, by their names: what verifies chains does not tell which root it found.
#[derive(Debug, Default)]
pub(in crate::probes) struct Anchors(HashMap<Vec<u8>, Vec<i64>>);

impl Anchors {
    pub(super) fn of(roots: &[CertificateDer<'_>]) -> Self {
        let mut by_name: HashMap<Vec<u8>, Vec<i64>> = HashMap::new();
        for root in roots {
            if let Ok((_, root)) = parse_x509_certificate(root) {
                let name = root.subject().as_raw().to_vec();
                by_name.entry(name).or_default().push(ends_at(&root));
            }
        }
        Self(by_name)
    }

    fn ends(&self, name: &X509Name<'_>) -> &[i64] {
        self.0.get(name.as_raw()).map_or(&[], Vec::as_slice)
    }
}

/// Of a connection; without `anchors` nobody looked whether the chain is trusted.
pub(in crate::probes) fn session(
    session: &ClientConnection,
    anchors: Option<&[std::sync::Arc<Anchors>]>,
    now: Timestamp,
) -> TlsSession {
    let shown = session.peer_certificates().unwrap_or_default();
    let read: Vec<(&CertificateDer<'_>, X509Certificate<'_>)> = shown
        .iter()
        .filter_map(|der| Some((der, parse_x509_certificate(der).ok()?.1)))
        .collect();
    let certificates: Vec<&X509Certificate<'_>> = read.iter().map(|(_, read)| read).collect();
    let now = now.as_micros().div_euclid(1_000_000);
    TlsSession {
        cipher: cipher(session),
        trusted_until: anchors.and_then(|anchors| {
            let (first, others) = certificates.split_first()?;
            let earliest = certificates.iter().map(|shown| ends_at(shown)).min();
            // What was trusted by a root that has ended ends with what was shown.
            longest(first, others, (anchors, now), DEPTH_MAX).or(earliest)
        }),
        chain: read.iter().map(|(der, read)| certificate(der, read)).collect(),
    }
}

/// When the first certificate of a chain to a root ends, of the chain that lasts longest. Who vouches for whom is told by
/// names: signatures were looked at in the handshake.
fn longest(
    from: &X509Certificate<'_>,
    others: &[&X509Certificate<'_>],
    (anchors, now): (&[std::sync::Arc<Anchors>], i64),
    depth: usize,
) -> Option<i64> {
    let own = ends_at(from);
    let roots = anchors.iter().flat_map(|anchors| anchors.ends(from.issuer()));
    let by_root = roots
        .copied()
        .filter(|ends| *ends >= now)
        .map(|ends| own.min(ends));
    let by_others = others.iter().enumerate().filter_map(|(place, other)| {
        let vouches = other.subject().as_raw() == from.issuer().as_raw() && ends_at(other) >= now;
        if !vouches || depth == 0 {
            return None;
        }
        let mut rest = others.to_vec();
        rest.remove(place);
        Some(own.min(longest(other, &rest, (anchors, now), depth - 1)?))
    });
    by_root.chain(by_others).max()
}

fn ends_at(certificate: &X509Certificate<'_>) -> i64 {
    certificate.validity().not_after.timestamp()
}

fn certificate(der: &CertificateDer<'_>, read: &X509Certificate<'_>) -> Certificate {
    let names = read.subject_alternative_name().ok().flatten();
    let names = names.map(|names| names.value.general_names.as_slice());
    let dns_name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        _ => None,
    };
    let serial = match read.tbs_certificate.raw_serial() {
        [0, rest @ ..] if !rest.is_empty() => rest,
        serial => serial,
    };
    Certificate {
        subject: attributes(read.subject()),
        issuer: attributes(read.issuer()),
        dns_names: names.unwrap_or_default().iter().filter_map(dns_name).collect(),
        not_after: ends_at(read),
        serial: hexadecimal(serial),
        sha256: hexadecimal(&Sha256::digest(der)),
    }
}

fn attributes(name: &X509Name<'_>) -> Vec<NameAttribute> {
    let attributes = name.iter_attributes().map(|attribute| NameAttribute {
        oid: attribute.attr_type().to_id_string(),
        value: attribute.as_str().unwrap_or_default().to_owned(),
    });
    attributes.collect()
}
