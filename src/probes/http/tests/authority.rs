//! Certificates as the tests need them, and servers that show them.

use std::sync::Arc;

use bytes::Bytes;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::peers::{Raw, ok, read_request};
use crate::engine::ports::ClientSettings;
use serin_judge::analysis::plan::journey::ClientCertificate;

/// Signs certificates; only who is told trusts it.
pub(super) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// A chain and its key.
pub(super) struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: KeyPair,
    pem: String,
}

/// First and last day of validity, as year, month, day.
pub(super) type Days = [(i32, u8, u8); 2];

pub(super) const VALID: Days = [(2000, 1, 1), (2400, 1, 1)];

impl Authority {
    pub(super) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        Self { issuer }
    }

    pub(super) fn signs(&self, name: &str, [from, until]: Days) -> Identity {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(from.0, from.1, from.2);
        params.not_after = date_time_ymd(until.0, until.1, until.2);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Identity {
            chain: vec![certificate.der().clone()],
            pem: certificate.pem(),
            key,
        }
    }

    /// A client that trusts it.
    pub(super) fn trusted(&self) -> ClientSettings {
        ClientSettings {
            roots: Some(Bytes::from(self.issuer.pem())),
            ..ClientSettings::default()
        }
    }
}

impl Identity {
    pub(super) fn for_a_client(&self) -> ClientCertificate {
        ClientCertificate {
            chain: Bytes::from(self.pem.clone()),
            key: Bytes::from(self.key.serialize_pem()),
        }
    }

    fn key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.serialize_der()))
    }

    pub(super) fn config(&self, protocols: &[&str]) -> ServerConfig {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider);
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let mut config = builder
            .with_no_client_auth()
            .with_single_cert(self.chain.clone(), self.key())
            .unwrap();
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        config
    }

    /// Lets only those in who show a certificate of `authority`.
    pub(super) fn config_for_clients_of(&self, authority: &Authority) -> ServerConfig {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(authority.issuer.der().clone()).unwrap();
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        let builder = ServerConfig::builder_with_provider(provider);
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        builder
            .with_client_cert_verifier(verifier.build().unwrap())
            .with_single_cert(self.chain.clone(), self.key())
            .unwrap()
    }
}

/// Answers over TLS, and says as the body whether the session was a resumed one.
pub(super) async fn serve(config: ServerConfig) -> Raw {
    let acceptor = TlsAcceptor::from(Arc::new(config));
    Raw::start(move |_, stream| answer(acceptor.clone(), stream)).await
}

async fn answer(acceptor: TlsAcceptor, stream: TcpStream) {
    // Who does not like what it sees leaves in the handshake.
    let Ok(mut stream) = acceptor.accept(stream).await else {
        return;
    };
    let kind = format!("{:?}", stream.get_ref().1.handshake_kind().unwrap());
    while read_request(&mut stream).await.is_some() {
        stream.write_all(ok(&kind).as_bytes()).await.unwrap();
        stream.flush().await.unwrap();
    }
}

/// As `localhost`.
pub(super) fn url(server: &Raw) -> String {
    format!("https://localhost:{}/", server.address.port())
}
