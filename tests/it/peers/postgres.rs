use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::wait_for;

/// A free port may be taken by somebody else before the server binds it.
const STARTS_MAX: usize = 5;
/// Who owns everything, by the socket only.
const OWNER: &str = "serin";

/// How users show who they are, by their names.
const ACCESS: &str = "local all all trust\nlocal replication all trust\n\
    host all old 127.0.0.1/32 md5\nhost all clear 127.0.0.1/32 password\n\
    hostssl all secured 127.0.0.1/32 scram-sha-256\nhostnossl all secured 127.0.0.1/32 reject\n\
    host all kerberos 127.0.0.1/32 gss\nhost all all 127.0.0.1/32 scram-sha-256\n";

/// A real PostgreSQL server on a free loopback port, ended when dropped.
pub(crate) struct Postgres {
    child: Child,
    port: u16,
    folder: Arc<TempDir>,
}

impl Postgres {
    /// An empty one. `settings` are lines of `postgresql.conf`.
    pub(crate) async fn start(settings: &str) -> Self {
        let folder = owned_folder();
        let data = folder.path().join("data");
        let made = program("initdb")
            .args([
                "--no-sync",
                "--encoding=UTF8",
                "--locale=C",
                "--auth=trust",
                "--username",
                OWNER,
                "--pgdata",
            ])
            .arg(&data)
            .output()
            .await
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        fs::write(data.join("pg_hba.conf"), ACCESS).unwrap();
        Self::run(folder, settings).await
    }

    /// A copy that follows this one by streaming replication.
    pub(crate) async fn replica(&self, settings: &str) -> Self {
        let folder = owned_folder();
        let copied = self
            .client("pg_basebackup")
            .args([
                "--write-recovery-conf",
                "--wal-method=stream",
                "--checkpoint=fast",
                "--no-sync",
                "--pgdata",
            ])
            .arg(folder.path().join("data"))
            .output()
            .await
            .unwrap();
        assert!(copied.status.success(), "{copied:?}");
        Self::run(folder, settings).await
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// What the owner is answered, without names of columns.
    pub(crate) async fn sql(&self, statements: &str) -> String {
        let said = self.psql(statements).output().await.unwrap();
        assert!(said.status.success(), "{statements}: {said:?}");
        String::from_utf8(said.stdout).unwrap().trim().to_owned()
    }

    fn psql(&self, statements: &str) -> Command {
        let mut command = self.client("psql");
        command.args([
            "-XAtq",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            "postgres",
            "-c",
            statements,
        ]);
        command
    }

    fn client(&self, name: &str) -> Command {
        let mut command = program(name);
        command
            .args(["-U", OWNER, "-p", &self.port.to_string(), "-h"])
            .arg(self.folder.path());
        command
    }

    async fn run(folder: TempDir, settings: &str) -> Self {
        let folder = Arc::new(folder);
        for _ in 0..STARTS_MAX {
            let mut server = Self::spawn(Arc::clone(&folder), settings);
            let is_up = wait_for("PostgreSQL accepts or refuses", async || {
                if server.child.try_wait().unwrap().is_some() {
                    return Some(false);
                }
                let said = server.psql("SELECT 1").output().await.unwrap();
                // One that is started so that it never lets anybody in is up when it says so.
                let refuses = String::from_utf8_lossy(&said.stderr).contains("not accepting connections");
                (said.status.success() || refuses).then_some(true)
            });
            if is_up.await {
                return server;
            }
        }
        panic!("PostgreSQL did not start in {STARTS_MAX} attempts");
    }

    fn spawn(folder: Arc<TempDir>, settings: &str) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let data = folder.path().join("data");
        let sockets = folder.path().display();
        let own = format!(
            "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{sockets}'\nfsync = off\n\
             shared_buffers = 16MB\nmax_wal_senders = 4\nwal_level = replica\n{settings}\n"
        );
        fs::write(data.join("postgresql.conf"), own).unwrap();
        let child = program("postgres")
            .arg("-D")
            .arg(&data)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.path().join("log")).unwrap())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Self { child, port, folder }
    }
}

/// Its processes end with the first one only when that is asked to.
impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(pid) = self.child.id() {
            // SIGQUIT: at once.
            let _ = std::process::Command::new("kill")
                .args(["-s", "QUIT", &pid.to_string()])
                .status();
            while matches!(self.child.try_wait(), Ok(None)) {
                std::thread::yield_now();
            }
        }
    }
}

/// Of the newest version that Debian's packages have installed.
fn program(name: &str) -> Command {
    let versions = fs::read_dir("/usr/lib/postgresql").expect("no PostgreSQL; `make test` installs it");
    let newest: PathBuf = versions.map(|version| version.unwrap().path()).max().unwrap();
    let mut command = Command::new(newest.join("bin").join(name));
    if let Some((user, group)) = server_user() {
        command.uid(user).gid(group);
    }
    command.current_dir("/").kill_on_drop(true);
    command
}

/// PostgreSQL does not run as root, so tests of root's run it as the user that Debian's package has made.
fn server_user() -> Option<(u32, u32)> {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let line = users.lines().find(|line| line.starts_with("postgres:")).unwrap();
    let mut fields = line.split(':').skip(2).map(|field| field.parse().unwrap());
    Some((fields.next().unwrap(), fields.next().unwrap()))
}

fn owned_folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    own(folder.path());
    folder
}

/// Gives a file to the server, as only its owner may read a key.
pub(crate) fn own(path: &Path) {
    let mode = if path.is_dir() { 0o700 } else { 0o600 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    if let Some((user, group)) = server_user() {
        chown(path, Some(user), Some(group)).unwrap();
    }
}
