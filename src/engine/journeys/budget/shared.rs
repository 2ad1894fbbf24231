use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use serin_judge::analysis::plan::journey::Budget as Document;

use super::{Budget, Budgets};
use crate::engine::journeys::Target;

/// What all journeys of a process may ask for together: of each target, whatever journey asks it, and of all targets.
#[derive(Debug, Default)]
pub struct SharedBudgets {
    document: Document,
    in_all: Option<Arc<Budget>>,
    /// By origin; gone with the last probing of a target.
    targets: Mutex<BTreeMap<String, Weak<Budget>>>,
}

impl SharedBudgets {
    /// Nothing taken yet.
    #[must_use]
    pub fn new(document: Document) -> Self {
        Self {
            in_all: Budget::of(document.in_all),
            document,
            targets: Mutex::default(),
        }
    }

    /// Limits a probing of these targets by what all share, beside what limits it already.
    pub fn limit(&self, budgets: &mut Budgets, targets: &[Target]) {
        for (place, target) in targets.iter().enumerate() {
            budgets.limit_target(place, self.of_target(&target.url));
        }
        budgets.limit_all(self.in_all.clone());
    }

    fn of_target(&self, url: &str) -> Option<Arc<Budget>> {
        let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        targets.retain(|_, budget| budget.strong_count() > 0);
        let origin = origin(url);
        if let Some(known) = targets.get(&origin).and_then(Weak::upgrade) {
            return Some(known);
        }
        let budget = Budget::of(self.document.per_target)?;
        targets.insert(origin, Arc::downgrade(&budget));
        Some(budget)
    }
}

/// Scheme, host and port: paths of one server are one target.
fn origin(url: &str) -> String {
    url::Url::parse(url).map_or_else(|_| url.to_owned(), |url| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use serin_judge::analysis::plan::journey::Allowance;
    use serin_judge::journey::Arm;
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn journeys_of_one_target_share_what_it_may_be_asked() {
        let two = Allowance {
            requests_per_second: None,
            in_flight_max: Some(2),
        };
        let three = Allowance {
            in_flight_max: Some(3),
            ..two
        };
        let shared = SharedBudgets::new(Document {
            per_target: two,
            in_all: three,
        });
        let of = |url: &str| {
            let target = Target {
                arm: Arm::Stable,
                url: url.to_owned(),
            };
            let mut budgets = Budgets::default();
            shared.limit(&mut budgets, &[target]);
            budgets
        };
        let (a, same, b) = (of("http://a/x"), of("http://A:80/y"), of("http://b"));
        let now = Instant::now();
        let _first = a.take(1, 1, now).unwrap();
        let _second = same.take(1, 1, now).unwrap();
        assert!(a.take(1, 1, now).is_none(), "two at a target");
        let _third = b.take(1, 1, now).unwrap();
        assert!(b.take(1, 1, now).is_none(), "three in all");
    }
}
