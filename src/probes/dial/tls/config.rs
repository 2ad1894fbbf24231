use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use rustls::client::danger::ServerCertVerifier;
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{CertificateError, ClientConfig, RootCertStore, SupportedProtocolVersion};
use serin_judge::analysis::plan::journey::{Failure, FailureClass, RequestPhase, Terms, TlsVersion};

use super::shown::Anchors;
use super::verifiers::Unchecked;
use crate::engine::ports::{Clock, ProbeError};
use crate::probes::dial::failure::failure;

/// Whom a client trusts, and how it shows who it is.
pub(in crate::probes) struct Trust {
    roots: Vec<CertificateDer<'static>>,
    certificate: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
    insecure: bool,
    resumes: bool,
    terms: Terms,
}

impl Trust {
    /// PEM of further roots, further terms, whether every certificate is taken, and whether sessions are taken up again.
    ///
    /// # Errors
    /// PEM that holds nothing that can be used.
    pub(in crate::probes) fn new(
        roots: Option<&Bytes>,
        terms: &Terms,
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
        let certificate = terms.certificate.as_ref().map(|given| {
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
            terms: terms.clone(),
        })
    }

    /// # Errors
    /// A key that does not fit its certificate.
    pub(in crate::probes) fn config(&self, clock: Arc<dyn Clock>) -> Result<ClientConfig, Failure> {
        let verifier = if self.insecure {
            Arc::new(Unchecked::new(None))
        } else {
            self.verifier()
        };
        self.config_of(clock, (self.terms.min_version, self.terms.max_version), verifier)
    }

    /// The same with versions from one to another only, and with somebody else who looks at certificates.
    ///
    /// # Errors
    /// As [`Self::config`].
    pub(super) fn config_of(
        &self,
        clock: Arc<dyn Clock>,
        (min, max): (Option<TlsVersion>, Option<TlsVersion>),
        verifier: Arc<dyn ServerCertVerifier>,
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
        let builder = ClientConfig::builder_with_details(provider, Arc::new(Wall(clock)))
            .with_protocol_versions(&versions)
            .map_err(refused)?
            .dangerous()
            .with_custom_certificate_verifier(verifier);
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

    /// Looks whether a chain ends at a trusted root, is of the name, and valid. Where there is no root nobody is trusted.
    pub(super) fn verifier(&self) -> Arc<dyn ServerCertVerifier> {
        let provider = Arc::new(ring::default_provider());
        match WebPkiServerVerifier::builder_with_provider(self.store(), provider).build() {
            Ok(verifier) => verifier,
            Err(_no_root) => Arc::new(Unchecked::new(Some(CertificateError::UnknownIssuer))),
        }
    }

    /// Who is trusted, for whoever wants to know until when; `None` where nobody wants to, or everybody is trusted.
    pub(in crate::probes) fn anchors(&self) -> Option<Vec<Arc<Anchors>>> {
        if !self.terms.shows_session || self.insecure {
            return None;
        }
        let own = Arc::new(Anchors::of(&self.roots));
        Some(match self.terms.only_roots {
            true => vec![own],
            false => vec![own, Arc::clone(&native_roots().anchors)],
        })
    }

    fn store(&self) -> Arc<RootCertStore> {
        let native = &native_roots().store;
        if self.roots.is_empty() && !self.terms.only_roots {
            return Arc::clone(native);
        }
        let mut store = match self.terms.only_roots {
            true => RootCertStore::empty(),
            false => RootCertStore::clone(native),
        };
        store.add_parsable_certificates(self.roots.iter().cloned());
        Arc::new(store)
    }
}

/// The machine's roots.
struct Native {
    store: Arc<RootCertStore>,
    anchors: Arc<Anchors>,
}

/// Read once per process: there are some hundred of them.
fn native_roots() -> &'static Native {
    static ROOTS: OnceLock<Native> = OnceLock::new();
    ROOTS.get_or_init(|| {
        let found = rustls_native_certs::load_native_certs();
        let anchors = Arc::new(Anchors::of(&found.certs));
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(found.certs);
        Native {
            store: Arc::new(store),
            anchors,
        }
    })
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
