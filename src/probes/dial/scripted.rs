//! Servers that do on every connection what a script says, and one question to them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serin_judge::analysis::plan::journey::{
    Failure, FailureClass, Probe, Protocol, RequestPhase, Security, Terms, TlsMode,
};
use serin_judge::journey::{FilledProbe, Findings, Peer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, timeout};

use super::Names;
use crate::engine::clock::SystemClock;
use crate::engine::ports::{Prober, Sounding};
use crate::probes::Probes;

/// What a server does next.
#[derive(Clone, Debug)]
pub(in crate::probes) enum Turn {
    /// Waits until something has come, and reads it.
    Hears,
    Says(Vec<u8>),
    /// Says it again and again.
    Floods(Vec<u8>),
    /// Says no more, and keeps the connection.
    Hangs,
    Resets,
}

/// As text.
pub(in crate::probes) fn says(text: &str) -> Turn {
    Turn::Says(text.as_bytes().to_vec())
}

/// A listener on a free loopback port; its end is the end of its connections. After the last turn they are closed.
pub(in crate::probes) struct Scripted {
    pub(in crate::probes) address: SocketAddr,
    listener: JoinHandle<()>,
}

impl Scripted {
    pub(in crate::probes) async fn start(turns: impl Into<Vec<Turn>>) -> Self {
        let turns: Arc<[Turn]> = turns.into().into();
        Self::serving(move |stream| play(stream, Arc::clone(&turns))).await
    }

    /// Connections are treated by `serve`.
    pub(in crate::probes) async fn serving<F, T>(serve: F) -> Self
    where
        F: Fn(TcpStream) -> T + Send + 'static,
        T: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let listener = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                connections.spawn(serve(stream));
            }
        });
        Self { address, listener }
    }

    /// Asks it, for half a second at most.
    pub(in crate::probes) async fn asked(&self, mode: TlsMode, protocol: Protocol<String>) -> Sounding {
        self.asked_for(Duration::from_millis(500), mode, protocol).await
    }

    /// # Panics
    /// When the answer comes much later than `patience` says.
    pub(in crate::probes) async fn asked_for(
        &self,
        patience: Duration,
        mode: TlsMode,
        protocol: Protocol<String>,
    ) -> Sounding {
        let filled = FilledProbe {
            peer: Some(Peer {
                host: self.address.ip().to_string(),
                port: self.address.port(),
            }),
            probe: Probe {
                address: None,
                security: Security {
                    mode,
                    server_name: None,
                    roots: None,
                    insecure: true,
                    terms: Terms::default(),
                },
                protocol,
            },
        };
        let probes = Probes::new(Arc::new(SystemClock::new()), Names::system());
        let protocols = probes.protocols(&[]);
        let sounding = protocols.ask(&filled, Instant::now() + patience);
        timeout(patience + Duration::from_secs(20), sounding)
            .await
            .expect("a probe outlives its deadline")
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

/// Who leaves in the middle is no failure of the script.
async fn play(mut stream: TcpStream, turns: Arc<[Turn]>) {
    for turn in turns.iter() {
        let went_on = match turn {
            Turn::Hears => matches!(stream.read(&mut [0; 65536]).await, Ok(1..)),
            Turn::Says(bytes) => stream.write_all(bytes).await.is_ok(),
            Turn::Floods(bytes) => {
                while stream.write_all(bytes).await.is_ok() {}
                false
            }
            Turn::Hangs => std::future::pending().await,
            Turn::Resets => stream.set_zero_linger().is_ok(),
        };
        if !went_on {
            return;
        }
    }
}

/// What was found.
pub(in crate::probes) fn found(sounding: Sounding) -> Findings {
    sounding.outcome.unwrap_or_else(|failure| panic!("{failure:?}"))
}

/// What failed, and when.
pub(in crate::probes) fn failed(sounding: Sounding) -> (FailureClass, RequestPhase, String) {
    let Failure {
        class,
        phase,
        message,
    } = match sounding.outcome {
        Ok(findings) => panic!("{findings:?}"),
        Err(failure) => failure,
    };
    (class, phase.unwrap(), message)
}
