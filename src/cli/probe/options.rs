use std::net::{SocketAddr, ToSocketAddrs};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serin_judge::analysis::duration;
use serin_judge::analysis::plan::journey::{Allowance, Budget};

use super::import::From;
use crate::cli::plan::key_value;
use crate::cli::secrets::GivenSecret;
use crate::engine::ports::Commands;

/// What means nothing to who only imports.
const OF_PROBING: [&str; 23] = [
    "allow_commands",
    "journeys",
    "target",
    "canary",
    "stable",
    "control",
    "args",
    "secrets",
    "secrets_folder",
    "connect",
    "output",
    "leaks",
    "janitor",
    "once",
    "rate",
    "concurrency",
    "lasts",
    "max_rate",
    "max_rate_per_target",
    "max_in_flight",
    "warm_up",
    "seed",
    "threads",
];

/// Options of `serin probe`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    serin probe https://example.com/health                      one request\n  \
    serin probe https://example.com/ --rate 50 --for 30s        50 planned starts a second\n  \
    serin probe tls://example.com dns://9.9.9.9/example.com     a certificate, and what a name server says\n  \
    serin probe checkout.yaml --target http://127.0.0.1:8080    each step once, teardown included\n  \
    serin probe checkout.yaml --canary http://10.0.0.7 --stable http://10.0.0.5 --rate 5 --for 2m\n  \
    serin probe journeys/ --for 10m --output json               each by its own schedule\n  \
    serin probe checkout.yaml --concurrency 8 --for 10s --output hdr > today.hlog\n  \
    serin probe --janitor --leaks leaks.csv                     test data that is still there\n  \
    serin probe --import curl command.txt > shop.yaml           a curl command as a journey\n\n\
    Latencies are counted from the planned start (response) and from the first request (service). With --concurrency a \
    start is planned when the last run ends, so a slow server is asked less often: that tells throughput, not what users \
    wait.\n\n\
    Ctrl-C and SIGTERM give up the steps under way, run teardown and report; a second one cuts teardown short, a third \
    ends at once. SIGUSR1 pauses: nothing starts any more, what is under way goes on, planned starts count as missed; \
    SIGUSR2 goes on.\n\n\
    --leaks appends CSV (journey,arm,target,data,tag,at), so a journey that cleans up can take it as its rows: \
    data: {csv: leaks.csv}, DELETE /orders?tag={{data.tag}}.\n\n\
    --import asks nobody. What has no counterpart stands in comments and is counted on standard error. Passwords, tokens \
    and keys are left out: comments say which environment variable or --secret holds each.\n\n\
    Exit codes: 0 all passed (degraded included, which is said), 1 something failed, 2 usage or an invalid document, \
    4 nothing could be run, 130 and 143 interrupted, after the report.")]
pub struct ProbeOptions {
    /// Journeys, folders of them, or URLs. A URL is a journey of one step: a GET whose status has to be below 400, or a
    /// probe of tcp://, tls://, dns://SERVER/NAME?type=A, postgres://USER@HOST/DB, redis://, rediss://, grpc://, grpcs://,
    /// smtp://, smtps:// or icmp://.
    #[arg(value_name = "FILE|URL", required_unless_present = "janitor")]
    pub(super) what: Vec<String>,
    /// Which journeys, when the files hold several; may be repeated. All of them unless given.
    #[arg(long = "journey", value_name = "NAME")]
    pub(super) journeys: Vec<String>,
    /// Base URL of who is asked, instead of the one in the documents.
    #[arg(long, value_name = "URL", conflicts_with_all = ["canary", "stable", "control"])]
    pub(super) target: Option<String>,
    /// Base URL of the canary; both sides are asked at the same planned instants.
    #[arg(long, value_name = "URL", requires = "stable")]
    pub(super) canary: Option<String>,
    /// Base URL of the stable side.
    #[arg(long, value_name = "URL", requires = "canary")]
    pub(super) stable: Option<String>,
    /// Base URL of another stable instance: what two equal sides differ by.
    #[arg(long, value_name = "URL", requires = "stable")]
    pub(super) control: Option<String>,
    /// A value for one of the journeys' arguments; may be repeated.
    #[arg(long = "arg", value_name = "NAME=VALUE", value_parser = key_value)]
    pub(super) args: Vec<(String, String)>,
    /// A secret that arguments refer to (`valueFrom.secretKeyRef`), from a file or a variable; may be repeated.
    #[arg(long = "secret", value_name = "NAME/KEY=@FILE|env:VARIABLE")]
    pub(super) secrets: Vec<GivenSecret>,
    /// A folder of such secrets, one file for each: FOLDER/NAME/KEY.
    #[arg(long = "secrets", value_name = "FOLDER")]
    pub(super) secrets_folder: Option<PathBuf>,
    /// Connect to another address than the one of a host, names and certificates as asked; may be repeated.
    #[arg(long, value_name = "HOST:PORT=HOST:PORT")]
    pub(super) connect: Vec<ConnectTo>,
    /// Run the programs that steps with `command` name, as the user who runs this.
    #[arg(long)]
    pub(super) allow_commands: bool,
    /// How to show the result.
    #[arg(long, value_enum, default_value_t)]
    pub(super) output: Shown,
    /// Append what teardown could not remove to this CSV file.
    #[arg(long, value_name = "FILE")]
    pub(super) leaks: Option<PathBuf>,
    /// List what the file of --leaks holds, and probe nothing; exit code 1 when there is any.
    #[arg(long, requires = "leaks", conflicts_with = "what")]
    pub(super) janitor: bool,
    /// Print the checks of another tool's FILE (`-` is standard input) as journeys, and probe nothing.
    #[arg(long, value_enum, value_name = "TOOL", conflicts_with_all = OF_PROBING)]
    pub(super) import: Option<From>,
    #[command(flatten)]
    pub(super) pace: PaceOptions,
}

impl ProbeOptions {
    /// Whether journeys may run programs.
    pub(super) fn commands(&self) -> Commands {
        match self.allow_commands {
            true => Commands::Allowed,
            false => Commands::Refused,
        }
    }
}

/// When runs start.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Pace")]
pub(super) struct PaceOptions {
    /// Each journey once, each side once; what is done without another pace.
    #[arg(long, conflicts_with_all = ["rate", "concurrency", "lasts"])]
    pub(super) once: bool,
    /// Starts a second of each journey, planned evenly: an open loop.
    #[arg(long, value_name = "N", value_parser = rate, requires = "lasts", conflicts_with = "concurrency")]
    pub(super) rate: Option<f64>,
    /// Runs of each journey at a time, the next one when one ends: a closed loop.
    #[arg(long, value_name = "N", requires = "lasts")]
    pub(super) concurrency: Option<NonZeroUsize>,
    /// How long runs are started, such as `30s`; alone, each journey starts by its own schedule.
    #[arg(long = "for", id = "lasts", value_name = "DURATION", value_parser = lasts)]
    pub(super) lasts: Option<Duration>,
    /// Runs of a journey under way at most, instead of its schedule's; a start beyond it is counted as missed.
    #[arg(long, value_name = "N")]
    pub(super) max_in_flight: Option<NonZeroUsize>,
    /// Requests a second at most, of all journeys and targets together; a start beyond it is counted as missed.
    #[arg(long, value_name = "N", value_parser = requests)]
    pub(super) max_rate: Option<f64>,
    /// Requests a second at most of each target, whatever journeys ask it.
    #[arg(long, value_name = "N", value_parser = requests)]
    pub(super) max_rate_per_target: Option<f64>,
    /// Runs at the beginning whose latencies are left out, each side, instead of the journey's.
    #[arg(long, value_name = "N", conflicts_with = "once")]
    pub(super) warm_up: Option<u32>,
    /// Decides whatever chance decides: order of sides, rows, jitter, trace ids. Without it every command differs.
    #[arg(long)]
    pub(super) seed: Option<u64>,
    /// Threads that drive the runs of each journey, each with its own connections.
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<NonZeroUsize>,
}

/// Format of the result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Shown {
    /// For people.
    #[default]
    Human,
    /// For programs: one JSON document.
    Json,
    /// For CI servers: JUnit XML, a suite a journey and side.
    Junit,
    /// For people: one page that needs nothing else.
    Html,
    /// HDR histogram interval log in microseconds, which `serin compare A B` reads.
    Hdr,
}

/// Where a host's port is really to be reached: curl's `--connect-to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ConnectTo {
    /// `host:port`.
    pub(super) from: String,
    pub(super) to: SocketAddr,
}

impl FromStr for ConnectTo {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = "HOST:PORT=HOST:PORT is wanted, such as shop.example.com:443=127.0.0.1:8443";
        let (from, to) = text.split_once('=').ok_or(wanted)?;
        let (from, to) = (host_and_port(from), host_and_port(to));
        let (from, to) = from.zip(to).ok_or(wanted)?;
        let mut addresses = to
            .to_socket_addrs()
            .map_err(|error| format!("`{to}` has no address: {error}"))?;
        let to = addresses.next().ok_or_else(|| format!("`{to}` has no address"))?;
        Ok(Self { from, to })
    }
}

/// `host:port` as it is written, or of a URL, whose scheme has a port of its own.
fn host_and_port(text: &str) -> Option<String> {
    if let Ok(url) = url::Url::parse(text)
        && let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default())
    {
        return Some(format!("{host}:{port}"));
    }
    let (host, port) = text.rsplit_once(':')?;
    let is_port = port.parse::<u16>().is_ok_and(|port| port > 0);
    (is_port && !host.is_empty() && !host.contains('/'))
        .then(|| format!("{}:{port}", host.to_ascii_lowercase()))
}

fn rate(text: &str) -> Result<f64, String> {
    a_second(text, "starts")
}

fn requests(text: &str) -> Result<f64, String> {
    a_second(text, "requests")
}

fn a_second(text: &str, what: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if rate > 0.0 && rate <= 1_000_000.0 => Ok(rate),
        _ => Err(format!("{what} a second are wanted, above 0 and at most 1000000")),
    }
}

impl PaceOptions {
    /// What all journeys of the command may ask for together.
    pub(super) fn budget(&self) -> Budget {
        let allowance = |requests_per_second| Allowance {
            requests_per_second,
            in_flight_max: None,
        };
        Budget {
            per_target: allowance(self.max_rate_per_target),
            in_all: allowance(self.max_rate),
        }
    }
}

fn lasts(text: &str) -> Result<Duration, String> {
    match duration::parse(text) {
        Ok(time) if time.is_zero() => Err("a duration above 0 is wanted".to_owned()),
        Ok(time) => Ok(time),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_go_where_they_are_told_to() {
        for (text, from) in [
            ("shop.example.com:443=127.0.0.1:8443", "shop.example.com:443"),
            ("https://Shop.example.com=127.0.0.1:8443", "shop.example.com:443"),
            ("http://shop=http://127.0.0.1:8443", "shop:80"),
            ("[::1]:80=127.0.0.1:8443", "[::1]:80"),
        ] {
            let connect: ConnectTo = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(
                (connect.from.as_str(), connect.to.to_string().as_str()),
                (from, "127.0.0.1:8443")
            );
        }
        for bad in [
            "shop",
            "shop=127.0.0.1:1",
            "shop:80",
            "shop:80=127.0.0.1",
            "shop:0=127.0.0.1:1",
            "=",
            "a:b=c:d",
        ] {
            assert!(bad.parse::<ConnectTo>().is_err(), "{bad}");
        }
    }

    #[test]
    fn nothing_of_probing_stands_beside_an_import() {
        let command = <ProbeOptions as clap::Args>::augment_args(clap::Command::new("probe"));
        for option in command.get_arguments().map(|option| option.get_id().as_str()) {
            let is_of_import = matches!(option, "what" | "import");
            assert!(is_of_import || OF_PROBING.contains(&option), "{option}");
        }
    }

    #[test]
    fn paces_are_positive() {
        assert_eq!(
            (rate("0.5"), lasts("1m30s")),
            (Ok(0.5), Ok(Duration::from_secs(90)))
        );
        for bad in ["0", "-1", "NaN", "inf", "2000000", "fast"] {
            assert!(rate(bad).is_err(), "{bad}");
        }
        for bad in ["0s", "10", "-1s", "1d"] {
            assert!(lasts(bad).is_err(), "{bad}");
        }
    }
}
