mod all;
mod shared;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use serin_judge::analysis::plan::journey::Allowance;
use tokio::time::Instant;

pub use all::{Budgets, Held};
pub use shared::SharedBudgets;

/// A limit that any number of probings share. All that the runs of one start will ask for is taken when they start: a run
/// that has begun is never slowed down, since that would be measured as the server's slowness.
#[derive(Debug)]
pub struct Budget {
    allowance: Allowance,
    zero: Instant,
    /// Nanoseconds since `zero` at which all that was taken will have been earned (the generic cell rate algorithm).
    earned_at: AtomicU64,
    under_way: AtomicUsize,
}

/// So much may be taken ahead: a second's worth, or one start where that is more.
const BURST: Duration = Duration::from_secs(1);

/// A place of one run, until this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    budget: Arc<Budget>,
    /// Requests that were taken for it.
    taken: usize,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.budget.under_way.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Place {
    /// The run has made so many requests. What it did not need is free again; what retries and redirects made more is paid
    /// for by those who start later.
    pub(super) fn settle(self, asked: usize) {
        if asked < self.taken {
            self.budget.give_back(self.taken - asked);
        } else {
            self.budget.charge(asked - self.taken);
        }
    }
}

impl Budget {
    /// Nothing taken yet.
    #[must_use]
    pub fn new(allowance: Allowance) -> Arc<Self> {
        Arc::new(Self {
            allowance,
            zero: Instant::now(),
            earned_at: AtomicU64::new(0),
            under_way: AtomicUsize::new(0),
        })
    }

    /// `None` where there is no limit.
    #[must_use]
    pub fn of(allowance: Allowance) -> Option<Arc<Self>> {
        (allowance != Allowance::default()).then(|| Self::new(allowance))
    }

    /// Never lets so many runs start at once.
    pub(super) fn is_below(&self, runs: usize) -> bool {
        self.allowance.in_flight_max.is_some_and(|max| max < runs)
    }

    /// Places for so many runs of so many requests each, at `now`; `None` when there are none.
    pub(super) fn take(self: &Arc<Self>, runs: usize, requests: usize, now: Instant) -> Option<Vec<Place>> {
        let limit = self.allowance.in_flight_max.unwrap_or(usize::MAX);
        let more = |under_way: usize| Some(under_way + runs).filter(|more| *more <= limit);
        self.under_way
            .try_update(Ordering::AcqRel, Ordering::Acquire, more)
            .ok()?;
        let place = || Place {
            budget: Arc::clone(self),
            taken: requests,
        };
        let places: Vec<Place> = (0..runs).map(|_| place()).collect();
        self.earn(runs * requests, now).then_some(places)
    }

    /// Enough was earned for so many requests; they are paid for now.
    fn earn(&self, requests: usize, now: Instant) -> bool {
        let Some(cost) = self.cost(requests) else {
            return true;
        };
        let now = nanos(now.saturating_duration_since(self.zero));
        let ahead_max = cost.max(nanos(BURST));
        let pay = |earned_at: u64| {
            let after = earned_at.max(now).saturating_add(cost);
            (after <= now.saturating_add(ahead_max)).then_some(after)
        };
        self.earned_at
            .try_update(Ordering::AcqRel, Ordering::Acquire, pay)
            .is_ok()
    }

    fn charge(&self, requests: usize) {
        let cost = self.cost(requests).unwrap_or_default();
        self.change(|earned_at| earned_at.saturating_add(cost));
    }

    fn give_back(&self, requests: usize) {
        let cost = self.cost(requests).unwrap_or_default();
        self.change(|earned_at| earned_at.saturating_sub(cost));
    }

    fn change(&self, change: impl Fn(u64) -> u64) {
        // Always changes something, so there is no error.
        let _before = self
            .earned_at
            .try_update(Ordering::AcqRel, Ordering::Acquire, |earned_at| {
                Some(change(earned_at))
            });
    }

    /// Nanoseconds in which so many requests are earned; `None` where they are not limited.
    fn cost(&self, requests: usize) -> Option<u64> {
        #[expect(clippy::cast_precision_loss, reason = "requests of one start")]
        let seconds = requests as f64 / self.allowance.requests_per_second?;
        Some(nanos(
            Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX),
        ))
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn requests_are_paid_for_by_the_time_that_passes() {
        let limits = Allowance {
            requests_per_second: Some(10.0),
            in_flight_max: None,
        };
        let (budget, zero) = (Budget::new(limits), Instant::now());
        let mut taken = 0;
        for tenth in 0..600_u32 {
            let now = zero + Duration::from_millis(100) * tenth;
            while budget.take(1, 2, now).is_some() {
                taken += 1;
            }
        }
        // 60 s at 10 requests/s are 300 runs of two, and the second ahead.
        assert!((300..=305).contains(&taken), "{taken}");
        let dear = Budget::new(Allowance {
            requests_per_second: Some(0.1),
            in_flight_max: None,
        });
        assert!(
            dear.take(1, 3, zero).is_some(),
            "one run is always affordable after a while"
        );
        assert!(dear.take(1, 3, zero + Duration::from_secs(29)).is_none());
        assert!(dear.take(1, 3, zero + Duration::from_secs(31)).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn places_come_back() {
        let limits = Allowance {
            requests_per_second: None,
            in_flight_max: Some(2),
        };
        let (budget, now) = (Budget::new(limits), Instant::now());
        let (first, _second) = (budget.take(1, 1, now).unwrap(), budget.take(1, 1, now).unwrap());
        assert!(budget.take(1, 1, now).is_none());
        drop(first);
        assert!(budget.take(1, 1, now).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn runs_pay_for_the_requests_they_made() {
        let allowance = Allowance {
            requests_per_second: Some(10.0),
            in_flight_max: None,
        };
        let (budget, now) = (Budget::new(allowance), Instant::now());
        let take = || {
            budget
                .take(1, 5, now)
                .map(|places| places.into_iter().next().unwrap())
        };
        let (first, second) = (take().unwrap(), take().unwrap());
        assert!(take().is_none(), "a second's worth is taken");
        first.settle(0);
        let third = take().unwrap();
        assert!(take().is_none());
        second.settle(5);
        third.settle(25);
        let later = |seconds| budget.take(1, 5, now + Duration::from_secs(seconds)).is_some();
        assert!(!later(2), "twenty requests more than taken are two seconds");
        assert!(later(3));
    }

    #[tokio::test(start_paused = true)]
    async fn both_sides_of_a_pair_start_or_neither() {
        let slow = Budget::new(Allowance {
            requests_per_second: Some(0.5),
            in_flight_max: Some(2),
        });
        let now = Instant::now();
        assert!(slow.is_below(3) && !slow.is_below(2));
        let pair = slow.take(2, 1, now).unwrap();
        assert_eq!(pair.len(), 2);
        drop(pair);
        assert!(slow.take(2, 1, now + Duration::from_secs(3)).is_none());
        assert!(slow.take(2, 1, now + Duration::from_secs(4)).is_some());
    }
}
