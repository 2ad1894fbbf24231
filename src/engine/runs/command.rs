use serin_judge::verdict::Override;

use crate::engine::RunHandle;
use crate::engine::ports::StoreError;
use crate::engine::runs::Runs;

/// Why a run could not be told what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// There is none of this id.
    #[error("run {0} is not known")]
    Unknown(String),
    /// The verdict fell before.
    #[error("run {0} has its verdict already; a verdict is given once")]
    Ended(String),
    /// It has no verdict, and this process cannot give it one.
    #[error("the run cannot go on in this process: {0}")]
    Stranded(String),
    /// A retry may help.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Runs {
    /// Ends a run with what it has, and returns when it has ended. One that has ended stays as it is.
    ///
    /// # Errors
    /// When there is no such run, or it could not be ended.
    pub async fn stop(&self, id: &str) -> Result<(), CommandError> {
        match self.shared.active.handle(id) {
            None => match self.inactive(id).await {
                CommandError::Ended(_) => Ok(()),
                other => Err(other),
            },
            Some(handle) => {
                handle.stop();
                self.end_of(id, &handle).await
            }
        }
    }

    /// Ends a run as an operator has decided, and returns when it has ended so.
    ///
    /// # Errors
    /// [`CommandError::Ended`] when a verdict fell before; otherwise as [`Runs::stop`].
    pub async fn decide(&self, id: &str, decided: Override) -> Result<(), CommandError> {
        let Some(handle) = self.shared.active.handle(id) else {
            return Err(self.inactive(id).await);
        };
        handle.decide(decided.clone());
        self.end_of(id, &handle).await?;
        let last = handle.reports().borrow().clone();
        match last {
            Some(report) if report.overrides.contains(&decided) => Ok(()),
            _ => Err(CommandError::Ended(id.to_owned())),
        }
    }

    async fn end_of(&self, id: &str, handle: &RunHandle) -> Result<(), CommandError> {
        let mut reports = handle.reports();
        let ended = reports
            .wait_for(|report| report.as_ref().is_some_and(|report| report.finished_at.is_some()))
            .await
            .is_ok();
        match ended {
            true => Ok(()),
            // Its task has ended without a verdict.
            false => Err(self.inactive(id).await),
        }
    }

    /// Why a run is not under way.
    async fn inactive(&self, id: &str) -> CommandError {
        if let Some(why) = self.stranded(id) {
            return CommandError::Stranded(why);
        }
        match self.shared.store.load(id).await {
            Ok(Some(stored)) if stored.ended.is_some() => CommandError::Ended(id.to_owned()),
            Ok(Some(_)) => CommandError::Stranded("the process is about to end; try again".to_owned()),
            Ok(None) => CommandError::Unknown(id.to_owned()),
            Err(error) => CommandError::Store(error),
        }
    }
}
