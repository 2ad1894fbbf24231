//! Starts runs, keeps them going after a restart, and lets others watch, stop and decide them.

mod active;
mod begin;
mod command;
mod history;
mod plan;
mod resume;
mod stages;
mod view;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serin_judge::analysis::Documents;
use serin_judge::analysis::plan::journey::NamedFile;
use serin_judge::verdict::RunReport;
use tokio::sync::watch;

use crate::engine::ports::{Clock, Instrumentation, KeptFile, RunRequest, SourceText, Store};
use crate::engine::runs::active::Active;
use crate::engine::{Engine, Identifiers, Outbox, RunHandle};

pub use begin::{RunOrder, StartError, Started};
pub use command::CommandError;
pub use history::{Course, Point};
pub use resume::Resumed;
pub use stages::StageLooks;
pub use view::RunView;

/// All runs of one process, on one store.
#[derive(Clone)]
pub struct Runs {
    shared: Arc<Shared>,
}

struct Shared {
    engine: Engine,
    clock: Arc<dyn Clock>,
    store: Arc<dyn Store>,
    outbox: Arc<Outbox>,
    instrumentation: Arc<dyn Instrumentation>,
    identifiers: Identifiers,
    limits: RunLimits,
    public_url: String,
    active: Active,
    is_closing: AtomicBool,
}

/// What is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunLimits {
    /// Runs that may be under way at once.
    pub active_runs: usize,
    /// Newest measurements of one metric that are kept at most in a report.
    pub measurements_per_metric: usize,
}

/// How many runs there are in this process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunFigures {
    /// Under way.
    pub active: usize,
    /// Without a verdict, and not to be driven by this process.
    pub stranded: usize,
    /// Begun since the process started.
    pub begun: u64,
    /// Ended with a verdict since the process started.
    pub ended: u64,
    /// Given up by this process because the store failed.
    pub broken: u64,
}

impl Runs {
    /// Runs on these ports; links to them begin with `public_url`, which may be empty.
    #[must_use]
    pub fn new(
        clock: Arc<dyn Clock>,
        store: Arc<dyn Store>,
        outbox: Arc<Outbox>,
        instrumentation: Arc<dyn Instrumentation>,
        limits: RunLimits,
        public_url: String,
    ) -> Self {
        let engine = Engine::telling(Arc::clone(&clock), Arc::clone(&store) as _, Arc::clone(&outbox));
        Self {
            shared: Arc::new(Shared {
                engine,
                clock,
                store,
                outbox,
                instrumentation,
                identifiers: Identifiers::default(),
                limits,
                public_url: public_url.trim_end_matches('/').to_owned(),
                active: Active::default(),
                is_closing: AtomicBool::new(false),
            }),
        }
    }

    /// The end of a run under way that others hold; `None` when it is not under way here.
    #[must_use]
    pub fn handle(&self, id: &str) -> Option<RunHandle> {
        self.shared.active.handle(id)
    }

    /// The newest state of a run under way and each newer one; `None` when it is not under way here.
    #[must_use]
    pub fn watch(&self, id: &str) -> Option<watch::Receiver<Option<Arc<RunReport>>>> {
        self.shared.active.handle(id).map(|handle| handle.reports())
    }

    /// Why a run without a verdict is not driven by this process; `None` for any other run.
    #[must_use]
    pub fn stranded(&self, id: &str) -> Option<String> {
        self.shared.active.stranded(id)
    }

    /// How many there are.
    #[must_use]
    pub fn figures(&self) -> RunFigures {
        self.shared.active.figures()
    }

    /// Leaves all runs as they are, to go on after the next start, and finishes what is being written. No run begins
    /// afterwards.
    pub async fn shutdown(&self) {
        self.shared.is_closing.store(true, Ordering::SeqCst);
        self.shared.active.leave().await;
        self.shared.store.close().await;
    }

    fn is_closing(&self) -> bool {
        self.shared.is_closing.load(Ordering::SeqCst)
    }

    /// The page of a run; empty when nothing is known of an address for links.
    #[must_use]
    pub fn url(&self, id: &str) -> String {
        match self.shared.public_url.as_str() {
            "" => String::new(),
            base => format!("{base}/runs/{id}"),
        }
    }
}

/// The documents of a request that was kept.
fn documents(request: &RunRequest) -> Documents {
    let source = |source: &SourceText| serin_judge::analysis::Source::new(&source.name, &source.text);
    let documents = Documents::read(request.sources.iter().map(source).collect()).0;
    documents.with_files(Arc::new(
        request.files.iter().filter_map(named).collect::<Vec<_>>(),
    ))
}

/// One that is damaged is missing, and the plan says so.
fn named(file: &KeptFile) -> Option<NamedFile> {
    Some(NamedFile {
        document: file.document.clone(),
        path: file.path.clone(),
        bytes: STANDARD.decode(&file.base64).ok()?.into(),
    })
}
