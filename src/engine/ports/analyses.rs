use std::sync::Arc;

use serin_judge::analysis::Documents;

use super::SourceText;

/// The analyses that are known by name. They may change while others ask.
pub trait Analyses: Send + Sync {
    /// The newest good state of an analysis; `None` when there is none of this name.
    fn get(&self, name: &str) -> Option<Arc<KnownAnalysis>>;

    /// All names, sorted.
    fn names(&self) -> Vec<String>;
}

/// An analysis with the documents it needs.
#[derive(Clone, Debug)]
pub struct KnownAnalysis {
    /// Its name.
    pub name: String,
    /// The files, to be kept with runs.
    pub sources: Arc<[SourceText]>,
    /// The same, read.
    pub documents: Arc<Documents>,
}
