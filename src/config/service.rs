//! The settings of the service, and what is constructed from them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use serin_judge::analysis::plan::{Plan, Secret};
use serin_judge::analysis::{self, Diagnostic, Hook, HookEvent};

use crate::config::secrets::EnvironmentAndFiles;
use crate::config::{Settings, documents, from_folder, instruments};
use crate::controllers::webhook::{Webhook, WebhookSettings};
use crate::engine::ports::{
    Clock, Deliver, DeliverError, Delivery, DeliveryEvent, Instrumentation, Secrets, Store,
};
use crate::engine::{Instruments, Outbox, Receiver};
use crate::store::{SqliteReader, SqliteStore};
use crate::telemetry::metrics::Metrics;

/// The file that is read when none is named, if there is one.
const FILE: &str = "serin.yaml";
/// The folder of analyses when none is named, if there is one.
const ANALYSES: &str = "analyses";

/// Reads the settings: of the file that is named, else of `serin.yaml` in the current folder if there is one, else the
/// defaults. Relative paths start from the file's folder.
///
/// # Errors
/// Everything that is wrong with the file, for people.
pub fn read(file: Option<&Path>) -> Result<(analysis::Settings, Vec<Diagnostic>), String> {
    let is_there = Path::new(FILE).exists();
    let file = file.or_else(|| is_there.then_some(Path::new(FILE)));
    let folder = file.and_then(Path::parent).unwrap_or(Path::new(""));
    let (settings, warnings) = match file {
        Some(file) => of_file(file)?,
        None => (analysis::Settings::default(), Vec::new()),
    };
    let mut settings = from_folder(settings, folder);
    let usual = folder.join(ANALYSES);
    if settings.analyses.is_empty() && usual.is_dir() {
        settings.analyses.push(usual.display().to_string());
    }
    Ok((settings, warnings))
}

fn of_file(file: &Path) -> Result<(analysis::Settings, Vec<Diagnostic>), String> {
    let refusal = |diagnostics: &[Diagnostic]| {
        let texts: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
        texts.join("\n").trim_end().to_owned()
    };
    let (documents, found) =
        documents::read(&[file.to_owned()]).map_err(|message| format!("error: {message}"))?;
    if found.iter().any(Diagnostic::is_error) {
        return Err(refusal(&found));
    }
    let (settings, warnings) = documents.config().map_err(|errors| refusal(&errors))?;
    let settings =
        settings.ok_or_else(|| format!("error: {} holds no document of kind Config", file.display()))?;
    Ok((settings, found.into_iter().chain(warnings).collect()))
}

/// Knows who wants to be told what.
#[must_use]
pub fn outbox(settings: &analysis::Settings) -> Outbox {
    let wanted = settings.hooks.iter().map(|hook| {
        let events = hook.events.iter().map(|event| match event {
            HookEvent::RunStarted => DeliveryEvent::RunStarted,
            HookEvent::RunStage => DeliveryEvent::RunStage,
            HookEvent::RunFinished => DeliveryEvent::RunFinished,
        });
        (hook.name.clone(), events.collect())
    });
    Outbox::new(wanted.collect())
}

/// Whom deliveries are sent to, by name.
///
/// # Errors
/// One line that says what is wrong with which receiver, without its secret.
pub fn receivers(
    settings: &analysis::Settings,
    clock: &Arc<dyn Clock>,
    metrics: &Arc<Metrics>,
) -> Result<BTreeMap<String, Receiver>, String> {
    let receiver = |hook: &Hook| {
        let fail = |reason: String| format!("hook `{}`: {reason}", hook.name);
        let resolve = |secret: &Secret| {
            EnvironmentAndFiles
                .resolve(secret)
                .map_err(|error| fail(error.to_string()))
        };
        let webhook = WebhookSettings {
            url: hook.url.clone(),
            secret: resolve(&hook.secret)?,
            previous_secret: hook.previous_secret.as_ref().map(resolve).transpose()?,
        };
        let counted = CountedDeliver {
            inner: Webhook::new(&webhook, Arc::clone(clock)).map_err(fail)?,
            metrics: Arc::clone(metrics),
        };
        let receiver = Receiver {
            deliver: Arc::new(counted),
            give_up_after: hook.give_up_after,
        };
        Ok((hook.name.clone(), receiver))
    };
    settings.hooks.iter().map(receiver).collect()
}

/// Another receiver, with every attempt counted.
struct CountedDeliver {
    inner: Webhook,
    metrics: Arc<Metrics>,
}

#[async_trait]
impl Deliver for CountedDeliver {
    async fn deliver(&self, delivery: &Delivery) -> Result<(), DeliverError> {
        let delivered = self.inner.deliver(delivery).await;
        self.metrics.delivery_attempt(&delivery.hook, delivered.is_ok());
        delivered
    }
}

/// Makes what runs measure with from the settings; secrets of `valueFrom.secretKeyRef` are files in a folder.
pub struct ConfiguredInstrumentation {
    settings: Settings,
    /// Of secrets, one file for each: `FOLDER/NAME/KEY`.
    secrets: Option<PathBuf>,
}

impl ConfiguredInstrumentation {
    /// From the settings, and the folder of secrets if there is one.
    #[must_use]
    pub fn new(settings: Settings, secrets: Option<PathBuf>) -> Self {
        Self { settings, secrets }
    }
}

impl Instrumentation for ConfiguredInstrumentation {
    fn instruments(&self, plan: &Plan) -> Result<Instruments, String> {
        instruments(plan, &self.settings)
    }

    fn secrets(&self, named: &[(String, String)]) -> BTreeMap<String, String> {
        let Some(folder) = &self.secrets else {
            return BTreeMap::new();
        };
        let plain = named.iter().filter(|(name, key)| is_plain(name) && is_plain(key));
        let read = |(name, key): &(String, String)| {
            let path = folder.join(name).join(key);
            let value = EnvironmentAndFiles.resolve(&Secret::File(path.display().to_string()));
            value.ok().map(|value| (format!("{name}/{key}"), value))
        };
        plain.filter_map(read).collect()
    }
}

/// A name as Kubernetes allows it, which leads nowhere else.
pub(crate) fn is_plain(name: &str) -> bool {
    let is_allowed = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.');
    !name.is_empty() && name != "." && name != ".." && name.chars().all(is_allowed)
}

/// Where the adapters' settings come from.
#[must_use]
pub fn adapters(settings: &analysis::Settings) -> Settings {
    Settings::new(Some(settings.clone()), |name| std::env::var(name).ok())
}

/// The files and folders of analyses.
#[must_use]
pub fn analysis_paths(settings: &analysis::Settings) -> Vec<PathBuf> {
    settings.analyses.iter().map(PathBuf::from).collect()
}

/// Opens the store of the settings.
///
/// # Errors
/// One line that says which file cannot be used, and why.
pub async fn store(settings: &analysis::Settings) -> Result<Arc<dyn Store>, String> {
    let opened = SqliteStore::open(&settings.store_url).await;
    opened
        .map(|store| Arc::new(store) as Arc<dyn Store>)
        .map_err(|error| error.to_string())
}

/// Opens the runs of a store beside whoever writes it: of an address, or of the settings in a file.
///
/// # Errors
/// What is wrong with the settings, for people, or one line that says which store cannot be read, and why.
pub async fn stored_runs(place: &str) -> Result<SqliteReader, String> {
    let address = if place.contains("://") {
        place.to_owned()
    } else {
        read(Some(Path::new(place)))?.0.store_url
    };
    let opened = SqliteReader::open(&address).await;
    opened.map_err(|error| format!("error: {error}"))
}
