//! Journeys among the documents.

use std::collections::HashSet;

use super::{Document, Documents, resolve};
use crate::analysis::args::Inputs;
use crate::analysis::diagnostic::{Diagnostic, arrange, did_you_mean, listed};
use crate::analysis::kind::DocumentKind;
use crate::analysis::node::{Node, Place};
use crate::analysis::plan::journey::Journey;

impl Documents {
    /// The names of all journeys, in order.
    pub fn journeys(&self) -> impl Iterator<Item = &str> {
        self.of_journeys().map(|document| document.name.as_str())
    }

    /// The names of the arguments that journeys of this name declare.
    #[must_use]
    pub fn journey_args(&self, name: &str) -> Vec<&str> {
        let named = self.of_journeys().filter(|document| document.name == name);
        let spec = named.filter_map(|document| document.node.get("spec"));
        let args = spec.filter_map(|spec| spec.get("args")).flat_map(Node::items);
        args.filter_map(|arg| arg.get("name"))
            .map(|name| name.text.as_str())
            .collect()
    }

    /// One journey with its arguments and secrets, and the warnings it deserves. Without a name there has to be one.
    ///
    /// # Errors
    /// Everything that is wrong with it, sorted by position, what [`Self::read`] told of it included.
    pub fn journey(
        &self,
        name: Option<&str>,
        inputs: &Inputs,
    ) -> Result<(Journey, Vec<Diagnostic>), Vec<Diagnostic>> {
        let found: Vec<&Document> = self
            .of_journeys()
            .filter(|document| name.is_none_or(|name| document.name == name))
            .collect();
        let document = match found.as_slice() {
            [document] => *document,
            [] => return Err(vec![self.no_journey(name)]),
            [_, second, ..] => {
                let place = second.place().field("metadata").field("name");
                let problem = match name {
                    Some(name) => place.error(
                        format!("a second journey `{name}`"),
                        "names that are unique among the files",
                    ),
                    None => place
                        .error(format!("{} journeys", found.len()), "one journey")
                        .with_help(format!("choose one: {}", listed(self.journeys()))),
                };
                return Err(arrange(vec![problem]));
            }
        };
        let mut report = document.errors.clone();
        let journey = resolve::journey(document, inputs, &self.files, false, &mut report);
        let is_broken = report.iter().any(Diagnostic::is_error);
        match journey.filter(|_| !is_broken) {
            Some(journey) => Ok((journey, arrange(report))),
            None => Err(arrange(report)),
        }
    }

    /// The journey that another document names; what is wrong with the name is told at `place`.
    pub(super) fn named_journey(
        &self,
        name: &str,
        inputs: &Inputs,
        place: &Place<'_>,
        report: &mut Vec<Diagnostic>,
    ) -> Option<Journey> {
        if !self.journeys().any(|known| known == name) {
            let known: Vec<&str> = self.journeys().collect();
            let expected = if known.is_empty() {
                "a Journey of this name among the files: there is none".to_owned()
            } else {
                format!("a Journey among the files: {}", listed(known.iter().copied()))
            };
            let unknown = place.error(format!("no journey `{name}`"), expected);
            report.push(unknown.with_suggestion(did_you_mean(name, known)));
            return None;
        }
        match self.journey(Some(name), inputs) {
            Ok((journey, mut warnings)) => {
                report.append(&mut warnings);
                Some(journey)
            }
            Err(mut errors) => {
                report.append(&mut errors);
                None
            }
        }
    }

    pub(super) fn validate_journeys(&self, report: &mut Vec<Diagnostic>) {
        let mut names = HashSet::new();
        for document in self.of_journeys() {
            if !names.insert(document.name.as_str()) {
                let found = format!("a second journey `{}`", document.name);
                let place = document.place().field("metadata").field("name");
                report.push(place.error(found, "names that are unique among the files"));
            }
            resolve::journey(document, &Inputs::default(), &self.files, true, report);
        }
    }

    fn of_journeys(&self) -> impl Iterator<Item = &Document> {
        let documents = self.documents.iter();
        documents.filter(|document| document.kind == DocumentKind::Journey)
    }

    fn no_journey(&self, name: Option<&str>) -> Diagnostic {
        let known: Vec<&str> = self.journeys().collect();
        let found = name.map_or_else(|| "no journey".to_owned(), |name| format!("no journey `{name}`"));
        let expected = if known.is_empty() {
            "a document of kind Journey among the files".to_owned()
        } else {
            listed(known.iter().copied())
        };
        let similar = name.and_then(|name| did_you_mean(name, known));
        let place = self.documents.first().map(Document::place);
        let problem = match place {
            Some(place) => place.field("kind").error(found, expected),
            None => {
                let nowhere = crate::analysis::source::Source::new("the given files", "");
                Diagnostic::of_file(nowhere, found, expected)
            }
        };
        let problem = problem.with_suggestion(similar);
        arrange(vec![problem.clone()]).pop().unwrap_or(problem)
    }
}
