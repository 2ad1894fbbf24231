//! Clients, made once for all that want the same.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Certificate, Client};

use super::{ClientSettings, TransferError, cause, install_tls, redirect};

/// A server that does not even accept a connection in this time is not there.
const CONNECT_TIMEOUT_MAX: Duration = Duration::from_secs(10);
/// Largest file of trusted roots in bytes.
const CA_BYTES_MAX: u64 = 1 << 20;
/// Clients that are remembered; documents hardly ever differ in more than their timeouts.
const REMEMBERED_MAX: usize = 32;

/// Making a client reads all roots that the system trusts, some milliseconds of work; a thousand runs have thousands of
/// metrics. Clients keep no connection and no state, so those of equal settings are one.
static REMEMBERED: Mutex<VecDeque<(ClientSettings, Client)>> = Mutex::new(VecDeque::new());

/// A client that behaves so.
///
/// # Errors
/// [`TransferError::Client`] when the roots cannot be read.
pub fn client(settings: &ClientSettings) -> Result<Client, TransferError> {
    // A file of roots may be another one the next time.
    if settings.ca.is_some() {
        return build(settings);
    }
    let mut remembered = REMEMBERED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, client)) = remembered.iter().find(|(known, _)| known == settings) {
        return Ok(client.clone());
    }
    let client = build(settings)?;
    remembered.push_back((settings.clone(), client.clone()));
    if remembered.len() > REMEMBERED_MAX {
        let _oldest = remembered.pop_front();
    }
    Ok(client)
}

fn build(settings: &ClientSettings) -> Result<Client, TransferError> {
    install_tls();
    let mut builder = Client::builder()
        .user_agent(concat!("serin/", env!("CARGO_PKG_VERSION")))
        .timeout(settings.timeout)
        .connect_timeout(settings.timeout.min(CONNECT_TIMEOUT_MAX))
        // Measurements are seconds or minutes apart. A connection that a peer closed meanwhile would be an Error
        // of the next one, for a POST is not sent again.
        .pool_max_idle_per_host(0)
        .redirect(redirect::policy(settings.redirects, settings.same_host))
        .tls_danger_accept_invalid_certs(settings.insecure);
    if !settings.proxies {
        builder = builder.no_proxy();
    }
    if let Some(path) = &settings.ca {
        builder = builder.tls_certs_merge(roots(path)?);
    }
    builder
        .build()
        .map_err(|error| TransferError::Client(cause(&error)))
}

fn roots(path: &str) -> Result<Vec<Certificate>, TransferError> {
    let fail = |seen: String| TransferError::Client(format!("the CA file `{path}` {seen}"));
    let length = std::fs::metadata(path)
        .map_err(|error| fail(format!("cannot be read: {error}")))?
        .len();
    if length > CA_BYTES_MAX {
        return Err(fail(format!(
            "has {length} bytes; at most {CA_BYTES_MAX} are read"
        )));
    }
    let pem = std::fs::read(path).map_err(|error| fail(format!("cannot be read: {error}")))?;
    let roots =
        Certificate::from_pem_bundle(&pem).map_err(|_| fail("is no PEM bundle of certificates".into()))?;
    if roots.is_empty() {
        Err(fail("holds no certificate".into()))
    } else {
        Ok(roots)
    }
}
