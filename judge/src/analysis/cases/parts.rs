//! What tests have in many places: names of the analysis, numbers, durations.

use std::time::Duration;

use super::check::Checking;
use crate::analysis::diagnostic::{did_you_mean, listed};
use crate::analysis::duration;
use crate::analysis::node::Place;

/// How often anything may come in a row: a typing error should not take a day.
const TIMES_MAX: i64 = 1_000_000;

impl Checking<'_> {
    /// Reports names that the plan does not have.
    pub(super) fn names<'n>(
        &mut self,
        given: impl Iterator<Item = &'n String>,
        known: impl Iterator<Item = &'n str>,
        place: &Place<'_>,
        noun: &str,
    ) {
        let known: Vec<&str> = known.collect();
        for name in given.filter(|name| !known.contains(&name.as_str())) {
            let key = place
                .node()
                .and_then(|node| node.entry(name))
                .map(|entry| entry.key_span.clone());
            let mut problem = place.error(
                format!("no {noun} `{name}` in this analysis"),
                listed(known.iter().copied()),
            );
            problem.span = key.unwrap_or(problem.span);
            self.report
                .push(problem.with_suggestion(did_you_mean(name, known.iter().copied())));
        }
    }

    pub(super) fn times(&mut self, times: Option<i64>, place: &Place<'_>) -> Option<u64> {
        match times {
            None => Some(1),
            Some(times @ 1..=TIMES_MAX) => u64::try_from(times).ok(),
            Some(times) => {
                let found = format!("{times} times");
                self.report
                    .push(place.field("times").error(found, format!("1 to {TIMES_MAX}")));
                None
            }
        }
    }

    pub(super) fn duration(&mut self, text: Option<&str>, place: &Place<'_>) -> Option<Duration> {
        let parsed = duration::parse(text?);
        parsed
            .map_err(|error| {
                let problem = place.error(error.to_string(), "a duration such as `30s`, `4m8s` or `500ms`");
                self.report.push(problem);
            })
            .ok()
    }
}
