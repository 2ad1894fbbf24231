use std::fmt::Write as _;
use std::fs;
use std::net::UdpSocket;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::wait_for;

/// A free port may be taken by somebody else before it is bound.
const STARTS_MAX: usize = 5;

/// More addresses than a datagram holds.
pub(crate) const MANY: usize = 200;

/// Debian's NSD on a free loopback port, with the zone `shop.test` of `tests/interop/names`; ended when dropped.
pub(crate) struct Nsd {
    child: Child,
    pub(crate) address: String,
    _folder: TempDir,
}

impl Nsd {
    pub(crate) async fn start() -> Self {
        for _ in 0..STARTS_MAX {
            let mut server = Self::spawn();
            let ready = wait_for("NSD to answer or to end", async || {
                match server.child.try_wait() {
                    Ok(None) => answers(&server.address).then_some(true),
                    _ => Some(false),
                }
            });
            if ready.await {
                return server;
            }
        }
        panic!("NSD did not start");
    }

    fn spawn() -> Self {
        let folder = TempDir::new().unwrap();
        let port = UdpSocket::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let path = folder.path().display();
        let config = format!(
            "server:\n  ip-address: 127.0.0.1@{port}\n  username: \"\"\n  chroot: \"\"\n  zonesdir: \"{path}\"\n  \
             database: \"\"\n  pidfile: \"{path}/pid\"\n  logfile: \"{path}/log\"\n  xfrdfile: \"\"\n  \
             zonelistfile: \"{path}/zones\"\n  server-count: 1\n  do-ip6: no\nremote-control:\n  control-enable: no\n\
             zone:\n  name: shop.test\n  zonefile: shop.zone\n"
        );
        fs::write(folder.path().join("nsd.conf"), config).unwrap();
        fs::copy("tests/interop/names/shop.zone", folder.path().join("shop.zone")).unwrap();
        let mut many = String::new();
        for last in 1..=MANY {
            writeln!(many, "many A 10.1.0.{last}").unwrap();
        }
        fs::write(folder.path().join("many.zone"), many).unwrap();
        let child = Command::new("/usr/sbin/nsd")
            .args(["-d", "-c"])
            .arg(folder.path().join("nsd.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("NSD is there: scripts/install-test-tools");
        Self {
            child,
            address: format!("127.0.0.1:{port}"),
            _folder: folder,
        }
    }
}

/// Whether anything comes back to a question for the root's name servers.
fn answers(address: &str) -> bool {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let question = [0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1];
    let patience = std::time::Duration::from_millis(100);
    socket.set_read_timeout(Some(patience)).unwrap();
    socket.connect(address).unwrap();
    socket.send(&question).is_ok() && socket.recv(&mut [0; 512]).is_ok()
}

impl Drop for Nsd {
    fn drop(&mut self) {
        // It ends its own children only when it is asked to.
        let _gone = Command::new("kill").arg(self.child.id().to_string()).status();
        let _gone = self.child.wait();
    }
}
