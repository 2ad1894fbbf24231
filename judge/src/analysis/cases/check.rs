//! What a test means: its plan, and names that have to exist in it.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Arc;

use super::{Answers, Case, Repeated, ScriptedWindow, answers, raw, windows};
use crate::analysis::Inputs;
use crate::analysis::diagnostic::{Diagnostic, did_you_mean, listed};
use crate::analysis::documents::{Documents, Refusal};
use crate::analysis::node::Place;
use crate::analysis::plan::{Phase, Plan};

/// Tests of one file while they are checked.
pub(super) struct Checking<'a> {
    documents: &'a Documents,
    /// Tests of one file mostly use one plan.
    plans: HashMap<Key, Result<Arc<Plan>, Refusal>>,
    pub(super) report: Vec<Diagnostic>,
}

/// Names of the analyses, arguments, secrets.
type Key = (Vec<String>, BTreeMap<String, String>, BTreeMap<String, String>);

impl<'a> Checking<'a> {
    pub(super) fn new(documents: &'a Documents) -> Self {
        Self {
            documents,
            plans: HashMap::new(),
            report: Vec::new(),
        }
    }

    /// One test; `None` when something is wrong with it, which is in the report then.
    pub(super) fn case(&mut self, test: &raw::Test, place: &Place<'_>) -> Option<Case> {
        let expect = test.expect.clone().unwrap_or_default();
        let plan = self.plan(test, &expect, place)?;
        let before = self.report.len();
        let (answers, windows) = match &plan {
            Ok(plan) => (self.answers(test, plan, place), self.windows(test, plan, place)),
            Err(_) => (Vec::new(), Vec::new()),
        };
        if let Ok(plan) = &plan {
            let place = place.field("expect");
            let metrics = plan.metrics.iter().map(|metric| metric.name.as_str());
            self.names(
                expect.metrics.iter().flat_map(BTreeMap::keys),
                metrics,
                &place.field("metrics"),
                "metric",
            );
            let comparisons = plan.comparisons.iter().map(|comparison| comparison.name.as_str());
            let expected = expect.comparisons.iter().flat_map(BTreeMap::keys);
            self.names(expected, comparisons, &place.field("comparisons"), "comparison");
        }
        let terminate_at = self.duration(test.terminate_at.as_deref(), &place.field("terminateAt"));
        let ends_at = self.duration(expect.at.as_deref(), &place.field("expect").field("at"));
        (self.report.len() == before).then(|| Case {
            name: test.name.clone(),
            line: place.source().line(place.span().start),
            plan,
            answers,
            windows,
            terminate_at,
            expect,
            ends_at,
        })
    }

    fn plan(
        &mut self,
        test: &raw::Test,
        expect: &raw::Expect,
        place: &Place<'_>,
    ) -> Option<Result<Arc<Plan>, String>> {
        let names = self.analyses(test, place)?;
        let inputs = Inputs {
            args: test.args.clone().unwrap_or_default(),
            secrets: test.secrets.clone().unwrap_or_default(),
        };
        let key = (names, inputs.args.clone(), inputs.secrets.clone());
        let documents = self.documents;
        let names: Vec<&str> = key.0.iter().map(String::as_str).collect();
        if !self.plans.contains_key(&key) {
            let plan = documents.merged(&names, &inputs).map(|(plan, _)| Arc::new(plan));
            self.plans.insert(key.clone(), plan);
        }
        match self.plans.get(&key)? {
            Ok(plan) => Some(Ok(Arc::clone(plan))),
            Err(Refusal {
                message: Some(message),
                ..
            }) if expect.phase == Some(Phase::Error) => Some(Err(message.clone())),
            Err(refusal) => {
                let found = format!("the analysis of the test `{}` cannot be run", test.name);
                let expected =
                    "a valid analysis with its arguments, or `phase: Error` among what is expected";
                self.report.push(place.field("name").error(found, expected));
                self.report.extend(refusal.diagnostics.iter().cloned());
                None
            }
        }
    }

    /// The names of the analyses that a test is about.
    fn analyses(&mut self, test: &raw::Test, place: &Place<'_>) -> Option<Vec<String>> {
        let known: Vec<&str> = self
            .documents
            .names()
            .filter(|(kind, _)| kind.is_analysis())
            .map(|(_, name)| name)
            .collect();
        let at = place.field("analysis");
        let given: Vec<(String, Place<'_>)> = match &test.analysis {
            Some(raw::Names::One(name)) => vec![(name.clone(), at)],
            Some(raw::Names::Several(names)) if !names.is_empty() => names
                .iter()
                .enumerate()
                .map(|(index, name)| (name.clone(), at.item(index)))
                .collect(),
            _ if known.len() == 1 => return Some(vec![known[0].to_owned()]),
            _ => {
                let found = format!("no `analysis`, and {} analyses", known.len());
                let expected = format!("`analysis` with {}", listed(known));
                let place = if at.node().is_some() {
                    at
                } else {
                    place.field("name")
                };
                self.report.push(place.error(found, expected));
                return None;
            }
        };
        let mut unknown = false;
        for (name, place) in given.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
            unknown = true;
            let problem = place.error(format!("no analysis `{name}`"), listed(known.iter().copied()));
            self.report
                .push(problem.with_suggestion(did_you_mean(name, known.iter().copied())));
        }
        (!unknown).then(|| given.into_iter().map(|(name, _)| name).collect())
    }

    fn answers(&mut self, test: &raw::Test, plan: &Plan, place: &Place<'_>) -> Vec<Answers> {
        let place = place.field("metrics");
        let scripts = test.metrics.iter().flat_map(BTreeMap::keys);
        self.names(
            scripts,
            plan.metrics.iter().map(|metric| metric.name.as_str()),
            &place,
            "metric",
        );
        let metrics = plan.metrics.iter();
        metrics
            .map(|metric| {
                let Some(script) = test
                    .metrics
                    .as_ref()
                    .and_then(|scripts| scripts.get(&metric.name))
                else {
                    return Answers::Unscripted;
                };
                let place = place.field(&metric.name);
                let answers = script.iter().enumerate();
                Answers::Scripted(
                    answers
                        .filter_map(|(at, answer)| {
                            let place = place.item(at);
                            let what = answers::answer(self, answer, metric.provider.kind(), &place)?;
                            Some(Repeated {
                                times: self.times(answer.times, &place)?,
                                what,
                            })
                        })
                        .collect(),
                )
            })
            .collect()
    }

    fn windows(
        &mut self,
        test: &raw::Test,
        plan: &Plan,
        place: &Place<'_>,
    ) -> Vec<Vec<Repeated<ScriptedWindow>>> {
        let place = place.field("windows");
        let scripts = test.windows.iter().flat_map(BTreeMap::keys);
        let names = plan.comparisons.iter().map(|comparison| comparison.name.as_str());
        self.names(scripts, names, &place, "comparison");
        let comparisons = plan.comparisons.iter();
        comparisons
            .map(|comparison| {
                let script = test
                    .windows
                    .as_ref()
                    .and_then(|scripts| scripts.get(&comparison.name));
                let place = place.field(&comparison.name);
                let windows = script.into_iter().flatten().enumerate();
                windows
                    .filter_map(|(at, window)| {
                        let place = place.item(at);
                        let what = windows::window(self, window, comparison.kind, &place)?;
                        Some(Repeated {
                            times: self.times(window.times, &place)?,
                            what,
                        })
                    })
                    .collect()
            })
            .collect()
    }
}
