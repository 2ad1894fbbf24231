use std::path::PathBuf;

use clap::ArgGroup;

use crate::cli::plan::key_value;

use super::read::{Format, SideName, Unit};

/// Options of `serin compare`.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "serin compare [OPTIONS] A B\n       serin compare [OPTIONS] --windows FILE",
    group(ArgGroup::new("what").required(true).args(["a", "file"])),
    after_help = "Examples:\n  \
    serin compare before.csv after.csv\n  \
    serin compare monday.hlog tuesday.hlog --unit us --output html > report.html\n  \
    serin compare base.k6.json change.k6.json --fail-on-regression --tolerance 10%\n  \
    serin compare release.ndjson release.ndjson --side stable --side canary\n  \
    serin compare --windows release.ndjson\n  \
    serin compare --windows - --analysis canary.yaml --output json < release.ndjson\n\n\
    A recording is an HDR interval log, a CSV file, what k6 or oha wrote as JSON, or Serin's windows or run. B regressed \
    when the whole interval of a quantile's ratio, or of the ratio of failed requests, lies above 1 + tolerance; the \
    intervals hold together at the level given.\n\n\
    A line of --windows is one window of both sides:\n  \
    {\"at\":\"2026-05-04T10:00:10Z\",\"seconds\":10,\"comparison\":\"error-rate\",\
    \"canary\":{\"total\":120,\"bad\":1},\"stable\":{\"total\":2280,\"bad\":9}}\n\n\
    Exit codes: two recordings 0, 1 for a regression with --fail-on-regression, 2 for files that cannot be compared; \
    --windows: the verdict."
)]
pub struct CompareOptions {
    #[command(flatten)]
    pub(super) recordings: RecordingsOptions,
    #[command(flatten)]
    pub(super) windows: WindowsOptions,
    /// How to show the result; html is for two recordings, junit for --windows.
    #[arg(long, value_enum, default_value_t)]
    pub(super) output: Shown,
}

/// How to show a comparison.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Shown {
    /// For people.
    #[default]
    Human,
    /// For programs: one JSON document.
    Json,
    /// For people: one page that needs nothing else.
    Html,
    /// For CI servers: JUnit XML.
    Junit,
}

/// What two recordings are compared by.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Two recordings")]
pub(super) struct RecordingsOptions {
    /// The recording that B is held against: what was before, or stable. `-` is standard input.
    #[arg(value_name = "A", requires = "b", conflicts_with = "file")]
    a: Option<String>,
    /// The recording in question: what is now, or the canary.
    #[arg(value_name = "B")]
    b: Option<String>,
    /// What the files are, instead of finding out from their content.
    #[arg(long, value_enum, value_name = "FORMAT", conflicts_with = "file")]
    pub(super) format: Option<Format>,
    /// Unit of values in files that do not say theirs; ms unless given. Twice: of A and of B.
    #[arg(long, value_enum, value_name = "UNIT", num_args = 1, conflicts_with = "file")]
    unit: Vec<Unit>,
    /// What to take of files that hold several: a CSV column, a k6 metric, an HDR tag, a comparison. Twice: of A and of B.
    #[arg(long, value_name = "NAME", num_args = 1, conflicts_with = "file")]
    series: Vec<String>,
    /// Which side of Serin's windows or run; canary unless given. Twice: of A and of B.
    #[arg(long, value_enum, value_name = "SIDE", num_args = 1, conflicts_with = "file")]
    side: Vec<SideName>,
    /// Exit with 1 when B regressed.
    #[arg(long, conflicts_with = "file")]
    pub(super) fail_on_regression: bool,
    /// How much more is no regression: `5%` or `0.05`.
    #[arg(long, value_name = "SHARE", default_value = "5%", value_parser = share, conflicts_with = "file")]
    pub(super) tolerance: f64,
    /// Confidence of the intervals: `95%` or `0.95`.
    #[arg(long, value_name = "SHARE", default_value = "95%", value_parser = confidence, conflicts_with = "file")]
    pub(super) level: f64,
}

impl RecordingsOptions {
    /// The two files.
    pub(super) fn pair(&self) -> Option<[&str; 2]> {
        Some([self.a.as_deref()?, self.b.as_deref()?])
    }

    /// What was given for a file: 0 is A, 1 is B; one value is for both.
    pub(super) fn unit(&self, index: usize) -> Option<Unit> {
        of(&self.unit, index).copied()
    }

    /// The same for the series.
    pub(super) fn series(&self, index: usize) -> Option<&str> {
        of(&self.series, index).map(String::as_str)
    }

    /// The same for the side.
    pub(super) fn side(&self, index: usize) -> SideName {
        of(&self.side, index).copied().unwrap_or_default()
    }

    /// The first option that was given more than twice.
    pub(super) fn given_too_often(&self) -> Option<&'static str> {
        [
            ("--unit", self.unit.len()),
            ("--series", self.series.len()),
            ("--side", self.side.len()),
        ]
        .into_iter()
        .find_map(|(name, count)| (count > 2).then_some(name))
    }
}

fn of<T>(given: &[T], index: usize) -> Option<&T> {
    given.get(index).or_else(|| given.last())
}

/// What a recorded release is judged by.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "A recorded release")]
pub(super) struct WindowsOptions {
    /// Recorded windows, one JSON object a line; `-` is standard input.
    #[arg(long = "windows", value_name = "FILE")]
    pub(super) file: Option<String>,
    /// Judge by this document. Without one every comparison is required and the defaults apply.
    #[arg(long, value_name = "FILE", requires = "file", conflicts_with = "a")]
    pub(super) analysis: Vec<PathBuf>,
    /// Which analysis, when the documents hold several.
    #[arg(long, value_name = "NAME", requires = "analysis")]
    pub(super) name: Option<String>,
    /// A value for one of the analysis' arguments; may be repeated.
    #[arg(long = "arg", value_name = "NAME=VALUE", value_parser = key_value, requires = "analysis")]
    pub(super) args: Vec<(String, String)>,
}

/// `5%` or `0.05`.
fn share(text: &str) -> Result<f64, String> {
    let (number, scale) = text
        .strip_suffix('%')
        .map_or((text, 1.0), |number| (number, 100.0));
    match number.trim().parse::<f64>() {
        Ok(number) if (0.0..=1000.0).contains(&(number / scale)) => Ok(number / scale),
        _ => Err("a share from 0 on is wanted, such as 5% or 0.05".to_owned()),
    }
}

fn confidence(text: &str) -> Result<f64, String> {
    let level = share(text).ok().filter(|level| (0.5..=0.9999).contains(level));
    level.ok_or_else(|| "a confidence from 50% to 99.99% is wanted, such as 95% or 0.95".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_percents_or_parts() {
        assert_eq!(
            [share("5%"), share("0.05"), share("0")],
            [Ok(0.05), Ok(0.05), Ok(0.0)]
        );
        for text in ["", "%", "-1%", "NaN", "inf", "five"] {
            assert!(share(text).is_err(), "{text}");
        }
        assert_eq!(confidence("99%"), Ok(0.99));
        assert!(confidence("100%").is_err() && confidence("5%").is_err());
    }
}
