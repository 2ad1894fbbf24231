//! The built `serin`, run as a user runs it: with a bounded wait, and what it said kept apart.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::peers::wait_for;

/// What answers at once takes a fraction of a second, on a busy machine some seconds.
pub(crate) const AT_ONCE: Duration = Duration::from_secs(20);

/// How a command ended.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    /// `None` when a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// Everything that a user may have seen.
    pub(crate) fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// Standard output as one JSON document.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// A command that runs.
pub(crate) struct Running {
    child: Child,
    stdout: Stream,
    stderr: Stream,
}

/// What has been written so far, and the task that reads on.
struct Stream {
    seen: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

/// `serin` with these arguments and nothing in its environment that would change what it says.
pub(crate) fn serin<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_serin"));
    command.args(arguments);
    for name in [
        "SERIN_LOG",
        "SERIN_PROMETHEUS_ADDRESS",
        "ARGO_ROLLOUTS_PROMETHEUS_ADDRESS",
        "NO_COLOR",
        "CLICOLOR",
        "CLICOLOR_FORCE",
    ] {
        command.env_remove(name);
    }
    command
}

/// Runs `serin` with these arguments to its end; panics when it takes longer than `patience`.
pub(crate) async fn run<S: AsRef<OsStr>>(
    arguments: impl IntoIterator<Item = S>,
    patience: Duration,
) -> Ended {
    start(serin(arguments)).end(patience).await
}

/// Runs `serin` with this on its standard input.
pub(crate) async fn run_with_input(arguments: &[&str], input: &[u8], patience: Duration) -> Ended {
    let mut command = serin(arguments);
    command.stdin(Stdio::piped());
    let mut running = start_as_is(command);
    let mut stdin = running.child.stdin.take().unwrap();
    let (_gone, ended) = tokio::join!(
        async move {
            let written = stdin.write_all(input).await;
            drop(stdin);
            written
        },
        running.end(patience)
    );
    ended
}

/// Starts a command without any input.
pub(crate) fn start(mut command: Command) -> Running {
    command.stdin(Stdio::null());
    start_as_is(command)
}

fn start_as_is(mut command: Command) -> Running {
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().unwrap();
    let stdout = Stream::of(child.stdout.take().unwrap());
    let stderr = Stream::of(child.stderr.take().unwrap());
    Running {
        child,
        stdout,
        stderr,
    }
}

impl Running {
    /// Waits until standard output and standard error together hold `text`.
    pub(crate) async fn says(&self, text: &str) {
        wait_for(&format!("serin says {text:?}"), async || {
            let seen = self.stdout.text() + &self.stderr.text();
            seen.contains(text).then_some(())
        })
        .await;
    }

    /// What it has written to standard output and standard error so far.
    pub(crate) fn said(&self) -> (String, String) {
        (self.stdout.text(), self.stderr.text())
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// Sends a signal by its name, such as `INT`.
    pub(crate) async fn signal(&self, name: &str) {
        let pid = self.child.id().unwrap().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status().await;
        assert!(sent.unwrap().success(), "SIG{name} to {pid}");
    }

    /// Waits until the process has a handler for the signal with this number.
    pub(crate) async fn handles(&self, signal: u32) {
        let status = format!("/proc/{}/status", self.child.id().unwrap());
        wait_for(&format!("a handler for signal {signal}"), async || {
            let status = std::fs::read_to_string(&status).ok()?;
            let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"))?;
            let caught = u64::from_str_radix(caught.trim(), 16).unwrap();
            (caught >> (signal - 1) & 1 == 1).then_some(())
        })
        .await;
    }

    /// Waits for the end; panics with everything that was said when it takes longer than `patience`.
    pub(crate) async fn end(mut self, patience: Duration) -> Ended {
        let waited = timeout(patience, self.child.wait()).await;
        let Ok(status) = waited else {
            let seen = self.stdout.text() + &self.stderr.text();
            panic!("serin did not end within {patience:?}; it said: {seen}");
        };
        let status: ExitStatus = status.unwrap();
        Ended {
            code: status.code(),
            stdout: self.stdout.end().await,
            stderr: self.stderr.end().await,
        }
    }
}

impl Stream {
    fn of(mut stream: impl AsyncRead + Unpin + Send + 'static) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&seen);
        let reader = tokio::spawn(async move {
            let mut bytes = [0; 8192];
            while let Ok(length @ 1..) = stream.read(&mut bytes).await {
                written.lock().unwrap().extend_from_slice(&bytes[..length]);
            }
        });
        Self { seen, reader }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().unwrap()).into_owned()
    }

    async fn end(self) -> String {
        self.reader.await.unwrap();
        let seen = std::mem::take(&mut *self.seen.lock().unwrap());
        String::from_utf8(seen).unwrap()
    }
}

/// Documents in a folder of their own, gone when dropped.
pub(crate) struct Files(TempDir);

impl Files {
    /// None yet.
    pub(crate) fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// One document with this text.
    pub(crate) fn one(text: &str) -> (Self, String) {
        let files = Self::empty();
        let path = files.write("analysis.yaml", text.as_bytes());
        (files, path)
    }

    /// Writes a file, and the folders above it, and gives its path.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> String {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }
}

/// A file of this repository.
pub(crate) fn repository(path: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    path.to_str().unwrap().to_owned()
}
