use std::fs;
use std::process::Stdio;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

pub(crate) const USER: &str = "ann";
pub(crate) const PASSWORD: &str = "pass \"word\" \u{20ac}#%&";

/// A real mail server (aiosmtpd) on a free loopback port, with a certificate for `localhost` that only its own file vouches
/// for; ended when dropped.
pub(crate) struct Mail {
    _child: Child,
    pub(crate) port: u16,
    folder: TempDir,
}

impl Mail {
    /// `options` are those of `tests/interop/mail/server.py`.
    pub(crate) async fn start(options: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let [certificate, key] = ["cert.pem", "key.pem"].map(|name| folder.path().join(name));
        fs::write(&certificate, cert.pem()).unwrap();
        fs::write(&key, signing_key.serialize_pem()).unwrap();
        // Debian's, which has Debian's packages.
        let mut child = Command::new("/usr/bin/python3")
            .arg("tests/interop/mail/server.py")
            .args([&certificate, &key])
            .args([USER, PASSWORD])
            .args(options)
            .stdout(Stdio::piped())
            // It tells of every client that leaves in the handshake.
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("python3 is there: scripts/install-test-tools");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap();
        let port = line.and_then(|line| line.parse().ok());
        Self {
            _child: child,
            port: port.expect("aiosmtpd is there: scripts/install-test-tools"),
            folder,
        }
    }

    /// A PEM file that vouches for the server.
    pub(crate) fn roots(&self) -> String {
        self.folder.path().join("cert.pem").display().to_string()
    }
}
