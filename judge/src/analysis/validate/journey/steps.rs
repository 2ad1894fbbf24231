//! Steps.

use std::sync::Arc;
use std::time::Duration;

use super::amounts::{TIME_MAX, count, time};
use super::assertion::assertions;
use super::capture::capture;
use super::files::Reading;
use super::names::{Names, condition, plain, template};
use super::request::{Defaults, request};
use crate::analysis::node::Place;
use crate::analysis::plan::journey::{Action, Body, Capture, Pause, Repeat, Request, Retry, Step, Template};
use crate::analysis::raw::journey::step as raw;
use crate::analysis::validate::Checks;
use crate::condition::Condition;

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
            condition(
                self.checks,
                &self.names,
                &place,
                raw.when.as_deref(),
                Condition::before_step,
            )
        };
        let action = self.action(raw, place, is_inner)?;
        let captures = self.captures(raw, place);
        self.names
            .captured
            .extend(captures.iter().map(|capture| Arc::clone(&capture.name)));
        let is_request = matches!(action, Action::Http(_));
        let asserted = raw.assert.as_deref().unwrap_or_default();
        let assertions = if is_request {
            assertions(
                self.checks,
                &self.names,
                self.files,
                asserted,
                &place.field("assert"),
            )
        } else {
            Vec::new()
        };
        if !is_request {
            self.refuse_beside_parallel(place);
        }
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
            repeat: self.repeat(raw.repeat.as_ref(), &place.field("repeat")),
            retry: self.retry(raw.retry.as_ref(), &place.field("retry")),
            think: self.think(raw.think.as_ref(), &place.field("think")),
            timeout,
            captures,
            assertions,
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
        match (&raw.request, &raw.parallel) {
            (Some(raw), None) => {
                let place = place.field("request");
                let request = request(self.checks, &self.names, self.files, self.defaults, raw, &place);
                Some(Action::Http(request))
            }
            (None, Some(_)) if is_inner => {
                let found = "`parallel` inside of `parallel`";
                self.checks.refuse(
                    &place.field("parallel"),
                    found,
                    "one list of steps that run at the same time",
                );
                None
            }
            (None, Some(inner)) => {
                let place = place.field("parallel");
                if inner.len() < 2 {
                    let found = format!("{} steps at the same time", inner.len());
                    self.checks.refuse(&place, found, "two or more");
                }
                Some(Action::Parallel(self.list(inner, &place, true)))
            }
            _ => {
                let found = "a step that does nothing, or several things";
                self.checks
                    .refuse(place, found, "exactly one of `request` and `parallel`");
                None
            }
        }
    }

    /// What belongs to a request.
    fn refuse_beside_parallel(&mut self, place: &Place<'_>) {
        for key in [
            "captures", "assert", "compare", "creates", "removes", "retry", "repeat", "timeout",
        ] {
            let place = place.field(key);
            if place.node().is_some() {
                let found = format!("`{key}` beside `parallel`");
                self.checks
                    .refuse(&place, found, format!("`{key}` in the steps inside"));
            }
        }
    }

    fn captures(&mut self, raw: &raw::Step, place: &Place<'_>) -> Vec<Capture> {
        let place = place.field("captures");
        let raw = raw.captures.iter().flatten();
        raw.filter_map(|(name, raw)| capture(self.checks, name, raw, &place.field(name)))
            .collect()
    }

    fn repeat(&mut self, raw: Option<&raw::Repeat>, place: &Place<'_>) -> Option<Repeat> {
        let raw = raw?;
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
            until: condition(
                self.checks,
                &self.names,
                &until_place,
                until,
                Condition::of_answer,
            ),
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
