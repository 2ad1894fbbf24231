//! HTTP with limits for all providers: how clients are built, bodies are read and errors are told.

use std::time::Duration;

use reqwest::Response;

mod clients;
mod redirect;
mod request;

pub use clients::client;
pub use request::{address, basic_authorization, headers, origin};

/// How a client behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSettings {
    /// Of a whole exchange, from the name lookup to the last byte of the body.
    pub timeout: Duration,
    /// Certificates are not verified.
    pub insecure: bool,
    /// Path of a PEM file of further trusted roots.
    pub ca: Option<String>,
    /// Redirects that are followed; 0 follows none.
    pub redirects: usize,
    /// None is followed to another host or port: headers go along, and they may hold secrets.
    pub same_host: bool,
    /// The proxies that the environment names are used.
    pub proxies: bool,
}

/// Why an exchange gave nothing. Holds no address and no header.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransferError {
    /// The client cannot be built.
    #[error("the HTTP client cannot be built: {0}; a retry does not help")]
    Client(String),
    /// The request cannot be written.
    #[error("the request cannot be sent: {0}; a retry does not help")]
    Request(String),
    /// No connection.
    #[error("no connection: {0}; check the address and that the server is up; a retry may help")]
    Connect(String),
    /// The time was over.
    #[error("the exchange took longer than {0:?}: timed out; a retry may help")]
    TimedOut(Duration),
    /// A redirect that would take headers elsewhere.
    #[error(
        "a redirect to another host ({0}), which would be sent this request's headers; give the address it leads to; a retry does not help"
    )]
    OtherHost(String),
    /// Too many redirects.
    #[error("stopped after {0} redirects; a retry does not help")]
    Redirects(usize),
    /// The connection broke before the end of the answer.
    #[error("the answer broke off: {0}; a retry may help")]
    Broken(String),
    /// The body is larger than the limit.
    #[error(
        "the body is larger than the limit of {limit} bytes; ask for less or raise the limit; a retry does not help"
    )]
    TooLarge {
        /// In bytes.
        limit: usize,
    },
}

/// Makes ring the process' TLS provider. May be called any number of times, also beside other callers.
pub fn install_tls() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // It fails only when another thread was faster, and that one installed ring as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

/// Reads a body up to the limit, and no byte further.
///
/// # Errors
/// When it is larger, breaks off or takes too long.
pub async fn body(mut response: Response, limit: usize, timeout: Duration) -> Result<Vec<u8>, TransferError> {
    let announced = response.content_length().unwrap_or(0);
    if announced > limit as u64 {
        return Err(TransferError::TooLarge { limit });
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| transfer_error(&error, timeout, 0))?
    {
        if bytes.len() + chunk.len() > limit {
            return Err(TransferError::TooLarge { limit });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// What went wrong, without the URL that reqwest puts into its errors.
#[must_use]
pub fn transfer_error(error: &reqwest::Error, timeout: Duration, redirects: usize) -> TransferError {
    if error.is_timeout() {
        TransferError::TimedOut(timeout)
    } else if error.is_redirect() {
        redirect::other_host(error).map_or(TransferError::Redirects(redirects), TransferError::OtherHost)
    } else if error.is_builder() {
        TransferError::Request(cause(error))
    } else if error.is_connect() {
        TransferError::Connect(cause(error))
    } else {
        TransferError::Broken(cause(error))
    }
}

/// The innermost cause: the outer ones only repeat the URL and the step.
fn cause(error: &reqwest::Error) -> String {
    let mut innermost: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    while let Some(next) = innermost.and_then(std::error::Error::source) {
        innermost = Some(next);
    }
    innermost.map_or_else(|| "no further cause is known".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_that_are_none() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for path in [file.path().to_str().unwrap(), "/no/such/file"] {
            let settings = ClientSettings {
                timeout: Duration::from_secs(1),
                insecure: false,
                ca: Some(path.to_owned()),
                redirects: 0,
                same_host: false,
                proxies: false,
            };
            let error = client(&settings).unwrap_err().to_string();
            assert!(error.contains(path) && error.contains("CA file"), "{error}");
        }
    }
}
