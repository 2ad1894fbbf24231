use std::time::Duration;

/// Traffic that is expected, and how stable fares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// Requests a second of both sides, positive.
    pub requests_per_second: f64,
    /// Part of them that the canary takes, in (0, 1).
    pub canary_weight: f64,
    /// Part of stable's requests that fails, in (0, 1): for comparisons of errors.
    pub error_rate: f64,
    /// Stable's 99th percentile over its median, above 1: for comparisons of latencies of which the past tells nothing. They
    /// are taken as lognormal and finely counted.
    pub tail: f64,
    /// How many times more the traffic varies than independent requests, at least 1; `None` takes what the past tells, or
    /// else the analysis' factor.
    pub dispersion: Option<f64>,
}

/// What is to be expected of one effect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EffectOutlook {
    /// The canary's failure rate over stable's, or its slowness over stable's.
    pub effect: f64,
    /// Probability of a rollback by the deadline.
    pub rollback_probability: f64,
    /// Median time to it from the start; `None` when it is less likely than not.
    pub rollback_after: Option<Duration>,
    /// Probability of a promotion by the deadline, if nothing rolls back before.
    pub promotion_probability: f64,
    /// Median time to it from the start; `None` when it is less likely than not.
    pub promotion_after: Option<Duration>,
}
