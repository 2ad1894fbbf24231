use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use rustls::ClientConfig;
use rustls::client::danger::ServerCertVerifier;
use serin_judge::analysis::plan::journey::{
    ClientCertificate, Failure, FailureClass, RequestPhase, Security, Terms, Tls as TlsOptions, TlsVersion,
};
use tokio_rustls::TlsConnector;

use super::config::Trust;
use super::shown::Anchors;
use super::verifiers::Recording;
use crate::engine::ports::Clock;
use crate::probes::dial::failure::failure;

/// Configurations that are kept. Journeys say few different ones; where there are more, they are made anew.
const CONFIGS_MAX: usize = 256;

/// What configurations differ by.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    roots: Option<Bytes>,
    alpn: Vec<String>,
    min: Option<TlsVersion>,
    max: Option<TlsVersion>,
    only_roots: bool,
    certificate: Option<ClientCertificate>,
    shows_session: bool,
    insecure: bool,
}

/// How TLS is spoken, and who looks at the certificates.
#[derive(Clone)]
struct Config {
    spoken: Arc<ClientConfig>,
    verifier: Arc<dyn ServerCertVerifier>,
    anchors: Option<Arc<[Arc<Anchors>]>>,
}

/// For one handshake.
pub(super) struct Prepared {
    pub(super) connector: TlsConnector,
    pub(super) recording: Arc<Recording>,
    pub(super) anchors: Option<Arc<[Arc<Anchors>]>>,
}

/// What probes speak TLS with. Reading trusted roots takes longer than a handshake, so it is done once.
pub(in crate::probes::dial) struct Configs {
    clock: Arc<dyn Clock>,
    made: Mutex<HashMap<Key, Config>>,
}

impl Configs {
    pub(in crate::probes::dial) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            made: Mutex::default(),
        }
    }

    /// For one handshake, and what it shows.
    ///
    /// # Errors
    /// PEM that cannot be used.
    pub(super) fn connector(
        &self,
        security: &Security<String>,
        options: &TlsOptions,
    ) -> Result<Prepared, Failure> {
        let terms = &security.terms;
        let config = self.config(Key {
            roots: security.roots.clone(),
            alpn: options.alpn.clone(),
            min: options.min_version.or(terms.min_version),
            max: options.max_version.or(terms.max_version),
            only_roots: terms.only_roots,
            certificate: terms.certificate.clone(),
            shows_session: terms.shows_session,
            insecure: security.insecure,
        })?;
        let Config {
            spoken,
            verifier,
            anchors,
        } = config;
        let recording = Arc::new(Recording::new(verifier, security.insecure));
        let mut config = (*spoken).clone();
        let of_this_one = Arc::clone(&recording);
        config.dangerous().set_certificate_verifier(of_this_one);
        Ok(Prepared {
            connector: TlsConnector::from(Arc::new(config)),
            recording,
            anchors,
        })
    }

    fn config(&self, key: Key) -> Result<Config, Failure> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = made.get(&key) {
            return Ok(config.clone());
        }
        let terms = Terms {
            only_roots: key.only_roots,
            min_version: key.min,
            max_version: key.max,
            certificate: key.certificate.clone(),
            shows_session: key.shows_session && !key.insecure,
        };
        let trust = Trust::new(key.roots.as_ref(), &terms, false, false)
            .map_err(|error| failure(FailureClass::BadRequest, RequestPhase::Tls, error.message))?;
        let verifier = trust.verifier();
        let clock = Arc::clone(&self.clock);
        let mut spoken = trust.config_of(clock, (key.min, key.max), Arc::clone(&verifier))?;
        spoken.alpn_protocols = key.alpn.iter().map(|name| name.clone().into_bytes()).collect();
        let config = Config {
            spoken: Arc::new(spoken),
            verifier,
            anchors: trust.anchors().map(Arc::from),
        };
        if made.len() < CONFIGS_MAX {
            made.insert(key, config.clone());
        }
        Ok(config)
    }
}
