use std::process::Stdio;

use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use super::wait_for;

/// A free port may be taken by somebody else before the server binds it.
const STARTS_MAX: usize = 5;

/// A real Redis server on a free loopback port, ended when dropped.
pub(crate) struct Redis {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl Redis {
    /// `options` are those of `redis-server`; `PORT` in them is its free port.
    pub(crate) async fn start(options: &[&str]) -> Self {
        for _ in 0..STARTS_MAX {
            let mut redis = Self::spawn(options);
            let port = redis.port;
            let is_up = wait_for("Redis listens", async || {
                if redis.child.try_wait().unwrap().is_some() {
                    return Some(false);
                }
                let connected = TcpStream::connect(("127.0.0.1", port)).await;
                connected.is_ok().then_some(true)
            });
            if is_up.await {
                return redis;
            }
        }
        panic!("Redis did not start in {STARTS_MAX} attempts with {options:?}");
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Ends it at once.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// What `redis-cli` says to a command.
    pub(crate) async fn says(&self, command: &[&str]) -> String {
        let port = self.port.to_string();
        let said = Command::new("redis-cli")
            .args(["-p", &port])
            .args(command)
            .output()
            .await
            .unwrap();
        String::from_utf8(said.stdout).unwrap()
    }

    fn spawn(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let with_port = |option: &&str| option.replace("PORT", &port.to_string());
        let mut command = Command::new("redis-server");
        if !options.contains(&"--tls-port") {
            command.args(["--port", &port.to_string()]);
        }
        let child = command
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"])
            .arg(folder.path())
            .args(options.iter().map(with_port))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("redis-server does not start; `make test` installs it");
        Self {
            child,
            port,
            _folder: folder,
        }
    }
}
