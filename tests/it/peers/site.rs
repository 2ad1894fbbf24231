use std::io::Write as _;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// Signs a certificate for `localhost` and 127.0.0.1; only who is told trusts it.
pub(crate) struct Authority {
    /// PEM of its own certificate.
    pub(crate) roots: String,
    /// PEM of what it has signed, and of the key.
    pub(crate) certificate: String,
    pub(crate) key: String,
    acceptor: TlsAcceptor,
    /// Lets only those in who show a certificate that it has signed.
    strict: TlsAcceptor,
}

impl Authority {
    pub(crate) fn new() -> Self {
        serin::providers::http::install_tls();
        let mut root = CertificateParams::new(Vec::new()).unwrap();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        root.not_after = date_time_ymd(2090, 1, 1);
        root.distinguished_name.push(DnType::CommonName, "Test Root");
        let root = CertifiedIssuer::self_signed(root, KeyPair::generate().unwrap()).unwrap();
        let mut leaf = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        leaf.not_before = date_time_ymd(2020, 1, 1);
        leaf.not_after = date_time_ymd(2100, 1, 1);
        leaf.distinguished_name
            .push(DnType::OrganizationName, "Shop, Inc");
        let key = KeyPair::generate().unwrap();
        let signed = leaf.signed_by(&key, &root).unwrap();
        let chain: Vec<CertificateDer<'static>> = vec![signed.der().clone()];
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut roots = RootCertStore::empty();
        roots.add(root.der().clone()).unwrap();
        let clients = WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap();
        let strict = ServerConfig::builder()
            .with_client_cert_verifier(clients)
            .with_single_cert(chain.clone(), private.clone_key())
            .unwrap();
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(chain, private)
            .unwrap();
        Self {
            roots: root.pem(),
            certificate: signed.pem(),
            key: key.serialize_pem(),
            acceptor: TlsAcceptor::from(Arc::new(config)),
            strict: TlsAcceptor::from(Arc::new(strict)),
        }
    }
}

/// A server that answers by what it is asked, on a free loopback port.
pub(crate) struct Site {
    pub(crate) port: u16,
    server: JoinHandle<()>,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Site {
    /// HTTP: `/` and others say hello, `/redirect/N` leads on N times, `/gzip`, `/chunked`, `/dated`, `/missing`, `/echo`,
    /// `/hang`.
    pub(crate) async fn http() -> Self {
        Self::start(answer).await
    }

    /// The same over TLS.
    pub(crate) async fn https(authority: &Authority) -> Self {
        Self::secured(authority.acceptor.clone()).await
    }

    /// The same for those who show a certificate.
    pub(crate) async fn https_for_known(authority: &Authority) -> Self {
        Self::secured(authority.strict.clone()).await
    }

    async fn secured(acceptor: TlsAcceptor) -> Self {
        Self::start(move |stream| {
            let acceptor = acceptor.clone();
            async move { answer(acceptor.accept(stream).await?).await }
        })
        .await
    }

    /// Lines as a mail server says them, with STARTTLS.
    pub(crate) async fn mail(authority: &Authority) -> Self {
        let acceptor = authority.acceptor.clone();
        Self::start(move |stream| greet(stream, acceptor.clone())).await
    }

    async fn start<A>(serve: impl Fn(TcpStream) -> A + Send + 'static) -> Self
    where
        A: Future<Output = std::io::Result<()>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                // Who is asked may be left in the middle of it.
                tokio::spawn(serve(stream));
            }
        });
        Self { port, server }
    }
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin>(stream: S) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let (status, headers, body) = match path.as_str() {
        "/missing" => ("404 Not Found", String::new(), b"no".to_vec()),
        "/gzip" => (
            "200 OK",
            "content-encoding: gzip\r\n".to_owned(),
            zipped("hello ".repeat(100).as_bytes()),
        ),
        "/dated" => (
            "200 OK",
            "last-modified: Wed, 21 Oct 2015 07:28:00 GMT\r\n".to_owned(),
            b"old".to_vec(),
        ),
        "/two" => (
            "200 OK",
            "x-kind: one\r\nx-kind: two\r\n".to_owned(),
            b"hello".to_vec(),
        ),
        "/echo" => ("200 OK", String::new(), head.clone().into_bytes()),
        "/empty" => ("204 No Content", String::new(), Vec::new()),
        "/hang" => {
            let _never = stream.read_u8().await?;
            return Ok(());
        }
        "/chunked" => {
            let answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
            stream.write_all(answer).await?;
            return stream.shutdown().await;
        }
        path => match path
            .strip_prefix("/redirect/")
            .and_then(|left| left.parse::<u32>().ok())
        {
            Some(left) => {
                let next = if left > 1 {
                    format!("/redirect/{}", left - 1)
                } else {
                    "/".to_owned()
                };
                ("302 Found", format!("location: {next}\r\n"), b"moved".to_vec())
            }
            None => ("200 OK", String::new(), b"hello".to_vec()),
        },
    };
    let length = match body.len() {
        0 => String::new(),
        length => format!("content-length: {length}\r\n"),
    };
    let head = format!("HTTP/1.1 {status}\r\n{headers}{length}connection: close\r\n\r\n");
    stream.write_all(&[head.as_bytes(), &body].concat()).await?;
    stream.shutdown().await
}

fn zipped(body: &[u8]) -> Vec<u8> {
    let mut zipped = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    zipped.write_all(body).unwrap();
    zipped.finish().unwrap()
}

async fn greet(mut stream: TcpStream, acceptor: TlsAcceptor) -> std::io::Result<()> {
    stream.write_all(b"220 mail.test ready v1.2\r\n").await?;
    let mut stream = BufReader::new(stream);
    if talk(&mut stream).await? {
        stream.write_all(b"220 go ahead\r\n").await?;
        let mut secured = BufReader::new(acceptor.accept(stream.into_inner()).await?);
        let _again = talk(&mut secured).await?;
        secured.shutdown().await?;
    }
    Ok(())
}

/// Until the other side leaves, or wants TLS.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>) -> std::io::Result<bool> {
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(false);
        }
        let answer = match line.trim_end() {
            "STARTTLS" => return Ok(true),
            "QUIT" => "221 bye\r\n".to_owned(),
            hello if hello.starts_with("EHLO") => format!("250-{hello}\r\n250 STARTTLS\r\n"),
            other => format!("500 {other}\r\n"),
        };
        stream.write_all(answer.as_bytes()).await?;
        if line.starts_with("QUIT") {
            stream.shutdown().await?;
            return Ok(false);
        }
    }
}
