use std::sync::Arc;

use serin_judge::verdict::{Override, RunReport};
use tokio::sync::{mpsc, oneshot, watch};

/// What others want of a run under way.
#[derive(Debug)]
pub(super) enum Command {
    /// To end with what it has.
    Stop,
    /// To end as an operator has decided. Boxed, since a channel has room for 32 commands from the start, in every run.
    Override(Box<Override>),
    /// To say how it stands.
    Report(oneshot::Sender<Arc<RunReport>>),
}

/// Commands that may wait for one run; whoever comes then is told that it is gone.
const COMMANDS_MAX: usize = 64;

/// The end of a run that others hold: to watch it, and to stop it.
#[derive(Clone, Debug)]
pub struct RunHandle {
    reports: watch::Receiver<Option<Arc<RunReport>>>,
    commands: mpsc::Sender<Command>,
}

/// The end that the run holds.
pub(super) struct RunEnd {
    pub(super) reports: watch::Sender<Option<Arc<RunReport>>>,
    pub(super) commands: mpsc::Receiver<Command>,
}

impl RunHandle {
    pub(super) fn new() -> (Self, RunEnd) {
        let (reports_sender, reports) = watch::channel(None);
        let (commands, commands_receiver) = mpsc::channel(COMMANDS_MAX);
        let end = RunEnd {
            reports: reports_sender,
            commands: commands_receiver,
        };
        (Self { reports, commands }, end)
    }

    /// The newest state of the run, then each newer one; `None` before the first. Its end closes with the run.
    #[must_use]
    pub fn reports(&self) -> watch::Receiver<Option<Arc<RunReport>>> {
        self.reports.clone()
    }

    /// Asks the run to end with what it has. Asking again changes nothing.
    pub fn stop(&self) {
        // A run that takes no more commands is ending.
        let _ending = self.commands.try_send(Command::Stop);
    }

    /// Asks the run to end as an operator has decided; a verdict that falls before wins.
    pub fn decide(&self, decided: Override) {
        let _ending = self.commands.try_send(Command::Override(Box::new(decided)));
    }

    /// How the run stands now; `None` when it has ended.
    pub async fn report(&self) -> Option<Arc<RunReport>> {
        let (answer, report) = oneshot::channel();
        self.commands.send(Command::Report(answer)).await.ok()?;
        report.await.ok()
    }
}
