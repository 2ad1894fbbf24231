//! Files of tests, read and run.

use std::path::{Path, PathBuf};

use serin_judge::analysis::cases::TestFile;
use serin_judge::analysis::{Diagnostic, Source};
use serin_judge::verdict::simulated::{Coverage, Outcome, simulate};

use crate::cli::plan::rendered;
use crate::config::documents;

/// One file of tests and what came of it.
pub(super) struct File {
    pub(super) name: String,
    pub(super) tests: Vec<Test>,
    /// Why none of its tests was run.
    pub(super) invalid: Vec<Invalid>,
    /// Files and folders that it depends on.
    pub(super) read: Vec<PathBuf>,
}

/// One test and what it came to.
pub(super) struct Test {
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) outcome: Outcome,
}

/// What is wrong with a file.
pub(super) enum Invalid {
    /// It cannot be read at all.
    Unreadable(String),
    /// At a place.
    Diagnostic(Box<Diagnostic>),
}

impl File {
    /// Reads a file and runs those of its tests that have the filter's text in their name.
    pub(super) fn judge(path: &Path, filter: Option<&str>, coverage: &mut Coverage) -> Self {
        let mut file = Self {
            name: path.display().to_string(),
            tests: Vec::new(),
            invalid: Vec::new(),
            read: vec![path.to_owned()],
        };
        if let Err(invalid) = file.run(path, filter, coverage) {
            file.invalid = invalid;
        }
        file
    }

    fn run(
        &mut self,
        path: &Path,
        filter: Option<&str>,
        coverage: &mut Coverage,
    ) -> Result<(), Vec<Invalid>> {
        let source = documents::test(path).map_err(|message| vec![Invalid::Unreadable(message)])?;
        let tests = TestFile::read(source).map_err(placed)?;
        let sources = self.sources(path, &tests)?;
        let documents = tests.documents(sources).map_err(placed)?;
        let cases = tests.cases(&documents).map_err(placed)?;
        let wanted = cases
            .iter()
            .filter(|case| filter.is_none_or(|filter| case.name.contains(filter)));
        self.tests = wanted
            .map(|case| Test {
                name: case.name.clone(),
                line: case.line,
                outcome: simulate(case, coverage),
            })
            .collect();
        Ok(())
    }

    /// The texts of the analyses that a file names, by paths relative to it.
    fn sources(&mut self, path: &Path, tests: &TestFile) -> Result<Vec<Source>, Vec<Invalid>> {
        let folder = path.parent().unwrap_or_else(|| Path::new(""));
        let mut sources = Vec::new();
        for (at, analysis) in tests.analyses().enumerate() {
            let analysis = folder.join(analysis);
            self.read.push(analysis.clone());
            match documents::sources(&[analysis]) {
                Ok(read) => sources.extend(read),
                Err(message) => return Err(placed(tests.unreadable(at, &message))),
            }
        }
        Ok(sources)
    }

    pub(super) fn failed(&self) -> usize {
        self.tests.iter().filter(|test| !test.passed()).count()
    }
}

impl Test {
    pub(super) fn passed(&self) -> bool {
        self.outcome.differences.is_empty()
    }
}

impl Invalid {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Unreadable(message) => format!("error: {message}\n"),
            Self::Diagnostic(diagnostic) => rendered(std::slice::from_ref(diagnostic)),
        }
    }
}

fn placed(diagnostics: Vec<Diagnostic>) -> Vec<Invalid> {
    diagnostics
        .into_iter()
        .map(|diagnostic| Invalid::Diagnostic(Box::new(diagnostic)))
        .collect()
}
