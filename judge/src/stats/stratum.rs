//! One window of two populations, the unit that every stratified test adds up.

/// Requests and events of both sides in one window.
///
/// The fields are `f64` because every formula is linear in them: a stratum of *expected* counts gives the
/// expected evidence, which planning uses. Observed counts are whole numbers below 2^53 and exact.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stratum {
    /// Requests of the canary, at least 0.
    pub canary_total: f64,
    /// Events among them, in [0, `canary_total`].
    pub canary_events: f64,
    /// Requests of stable, at least 0.
    pub stable_total: f64,
    /// Events among them, in [0, `stable_total`].
    pub stable_events: f64,
}

impl Stratum {
    /// From counts `(n_c, n_s, x_c, x_s)`, the order of the reference tables.
    #[must_use]
    pub fn from_counts(canary_total: u64, stable_total: u64, canary_events: u64, stable_events: u64) -> Self {
        Self {
            canary_total: canary_total as f64,
            canary_events: canary_events as f64,
            stable_total: stable_total as f64,
            stable_events: stable_events as f64,
        }
    }

    /// Both sides had requests; a stratum where one had none compares nothing and carries no evidence.
    #[must_use]
    pub fn is_comparable(&self) -> bool {
        self.canary_total > 0.0 && self.stable_total > 0.0
    }

    /// Events of both sides, `m`.
    #[must_use]
    pub fn events(&self) -> f64 {
        self.canary_events + self.stable_events
    }

    /// Requests of both sides, `n`.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.canary_total + self.stable_total
    }

    /// The canary's expected share of the events when its rate is `ratio` times stable's:
    /// `rho(u) = n_c u / (n_c u + n_s)`, in (0, 1) for a comparable stratum.
    #[must_use]
    pub fn canary_share(&self, ratio: f64) -> f64 {
        self.canary_total * ratio / (self.canary_total * ratio + self.stable_total)
    }
}
