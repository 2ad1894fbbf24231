use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use serin_judge::analysis::plan::journey::{ClientCertificate, Connections, HttpVersion};
use serin_judge::blackbox::TlsSettings;
use serin_judge::blackbox::http::Http;

use super::Blackbox;
use crate::engine::ports::{ClientSettings, HttpClient};

/// What `tls_config` names, read.
pub(super) type Loaded = (Option<Bytes>, Option<ClientCertificate>);

/// Clients by module: trusted roots are read for the first probe, and again when their files have changed.
#[derive(Default)]
pub(super) struct Clients(Mutex<HashMap<String, Known>>);

struct Known {
    loaded: Loaded,
    client: Arc<dyn HttpClient>,
}

impl Blackbox {
    /// The files of certificates, each time anew: they are renewed while a service runs.
    ///
    /// # Errors
    /// One that cannot be read.
    pub(super) fn loaded(&self, tls: &TlsSettings) -> Result<Loaded, String> {
        let read = |path: &str| self.read(path);
        let roots = tls.roots.as_ref().map(|roots| roots.load(&read)).transpose()?;
        let certificate = tls.certificate.as_ref().map(|(chain, key)| {
            Ok::<_, String>(ClientCertificate {
                chain: chain.load(&read)?,
                key: key.load(&read)?,
            })
        });
        Ok((roots, certificate.transpose()?))
    }

    /// A client of a module, without connections.
    ///
    /// # Errors
    /// Certificates that cannot be used.
    pub(super) fn client(&self, module: &str, http: &Http) -> Result<Box<dyn HttpClient>, String> {
        let loaded = self.loaded(&http.tls)?;
        let mut known = self.clients.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(module)
            && known.loaded == loaded
        {
            return Ok(known.client.fresh());
        }
        let (roots, certificate) = loaded.clone();
        let settings = ClientSettings {
            connections: Connections::Cold,
            version: if http.http2 {
                HttpVersion::Auto
            } else {
                HttpVersion::Http1
            },
            insecure: http.tls.insecure,
            terms: http.tls.terms(certificate, roots.is_some()),
            roots,
            connect_to: Vec::new(),
        };
        let client = self.prober.client(&settings).map_err(|error| error.message)?;
        let client: Arc<dyn HttpClient> = Arc::from(client);
        let fresh = client.fresh();
        known.insert(module.to_owned(), Known { loaded, client });
        Ok(fresh)
    }
}
