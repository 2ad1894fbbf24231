use std::path::PathBuf;

use crate::cli::plan::key_value;

/// Options of `serin plan`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    serin plan canary.yaml --rps 200 --canary-weight 5%\n  \
    serin plan canary.yaml --rps 200 --canary-weight 5% --error-rate 0.1% --deploys-per-week 40\n  \
    serin plan canary.yaml --windows last-week.ndjson --canary-weight 10% --output json\n  \
    serin plan canary.yaml --history sqlite:///var/lib/serin/serin.db --service planning-api\n\n\
    Planned are the analysis' comparisons of errors and of latencies; an effect is the canary's rate of failed requests over \
    stable's, or how many times as slow it is. Times are medians from the start of the run. --windows takes lines as \
    `serin compare --windows` does: traffic, error rate and latencies come from them, and from those of history how noisy \
    the service is. --history takes the windows of the analysis' earlier runs, and how often it runs.\n\n\
    Exit codes: 0, or 2 for a document, a recording or a store that cannot be planned with.")]
pub struct OutlookOptions {
    /// The analysis, with whatever it refers to.
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Which analysis, when the documents hold several.
    #[arg(long, value_name = "NAME")]
    pub(super) name: Option<String>,
    /// A value for one of the analysis' arguments; may be repeated.
    #[arg(long = "arg", value_name = "NAME=VALUE", value_parser = key_value)]
    pub(super) args: Vec<(String, String)>,
    /// Requests a second of both sides together.
    #[arg(long, value_name = "N", value_parser = rate, required_unless_present_any = ["windows", "history"])]
    pub(super) rps: Option<f64>,
    /// Part of the requests that the canary takes: `5%` or `0.05`; as recorded unless given.
    #[arg(long, value_name = "SHARE", value_parser = share, required_unless_present_any = ["windows", "history"])]
    pub(super) canary_weight: Option<f64>,
    /// Part of stable's requests that fails; 0.5 % unless given or recorded.
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub(super) error_rate: Option<f64>,
    /// Stable's 99th percentile of latencies over their median, where no windows tell; 4 unless given.
    #[arg(long, value_name = "N", value_parser = spread)]
    pub(super) p99_over_p50: Option<f64>,
    /// How many releases a week are judged; 10 unless given or stored.
    #[arg(long, value_name = "N", value_parser = rate)]
    pub(super) deploys_per_week: Option<f64>,
    /// Recorded windows of the service, one JSON object a line; `-` is standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "history")]
    pub(super) windows: Option<String>,
    /// The store of a service that has run the analysis before: its URL, or the file of the service's settings. The service
    /// may go on meanwhile.
    #[arg(long, value_name = "STORE")]
    pub(super) history: Option<String>,
    /// Whose releases the earlier runs judged: the part of the release's name before the slash. Needed when the analysis is
    /// used for several services.
    #[arg(long, value_name = "NAME", requires = "history")]
    pub(super) service: Option<String>,
    /// How to show the result.
    #[arg(long, value_enum, default_value_t)]
    pub(super) output: Shown,
}

/// How to show an outlook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Shown {
    /// For people.
    #[default]
    Human,
    /// For programs: one JSON document.
    Json,
}

fn rate(text: &str) -> Result<f64, String> {
    let number = text
        .parse::<f64>()
        .ok()
        .filter(|number| (1e-6..=1e9).contains(number));
    number.ok_or_else(|| "a number above 0 is wanted, at most 1e9".to_owned())
}

fn spread(text: &str) -> Result<f64, String> {
    let number = text
        .parse::<f64>()
        .ok()
        .filter(|number| (1.01..=1000.0).contains(number));
    number.ok_or_else(|| "a number from 1.01 to 1000 is wanted".to_owned())
}

fn share(text: &str) -> Result<f64, String> {
    let (number, scale) = text
        .strip_suffix('%')
        .map_or((text, 1.0), |number| (number, 100.0));
    let part = number.trim().parse::<f64>().map(|number| number / scale);
    part.ok()
        .filter(|part| (1e-9..1.0).contains(part))
        .ok_or_else(|| "a share above 0 and below 1 is wanted, such as 5% or 0.05".to_owned())
}
