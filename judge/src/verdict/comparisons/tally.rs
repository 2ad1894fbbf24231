use crate::verdict::Counts;

/// Requests and events of one side added up; `f64` because both may exceed any `u64` over time and 53 bits are
/// plenty for a rate.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Tally {
    pub(super) total: f64,
    pub(super) events: f64,
}

impl Tally {
    pub(super) fn add(&mut self, other: Self) {
        self.total += other.total;
        self.events += other.events;
    }

    /// Events per request; 0 without requests.
    pub(super) fn rate(self) -> f64 {
        if self.total > 0.0 {
            self.events / self.total
        } else {
            0.0
        }
    }

    /// The rate to expect of requests to come, never 0 or 1: `(x + 1/2)/(n + 1)`. `None` without requests.
    pub(super) fn predicted_rate(self) -> Option<f64> {
        (self.total > 0.0).then(|| (self.events + 0.5) / (self.total + 1.0))
    }
}

impl From<Counts> for Tally {
    fn from(counts: Counts) -> Self {
        Self {
            total: counts.total as f64,
            events: counts.bad as f64,
        }
    }
}

/// Requests and events of the judged windows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Judged {
    pub(super) canary_requests: u64,
    pub(super) canary_events: u64,
    pub(super) stable_requests: u64,
    pub(super) stable_events: u64,
}

impl Judged {
    /// Adds a window of both sides; one where a side had no requests compares nothing.
    pub(super) fn add(&mut self, canary: Tally, stable: Tally) {
        if canary.total > 0.0 && stable.total > 0.0 {
            self.add_requests(whole(canary.total), whole(stable.total));
            self.add_events(whole(canary.events), whole(stable.events));
        }
    }

    pub(super) fn add_requests(&mut self, canary: u64, stable: u64) {
        self.canary_requests = self.canary_requests.saturating_add(canary);
        self.stable_requests = self.stable_requests.saturating_add(stable);
    }

    pub(super) fn add_events(&mut self, canary: u64, stable: u64) {
        self.canary_events = self.canary_events.saturating_add(canary);
        self.stable_events = self.stable_events.saturating_add(stable);
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts and exposures are at least 0, and the conversion saturates"
)]
fn whole(count: f64) -> u64 {
    count as u64
}
