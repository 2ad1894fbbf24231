use std::ops::Range;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// Answers everything over TLS, with a certificate for `localhost` that only its own file vouches for.
pub(crate) struct TlsServer {
    address: String,
    roots: NamedTempFile,
    server: JoinHandle<()>,
}

impl TlsServer {
    pub(crate) async fn start(body: &'static str) -> Self {
        Self::with(body, "localhost", 2020..2120).await
    }

    /// With a certificate for another name, or that was or will be good from the first year to the one before the last.
    pub(crate) async fn with(body: &'static str, name: &str, years: Range<i32>) -> Self {
        serin::providers::http::install_tls();
        let mut parameters = CertificateParams::new([name.to_owned()]).unwrap();
        parameters.not_before = date_time_ymd(years.start, 1, 1);
        parameters.not_after = date_time_ymd(years.end, 1, 1);
        let signing_key = KeyPair::generate().unwrap();
        let cert = parameters.self_signed(&signing_key).unwrap();
        let roots = NamedTempFile::new().unwrap();
        std::fs::write(roots.path(), cert.pem()).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let server = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let acceptor = acceptor.clone();
                // A client that does not trust the certificate leaves in the handshake.
                tokio::spawn(async move { answer(acceptor.accept(stream).await?, body).await });
            }
        });
        Self {
            address,
            roots,
            server,
        }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// A PEM file that vouches for the server.
    pub(crate) fn roots(&self) -> String {
        self.roots.path().to_str().unwrap().to_owned()
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer<S>(mut stream: S, body: &str) -> std::io::Result<()>
where
    S: AsyncReadExt + AsyncWriteExt + Unpin,
{
    let mut request = vec![0; 16 * 1024];
    let _ = stream.read(&mut request).await?;
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await?;
    stream.shutdown().await
}
