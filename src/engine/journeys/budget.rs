use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// What may be asked of a target, or of all together. `None` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BudgetLimits {
    /// Requests a second, on average; positive.
    pub requests_per_second: Option<f64>,
    /// Runs under way.
    pub concurrent: Option<usize>,
}

/// A limit that any number of probings share. A run takes all requests that it will make at once, when it starts: a run
/// that has begun is never slowed down, since that would be measured as the server's slowness.
#[derive(Debug)]
pub struct Budget {
    limits: BudgetLimits,
    zero: Instant,
    /// Nanoseconds since `zero` at which all that was taken will have been earned (the generic cell rate algorithm).
    earned_at: AtomicU64,
    under_way: AtomicUsize,
}

/// So much may be taken ahead: a second's worth, or one run where that is more.
const BURST: Duration = Duration::from_secs(1);

/// Part of a budget that a run holds until this is dropped.
#[derive(Debug)]
pub(super) struct Share(Arc<Budget>);

impl Drop for Share {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Budget {
    /// Nothing taken yet.
    #[must_use]
    pub fn new(limits: BudgetLimits) -> Arc<Self> {
        Arc::new(Self {
            limits,
            zero: Instant::now(),
            earned_at: AtomicU64::new(0),
            under_way: AtomicUsize::new(0),
        })
    }

    /// A place for a run of so many requests, at `now`; `None` when there is none.
    pub(super) fn take(self: &Arc<Self>, requests: usize, now: Instant) -> Option<Share> {
        let limit = self.limits.concurrent.unwrap_or(usize::MAX);
        let more = |under_way: usize| (under_way < limit).then_some(under_way + 1);
        self.under_way
            .try_update(Ordering::AcqRel, Ordering::Acquire, more)
            .ok()?;
        let share = Share(Arc::clone(self));
        self.earn(requests, now).then_some(share)
    }

    /// Enough was earned for so many requests; they are paid for now.
    fn earn(&self, requests: usize, now: Instant) -> bool {
        let Some(rate) = self.limits.requests_per_second else {
            return true;
        };
        #[expect(clippy::cast_precision_loss, reason = "requests of one run")]
        let cost = Duration::try_from_secs_f64(requests as f64 / rate).unwrap_or(Duration::MAX);
        let nanos = |duration: Duration| u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let now = nanos(now.saturating_duration_since(self.zero));
        let ahead_max = nanos(BURST.max(cost));
        let pay = |earned_at: u64| {
            let after = earned_at.max(now).saturating_add(nanos(cost));
            (after <= now.saturating_add(ahead_max)).then_some(after)
        };
        self.earned_at
            .try_update(Ordering::AcqRel, Ordering::Acquire, pay)
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn requests_are_paid_for_by_the_time_that_passes() {
        let limits = BudgetLimits {
            requests_per_second: Some(10.0),
            concurrent: None,
        };
        let (budget, zero) = (Budget::new(limits), Instant::now());
        let mut taken = 0;
        for tenth in 0..600_u32 {
            let now = zero + Duration::from_millis(100) * tenth;
            while budget.take(2, now).is_some() {
                taken += 1;
            }
        }
        // 60 s at 10 requests/s are 300 runs of two, and the second ahead.
        assert!((300..=305).contains(&taken), "{taken}");
        let dear = Budget::new(BudgetLimits {
            requests_per_second: Some(0.1),
            concurrent: None,
        });
        assert!(
            dear.take(3, zero).is_some(),
            "one run is always affordable after a while"
        );
        assert!(dear.take(3, zero + Duration::from_secs(29)).is_none());
        assert!(dear.take(3, zero + Duration::from_secs(31)).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn places_come_back() {
        let limits = BudgetLimits {
            requests_per_second: None,
            concurrent: Some(2),
        };
        let (budget, now) = (Budget::new(limits), Instant::now());
        let (first, _second) = (budget.take(1, now).unwrap(), budget.take(1, now).unwrap());
        assert!(budget.take(1, now).is_none());
        drop(first);
        assert!(budget.take(1, now).is_some());
    }
}
