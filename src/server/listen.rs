use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::server::connections::{Connection, Peer};
use crate::server::{App, Parts, routes};

/// Bytes of a request's head.
const HEAD_BYTES_LIMIT: usize = 64 * 1024;
/// How long requests under way may take once the process has been told to end.
const FAREWELL: Duration = Duration::from_secs(10);
/// After a connection could not be taken: until others may have given back what was lacking.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How often what is kept of addresses that no longer ask is thrown away.
const TIDY_INTERVAL: Duration = Duration::from_secs(60);

/// The HTTP interface on one address.
pub struct Server {
    app: Arc<App>,
    router: Router,
    listener: TcpListener,
    closing: watch::Sender<bool>,
}

impl Server {
    /// A server that will answer on this listener.
    #[must_use]
    pub fn new(parts: Parts, listener: TcpListener) -> Self {
        let (closing, is_closing) = watch::channel(false);
        let app = Arc::new(App::new(parts, is_closing));
        Self {
            router: routes::router(&app),
            app,
            listener,
            closing,
        }
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers until `stop` is ready, then finishes what is being answered.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let mut tasks = JoinSet::new();
        let mut beat = tokio::time::interval(crate::server::health::BEAT_INTERVAL);
        let mut tidy = tokio::time::interval(TIDY_INTERVAL);
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, address)) => self.take(&mut tasks, stream, address),
                    Err(error) => {
                        tracing::warn!("a connection was not taken: {error}");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
                Some(_ended) = tasks.join_next() => {}
                _at = beat.tick() => self.app.health.beat(),
                _at = tidy.tick() => self.app.shares.tidy(),
            }
        }
        drop(self.listener);
        let _before = self.closing.send_replace(true);
        let farewell = async { while tasks.join_next().await.is_some() {} };
        let left = tokio::time::timeout(FAREWELL, farewell).await;
        if left.is_err() {
            tracing::warn!(
                connections = tasks.len(),
                "connections are cut: their requests took longer than {FAREWELL:?}"
            );
        }
    }

    fn take(&self, tasks: &mut JoinSet<()>, stream: TcpStream, address: SocketAddr) {
        let Some(connection) = self.app.connections.admit() else {
            tracing::debug!(%address, "a connection was refused: all are in use");
            return;
        };
        // Small answers must not wait for one another.
        let _best_effort = stream.set_nodelay(true);
        let service = PeerService {
            router: self.router.clone(),
            connection: Arc::clone(&connection),
            address,
        };
        let closing = self.app.closing.clone();
        let timeout = self.app.limits.header_read_timeout;
        let _task = tasks.spawn(converse(stream, service, connection, closing, timeout));
    }
}

/// One connection to its end.
async fn converse(
    stream: TcpStream,
    service: PeerService,
    connection: Arc<Connection>,
    mut closing: watch::Receiver<bool>,
    timeout: Duration,
) {
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(timeout)
        .max_buf_size(HEAD_BYTES_LIMIT)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(serving);
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
        () = connection.crowded_out() => return,
        () = told(&mut closing) => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!("a connection ended early: {error}");
    }
}

/// Returns when the process has been told to end.
async fn told(closing: &mut watch::Receiver<bool>) {
    // Nobody there to tell is an end too.
    let _told = closing.wait_for(|closing| *closing).await;
}

/// The router for the requests of one connection.
struct PeerService {
    router: Router,
    connection: Arc<Connection>,
    address: SocketAddr,
}

impl Service<hyper::Request<Incoming>> for PeerService {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn call(&self, mut request: hyper::Request<Incoming>) -> Self::Future {
        let peer = Peer {
            address: self.address.ip(),
            busy: self.connection.begin(),
        };
        let busy = Arc::clone(&peer.busy);
        request.extensions_mut().insert(peer);
        let answered = self.router.clone().oneshot(request);
        Box::pin(async move {
            let answered = answered.await;
            drop(busy);
            answered
        })
    }
}
