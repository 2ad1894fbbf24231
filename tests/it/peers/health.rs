use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::binary::repository;

/// A real gRPC server with a health service (gRPC's own, in Python), ended when dropped.
pub(crate) struct HealthServer {
    _child: Child,
    port: u16,
}

impl HealthServer {
    /// `options` are those of `tests/interop/grpc/health.py`.
    pub(crate) async fn start(options: &[&str]) -> Self {
        let mut child = Command::new("python3")
            .arg(repository("tests/interop/grpc/health.py"))
            .args(options)
            .env("PYTHONPATH", repository("target/interop/python"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("python3 does not start; `make test` installs it");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap();
        let line = line.expect("the gRPC server ended; `make test` installs what it needs");
        Self {
            _child: child,
            port: line.parse().unwrap(),
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}
