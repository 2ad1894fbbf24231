use crate::engine::StartError;
use crate::engine::ports::StoreError;

/// Why there is no answer. Nothing here is a verdict.
#[derive(Clone, Debug, thiserror::Error)]
pub enum GateError {
    /// The question itself is wrong.
    #[error("{0}")]
    Question(String),
    /// There is no such analysis.
    #[error("no analysis is called `{name}`")]
    UnknownAnalysis {
        /// What was asked for.
        name: String,
        /// What there is.
        names: Vec<String>,
    },
    /// The attempt judges something else.
    #[error(
        "attempt {attempt} (run {run}) was started with other args; a question with these can come when its verdict has been answered"
    )]
    OtherArgs {
        /// The attempt's run.
        run: String,
        /// Its number.
        attempt: u32,
    },
    /// It is older than what is known.
    #[error("attempt {wanted} is not known; the newest is {newest}")]
    NoSuchAttempt {
        /// What was asked for.
        wanted: u32,
        /// What there is.
        newest: u32,
    },
    /// No run could be started.
    #[error(transparent)]
    Start(StartError),
    /// It has no verdict, and this process cannot tell how it stands.
    #[error("run {run} is not driven by this process: {why}")]
    Unknowable {
        /// The run.
        run: String,
        /// Why.
        why: String,
    },
    /// The store could not be asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}
