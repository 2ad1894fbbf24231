use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use rustls::ClientConfig;
use rustls::client::danger::ServerCertVerifier;
use serin_judge::analysis::plan::journey::{
    Failure, FailureClass, RequestPhase, Security, Tls as TlsOptions, TlsVersion,
};
use tokio_rustls::TlsConnector;

use super::config::Trust;
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
}

/// How TLS is spoken, and who looks at the certificates.
#[derive(Clone)]
struct Config {
    spoken: Arc<ClientConfig>,
    verifier: Arc<dyn ServerCertVerifier>,
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
    ) -> Result<(TlsConnector, Arc<Recording>), Failure> {
        let Config { spoken, verifier } = self.config(Key {
            roots: security.roots.clone(),
            alpn: options.alpn.clone(),
            min: options.min_version,
            max: options.max_version,
        })?;
        let recording = Arc::new(Recording::new(verifier, security.insecure));
        let mut config = (*spoken).clone();
        let of_this_one = Arc::clone(&recording);
        config.dangerous().set_certificate_verifier(of_this_one);
        Ok((TlsConnector::from(Arc::new(config)), recording))
    }

    fn config(&self, key: Key) -> Result<Config, Failure> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = made.get(&key) {
            return Ok(config.clone());
        }
        let trust = Trust::new(key.roots.as_ref(), None, false, false)
            .map_err(|error| failure(FailureClass::BadRequest, RequestPhase::Tls, error.message))?;
        let verifier = trust.verifier();
        let clock = Arc::clone(&self.clock);
        let mut spoken = trust.config_of(clock, (key.min, key.max), Arc::clone(&verifier))?;
        spoken.alpn_protocols = key.alpn.iter().map(|name| name.clone().into_bytes()).collect();
        let config = Config {
            spoken: Arc::new(spoken),
            verifier,
        };
        if made.len() < CONFIGS_MAX {
            made.insert(key, config.clone());
        }
        Ok(config)
    }
}
