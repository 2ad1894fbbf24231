//! `serin test`: unit tests of analyses.

mod judged;
mod show;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;

use serin_judge::verdict::simulated::Coverage;

use crate::cli::exit;
use crate::cli::output::Output;
use crate::config::documents;

/// Options of `serin test`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    serin test analyses/\n  \
    serin test analyses/success-rate.test.yaml --filter 'fourth' --coverage\n  \
    serin test analyses/ --watch\n\n\
    Exit codes: 0 all passed, 1 a test failed, 2 a file is not valid or there is nothing to test.")]
pub struct TestOptions {
    /// Files of tests, or folders with files that end in .test.yaml.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Only tests that have this in their name.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Show which conditions, limits and verdicts of the analyses no test has exercised.
    #[arg(long)]
    coverage: bool,
    /// Test again whenever a file changes, until interrupted.
    #[arg(long)]
    watch: bool,
    /// How to show the result.
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

/// Runs the command.
pub async fn execute(options: TestOptions) -> ExitCode {
    if options.watch {
        watch::watch(&options).await
    } else {
        ExitCode::from(once(&options).code)
    }
}

/// How it ended, and what it depends on.
struct Ended {
    code: u8,
    /// Files and folders that were read.
    read: Vec<PathBuf>,
}

fn once(options: &TestOptions) -> Ended {
    let files = match documents::tests(&options.paths) {
        Ok(files) => files,
        Err(message) => {
            crate::cli::output::complain(&format!("error: {message}"));
            return Ended {
                code: exit::INVALID,
                read: Vec::new(),
            };
        }
    };
    let mut coverage = if options.coverage {
        Coverage::on()
    } else {
        Coverage::default()
    };
    let filter = options.filter.as_deref();
    let judged: Vec<judged::File> = files
        .iter()
        .map(|file| judged::File::judge(file, filter, &mut coverage))
        .collect();
    let gaps = options.coverage.then(|| coverage.gaps());
    show::show(&judged, gaps.as_deref(), options.output);
    Ended {
        code: code(&judged, filter),
        read: judged.into_iter().flat_map(|file| file.read).collect(),
    }
}

fn code(judged: &[judged::File], filter: Option<&str>) -> u8 {
    let any_failed = judged.iter().any(|file| file.failed() > 0);
    if judged.iter().any(|file| !file.invalid.is_empty()) {
        return exit::INVALID;
    }
    if let Some(filter) = filter
        && judged.iter().all(|file| file.tests.is_empty())
    {
        crate::cli::output::complain(&format!("error: no test has `{filter}` in its name"));
        return exit::INVALID;
    }
    if any_failed { exit::BAD } else { exit::GOOD }
}
