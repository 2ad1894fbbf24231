//! One instance of the API: a listener that can be stopped and started again.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::process::{Pod, Process};
use super::recorder::Event;
use super::server::router;
use crate::demo::error::DemoError;
use crate::demo::locked;

/// Requests under way may take this long to end; longer than any answer takes.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// One instance of the API.
#[derive(Debug)]
pub(crate) struct Instance {
    pod: Arc<Pod>,
    address: SocketAddr,
    server: Option<Server>,
}

#[derive(Debug)]
struct Server {
    /// Dropped, it stops the server just as well: a system that is forgotten leaves nothing behind.
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Instance {
    /// Starts `pod` on a free loopback port.
    ///
    /// # Errors
    /// When no port can be had.
    pub(crate) async fn start(pod: Pod) -> Result<Self, DemoError> {
        let mut instance = Self {
            pod: Arc::new(pod),
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            server: None,
        };
        instance.restart().await?;
        Ok(instance)
    }

    /// Stops the instance if it runs, and starts it on the same port with all counters at zero.
    ///
    /// # Errors
    /// When another process has taken the port meanwhile.
    pub(crate) async fn restart(&mut self) -> Result<(), DemoError> {
        self.stop().await;
        let listen = |source| DemoError::Listen {
            pod: self.pod.name.clone(),
            address: self.address,
            source,
        };
        let listener = TcpListener::bind(self.address).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        self.address = address;
        locked(&self.pod.log).push(Event::Started);
        self.server = Some(Server::spawn(listener, Process::start(Arc::clone(&self.pod))));
        Ok(())
    }

    /// Stops listening and lets requests under way end. Does nothing when the instance is stopped already.
    pub(crate) async fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }

    /// What outlives a restart.
    pub(crate) fn pod(&self) -> &Pod {
        &self.pod
    }

    /// Host and port; the same for the whole life of the instance.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Server {
    fn spawn(listener: TcpListener, process: Process) -> Self {
        let (stop, stopped) = oneshot::channel();
        let listener = listener.tap_io(|stream| {
            // Without it small answers wait for acknowledgements; should it fail, they are slow but right.
            let _ = stream.set_nodelay(true);
        });
        let serve = axum::serve(listener, router(Arc::new(process))).with_graceful_shutdown(async {
            let _ = stopped.await;
        });
        let task = tokio::spawn(async {
            // axum's server retries what can go wrong with accepting, and never ends with an error.
            let _ = serve.await;
        });
        Self { stop, task }
    }

    async fn stop(mut self) {
        let _ = self.stop.send(());
        if timeout(STOP_TIMEOUT, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}
