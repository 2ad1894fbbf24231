//! `serin serve`: the service.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use serin_judge::analysis::Settings;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::{exit, output};
use crate::config::analyses::AnalysisFiles;
use crate::config::service;
use crate::engine::clock::SystemClock;
use crate::engine::ports::Clock;
use crate::server::Service;
use crate::telemetry::logs;

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
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| broken(format!("cannot listen on {address}: {}", plain(&error))))?;
    let store_url = settings.store_url.clone();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let secrets = options.secrets_folder.clone();
    let service = Service::open(settings, analyses, secrets, listener, clock)
        .await
        .map_err(broken)?;
    output::print(&started(&service, &store_url));
    // On a thread that serves: taken on the main thread, each connection would have to be handed over.
    if let Err(panicked) = tokio::spawn(service.run(stop)).await
        && let Ok(panic) = panicked.try_into_panic()
    {
        std::panic::resume_unwind(panic);
    }
    tracing::info!("the service has stopped; runs go on after the next start");
    Ok(())
}

/// What the system says, without its number.
fn plain(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => "another process listens there".to_owned(),
        std::io::ErrorKind::PermissionDenied => "this user may not".to_owned(),
        _ => error.to_string(),
    }
}

/// The one line on standard output.
fn started(service: &Service, store_url: &str) -> String {
    let (known, going_on) = service.figures();
    format!(
        "serin {} listens on http://{} (store {store_url}, {known} analyses, {going_on} runs go on)\n",
        env!("CARGO_PKG_VERSION"),
        service.address(),
    )
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
