use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process_group};
use serin_judge::analysis::plan::journey::{Command, Failure, FailureClass, RequestPhase};
use tempfile::TempDir;

use crate::probes::dial::{exhausted, failure};

/// A program that runs. Dropped, it ends, with all that it has begun in its group of processes.
pub(super) struct Child {
    pub(super) process: tokio::process::Child,
    group: Group,
    /// Where it runs; removed with it.
    _folder: TempDir,
}

/// Processes that end together.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // Nobody is left in it where all have ended by themselves.
            let _none_left = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Child {
    /// # Errors
    /// There is no such program, or this process may not run it.
    pub(super) fn start(command: &Command<String>) -> Result<Self, Failure> {
        let named = command.run.first().map_or("", String::as_str);
        let folder = TempDir::with_prefix("serin-command-").map_err(|error| unable(named, &error))?;
        let program = program(named).map_err(|error| unable(named, &error))?;
        let mut building = tokio::process::Command::new(program);
        building
            .args(&command.run[1..])
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .envs(command.env.iter().map(|(name, value)| (name, value)))
            .current_dir(folder.path())
            .stdin(if command.stdin.is_some() {
                Stdio::piped()
            } else {
                Stdio::null()
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        let process = building.spawn().map_err(|error| unable(named, &error))?;
        let group = process.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        Ok(Self {
            process,
            group: Group(group),
            _folder: folder,
        })
    }

    /// Ends whatever it has left behind.
    pub(super) fn end_group(&mut self) {
        drop(std::mem::replace(&mut self.group, Group(None)));
    }
}

/// A path is one of the folder that Serin runs in: the program itself runs in another.
fn program(named: &str) -> io::Result<PathBuf> {
    if named.contains('/') {
        return std::path::absolute(Path::new(named));
    }
    Ok(PathBuf::from(named))
}

fn unable(named: &str, error: &io::Error) -> Failure {
    if let Some(own) = exhausted(error) {
        return failure(FailureClass::ProberUnhealthy, RequestPhase::Connect, own);
    }
    let hint = match error.kind() {
        io::ErrorKind::NotFound => "; a name is looked for in PATH, a path starts where Serin runs",
        io::ErrorKind::PermissionDenied => "; may it be executed?",
        io::ErrorKind::InvalidInput => "; a text has a zero byte",
        _ => "",
    };
    let message = format!("{named:?} cannot be started: {error}{hint}");
    failure(FailureClass::ConnectError, RequestPhase::Connect, message)
}
