use std::process::{Child, Command, Stdio};

use super::wait_for;
use crate::binary::Files;

/// A free port may be taken by somebody else before it is bound.
const STARTS_MAX: usize = 5;

/// Debian's blackbox_exporter on a free loopback port, ended when dropped.
pub(crate) struct Exporter {
    child: Child,
    pub(crate) address: String,
}

impl Exporter {
    /// With `blackbox.yml` of this folder, from which its relative paths start.
    pub(crate) async fn start(files: &Files) -> Self {
        for _ in 0..STARTS_MAX {
            let mut exporter = Self::spawn(files);
            let ready = wait_for("the exporter answers or ends", async || {
                match exporter.child.try_wait() {
                    Ok(None) => {
                        let asked = reqwest::get(format!("http://{}/-/healthy", exporter.address)).await;
                        asked.is_ok_and(|answer| answer.status() == 200).then_some(true)
                    }
                    _ => Some(false),
                }
            });
            if ready.await {
                return exporter;
            }
        }
        panic!("blackbox_exporter did not start: does it like the module file?");
    }

    fn spawn(files: &Files) -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap().to_string();
        drop(free);
        let child = Command::new("prometheus-blackbox-exporter")
            .arg("--config.file=blackbox.yml")
            .arg(format!("--web.listen-address={address}"))
            .current_dir(files.folder())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("blackbox_exporter is there: scripts/install-test-tools");
        Self { child, address }
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}
