//! What is brought into the limits of Journeys once all is known.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Draft;
use crate::analysis::duration;
use crate::import::call::{can_be_target, origin_of};
use crate::import::text::shown;
use crate::import::yaml::Yaml;

/// Of all steps, and of one, where a Journey does not say.
const TIMEOUT: Duration = Duration::from_secs(30);
const STEP_TIMEOUT: Duration = Duration::from_secs(10);
/// Steps of one Journey.
const STEPS_MAX: usize = 200;

impl Draft {
    /// Within the limits of Journeys: steps have names of their own, and there are not too many.
    pub(in crate::import) fn finish(mut self) -> Self {
        let room = STEPS_MAX.saturating_sub(self.finally.len().min(STEPS_MAX));
        for (steps, room) in [(&mut self.steps, room), (&mut self.finally, STEPS_MAX)] {
            for step in steps.split_off(steps.len().min(room)) {
                self.remarks.lose(format!(
                    "step `{}`: a Journey has {STEPS_MAX} steps at most",
                    step.name
                ));
                self.remarks.lost += step.remarks.lost;
            }
        }
        self.wait_long_enough();
        self.check_addresses();
        let mut names = BTreeSet::new();
        for step in self.steps.iter_mut().chain(&mut self.finally) {
            let clean: String = shown(&step.name)
                .replace(char::is_control, " ")
                .replace("{{", "{");
            let clean = clean.trim().to_owned();
            let base = if clean.is_empty() {
                "step".to_owned()
            } else {
                clean
            };
            let mut name = base.clone();
            let mut number = 1;
            while !names.insert(name.clone()) {
                number += 1;
                name = format!("{base} ({number})");
            }
            step.name = name;
        }
        self
    }

    /// Tools that bound each request only have no time for all of them.
    fn wait_long_enough(&mut self) {
        let each = self.steps.iter().map(|step| match step.after.get("timeout") {
            Some(Yaml::Text(time)) => duration::parse(time).unwrap_or(STEP_TIMEOUT),
            _ => STEP_TIMEOUT,
        });
        let all: Duration = each.sum();
        if all > TIMEOUT && !self.settings.has("timeout") {
            let all = all.min(Duration::from_secs(24 * 3600));
            self.settings.put("timeout", duration::format(all));
        }
    }

    /// A default value that makes no address has to be given.
    fn check_addresses(&mut self) {
        let steps = self.steps.iter().chain(&self.finally);
        let addresses = steps.filter_map(|step| {
            let keys = ["url", "address", "server", "host"].into_iter();
            let (key, value) = keys.filter_map(|key| Some((key, step.action.get(key)?))).next()?;
            match value {
                Yaml::Text(text) => Some((key == "url", text.clone())),
                _ => None,
            }
        });
        let target = self.target.iter().map(|target| (true, target.clone()));
        for (is_url, address) in target.chain(addresses).collect::<Vec<_>>() {
            let filled = self.scope.with_defaults(&address);
            if filled != address && !is_address(is_url, &filled) {
                for name in self.scope.forget_defaults(&address) {
                    self.remarks.lose(format!(
                        "the value of `{name}`, which is no address where it stands"
                    ));
                }
            }
        }
    }
}

/// Whether a filled address could be one.
fn is_address(is_url: bool, filled: &str) -> bool {
    if !is_url {
        return !filled.trim().is_empty() && !filled.contains(['/', '@', ' ']);
    }
    let is_open = filled.starts_with("{{") || filled.starts_with(['/', '?']);
    is_open || origin_of(filled).is_some_and(|(origin, _)| can_be_target(origin))
}
