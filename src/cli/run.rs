//! `serin run`: an analysis, here and now.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use serin_judge::analysis::plan::{Dialect, Plan};
use serin_judge::analysis::{Diagnostic, Documents, Inputs};
use serin_judge::verdict::RunReport;

use crate::cli::conduct;
use crate::cli::exit;
use crate::cli::output::{self, Output};
use crate::cli::plan::{Connect, connect, counted, key_value, rendered};
use crate::cli::secrets::{self, GivenSecret};
use crate::config;
use crate::config::documents;
use crate::engine::RunFailure;
use crate::store::MemoryStore;

/// Options of `serin run`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    serin run canary.yaml --arg canary=http://10.0.0.7:9100/metrics --arg stable=http://10.0.0.5:9100/metrics\n  \
    serin run success-rate.yaml --connect http://prometheus.monitoring.svc:9090=http://127.0.0.1:9090\n  \
    serin run analyses/ --analysis my-canary --output json")]
pub struct RunOptions {
    /// Documents, or folders of documents. Several Argo templates are run as one.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A value for one of the analysis' arguments; may be repeated.
    #[arg(long = "arg", value_name = "NAME=VALUE", value_parser = key_value)]
    args: Vec<(String, String)>,
    /// Which analysis to run, when the files hold several.
    #[arg(long, value_name = "NAME")]
    analysis: Option<String>,
    /// Settings: the default Prometheus, limits.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Reach an address of the documents somewhere else, as through a port-forward; may be repeated.
    #[arg(long, value_name = "FROM=TO")]
    connect: Vec<Connect>,
    /// A secret that arguments refer to (`valueFrom.secretKeyRef`), from a file or a variable; may be repeated.
    #[arg(long = "secret", value_name = "NAME/KEY=@FILE|env:VARIABLE")]
    secrets: Vec<GivenSecret>,
    /// A folder of such secrets, one file for each: FOLDER/NAME/KEY.
    #[arg(long = "secrets", value_name = "FOLDER")]
    secrets_folder: Option<PathBuf>,
    /// How to show the result.
    #[arg(long, value_enum, default_value_t)]
    output: Shown,
}

/// Format of a run's result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Shown {
    /// For people.
    #[default]
    Human,
    /// For programs: one JSON document.
    Json,
    /// For CI servers: JUnit XML.
    Junit,
    /// An AnalysisRun with its status, as Argo Rollouts would write it.
    Analysisrun,
}

impl Shown {
    fn output(self) -> Output {
        match self {
            Self::Human => Output::Human,
            Self::Json | Self::Analysisrun => Output::Json,
            Self::Junit => Output::Junit,
        }
    }
}

/// Runs the command.
pub async fn execute(options: RunOptions) -> ExitCode {
    let (plan, settings) = match prepare(&options) {
        Ok(prepared) => prepared,
        Err(message) => return exit::fail(exit::INVALID, &message),
    };
    let plan = Arc::new(plan);
    let instruments = match config::instruments(&plan, &settings) {
        Ok(instruments) => instruments,
        Err(reason) => return conduct::failed(&RunFailure::Refused(reason)),
    };
    let store = Arc::new(MemoryStore::default());
    let output = options.output.output();
    let conducted = conduct::conduct(Arc::clone(&plan), instruments, store, output).await;
    // Journeys end after the run that drove them: their teardown is not cut short.
    settings.ended().await;
    match conducted {
        Ok(conducted) => {
            match options.output {
                Shown::Analysisrun => output::print_json(&analysis_run(&plan, &conducted.report)),
                _ => conduct::show(&conducted.report, output),
            }
            ExitCode::from(conducted.code)
        }
        Err(failure) => conduct::failed(&failure),
    }
}

/// The run as the object that Argo's controller would have made of it.
fn analysis_run(plan: &Plan, report: &RunReport) -> serde_json::Value {
    serde_json::json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AnalysisRun",
        "metadata": { "name": plan.name },
        "spec": plan.spec,
        "status": report.status,
    })
}

/// Everything that can be wrong before anything is measured.
fn prepare(options: &RunOptions) -> Result<(Plan, config::Settings), String> {
    let (documents, mut diagnostics) = read(&options.files)?;
    stop_at_errors(&diagnostics)?;
    let inputs = Inputs {
        args: options.args.iter().cloned().collect(),
        secrets: secrets::gather(
            &options.secrets,
            options.secrets_folder.as_deref(),
            &documents.secrets(),
        )?,
    };
    let (mut plan, warnings) = documents
        .plan_with(options.analysis.as_deref(), &inputs)
        .map_err(|errors| refusal(&errors))?;
    if options.output == Shown::Analysisrun && plan.dialect != Dialect::Argo {
        return Err(format!(
            "error: --output analysisrun is for Argo's documents; {} is an Analysis, whose runs are shown with --output json",
            plan.name
        ));
    }
    diagnostics.extend(warnings);
    connect(&mut plan, &options.connect);
    let settings = settings(options, &documents, &mut diagnostics)?;
    for metric in &mut plan.metrics {
        metric.retention = metric.retention.min(settings.measurements_per_metric);
    }
    if !diagnostics.is_empty() {
        output::complain(rendered(&diagnostics).trim_end());
    }
    Ok((plan, settings))
}

fn read(files: &[PathBuf]) -> Result<(Documents, Vec<Diagnostic>), String> {
    documents::read(files).map_err(|message| format!("error: {message}"))
}

/// From `--config`, else from a `Config` among the files, else the defaults.
fn settings(
    options: &RunOptions,
    documents: &Documents,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<config::Settings, String> {
    let of_its_own;
    let source = match &options.config {
        None => documents,
        Some(path) => {
            let (own, found) = read(std::slice::from_ref(path))?;
            stop_at_errors(&found)?;
            of_its_own = own;
            &of_its_own
        }
    };
    let (settings, warnings) = source.config().map_err(|errors| refusal(&errors))?;
    let folder = options.config.as_deref().and_then(Path::parent);
    let settings = settings.map(|settings| config::from_folder(settings, folder.unwrap_or(Path::new(""))));
    if settings.is_none() && options.config.is_some() {
        return Err("error: the file of --config holds no document of kind Config".to_owned());
    }
    diagnostics.extend(warnings);
    Ok(config::Settings::new(settings, |name| std::env::var(name).ok()))
}

fn stop_at_errors(diagnostics: &[Diagnostic]) -> Result<(), String> {
    if diagnostics.iter().any(Diagnostic::is_error) {
        Err(refusal(diagnostics))
    } else {
        Ok(())
    }
}

fn refusal(diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.is_error())
        .count();
    format!(
        "{}{}; nothing was measured",
        rendered(diagnostics),
        counted(errors, "error")
    )
}
