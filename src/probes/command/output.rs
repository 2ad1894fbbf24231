use std::io;
use std::os::unix::process::ExitStatusExt;

use serin_judge::analysis::plan::journey::{Command, Failure, FailureClass, RequestPhase};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::ChildStdin;

use super::child::Child;
use crate::probes::dial::{PhaseTimer, failure};

const READ_BYTES: usize = 8 << 10;

/// How a program ended.
pub(super) struct Ended {
    pub(super) code: Option<i32>,
    pub(super) signal: Option<i32>,
    /// What it wrote to standard output.
    pub(super) text: String,
    pub(super) stderr: String,
}

/// One of a program's streams, as far as it was read.
struct Stream<R> {
    reader: Option<R>,
    bytes: Vec<u8>,
}

/// Gives the program its input and reads what it writes, until it ends. What it leaves behind ends then too, so nobody goes
/// on to hold its streams open.
pub(super) async fn until_its_end(
    mut child: Child,
    command: &Command<String>,
    timer: &mut PhaseTimer,
) -> Result<Ended, Failure> {
    let input = child.process.stdin.take();
    let mut feeding = std::pin::pin!(feed(input, command.stdin.as_deref()));
    let mut stdout = Stream::of(child.process.stdout.take());
    let mut stderr = Stream::of(child.process.stderr.take());
    let limit = usize::try_from(command.output_bytes_max).unwrap_or(usize::MAX);
    let (mut is_fed, mut status) = (false, None);
    while status.is_none() || stdout.is_open() || stderr.is_open() {
        let read = tokio::select! {
            () = &mut feeding, if !is_fed => {
                is_fed = true;
                continue;
            }
            ended = child.process.wait(), if status.is_none() => {
                status = Some(ended.map_err(|error| broken(&error, timer))?);
                child.end_group();
                continue;
            }
            read = stdout.read(limit), if stdout.is_open() => read,
            read = stderr.read(limit), if stderr.is_open() => read,
        };
        if read.map_err(|error| broken(&error, timer))? > 0 {
            timer.enter(RequestPhase::Body);
        }
        if stdout.bytes.len() > limit || stderr.bytes.len() > limit {
            let message = format!("the program writes more than {limit} bytes (`maxOutputBytes`)");
            return Err(failure(FailureClass::TooLarge, RequestPhase::Body, message));
        }
    }
    Ok(Ended {
        code: status.and_then(|status| status.code()),
        signal: status.and_then(|status| status.signal()),
        text: String::from_utf8_lossy(&stdout.bytes).into_owned(),
        stderr: String::from_utf8_lossy(&stderr.bytes).into_owned(),
    })
}

/// Writes the input and closes it. A program may end without having read it.
async fn feed(stdin: Option<ChildStdin>, text: Option<&str>) {
    if let (Some(mut stdin), Some(text)) = (stdin, text) {
        let _not_read = stdin.write_all(text.as_bytes()).await;
    }
}

impl<R: AsyncRead + Unpin> Stream<R> {
    fn of(reader: Option<R>) -> Self {
        Self {
            reader,
            bytes: Vec::new(),
        }
    }

    fn is_open(&self) -> bool {
        self.reader.is_some()
    }

    /// What has come, up to one byte beyond the limit; 0 at its end. Nothing is lost where this is not awaited to its end.
    async fn read(&mut self, limit: usize) -> io::Result<usize> {
        let Some(reader) = &mut self.reader else {
            return Ok(0);
        };
        let room = limit.saturating_add(1).saturating_sub(self.bytes.len());
        let mut chunk = [0; READ_BYTES];
        let room = room.clamp(1, READ_BYTES);
        let count = reader.read(&mut chunk[..room]).await?;
        self.bytes.extend_from_slice(&chunk[..count]);
        if count == 0 {
            self.reader = None;
        }
        Ok(count)
    }
}

fn broken(error: &io::Error, timer: &PhaseTimer) -> Failure {
    let message = format!("the program's output cannot be read: {error}");
    failure(FailureClass::ProberUnhealthy, timer.phase(), message)
}
