//! `serin serve`: the service.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use serin_judge::analysis::Settings;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::cli::{exit, output};
use crate::config::analyses::AnalysisFiles;
use crate::config::service::{self, ConfiguredInstrumentation};
use crate::engine::clock::SystemClock;
use crate::engine::ports::{Analyses, Clock, Store};
use crate::engine::{Dispatch, RunLimits, Runs};
use crate::server::{Parts, Server};
use crate::store::CountedStore;
use crate::telemetry::logs;
use crate::telemetry::metrics::Metrics;

/// How often what is too old is looked for, and how much goes at once: deleting must not hold up runs.
const PRUNE_INTERVAL: Duration = Duration::from_secs(60);
const PRUNE_BATCH: usize = 100;

/// Options of `serin serve`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    serin serve                                 ./serin.yaml if there is one; else 127.0.0.1:7733, ./serin.db, ./analyses\n  \
    serin serve --config /etc/serin/serin.yaml\n  \
    serin serve --listen 127.0.0.1:0            a free port, which the first line names")]
pub struct ServeOptions {
    /// Settings. Default: serin.yaml in the current folder, if there is one.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Address and port, instead of `listen` of the settings.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// A folder of secrets that arguments refer to (`valueFrom.secretKeyRef`), one file for each: FOLDER/NAME/KEY.
    #[arg(long = "secrets", value_name = "FOLDER")]
    secrets_folder: Option<PathBuf>,
}

/// Runs the command, until a signal ends it.
pub async fn execute(options: ServeOptions) -> ExitCode {
    let (settings, warnings) = match service::read(options.config.as_deref()) {
        Ok(read) => read,
        Err(message) => return exit::fail(exit::INVALID, &message),
    };
    for warning in warnings {
        output::complain(warning.to_string().trim_end());
    }
    match serve(&options, settings).await {
        Ok(()) => ExitCode::from(exit::GOOD),
        Err((code, message)) => exit::fail(code, &format!("error: {message}")),
    }
}

async fn serve(options: &ServeOptions, settings: Settings) -> Result<(), (u8, String)> {
    let address = options.listen.unwrap_or(settings.listen);
    if !address.ip().to_canonical().is_loopback() && settings.tokens.is_empty() {
        let message = format!(
            "--listen {address}, which other machines can reach, and no `tokens` in the settings: who may call it can start and stop runs \
             and override verdicts, so others need a token for it; listen on a loopback address such as 127.0.0.1:7733, or give tokens"
        );
        return Err((exit::INVALID, message));
    }
    logs::init_service(settings.log);
    // As many connections and files as the system lets the process have; what it gives by default is little.
    let _as_many_as_before = rlimit::increase_nofile_limit(u64::MAX);
    let stop = stop_signal().map_err(|error| (exit::BROKEN, format!("signals cannot be caught: {error}")))?;
    let broken = |message: String| (exit::BROKEN, message);
    let analyses = AnalysisFiles::open(service::analysis_paths(&settings))
        .map_err(|message| (exit::INVALID, format!("analyses: {message}")))?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let metrics = Arc::new(Metrics::new(clock.now()));
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| broken(format!("cannot listen on {address}: {}", plain(&error))))?;
    let store = service::store(&settings).await.map_err(broken)?;
    let store = CountedStore::new(store, Arc::clone(&metrics), Arc::clone(&clock));
    let service = Service {
        settings,
        secrets: options.secrets_folder.clone(),
        clock,
        metrics,
        store: Arc::new(store),
        analyses: Arc::new(analyses),
    };
    service.run(listener, stop).await.map_err(broken)
}

/// What the system says, without its number.
fn plain(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => "another process listens there".to_owned(),
        std::io::ErrorKind::PermissionDenied => "this user may not".to_owned(),
        _ => error.to_string(),
    }
}

/// The service, ready to run.
struct Service {
    settings: Settings,
    secrets: Option<PathBuf>,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    store: Arc<dyn Store>,
    analyses: Arc<AnalysisFiles>,
}

impl Service {
    async fn run(self, listener: TcpListener, stop: impl Future<Output = ()>) -> Result<(), String> {
        let settings = self.settings;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let public_url = settings
            .public_url
            .clone()
            .unwrap_or_else(|| format!("http://{address}"));
        let outbox = Arc::new(service::outbox(&settings));
        let adapters = service::adapters(&settings);
        let limits = RunLimits {
            active_runs: settings.limits.active_runs,
            measurements_per_metric: settings.limits.measurements_per_metric,
        };
        let runs = Runs::new(
            Arc::clone(&self.clock),
            Arc::clone(&self.store),
            Arc::clone(&outbox),
            Arc::new(ConfiguredInstrumentation::new(adapters, self.secrets)),
            limits,
            public_url.clone(),
        );
        let receivers = service::receivers(&settings, &self.clock)?;
        let resumed = runs.resume().await.map_err(|error| error.to_string())?;
        let dispatch = Arc::new(Dispatch::new(
            Arc::clone(&self.clock),
            Arc::clone(&self.store),
            Arc::clone(&outbox),
            receivers,
        ));
        let parts = Parts {
            runs: runs.clone(),
            store: Arc::clone(&self.store),
            outbox,
            dispatch: Arc::clone(&dispatch),
            analyses: Arc::clone(&self.analyses),
            clock: Arc::clone(&self.clock),
            limits: settings.limits,
            tokens: settings.tokens.clone(),
            public_url,
            repeat_for: settings.repeat_for,
            metrics: self.metrics,
        };
        let server = Server::new(parts, listener);
        output::print(&started(address, &settings, &self.analyses, resumed.going_on));
        let mut tasks = JoinSet::new();
        let _watching = tasks.spawn(Arc::clone(&self.analyses).watch(Arc::clone(&self.clock)));
        let _pruning = tasks.spawn(prune(
            Arc::clone(&self.store),
            Arc::clone(&self.clock),
            settings.retention,
        ));
        let (stop_sending, stopped) = oneshot::channel::<()>();
        let sending = tokio::spawn(async move {
            // The sender goes without a word when the service fails, which means the same.
            dispatch.run(async { stopped.await.unwrap_or_default() }).await;
        });
        server.run(stop).await;
        tasks.shutdown().await;
        drop(stop_sending);
        sending
            .await
            .map_err(|error| format!("sending deliveries ended: {error}"))?;
        runs.shutdown().await;
        tracing::info!("the service has stopped; runs go on after the next start");
        Ok(())
    }
}

/// The one line on standard output.
fn started(address: SocketAddr, settings: &Settings, analyses: &AnalysisFiles, going_on: usize) -> String {
    let known = analyses.names().len();
    format!(
        "serin {} listens on http://{address} (store {}, {known} analyses, {going_on} runs go on)\n",
        env!("CARGO_PKG_VERSION"),
        settings.store_url
    )
}

/// Forgets what is older than it is to be kept, for ever.
async fn prune(store: Arc<dyn Store>, clock: Arc<dyn Clock>, retention: serin_judge::analysis::Retention) {
    loop {
        let now = clock.now();
        loop {
            match store
                .prune(now - retention.runs, now - retention.windows, PRUNE_BATCH)
                .await
            {
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

/// Returns at the first Ctrl-C or SIGTERM; the second ends the process at once.
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        let code = tokio::select! {
            _ = interrupt.recv() => exit::INTERRUPTED,
            _ = terminate.recv() => exit::TERMINATED,
        };
        let _impatient = tokio::spawn(async move {
            tokio::select! { _ = interrupt.recv() => (), _ = terminate.recv() => () }
            std::process::exit(i32::from(code));
        });
    })
}
