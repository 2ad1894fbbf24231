use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::wait_for;

const STARTS_MAX: usize = 5;

/// OpenSSL's `s_server` with a certificate for `localhost`, and an OCSP response stapled to it; ended when dropped.
pub(crate) struct OpenSsl {
    child: Child,
    pub(crate) port: u16,
    folder: TempDir,
}

impl OpenSsl {
    /// `said` is a line of OpenSSL's index: `V` is good, `R` revoked.
    pub(crate) async fn stapling(said: &str) -> Self {
        for _ in 0..STARTS_MAX {
            let folder = TempDir::new().unwrap();
            certificates(folder.path(), said);
            let port = TcpListener::bind("127.0.0.1:0")
                .unwrap()
                .local_addr()
                .unwrap()
                .port();
            let child = Command::new("openssl")
                .current_dir(folder.path())
                .args([
                    "s_server", "-quiet", "-naccept", "100", "-cert", "leaf.pem", "-key", "leaf.key",
                ])
                .args(["-CAfile", "ca.pem", "-status_file", "response.der"])
                .args(["-accept", &format!("127.0.0.1:{port}")])
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("openssl is there: scripts/install-test-tools");
            let mut server = Self { child, port, folder };
            let ready = wait_for("s_server to listen or to end", async || {
                match server.child.try_wait() {
                    Ok(None) => std::net::TcpStream::connect(("127.0.0.1", port))
                        .is_ok()
                        .then_some(true),
                    _ => Some(false),
                }
            });
            if ready.await {
                return server;
            }
        }
        panic!("openssl s_server did not start");
    }

    /// A PEM file that vouches for the server.
    pub(crate) fn roots(&self) -> String {
        self.folder.path().join("ca.pem").display().to_string()
    }
}

impl Drop for OpenSsl {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

fn certificates(folder: &Path, said: &str) {
    fs::write(folder.join("names"), "subjectAltName=DNS:localhost\n").unwrap();
    fs::write(folder.join("index"), said).unwrap();
    for line in [
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=ca -days 50",
        "req -newkey rsa:2048 -nodes -keyout leaf.key -out leaf.csr -subj /CN=localhost",
        "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -set_serial 0x1234 -days 20 -extfile names -out leaf.pem",
        "ocsp -issuer ca.pem -cert leaf.pem -reqout request.der -no_nonce",
        "ocsp -index index -CA ca.pem -rsigner ca.pem -rkey ca.key -reqin request.der -respout response.der -ndays 3",
    ] {
        let ended = Command::new("openssl")
            .current_dir(folder)
            .args(line.split(' '))
            .output()
            .unwrap();
        assert!(ended.status.success(), "openssl {line}: {ended:?}");
    }
}
