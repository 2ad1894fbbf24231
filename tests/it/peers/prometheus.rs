use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// A path set here is used instead of `prometheus` from the search path.
const EXECUTABLE_VARIABLE: &str = "SERIN_TEST_PROMETHEUS";
/// A free port may be taken by somebody else before Prometheus binds it.
const STARTS_MAX: usize = 5;

/// What a Prometheus scrapes.
pub(crate) struct Scraped {
    pub(crate) address: SocketAddr,
    /// Set on all of its series.
    pub(crate) labels: Vec<(&'static str, String)>,
}

/// A real Prometheus on a free loopback port, ended when dropped.
pub(crate) struct Prometheus {
    child: Child,
    address: String,
    folder: TempDir,
}

impl Prometheus {
    /// Starts one and waits until it is ready. `interval` is of scrapes, such as `200ms`.
    pub(crate) async fn start(interval: &str, targets: &[Scraped]) -> Self {
        Self::start_with_job("app", interval, targets).await
    }

    /// As [`Prometheus::start`]; `job` becomes the label of that name.
    pub(crate) async fn start_with_job(job: &str, interval: &str, targets: &[Scraped]) -> Self {
        Self::start_with(&[], job, interval, targets).await
    }

    /// As [`Prometheus::start`]; native histograms are scraped.
    pub(crate) async fn start_with_native_histograms(interval: &str, targets: &[Scraped]) -> Self {
        Self::start_with(&["--enable-feature=native-histograms"], "app", interval, targets).await
    }

    async fn start_with(options: &[&str], job: &str, interval: &str, targets: &[Scraped]) -> Self {
        let mut log = String::new();
        for _ in 0..STARTS_MAX {
            let mut prometheus = Self::spawn(options, job, interval, targets);
            if prometheus.becomes_ready().await {
                return prometheus;
            }
            log = fs::read_to_string(prometheus.folder.path().join("log")).unwrap_or_default();
        }
        panic!("Prometheus did not start in {STARTS_MAX} attempts: {log}");
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Ends it at once, as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn spawn(options: &[&str], job: &str, interval: &str, targets: &[Scraped]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(
            folder.path().join("prometheus.yml"),
            configuration(job, interval, targets),
        )
        .unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let executable = std::env::var(EXECUTABLE_VARIABLE).unwrap_or_else(|_| "prometheus".to_owned());
        let child = Command::new(&executable)
            .arg(format!("--config.file={}", folder.path().join("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg("--log.level=warn")
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.path().join("log")).unwrap())
            .spawn()
            .unwrap_or_else(|error| {
                panic!(
                    "the executable `{executable}` does not start ({error}); `make test` installs a Prometheus and \
                     runs the tests with it, or name one in {EXECUTABLE_VARIABLE}"
                )
            });
        Self {
            child,
            address: format!("http://127.0.0.1:{port}"),
            folder,
        }
    }

    /// False when it ended instead.
    async fn becomes_ready(&mut self) -> bool {
        serin::providers::http::install_tls();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("{}/-/ready", self.address);
        let ended = super::wait_for("Prometheus is ready", async || {
            if self.child.try_wait().unwrap().is_some() {
                return Some(true);
            }
            let response = client.get(&url).send().await.ok()?;
            response.status().is_success().then_some(false)
        });
        let ended = ended.await;
        !ended
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        self.kill();
    }
}

fn configuration(job: &str, interval: &str, targets: &[Scraped]) -> String {
    let mut text = format!(
        "global: {{scrape_interval: {interval}, scrape_timeout: {interval}}}\nscrape_configs:\n- job_name: {job}\n  static_configs:\n"
    );
    for target in targets {
        let labels: Vec<String> = target
            .labels
            .iter()
            .map(|(name, value)| format!("{name}: {value:?}"))
            .collect();
        writeln!(
            text,
            "  - {{targets: ['{}'], labels: {{{}}}}}",
            target.address,
            labels.join(", ")
        )
        .unwrap();
    }
    if targets.is_empty() {
        text.push_str("  - {targets: []}\n");
    }
    text
}
