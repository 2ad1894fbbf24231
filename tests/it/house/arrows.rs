//! Which room may use which.

use super::paths;

/// The rooms of one crate from the lowest floor to the highest; rooms of one floor may not use each other.
pub(super) struct House {
    crate_name: &'static str,
    floors: &'static [&'static [&'static str]],
    /// May be used from every floor.
    open: &'static [&'static str],
    /// Rooms whose folders are adapters that may not use one another.
    adapters: &'static [&'static str],
    /// What adapters of one room share.
    shared: &'static [&'static str],
}

/// `demo -> cli -> server -> config -> (providers, probes, controllers, alerts, store) -> engine`.
pub(super) const SERIN: House = House {
    crate_name: "serin",
    floors: &[
        &["engine"],
        &["providers", "probes", "controllers", "alerts", "store"],
        &["config"],
        &["server"],
        &["cli"],
        &["demo"],
    ],
    open: &["telemetry"],
    adapters: &["providers", "probes", "controllers", "alerts", "store"],
    shared: &["http", "dial", "counted", "counting", "valued", "conformance"],
};

/// `(import, blackbox) -> (verdict, journey) -> analysis -> kayenta -> (condition, stats, counter) -> histogram -> time`.
pub(super) const JUDGE: House = House {
    crate_name: "serin_judge",
    floors: &[
        &["time"],
        &["histogram"],
        &["condition", "stats", "counter"],
        &["kayenta"],
        &["analysis"],
        &["verdict", "journey"],
        &["import", "blackbox"],
    ],
    open: &[],
    adapters: &[],
    shared: &[],
};

impl House {
    /// One line for each path in `text` that leads up or sideways.
    pub(super) fn violations(&self, module: &[String], text: &str) -> Vec<String> {
        let Some(room) = module.first() else {
            return Vec::new();
        };
        let paths = paths::named(module, text, self.crate_name);
        let wrong = paths
            .iter()
            .filter(|path| !self.may_use(room, module.get(1), path));
        wrong
            .map(|path| {
                format!(
                    "{} reaches up or sideways to {}: crate::{}",
                    module.join("::"),
                    path[0],
                    path.join("::")
                )
            })
            .collect()
    }

    fn floor(&self, room: &str) -> Option<usize> {
        self.floors.iter().position(|floor| floor.contains(&room))
    }

    fn may_use(&self, room: &str, adapter: Option<&String>, path: &[String]) -> bool {
        let Some(other) = path.first() else { return true };
        if self.open.contains(&other.as_str()) {
            return true;
        }
        if room == other {
            let sibling = path.get(1);
            let both_adapters = self.adapters.contains(&room) && adapter.is_some() && sibling.is_some();
            let shared = sibling.is_some_and(|sibling| self.shared.contains(&sibling.as_str()));
            let item = sibling.is_some_and(|sibling| sibling.starts_with(char::is_uppercase));
            return !both_adapters || adapter == sibling || shared || item;
        }
        match (self.floor(room), self.floor(other)) {
            (Some(floor), Some(below)) => floor > below,
            // An item of the crate's root, or a room that this list does not know yet: tell, rather than let through.
            _ => false,
        }
    }
}
