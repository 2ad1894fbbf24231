use std::sync::Arc;

use serin_judge::analysis::plan::journey::Budget as Document;
use tokio::time::Instant;

use super::{Budget, Place};

/// Everything that limits one probing. Clones are limited together.
#[derive(Clone, Debug, Default)]
pub struct Budgets {
    /// In the order of the targets; a target without an entry has no limit of its own.
    of_targets: Vec<Vec<Arc<Budget>>>,
    in_all: Vec<Arc<Budget>>,
}

/// Places of one probe at one target, until this is dropped.
#[derive(Debug)]
pub struct Held(Vec<Place>);

impl Held {
    /// So many requests were made.
    pub fn settle(self, asked: usize) {
        self.0.into_iter().for_each(|place| place.settle(asked));
    }
}

impl Budgets {
    /// Places for one probe of one request at `now`, of who asks the first target only; `None` when there are none.
    #[must_use]
    pub fn hold(&self, now: Instant) -> Option<Held> {
        let places = self.take(1, 1, now)?;
        Some(Held(places.into_iter().flatten().collect()))
    }

    /// What a journey's document allows, for so many targets.
    #[must_use]
    pub fn of_document(document: &Document, targets: usize) -> Self {
        let mut budgets = Self::default();
        for place in 0..targets {
            budgets.limit_target(place, Budget::of(document.per_target));
        }
        budgets.limit_all(Budget::of(document.in_all));
        budgets
    }

    /// One more limit of the target at this place.
    pub fn limit_target(&mut self, place: usize, budget: Option<Arc<Budget>>) {
        if self.of_targets.len() <= place {
            self.of_targets.resize(place + 1, Vec::new());
        }
        self.of_targets[place].extend(budget);
    }

    /// One more limit of all targets together.
    pub fn limit_all(&mut self, budget: Option<Arc<Budget>>) {
        self.in_all.extend(budget);
    }

    /// Not even one start of so many runs, one a target, would ever be allowed.
    pub(in crate::engine::journeys) fn forbid(&self, targets: usize) -> bool {
        self.in_all.iter().any(|budget| budget.is_below(targets))
    }

    /// Places for the runs of one start, one a target, of so many requests each, at `now`. All of them or none: what was
    /// taken for one target is given back when there is no place at another. Empty where nothing is limited.
    pub(in crate::engine::journeys) fn take(
        &self,
        targets: usize,
        requests: usize,
        now: Instant,
    ) -> Option<Vec<Vec<Place>>> {
        if self.of_targets.is_empty() && self.in_all.is_empty() {
            return Some(Vec::new());
        }
        let mut taken: Vec<Vec<Place>> = (0..targets).map(|_| Vec::new()).collect();
        let own = self
            .of_targets
            .iter()
            .take(targets)
            .enumerate()
            .flat_map(|(place, budgets)| budgets.iter().map(move |budget| (budget, place..place + 1)));
        let shared = self.in_all.iter().map(|budget| (budget, 0..targets));
        for (budget, range) in own.chain(shared) {
            let Some(places) = budget.take(range.len(), requests, now) else {
                taken.into_iter().flatten().for_each(|place| place.settle(0));
                return None;
            };
            for (target, place) in range.zip(places) {
                taken[target].push(place);
            }
        }
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use serin_judge::analysis::plan::journey::Allowance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_start_that_one_target_forbids_costs_the_others_nothing() {
        let rate = |requests_per_second| Allowance {
            requests_per_second: Some(requests_per_second),
            in_flight_max: None,
        };
        let mut budgets = Budgets::of_document(&Document::default(), 2);
        let (generous, strict) = (Budget::new(rate(10.0)), Budget::new(rate(1.0)));
        budgets.limit_target(0, Some(Arc::clone(&generous)));
        budgets.limit_target(1, Some(strict));
        let now = Instant::now();
        assert_eq!(budgets.take(2, 1, now).map(|places| places.len()), Some(2));
        for _ in 0..100 {
            assert!(budgets.take(2, 1, now).is_none());
        }
        assert!(generous.take(1, 9, now).is_some(), "nine of ten are left");
        assert!(generous.take(1, 1, now).is_none());
    }
}
