//! A real Serin service for the demo: its own store in a folder that goes away, one analysis, and one receiver of webhooks.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use serin_judge::analysis::plan::Secret as ConfiguredSecret;
use serin_judge::analysis::{Hook, HookEvent, Settings};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::ANALYSIS;
use super::controller::{Controller, ControllerError, HOOK, Receiver, Secret};
use crate::config::analyses::AnalysisFiles;
use crate::engine::Runs;
use crate::engine::ports::Clock;
use crate::server::Service;

/// A receiver that is on this machine is there at once or never.
const GIVE_UP_AFTER: std::time::Duration = std::time::Duration::from_secs(60);

/// A running service and the controller that uses it.
pub(super) struct House {
    pub(super) controller: Controller,
    pub(super) runs: Runs,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
    folder: TempDir,
}

/// Why the service could not be started.
#[derive(Debug, thiserror::Error)]
pub(super) enum HouseError {
    #[error("a folder for the store: {0}")]
    Folder(#[from] std::io::Error),
    #[error(transparent)]
    Controller(#[from] ControllerError),
    #[error("{0}")]
    Service(String),
}

impl House {
    /// Starts the service on a free port of the loopback.
    pub(super) async fn open(clock: &Arc<dyn Clock>) -> Result<Self, HouseError> {
        let folder = tempfile::Builder::new().prefix("serin-demo-").tempdir()?;
        let file = folder.path().join("planning-api-demo.yaml");
        std::fs::write(&file, ANALYSIS)?;
        let secret = Secret::random();
        let receiver = Receiver::start(secret.clone(), Arc::clone(clock)).await?;
        let settings = Settings {
            store_url: format!("sqlite://{}", folder.path().join("serin.db").display()),
            hooks: vec![Hook {
                name: HOOK.to_owned(),
                url: receiver.url(),
                secret: ConfiguredSecret::Value(secret.text().to_owned()),
                previous_secret: None,
                events: vec![HookEvent::RunFinished],
                give_up_after: GIVE_UP_AFTER,
            }],
            ..Settings::default()
        };
        let analyses = AnalysisFiles::open(vec![file]).map_err(HouseError::Service)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let service = Service::open(settings, analyses, None, listener, Arc::clone(clock))
            .await
            .map_err(HouseError::Service)?;
        let (address, runs) = (service.address(), service.runs().clone());
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(service.run(async {
            // Dropped is as good as told.
            let _told = stopped.await;
        }));
        Ok(Self {
            controller: Controller::new(format!("http://{address}"), receiver)?,
            runs,
            address,
            stop,
            serving,
            folder,
        })
    }

    /// What can be tried while it runs.
    pub(super) fn invitation(&self, run: &str, args: &BTreeMap<String, String>) -> String {
        let base = format!("http://{}", self.address);
        let order = serde_json::json!({ "analysis": "planning-api-demo", "args": args });
        format!(
            "\nEverything stays up until Ctrl-C. Look at the run and all others:\n  {base}/runs/{run}\n  {base}/\n\
             Ask the API:\n  curl {base}/api/v1/runs/{run}\n  curl {base}/metrics\n\
             Judge once more:\n  curl -X POST {base}/api/v1/runs -H 'content-type: application/json' -d '{order}'\n"
        )
    }

    /// Ends the service and removes its folder.
    pub(super) async fn close(self) {
        let _gone = self.stop.send(());
        let _ended = self.serving.await;
        // What cannot be removed is left to the system's own tidying.
        let _left = self.folder.close();
    }
}
