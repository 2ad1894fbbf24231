//! `*.test.yaml`: unit tests of analyses, read and checked.

mod answers;
mod check;
mod parts;
mod value;
mod windows;

use std::sync::Arc;
use std::time::Duration;

#[cfg(test)]
pub(crate) use super::raw::cases::{DECISIONS, REASONS, VERDICTS};
pub(crate) use super::raw::cases::{Expect, ExpectMetric, ExpectSummary};

use super::diagnostic::{Diagnostic, arrange};
use super::documents::Documents;
use super::node::{Node, Place};
use super::plan::{Phase, Plan};
use super::raw::cases as raw;
use super::source::Source;
use super::{schema, shape, yaml};
use crate::condition::Value;
use crate::counter::Counts;
use crate::histogram::Histogram;

/// A file of tests whose shape is right.
#[derive(Clone, Debug)]
pub struct TestFile {
    source: Arc<Source>,
    node: Node,
    raw: raw::TestFile,
}

/// One test, ready to run.
#[derive(Clone, Debug)]
pub struct Case {
    /// From the file.
    pub name: String,
    /// Where it stands, from 1.
    pub line: usize,
    /// The analysis with its arguments; the message of the run that Argo would have ended with phase Error when there
    /// is none, and the test expects that.
    pub plan: Result<Arc<Plan>, String>,
    /// For each metric of the plan what its provider answers.
    pub answers: Vec<Answers>,
    /// For each comparison of the plan what its windows hold.
    pub windows: Vec<Vec<Repeated<ScriptedWindow>>>,
    /// When somebody stops the run, from its start.
    pub terminate_at: Option<Duration>,
    pub(crate) expect: Expect,
    /// `expect.at`.
    pub(crate) ends_at: Option<Duration>,
}

/// What a metric's provider answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Answers {
    /// The test says nothing of it: it does not work.
    Unscripted,
    /// In order; after the end the last one repeats. Without any it never answers.
    Scripted(Vec<Repeated<Scripted>>),
}

/// Something that comes several times in a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Repeated<T> {
    /// At least 1.
    pub times: u64,
    /// What comes.
    pub what: T,
}

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Scripted {
    /// Simulated time until it is there.
    pub took: Duration,
    /// What it says.
    pub says: Said,
}

/// What an answer says.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// A value for the conditions, and how its provider writes it.
    Value(Value, String),
    /// Why there is none.
    Error(String),
    /// What came out, from providers that judge themselves.
    Phase(Phase),
}

/// What one window of one comparison holds.
#[derive(Clone, Debug, PartialEq)]
pub struct ScriptedWindow {
    /// `None` is missing data.
    pub canary: Option<Seen>,
    /// `None` is missing data.
    pub stable: Option<Seen>,
    /// Why neither side could be read.
    pub error: Option<String>,
}

/// What was seen of one side, of the comparison's kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// Requests, and those of them that went wrong: at most all.
    Errors(Counts),
    /// Events and what they are counted against: above 0 where there are events.
    Events {
        /// How many.
        events: u64,
        /// At least 0.
        exposure: f64,
    },
    /// How long requests took.
    Latency {
        /// In milliseconds.
        histogram: Histogram,
        /// Requests that were given up.
        timeouts: u64,
    },
    /// The mean of a measured value; finite.
    Series(f64),
}

impl TestFile {
    /// Reads a file.
    ///
    /// # Errors
    /// Everything that is wrong with its shape.
    pub fn read(source: Source) -> Result<Self, Vec<Diagnostic>> {
        let source = Arc::new(source);
        let mut report = Vec::new();
        let mut nodes = yaml::read(&source, yaml::Limits::TESTS, &mut report).into_iter();
        let (first, second) = (nodes.next(), nodes.next());
        if let Some(second) = second {
            report
                .push(Place::root(&source, &second).error("a second document", "one document with `tests`"));
        }
        let Some(mut node) = first else {
            for problem in &mut report {
                "a YAML document with `analyses` and `tests`".clone_into(&mut problem.expected);
            }
            return Err(arrange(report));
        };
        shape::check(&source, schema::tests(), true, &mut node, &mut report);
        if !report.is_empty() {
            return Err(arrange(report));
        }
        match serde_json::from_value(node.to_json()) {
            Ok(raw) => Ok(Self { source, node, raw }),
            Err(error) => {
                let problem = Place::root(&source, &node).error(error.to_string(), "a file of tests");
                Err(arrange(vec![problem]))
            }
        }
    }

    /// The file's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.source.name()
    }

    /// Files and folders of analyses, relative to this file, as they are written.
    pub fn analyses(&self) -> impl Iterator<Item = &str> {
        self.raw.analyses.iter().flatten().map(String::as_str)
    }

    /// What to say when one of [`Self::analyses`] cannot be read.
    #[must_use]
    pub fn unreadable(&self, analysis: usize, found: &str) -> Vec<Diagnostic> {
        let place = self.place().field("analyses").item(analysis);
        arrange(vec![
            place.error(found, "a file or folder of analyses, relative to this file"),
        ])
    }

    /// The analyses that are tested: those of these files, and those that stand in this file itself.
    ///
    /// # Errors
    /// Everything that is wrong with the shape of any of them.
    pub fn documents(&self, sources: Vec<Source>) -> Result<Documents, Vec<Diagnostic>> {
        let (mut documents, mut report) = Documents::read(sources);
        for node in self.node.get("documents").map(Node::items).unwrap_or_default() {
            documents.take(&self.source, node.clone(), &mut report);
        }
        report.retain(Diagnostic::is_error);
        if report.is_empty() {
            Ok(documents)
        } else {
            Err(arrange(report))
        }
    }

    /// The tests, each with its plan.
    ///
    /// # Errors
    /// Everything that is wrong with any of them, such as names of metrics that do not exist.
    pub fn cases(&self, documents: &Documents) -> Result<Vec<Case>, Vec<Diagnostic>> {
        let mut checking = check::Checking::new(documents);
        let tests = self.place().field("tests");
        let cases: Vec<Option<Case>> = self
            .raw
            .tests
            .iter()
            .enumerate()
            .map(|(at, test)| checking.case(test, &tests.item(at)))
            .collect();
        if checking.report.is_empty() {
            Ok(cases.into_iter().flatten().collect())
        } else {
            Err(arrange(checking.report))
        }
    }

    fn place(&self) -> Place<'_> {
        Place::root(&self.source, &self.node)
    }
}
