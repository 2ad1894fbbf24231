use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use serin_judge::analysis::plan::journey::{
    Failure, FailureClass, RequestPhase, Security, Tls as TlsOptions, TlsVersion,
};
use tokio_rustls::TlsConnector;

use super::config::Trust;
use crate::engine::ports::Clock;
use crate::probes::dial::failure::failure;

/// Configurations that are kept. Journeys say few different ones; where there are more, they are made anew.
const CONFIGS_MAX: usize = 256;

/// What connectors differ by.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    roots: Option<Bytes>,
    insecure: bool,
    alpn: Vec<String>,
    min: Option<TlsVersion>,
    max: Option<TlsVersion>,
}

/// What probes speak TLS with. Reading trusted roots takes longer than a handshake, so it is done once.
pub(in crate::probes::dial) struct Configs {
    clock: Arc<dyn Clock>,
    made: Mutex<HashMap<Key, TlsConnector>>,
}

impl Configs {
    pub(in crate::probes::dial) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            made: Mutex::default(),
        }
    }

    /// # Errors
    /// PEM that cannot be used.
    pub(in crate::probes::dial) fn connector(
        &self,
        security: &Security<String>,
        options: &TlsOptions,
    ) -> Result<TlsConnector, Failure> {
        let key = Key {
            roots: security.roots.clone(),
            insecure: security.insecure,
            alpn: options.alpn.clone(),
            min: options.min_version,
            max: options.max_version,
        };
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(connector) = made.get(&key) {
            return Ok(connector.clone());
        }
        let trust = Trust::new(key.roots.as_ref(), None, key.insecure, false)
            .map_err(|error| failure(FailureClass::BadRequest, RequestPhase::Tls, error.message))?;
        let mut config = trust.config_of(Arc::clone(&self.clock), (key.min, key.max))?;
        config.alpn_protocols = key.alpn.iter().map(|name| name.clone().into_bytes()).collect();
        let connector = TlsConnector::from(Arc::new(config));
        if made.len() < CONFIGS_MAX {
            made.insert(key, connector.clone());
        }
        Ok(connector)
    }
}
