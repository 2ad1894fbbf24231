use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serin_judge::analysis::{Retention, Settings};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::config;
use crate::config::analyses::AnalysisFiles;
use crate::config::service::{self, ConfiguredInstrumentation};
use crate::engine::ports::{Analyses, Clock, Store};
use crate::engine::{Dispatch, RunLimits, Runs};
use crate::server::{Parts, Server};
use crate::store::CountedStore;
use crate::telemetry::metrics::Metrics;

/// How often what is too old is looked for, and how much goes at once: deleting must not hold up runs.
const PRUNE_INTERVAL: Duration = Duration::from_secs(60);
const PRUNE_BATCH: usize = 100;

/// The whole service: runs, their store, their deliveries, and the HTTP interface to them.
pub struct Service {
    server: Server,
    address: SocketAddr,
    runs: Runs,
    going_on: usize,
    dispatch: Arc<Dispatch>,
    analyses: Arc<AnalysisFiles>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    retention: Retention,
    adapters: config::Settings,
}

impl Service {
    /// Opens the store and goes on with its runs. Nobody is answered before [`Service::run`]. `secrets` is a folder of
    /// secrets that arguments refer to.
    ///
    /// # Errors
    /// One line that says what cannot be used, and why.
    pub async fn open(
        settings: Settings,
        analyses: AnalysisFiles,
        secrets: Option<PathBuf>,
        listener: TcpListener,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, String> {
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let metrics = Arc::new(Metrics::new(clock.now()));
        let store = service::store(&settings).await?;
        let store: Arc<dyn Store> =
            Arc::new(CountedStore::new(store, Arc::clone(&metrics), Arc::clone(&clock)));
        let analyses = Arc::new(analyses);
        let public_url = settings.public_url.clone();
        let public_url = public_url.unwrap_or_else(|| format!("http://{address}"));
        let outbox = Arc::new(service::outbox(&settings));
        let adapters = service::adapters(&settings);
        let receivers = service::receivers(&settings, &clock, &metrics)?;
        let runs = Runs::new(
            Arc::clone(&clock),
            Arc::clone(&store),
            Arc::clone(&outbox),
            Arc::new(ConfiguredInstrumentation::new(adapters.clone(), secrets)),
            RunLimits {
                active_runs: settings.limits.active_runs,
                measurements_per_metric: settings.limits.measurements_per_metric,
            },
            public_url.clone(),
        );
        let resumed = runs.resume().await.map_err(|error| error.to_string())?;
        let dispatch = Dispatch::new(
            Arc::clone(&clock),
            Arc::clone(&store),
            Arc::clone(&outbox),
            receivers,
        );
        let dispatch = Arc::new(dispatch);
        let parts = Parts {
            runs: runs.clone(),
            store: Arc::clone(&store),
            outbox,
            dispatch: Arc::clone(&dispatch),
            analyses: Arc::clone(&analyses),
            journeys: Arc::clone(&adapters.journeys),
            blackbox: config::blackbox::blackbox(&settings, &adapters, &clock)?,
            clock: Arc::clone(&clock),
            limits: settings.limits,
            tokens: settings.tokens,
            public_url,
            repeat_for: settings.repeat_for,
            metrics,
        };
        Ok(Self {
            server: Server::new(parts, listener),
            address,
            runs,
            going_on: resumed.going_on,
            dispatch,
            analyses,
            store,
            clock,
            retention: settings.retention,
            adapters,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The runs of this process.
    #[must_use]
    pub fn runs(&self) -> &Runs {
        &self.runs
    }

    /// What is known, for the first line: analyses, and runs of an earlier process that go on.
    #[must_use]
    pub fn figures(&self) -> (usize, usize) {
        (self.analyses.names().len(), self.going_on)
    }

    /// Serves until `stop` is ready; then finishes answers, deliveries and writes that are under way. Runs go on after the
    /// next start.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let mut tasks = JoinSet::new();
        let _watching = tasks.spawn(Arc::clone(&self.analyses).watch(Arc::clone(&self.clock)));
        let _pruning = tasks.spawn(prune(
            Arc::clone(&self.store),
            Arc::clone(&self.clock),
            self.retention,
        ));
        let (closing, mut closed) = watch::channel(false);
        let dispatch = self.dispatch;
        let sending = tokio::spawn(async move {
            let until = async move {
                let _closed = closed.wait_for(|closed| *closed).await;
            };
            dispatch.run(until).await;
        });
        self.server.run(stop).await;
        tasks.shutdown().await;
        let _before = closing.send_replace(true);
        let _ended = sending.await;
        self.runs.shutdown().await;
        self.adapters.ended().await;
    }
}

/// Forgets what is older than it is to be kept, for ever.
async fn prune(store: Arc<dyn Store>, clock: Arc<dyn Clock>, retention: Retention) {
    loop {
        let now = clock.now();
        loop {
            let expired = store.expire(now, PRUNE_BATCH).await;
            let old = store
                .prune(now - retention.runs, now - retention.windows, PRUNE_BATCH)
                .await;
            match expired.and_then(|expired| Ok(expired.max(old?))) {
                Ok(gone) if gone >= PRUNE_BATCH => tokio::task::yield_now().await,
                Ok(_few) => break,
                Err(error) => {
                    tracing::warn!("what is too old was not thrown away: {error}");
                    break;
                }
            }
        }
        clock.sleep_until(clock.now() + PRUNE_INTERVAL).await;
    }
}
