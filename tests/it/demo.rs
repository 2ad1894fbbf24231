//! `serin demo`, played on this machine.

mod acts;
mod signals;

use std::sync::LazyLock;
use std::time::Duration;

use tokio::process::Command;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::binary::serin;

/// A build without optimisation keeps up with this on one core, beside other tests on another.
const RATE: &str = "600";
/// One act takes a minute at most.
const PATIENCE: Duration = Duration::from_secs(150);

/// More systems at once than this would only show that the machine is too small.
static STAGES: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(1));

async fn stage() -> SemaphorePermit<'static> {
    STAGES.acquire().await.unwrap()
}

fn demo(arguments: &[&str]) -> Command {
    let mut command = serin(["demo", "--rate", RATE]);
    command.args(arguments);
    command
}

/// The final report: from the line that begins with the verdict.
fn report<'a>(stdout: &'a str, verdict: &str) -> &'a str {
    let start = stdout
        .find(&format!("\n{verdict} planning-api-demo"))
        .unwrap_or_else(|| panic!("no report that begins with {verdict}: {stdout}"));
    &stdout[start + 1..]
}
