//! Sends one request, follows its redirects, and times each part of it: [`HttpClient`] directly on `hyper::client::conn`.
//!
//! A library with a pool hides what is measured here: which name was looked up, which address was connected to, whether a
//! connection had been used before. The way of a request:
//!
//! ```text
//! client   the deadline's timer, the exchange at the end
//!  chain    redirects, cookies
//!   hop      a kept connection or a new one (dial: names, connect, tls), one try more where HTTP allows it
//!    exchange  the request out, the head in, the body through the sink (decoding, limits)
//! ```
//!
//! A connection of HTTP/1 belongs to one exchange at a time and is driven by it: there is no second task to wake. One of
//! HTTP/2 has a task of its own and is shared.

mod alarm;
mod chain;
mod client;
mod connection;
mod content;
mod cookies;
mod deflate;
mod dial;
mod exchange;
mod failure;
mod hop;
mod http1;
mod http2;
mod idle;
mod origin;
mod outgoing;
mod redirect;
mod server_timing;
mod stamps;
mod stream;
#[cfg(test)]
mod tests;
mod tls;
mod trace;

use std::sync::Arc;

use super::dial::Names;
use crate::engine::ports::{ClientSettings, Clock, HttpClient, ProbeError};
use client::Client;

/// Makes clients of HTTP/1.1 and HTTP/2.
pub struct Probe {
    clock: Arc<dyn Clock>,
    names: Arc<Names>,
}

impl Probe {
    /// `clock` tells whether certificates are valid, `names` turns names into addresses.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, names: Arc<Names>) -> Self {
        Self { clock, names }
    }
}

impl Probe {
    /// A client with connections of its own.
    ///
    /// # Errors
    /// Certificates or keys that cannot be read.
    pub fn client(&self, settings: &ClientSettings) -> Result<Box<dyn HttpClient>, ProbeError> {
        let tls = tls::Tls::new(settings, Arc::clone(&self.clock))?;
        let dialer = dial::Dialer {
            names: Arc::clone(&self.names),
            tls,
            connect_to: settings.connect_to.clone(),
            version: settings.version,
        };
        Ok(Box::new(Client::new(Arc::new(dialer))))
    }
}
