use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WantsClientCert};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{
    ClientConfig, ConfigBuilder, DigitallySignedStruct, RootCertStore, SignatureScheme,
    SupportedProtocolVersion,
};
use serin_judge::analysis::plan::journey::{Failure, FailureClass, RequestPhase, TlsVersion};

use crate::engine::ports::{ClientCertificate, Clock, ProbeError};
use crate::probes::dial::failure::failure;

/// Whom a client trusts, and how it shows who it is.
pub(in crate::probes) struct Trust {
    roots: Vec<CertificateDer<'static>>,
    certificate: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
    insecure: bool,
    resumes: bool,
}

impl Trust {
    /// PEM of further roots, a certificate of one's own, whether every certificate is taken, and whether sessions are taken
    /// up again.
    ///
    /// # Errors
    /// PEM that holds nothing that can be used.
    pub(in crate::probes) fn new(
        roots: Option<&Bytes>,
        certificate: Option<&ClientCertificate>,
        insecure: bool,
        resumes: bool,
    ) -> Result<Self, ProbeError> {
        let roots = match roots {
            Some(pem) => certificates(pem, "the trusted roots")?,
            None => Vec::new(),
        };
        // What a root is refused for is said now, not by every handshake.
        let mut store = RootCertStore::empty();
        for root in &roots {
            store
                .add(root.clone())
                .map_err(|error| unusable("the trusted roots", &error.to_string()))?;
        }
        let certificate = certificate.map(|given| {
            let chain = certificates(&given.chain, "the client's certificate")?;
            let key = PrivateKeyDer::from_pem_slice(&given.key)
                .map_err(|_| unusable("the client's key", "there is no private key in it"))?;
            Ok((chain, key))
        });
        Ok(Self {
            roots,
            certificate: certificate.transpose()?,
            insecure,
            resumes,
        })
    }

    /// # Errors
    /// A key that does not fit its certificate.
    pub(in crate::probes) fn config(&self, clock: Arc<dyn Clock>) -> Result<ClientConfig, Failure> {
        self.config_of(clock, (None, None))
    }

    /// The same with versions from one to another only.
    ///
    /// # Errors
    /// As [`Self::config`].
    pub(in crate::probes) fn config_of(
        &self,
        clock: Arc<dyn Clock>,
        (min, max): (Option<TlsVersion>, Option<TlsVersion>),
    ) -> Result<ClientConfig, Failure> {
        let is_spoken = |version: TlsVersion| {
            min.is_none_or(|min| min <= version) && max.is_none_or(|max| version <= max)
        };
        let versions: Vec<&SupportedProtocolVersion> = [
            (TlsVersion::Tls13, &rustls::version::TLS13),
            (TlsVersion::Tls12, &rustls::version::TLS12),
        ]
        .into_iter()
        .filter_map(|(version, spoken)| is_spoken(version).then_some(spoken))
        .collect();
        let refused = |error: rustls::Error| {
            let message = format!("TLS cannot be set up: {error}");
            failure(FailureClass::BadRequest, RequestPhase::Tls, message)
        };
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_details(Arc::clone(&provider), Arc::new(Wall(clock)))
            .with_protocol_versions(&versions)
            .map_err(refused)?;
        let builder: ConfigBuilder<ClientConfig, WantsClientCert> = if self.insecure {
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Anybody(provider)))
        } else {
            builder.with_root_certificates(self.store())
        };
        let mut config = match &self.certificate {
            Some((chain, key)) => builder
                .with_client_auth_cert(chain.clone(), key.clone_key())
                .map_err(refused)?,
            None => builder.with_no_client_auth(),
        };
        if !self.resumes {
            config.resumption = Resumption::disabled();
        }
        Ok(config)
    }

    fn store(&self) -> Arc<RootCertStore> {
        let native = native_roots();
        if self.roots.is_empty() {
            return native;
        }
        let mut store = RootCertStore::clone(&native);
        store.add_parsable_certificates(self.roots.iter().cloned());
        Arc::new(store)
    }
}

/// The machine's roots, read once per process: there are some hundred of them.
fn native_roots() -> Arc<RootCertStore> {
    static ROOTS: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    let roots = ROOTS.get_or_init(|| {
        let mut store = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        store.add_parsable_certificates(found.certs);
        Arc::new(store)
    });
    Arc::clone(roots)
}

fn certificates(pem: &[u8], what: &str) -> Result<Vec<CertificateDer<'static>>, ProbeError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match read {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(unusable(what, "there is no certificate in it")),
        Err(error) => Err(unusable(what, &error.to_string())),
    }
}

fn unusable(what: &str, seen: &str) -> ProbeError {
    ProbeError {
        message: format!("{what} cannot be used: {seen}; give PEM"),
    }
}

/// The clock port as rustls asks for it.
struct Wall(Arc<dyn Clock>);

impl fmt::Debug for Wall {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Wall")
    }
}

impl TimeProvider for Wall {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().as_micros() / 1_000_000).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

/// Takes every certificate; still, who shows one has to hold its key.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
