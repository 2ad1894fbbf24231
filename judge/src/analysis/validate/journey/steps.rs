//! Steps.

use std::sync::Arc;
use std::time::Duration;

use super::amounts::{TIME_MAX, count, time};
use super::asked::Asked;
use super::assertion::assertions;
use super::capture::capture;
use super::conditions::{condition_before, condition_of};
use super::files::Reading;
use super::names::{Names, plain, template};
use super::probe::{PROTOCOLS, Probes};
use super::request::{Defaults, request};
use crate::analysis::diagnostic::listed;
use crate::analysis::node::Place;
use crate::analysis::plan::journey::{Action, Body, Capture, Pause, Repeat, Request, Retry, Step, Template};
use crate::analysis::raw::journey::step as raw;
use crate::analysis::validate::Checks;

/// Steps of one journey, those inside of others too. Histograms are kept for each of them.
const STEPS_MAX: usize = 200;
const REPEATS_MAX: u32 = 10_000;
const RETRIES_MAX: u32 = 100;
const SHORTEST: Duration = Duration::from_millis(1);

/// Makes steps, one after another.
pub(super) struct Steps<'c, 'r, 'f> {
    pub(super) checks: &'c mut Checks<'r>,
    pub(super) names: Names,
    pub(super) files: &'c mut Reading<'f>,
    pub(super) defaults: &'c Defaults,
    pub(super) timeout: Duration,
    /// How many there are, which is the next one's index.
    pub(super) made: usize,
}

impl Steps<'_, '_, '_> {
    /// A list of steps that follow one another, or run at the same time.
    pub(super) fn list(&mut self, raw: &[raw::Step], place: &Place<'_>, is_inner: bool) -> Vec<Step> {
        let before = self.names.clone();
        let mut steps = Vec::new();
        let mut captured = before.captured.clone();
        for (at, raw) in raw.iter().enumerate() {
            if is_inner {
                // What one of them captures is known when all of them have ended.
                self.names.captured.clone_from(&before.captured);
            }
            if self.made == STEPS_MAX {
                let found = format!("more than {STEPS_MAX} steps");
                self.checks.refuse(
                    &place.item(at),
                    found,
                    "a journey of fewer steps, or several journeys",
                );
                break;
            }
            steps.extend(self.step(raw, &place.item(at), is_inner));
            captured.extend(self.names.captured.iter().cloned());
        }
        self.names.captured = captured;
        self.names.steps.extend(raw.iter().map(|step| step.name.clone()));
        steps
    }

    fn step(&mut self, raw: &raw::Step, place: &Place<'_>, is_inner: bool) -> Option<Step> {
        let index = self.made;
        self.made += 1;
        let name = plain(self.checks, &place.field("name"), &raw.name).unwrap_or(&raw.name);
        if name.trim().is_empty() || name.contains(char::is_control) {
            let found = format!("the name {name:?}");
            self.checks
                .refuse(&place.field("name"), found, "a name on one line");
        }
        let when = {
            let place = place.field("when");
            condition_before(self.checks, &self.names, &place, raw.when.as_deref())
        };
        let action = self.action(raw, place, is_inner)?;
        let asked = match &action {
            Action::Http(_) => Some(Asked::of_request()),
            Action::Probe(probe) => Some(Asked::of_probe(&probe.protocol)),
            Action::Parallel(_) => None,
        };
        self.refuse_beside(&action, place);
        let captures = self.captures(asked.as_ref(), raw, place);
        self.names
            .captured
            .extend(captures.iter().map(|capture| Arc::clone(&capture.name)));
        let asserted = (raw.assert.as_deref().unwrap_or_default(), &place.field("assert"));
        let assertions = asked
            .as_ref()
            .map(|asked| assertions(self.checks, &self.names, self.files, asked, asserted));
        let timeout = time(
            self.checks,
            &place.field("timeout"),
            raw.timeout.as_deref(),
            self.timeout,
            SHORTEST..=TIME_MAX,
        );
        let step = Step {
            name: name.to_owned(),
            index,
            when,
            repeat: self.repeat(asked.as_ref(), raw.repeat.as_ref(), &place.field("repeat")),
            retry: self.retry(raw.retry.as_ref(), &place.field("retry")),
            think: self.think(raw.think.as_ref(), &place.field("think")),
            timeout,
            captures,
            assertions: assertions.unwrap_or_default(),
            compare: raw.compare.unwrap_or(false),
            creates: self.text(raw.creates.as_deref(), &place.field("creates")),
            removes: self.text(raw.removes.as_deref(), &place.field("removes")),
            continue_on_failure: raw.continue_on_failure.unwrap_or(false),
            action,
        };
        self.check_compare(&step, place);
        if !is_inner {
            self.names.steps.insert(step.name.clone());
        }
        Some(step)
    }

    fn action(&mut self, raw: &raw::Step, place: &Place<'_>, is_inner: bool) -> Option<Action> {
        let keys = ["request", "parallel"].into_iter().chain(PROTOCOLS);
        let given: Vec<&str> = keys.filter(|key| place.field(key).node().is_some()).collect();
        let [key] = given.as_slice() else {
            let found = "a step that does nothing, or several things";
            let expected = format!("exactly one of `request`, `parallel`, {}", listed(PROTOCOLS));
            self.checks.refuse(place, found, expected);
            return None;
        };
        let place = place.field(key);
        if let Some(raw) = &raw.request {
            let request = request(self.checks, &self.names, self.files, self.defaults, raw, &place);
            return Some(Action::Http(request));
        }
        let Some(inner) = &raw.parallel else {
            let mut probes = Probes {
                checks: &mut *self.checks,
                names: &self.names,
                files: &mut *self.files,
                place,
            };
            return probes.probe(raw).map(|probe| Action::Probe(Box::new(probe)));
        };
        if is_inner {
            let expected = "one list of steps that run at the same time";
            self.checks
                .refuse(&place, "`parallel` inside of `parallel`", expected);
            return None;
        }
        if inner.len() < 2 {
            let found = format!("{} steps at the same time", inner.len());
            self.checks.refuse(&place, found, "two or more");
        }
        Some(Action::Parallel(self.list(inner, &place, true)))
    }

    /// What belongs to something else than the step does.
    fn refuse_beside(&mut self, action: &Action, place: &Place<'_>) {
        let (what, keys, expected): (&str, &[&str], fn(&str) -> String) = match action {
            Action::Http(_) => return,
            Action::Probe(probe) => (probe.protocol.name(), &["compare", "creates", "removes"], |key| {
                format!("`{key}` beside `request` only")
            }),
            Action::Parallel(_) => (
                "parallel",
                &[
                    "captures", "assert", "compare", "creates", "removes", "retry", "repeat", "timeout",
                ],
                |key| format!("`{key}` in the steps inside"),
            ),
        };
        for key in keys {
            let place = place.field(key);
            if place.node().is_some() {
                self.checks
                    .refuse(&place, format!("`{key}` beside `{what}`"), expected(key));
            }
        }
    }

    fn captures(&mut self, asked: Option<&Asked>, raw: &raw::Step, place: &Place<'_>) -> Vec<Capture> {
        let Some(asked) = asked else { return Vec::new() };
        let place = place.field("captures");
        let raw = raw.captures.iter().flatten();
        raw.filter_map(|(name, raw)| capture(self.checks, asked, name, raw, &place.field(name)))
            .collect()
    }

    fn repeat(
        &mut self,
        asked: Option<&Asked>,
        raw: Option<&raw::Repeat>,
        place: &Place<'_>,
    ) -> Option<Repeat> {
        let (asked, raw) = (asked?, raw?);
        let until_place = place.field("until");
        let until = raw.until.as_deref();
        Some(Repeat {
            times: count(
                self.checks,
                &place.field("times"),
                Some(&raw.times),
                1,
                1..=REPEATS_MAX,
            ),
            until: condition_of(self.checks, &self.names, &asked.members, &until_place, until),
            pause: self.pause(raw.pause.as_deref(), &place.field("pause")),
        })
    }

    fn retry(&mut self, raw: Option<&raw::Retry>, place: &Place<'_>) -> Option<Retry> {
        let raw = raw?;
        Some(Retry {
            attempts: count(
                self.checks,
                &place.field("attempts"),
                Some(&raw.attempts),
                1,
                1..=RETRIES_MAX,
            ),
            pause: self.pause(raw.pause.as_deref(), &place.field("pause")),
            on: raw.on.clone().unwrap_or_default(),
        })
    }

    fn pause(&mut self, text: Option<&str>, place: &Place<'_>) -> Duration {
        time(
            self.checks,
            place,
            text,
            Duration::ZERO,
            Duration::ZERO..=TIME_MAX,
        )
    }

    fn think(&mut self, raw: Option<&raw::Think>, place: &Place<'_>) -> Option<Pause> {
        let (min, max) = match raw? {
            raw::Think::Fixed(text) => {
                let time = self.pause(Some(text), place);
                (time, time)
            }
            raw::Think::Drawn(range) => {
                let min = self.pause(Some(&range.min), &place.field("min"));
                (min, self.pause(Some(&range.max), &place.field("max")))
            }
        };
        if max < min {
            self.checks.refuse(
                &place.field("max"),
                "a `max` below `min`",
                "a `max` of at least `min`",
            );
        }
        Some(Pause {
            min,
            max: max.max(min),
        })
    }

    fn text(&mut self, text: Option<&str>, place: &Place<'_>) -> Option<Template> {
        Some(template(self.checks, &self.names, place, text?))
    }

    /// Answers are compared of requests that change nothing.
    fn check_compare(&mut self, step: &Step, place: &Place<'_>) {
        let changes = |request: &Request| !request.method.is_safe() && !matches!(request.body, Body::Empty);
        if step.compare && (step.creates.is_some() || step.removes.is_some()) {
            let found = "`compare` of a step that creates or removes something";
            self.checks.refuse(
                &place.field("compare"),
                found,
                "`compare` of steps that only read",
            );
        } else if step.compare
            && let Action::Http(request) = &step.action
            && changes(request)
        {
            let found = format!("`compare` of a {} request", request.method);
            let expected = "a step that only reads, though its method is one that writes";
            self.checks.warn(&place.field("compare"), found, expected);
        }
    }
}
