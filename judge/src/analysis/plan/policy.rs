//! How evidence becomes a verdict.

use std::time::Duration;

/// How evidence becomes a verdict.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Policy {
    /// Probability of a false rollback over the whole run, in (0, 0.5].
    pub false_rollback: f64,
    /// Probability of a false promotion over the whole run, in (0, 0.5].
    pub false_promotion: f64,
    /// Length of a window.
    pub window: Duration,
    /// Windows that start earlier than this after the start are never judged.
    pub burn_in: Duration,
    /// No promotion earlier than this after the start.
    pub minimum_duration: Duration,
    /// Canary requests before a promotion.
    pub minimum_requests: u64,
    /// Canary events before a rollback.
    pub minimum_events: u64,
    /// The run is undecided when this has passed since its start, by the wall clock.
    pub deadline: Duration,
    /// How the rollback error is spent over time.
    pub alpha_spending: AlphaSpending,
    /// A new component of evidence starts this often; `None` never.
    pub restart_interval: Option<Duration>,
    /// Factor by which real traffic varies more than independent requests.
    pub dispersion: Dispersion,
    /// What to do at the deadline when data was fine but not enough.
    pub on_inconclusive: OnInconclusive,
    /// Whether the stages of a release add to one evidence.
    pub evidence: EvidencePolicy,
    /// Lowest part (0..1) of stable's requests gone wrong at which stable itself counts as unhealthy when
    /// nothing is known of its normal range; 1 is never.
    pub stable_error_limit: f64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            false_rollback: 0.01,
            false_promotion: 0.05,
            window: Duration::from_secs(10),
            burn_in: Duration::from_secs(120),
            minimum_duration: Duration::from_secs(300),
            minimum_requests: 500,
            minimum_events: 3,
            deadline: Duration::from_secs(1800),
            alpha_spending: AlphaSpending::Hybrid,
            restart_interval: Some(Duration::from_secs(60)),
            dispersion: Dispersion::Auto,
            on_inconclusive: OnInconclusive::Hold,
            evidence: EvidencePolicy::Restart,
            stable_error_limit: 0.2,
        }
    }
}

impl Policy {
    /// Components of evidence from the end of the burn-in to the deadline: one, and one more each restart interval.
    #[must_use]
    pub fn restarts_planned(&self) -> usize {
        let judged = self.deadline.saturating_sub(self.burn_in).as_micros();
        let later = self.restart_interval.map_or(0, |interval| {
            judged.saturating_sub(1) / interval.as_micros().max(1)
        });
        usize::try_from(later).unwrap_or(usize::MAX).saturating_add(1)
    }
}

/// How the rollback error is spent over time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AlphaSpending {
    /// Half on continuous looks, half on one test at the deadline.
    #[default]
    Hybrid,
    /// All on continuous looks.
    Anytime,
    /// Lan-DeMets spending of O'Brien-Fleming's shape over the time to the deadline.
    ObrienFleming,
}

/// The dispersion factor's source.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Dispersion {
    /// From history, else a control, else the default factor of the method.
    #[default]
    Auto,
    /// A fixed factor, at least 1.
    Fixed(f64),
}

/// What a stage begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EvidencePolicy {
    /// With nothing: each stage is judged by itself, with the whole error.
    #[default]
    Restart,
    /// With what the stages before it have gathered: the release as a whole has the error.
    Carry,
}

/// What to do at the deadline when data was fine but not enough.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnInconclusive {
    /// `inconclusive`.
    #[default]
    Hold,
    /// `rollback`.
    Rollback,
    /// `promote`.
    Promote,
}
